"""Qué falla y qué hacer: condiciones, cotejo, solicitudes y respuestas, el registro común."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    # Condiciones, negociación, acuerdo, transferencia.
    Code.TERMS_INVALID: (
        "Las condiciones no son válidas[ (en {where})].",
        "Corríjalas en ese lugar; comity terms template muestra un ejemplo con todos los campos.",
    ),
    Code.TERMS_UNKNOWN: (
        "Las condiciones dicen algo que este nodo no puede evaluar[ (en {where})].",
        "Lo que no se puede evaluar se niega. Pida a la contraparte que lo exprese en el perfil "
        "ODRL de Comity.",
    ),
    Code.ACTION_NOT_AGREED: (
        "Esto no se acordó[: {action}].",
        "comity agreements show muestra lo acordado; todo lo demás debe negociarse.",
    ),
    Code.PURPOSE_NOT_AGREED: (
        "La finalidad no se acordó, o no se indicó cuál de varias.",
        "Indique con --purpose una de las finalidades del acuerdo, palabra por palabra.",
    ),
    Code.LEGAL_BASIS_NOT_AGREED: (
        "El fundamento legal no se acordó, o no se indicó cuál.",
        "Indique con --legal-basis uno de los fundamentos del acuerdo, palabra por palabra; si no "
        "enumera ninguno, indique el propio.",
    ),
    Code.TERRITORY_NOT_AGREED: (
        "Las condiciones no son para este territorio[: {territory}].",
        "Negocie condiciones que lo nombren.",
    ),
    Code.FAMILY_NOT_AGREED: (
        "No se acordó el cotejo por esta clase de dato[: {family}].",
        "Omítala, o negocie condiciones que la nombren.",
    ),
    Code.FIELD_NOT_AGREED: (
        "Este campo no se acordó, o ninguna respuesta lo contiene[: {field}].",
        "comity agreements show muestra los campos que una respuesta puede entregar.",
    ),
    Code.ONWARD_NOT_AGREED: (
        "Esto llegó bajo condiciones que no permiten cederlo a terceros[: {dataset}].",
        "No se ofreció. Pregunte a quien lo dio y negocie condiciones que permitan cederlo.",
    ),
    Code.QUOTA_EXCEEDED: (
        "La cuota no lo permite[: {asked} pedidos][, {used} usados][, {limit} permitidos]"
        "[ {period}].",
        "No se hizo nada por encima de ella. Pida menos, espere al siguiente periodo, o negocie.",
    ),
    Code.AGREEMENT_UNKNOWN: (
        "No hay tal acuerdo vigente.",
        "comity agreements list los muestra; comity negotiate PEER DATASET inicia uno.",
    ),
    Code.AGREEMENT_EXPIRED: (
        "El acuerdo venció[ ({expiry})].",
        "Negocie uno nuevo.",
    ),
    Code.AGREEMENT_SUSPENDED: (
        "El acuerdo está suspendido[: {agreement}].",
        "Quien lo suspendió puede reanudarlo; si fue la contraparte, pregunte el motivo.",
    ),
    Code.AGREEMENT_DIFFERS: (
        "El acuerdo no dice lo que se ofreció[ (en {where})].",
        "No se firmó. Pregunte a la contraparte y negocie de nuevo.",
    ),
    Code.OFFER_UNKNOWN: (
        "No existe esa oferta.",
        "comity catalog PEER muestra lo que ofrece la contraparte; comity offer list, lo que "
        "ofrece este nodo.",
    ),
    Code.NEGOTIATION_UNKNOWN: (
        "No existe esa negociación.",
        "comity negotiations list las muestra; indique lo suficiente del identificador para que "
        "solo una coincida.",
    ),
    Code.NEGOTIATION_DECLINED: (
        "Esto se declinó, y eso es definitivo.",
        "Quien lo declinó puede reabrirlo: comity negotiations reopen NEGOTIATION.",
    ),
    Code.TRANSFER_UNKNOWN: (
        "No existe esa transferencia.",
        "Repita el comando: solicita una nueva.",
    ),
    Code.TRANSFER_NOT_STARTED: (
        "La transferencia no ha comenzado, o ya no está en curso[ ({state})].",
        "El titular la inicia cuando lo que entrega está listo y sus oficiales están de acuerdo.",
    ),
    Code.TRANSFER_FORMAT_UNKNOWN: (
        "No existe ese formato de transferencia.",
        "El catálogo indica los que tiene un conjunto de datos.",
    ),
    Code.TRANSFER_PENDING: (
        "Un mensaje sobre esta transferencia sigue en camino a la contraparte[ ({message})].",
        "Repita cuando haya llegado: comity transfers show.",
    ),
    Code.TRANSFER_SUSPENDED: (
        "La otra parte suspendió esta transferencia.",
        "Solo quien la suspendió puede dejar que continúe.",
    ),
    Code.FILE_DIFFERS: (
        "El archivo no es el que se anunció[ ({reason})].",
        "No se conserva nada de él. Tráigalo de nuevo y avise a la contraparte si persiste.",
    ),
    Code.RECEIVED_UNKNOWN: (
        "No existe ese archivo recibido.",
        "Vea la lista: comity received.",
    ),
    Code.STATE_NOT_ALLOWED: (
        "Este paso no corresponde al estado[ ({state})].",
        "Vea en qué punto está: comity negotiations show, comity transfers show.",
    ),
    Code.FILTER_NOT_SUPPORTED: (
        "Aquí los catálogos no se pueden filtrar.",
        "Pida el catálogo completo.",
    ),
    Code.WAIT_ENDED: (
        "La contraparte no comenzó en el tiempo dado.",
        "El titular debe hacer sus etiquetas, o un oficial debe estar de acuerdo. Repítalo más "
        "tarde, o espere más con --wait.",
    ),
    # Cotejo.
    Code.KERNEL_MISSING: (
        "Falta la biblioteca nativa para las operaciones de grupo[: {name}].",
        "Reinstale Comity con sus dependencias, o instale libsodium 1.0.18 o posterior.",
    ),
    Code.SCALAR_INVALID: (
        "Un número secreto del protocolo de cotejo no es válido.",
        "No se preguntó ni se respondió nada. Si se repite, haga etiquetas nuevas: comity tag.",
    ),
    Code.ELEMENT_INVALID: (
        "Un elemento del protocolo de cotejo no es válido[ (número {index})].",
        "Se rechazó el lote completo. Pregunte qué versión usa la otra parte.",
    ),
    Code.PROOF_INVALID: (
        "La prueba no demuestra que se usó la llave publicada.",
        "Se descartó el lote completo. Pregunte al titular; no use sus respuestas hasta que se "
        "aclare.",
    ),
    Code.INPUT_INVALID: (
        "No se puede preguntar por esto[: {family}][, {flaw}].",
        "Corríjalo; no se envió nada.",
    ),
    Code.BATCH_TOO_LARGE: (
        "El lote es demasiado grande[: {count} elementos][; se admiten {limit}].",
        "Pregunte en varios lotes.",
    ),
    Code.MANIFEST_INVALID: (
        "El manifiesto de las etiquetas no es válido.",
        "No se preguntó nada. Pida al titular que haga de nuevo sus etiquetas: comity tag.",
    ),
    Code.MANIFEST_CHANGED: (
        "El manifiesto no es aquel con el que comenzó este ciclo.",
        "Si el titular hizo etiquetas nuevas, repita el comando; si no, pregunte por qué cambió.",
    ),
    Code.MANIFEST_UNKNOWN: (
        "Todavía no hay etiquetas.",
        "El titular las hace: comity tag PEER DATASET.",
    ),
    Code.TAG_SET_INVALID: (
        "Las etiquetas están dañadas, o no son las que el manifiesto describe.",
        "No se consultó nada. Repita el comando; si persiste, pida al titular que etiquete de "
        "nuevo.",
    ),
    Code.CANARY_MISSED: (
        "Un dato de prueba público no coincidió[: {family}].",
        "Se descartó el lote completo: las etiquetas del titular están incompletas. Pídale que "
        "etiquete de nuevo.",
    ),
    Code.NOTHING_TO_ASK: (
        "No hay nada que preguntar.",
        "Indique al menos un dato, de una clase que el acuerdo nombre.",
    ),
    Code.EPOCH_ENDED: (
        "El ciclo de estas etiquetas terminó y sus llaves se destruyeron.",
        "El titular hace etiquetas nuevas: comity tag PEER DATASET.",
    ),
    Code.TAGGING_UNDER_WAY: (
        "Ya se están haciendo las etiquetas de este acuerdo[: {agreement}].",
        "Espere a que estén hechas.",
    ),
    # Solicitudes y respuestas.
    Code.HANDLE_UNKNOWN: (
        "No existe esa referencia, o no se puede preguntar por ella.",
        "comity hits muestra las referencias; valen hasta que termina el ciclo.",
    ),
    Code.REQUEST_UNKNOWN: (
        "No existe esa solicitud.",
        "comity inbox y comity requests las muestran; indique lo suficiente del identificador "
        "para que solo una coincida.",
    ),
    Code.REQUEST_DECIDED: (
        "Esta solicitud ya está resuelta.",
        "comity inbox show muestra lo que se resolvió.",
    ),
    Code.REQUEST_DECLINED: (
        "Una solicitud sobre esto se declinó, y eso es definitivo.",
        "Quien la declinó puede reabrirla: comity reopen REQUEST.",
    ),
    Code.APPROVAL_VOID: (
        "La aprobación no es para esta solicitud, respuesta y acuerdo exactos[: {request}].",
        "Algo cambió desde entonces. Véala de nuevo (comity inbox show REQUEST) y apruebe lo que "
        "hay ahora.",
    ),
    Code.APPROVAL_REPEATED: (
        "Este oficial ya la aprobó[: {officer}].",
        "Debe aprobarla un segundo oficial, distinto.",
    ),
    Code.ANSWER_INVALID: (
        "La respuesta no corresponde a lo que se preguntó[ ({reason})].",
        "No se usó nada de ella. Pregunte a la contraparte qué versión usa.",
    ),
    # El registro común.
    Code.PROOF_NOT_VALID: (
        "La prueba no demuestra lo que afirma[ (registro de {size} asientos)].",
        "No se fíe de ella. Pida la prueba de nuevo y compare los registros: comity record verify.",
    ),
    Code.NOTE_INVALID: (
        "La nota firmada no es válida[ ({reason})].",
        "No se fíe de ella. Pídala de nuevo a quien la firmó.",
    ),
    Code.CHECKPOINT_INVALID: (
        "El punto de control de un registro no es válido[ ({reason})].",
        "No se fíe de él. Compare los registros de nuevo: comity record verify PEER.",
    ),
    Code.RECORD_DIFFERS: (
        "Las dos copias de un registro difieren[ (en {size} asientos)][ (asiento {entry})].",
        "Conserve una copia de la carpeta como prueba y compare asiento por asiento con la "
        "contraparte: comity record show PEER.",
    ),
    Code.RECORD_INCOMPLETE: (
        "No han llegado mensajes que ya están contados[: faltan {missing}].",
        "Pueden estar en camino. Repítalo en un minuto; si no llegan, pregunte a la contraparte.",
    ),
    # Un defecto nuestro.
    Code.INTERNAL: (
        "Este es un defecto de Comity[: {error} en {place}].",
        "Nada quedó a medias. Repórtelo con esta línea y el registro de eventos; no contienen "
        "datos.",
    ),
}
