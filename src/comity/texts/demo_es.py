"""Lo que dice la demostración, en español."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "step.create": "Cada parte crea su nodo",
    "step.pin": "Cada una registra a la otra",
    "step.load": "Cada una carga su lista",
    "step.courier": "Qué puede fallar con el archivo de un correo",
    "step.agree": "Negocian y firman",
    "step.match": "Cotejan, en ambos sentidos",
    "step.ask": "Una pregunta, la otra responde",
    "step.record": "Ambas verifican el registro común",
    "step.posture": "Lo que la otra parte puede causar, y lo que no",
    "step.border": "Se revisa lo que cruzó la frontera",
    "say.opening": (
        "Dos autoridades, dos nodos: dos procesos, dos carpetas, dos bases de datos, dos juegos de "
        "llaves. Listas públicas ocupan el lugar de acervos que son confidenciales."
    ),
    "say.opening-courier": (
        "Dos autoridades, dos nodos, y ninguna red entre ellos: los archivos se llevan y se traen. "
        "Las listas públicas hacen las veces de acervos que son confidenciales."
    ),
    "say.linked": "Cada lado indica que al otro se llega por correo. Ninguno llama al otro.",
    "say.side": "{side}: {name}",
    "say.compare": "{name} lee el documento de {peer} y oye por teléfono su huella:",
    "say.lists-real": "Listas públicas reales, tal como las autoridades las publicaron:",
    "say.lists-synthetic": (
        "Listas sintéticas, hechas para esto: no se indicó ninguna. Nadie en ellas existe. Llevan "
        "sembradas coincidencias de cada clase, y parecidos que no deben encontrarse."
    ),
    "say.loaded": "{name}: {title} ({file})",
    "say.catalog": "{name} lee en el catálogo de {peer}: {title}",
    "say.tagged": (
        "{name} etiquetó {records} registros: {entries} entradas, completadas a {padded} ({bytes} "
        "bytes)."
    ),
    "say.asked": "{name} preguntó por {tokens} datos cegados de {families} clases. Coincidencias:",
    "say.fuzzy": "{count} del nombre",
    "say.explained": "Por qué {record}, {name}, es «{band}», aunque ninguna clase exacta coincide:",
    "say.more-hits": "… y {count} más; --json las da todas.",
    "say.turn": "El otro sentido: {holder} ofrece, y {asker} consulta dos casos.",
    "say.inbox": (
        "En la bandeja de {name} espera una solicitud, con la respuesta exacta que saldría:"
    ),
    "say.answer": "{name} recibe, bajo {handling}:",
    "say.reason": "El asunto citado no cae dentro de la sección convenida.",
    "say.expiry": (
        "Sin respuesta, en ese momento se vuelve una negativa firmada por vencimiento. El plazo "
        "menor es de una hora: eso lo muestran las pruebas, no esta demostración."
    ),
    "say.suspension": "En revisión.",
    "say.posture": "Todo lo que {name} puede causar en el nodo de {peer}:",
    "say.intruder": (
        "Ahora se detiene el nodo de {name}, y ocupa su lugar un programa que tiene todas sus "
        "llaves. No respeta regla alguna. Lo que intenta, y lo que recibe:"
    ),
    "say.us-learned": "Lo que supo la parte de Estados Unidos",
    "say.mx-learned": "Lo que supo la parte mexicana",
    "say.crossed": "Lo que cruzó la frontera",
    "say.never": "Lo que nunca la cruzó",
    "say.times": "Cuánto tardó",
    "say.all-held": "Las {count} cosas que esta demostración afirma sucedieron, y se comprobaron.",
    "say.not-held": "Afirmado por esta demostración, y no fue así ({count}):",
    "claim.to-the-end": "La demostración llega a su fin; pero se detuvo. {what} {todo}",
    "claim.apart": (
        "Dos procesos ({mx}, {us}), dos bases de datos, y ninguna llave ni certificado en común"
    ),
    "claim.apart-here": "Dos carpetas, dos bases de datos, y ninguna clave ni certificado en común",
    "claim.courier-cut": "Un archivo incompleto se rechaza ({code}), y nada se pierde",
    "claim.courier-altered-file": "Un archivo con un byte cambiado se rechaza ({code})",
    "claim.courier-for-another": "Un archivo para otro nodo no se puede leer ({code})",
    "claim.courier-twice": "Un archivo que llega dos veces no trae nada nuevo ni cambia nada",
    "claim.no-socket": "Nadie abrió un socket en todo esto ({count})",
    "claim.carried": "Se llevaron {count} archivos, {bytes} bytes en total, cada uno para un nodo",
    "claim.misheard": "Con un dígito mal oído no se registra a nadie",
    "claim.pinned": "{name} registró a {peer} como contraparte, y a nadie más",
    "claim.loaded": (
        "Ambas listas están completas: {mx} registros en México, {us} en Estados Unidos"
    ),
    "claim.withheld": "{name} reserva un registro, {record}: ninguna contraparte puede saber de él",
    "claim.changed": (
        "{name} ve exactamente qué cambiaría: {new} datos al día en lugar de {old}; decide un "
        "oficial"
    ),
    "claim.countered": "Su oficial contrapropone {new}; el de la otra parte acepta",
    "claim.agreed": (
        "{asker} y {holder} tienen el mismo acuerdo ({digest}…), firmado por ambas, en vigor"
    ),
    "claim.found-known": (
        "{pairs} pares con {hits} coincidencias en clases exactas, las que se sabe que están ahí "
        "({found} halladas)"
    ),
    "claim.found": (
        "{pairs} pares con {hits} coincidencias, exactamente las que da una comparación "
        "abierta ({found} halladas)"
    ),
    "claim.look-alikes": (
        "Ninguno de los {count} pares que solo se parecen coincide en una clase exacta, y ninguno "
        "se da por el mismo"
    ),
    "claim.found-clear": (
        "{pairs} pares comparten algo ({hits} clases), exactamente los que da una comparación en "
        "claro; {shown} de ellos alcanzan un grado que se muestra"
    ),
    "claim.near": (
        "Entre ellos están los {count} pares cuyos nombres se plantaron con otra ortografía, en "
        "otro orden, abreviados o con la forma jurídica en palabras"
    ),
    "claim.added-up": "Las razones de cada puntuación suman lo que esta dice",
    "claim.statuses": "Cada coincidencia muestra situación y fecha tal como las tiene el titular",
    "claim.grades": "Las coincidencias solo por nombre van marcadas como tales: {count}",
    "claim.counted": "{name} contó {tokens} datos contra la cuota, exactamente los preguntados",
    "claim.withheld-unknown": "Una consulta sobre el registro reservado {record} no halla nada",
    "claim.checked": (
        "{name} consultó un caso de su lista, {record}, con {tokens} datos, y lo halló allá"
    ),
    "claim.held": "La solicitud espera a un oficial, y trata del registro que coincidió",
    "claim.bound": "Una aprobación de algo que no sea esta respuesta exacta no vale nada",
    "claim.answered": (
        "Un oficial aprobó; llegaron {count} campos, como se aprobaron, bajo {handling}, y ningún "
        "otro"
    ),
    "claim.declined": "{name} negó una segunda solicitud. Motivo dado: {reason}",
    "claim.final": "Preguntada de nuevo, sigue negada hasta que quien negó la reabra",
    "claim.waits": "Una tercera solicitud espera hasta {due}",
    "claim.equal": (
        "Raíces iguales en ambas partes, en ambas bitácoras, cada una cofirmada por la otra "
        "({mx} y {us} entradas)"
    ),
    "claim.still-equal": (
        "De vuelta su propio nodo, ambas bitácoras se verifican otra vez y siguen iguales ({mx} y "
        "{us} entradas): los mensajes rechazados también están en ambas"
    ),
    "claim.figures": (
        "Ambas partes calcularon del registro las mismas cifras de quién dio qué ({count} "
        "preguntas y solicitudes), y las firmaron"
    ),
    "claim.posture": (
        "{count} mensajes son el conjunto cerrado, leídos de las rutas que se atienden; ninguna "
        "cuenta, ningún programa"
    ),
    "claim.suspended": "{name} suspende el acuerdo, de inmediato y sin preguntar a nadie",
    "claim.refused": "Rechazado: {tried} (lo que se recibió fue {code})",
    "claim.refused-all": "Los {count} intentos no lograron nada; en {name} nada cambió",
    "claim.unsaid": (
        "Se buscaron {texts} nombres e identificadores en los {bytes} bytes que se dijeron: fuera "
        "de los que un oficial liberó, están ahí {found}"
    ),
    "claim.keys-at-home": "Ninguna llave privada y ningún oficial de ninguna parte está ahí",
    "label.weight": "peso",
    "label.reason": "por qué",
    "label.told": "por teléfono",
    "label.in-document": "en el documento",
    "label.recovery": "llave de recuperación",
    "label.set-aside": "apartado",
    "label.warnings": "vale la pena ver",
    "label.approval": "aprobación",
    "label.our-record": "registro propio",
    "label.our-name": "nombre en la lista propia",
    "label.agrees-in": "coincide en",
    "label.holders-status": "situación según su titular",
    "label.about": "sobre el registro propio",
    "label.verified-by": "verificado por",
    "label.log": "bitácora",
    "label.root-short": "raíz (su principio)",
    "label.log-sent": "lo que envió",
    "label.log-received": "lo que recibió",
    "label.from": "de",
    "label.messages": "mensajes",
    "label.may-send": "puede enviar",
    "label.may-see": "puede ver ofertas de",
    "label.agreed": "acordado",
    "label.waiting-here": "espera aquí a un oficial",
    "label.accounts": "cuentas aquí",
    "label.code-run": "programas ejecutados aquí",
    "label.tried": "lo que se intentó",
    "label.came-back": "lo que se recibió",
    "label.changed": "lo que cambió allá",
    "label.nothing": "nada",
    "label.something": "algo",
    "label.bytes-signed": "bytes firmados",
    "label.bytes-tls": "bytes en la línea",
    "label.us-to-mx": "Estados Unidos a México",
    "label.mx-to-us": "México a Estados Unidos",
    "label.total": "en total",
    "label.lists": "listas",
    "label.versions": "versiones",
    "label.kept": "guardado en",
    "remark.statuses": "situaciones contradictorias",
    "remark.differ": "{families}: difieren",
    "bar.load": "{name}",
    "bar.tag": "{name}",
    "bar.match": "{name}",
    "attempt.command": "Un mensaje fuera del conjunto cerrado: ejecutar un programa",
    "attempt.quota": "Una pregunta de un dato más de los que quedan en la cuota",
    "attempt.body": "Un cuerpo de un byte más que el límite",
    "attempt.replay": "Una pregunta ya respondida, enviada otra vez byte por byte",
    "attempt.altered": "Esa pregunta con un carácter cambiado",
    "attempt.callback": "Una dirección de retorno en otro lugar",
    "attempt.stale": "Un mensaje cuyo tiempo pasó",
    "attempt.stranger": "Un mensaje de alguien que no es contraparte",
    "attempt.suspended": "Una pregunta después de suspendido el acuerdo",
    "came.same-reply": "la respuesta guardada, los mismos bytes",
    "came.another-reply": "otra respuesta",
    "came.called-back": "llamó de vuelta",
    "account.title": "Balance",
    "account.us-pairs": (
        "cuáles {pairs} de sus {records} registros tiene también la otra parte ({hits} "
        "coincidencias), con situación y fecha según el titular, y una referencia opaca cada uno"
    ),
    "account.us-fields": "{count} campos de un registro, bajo {handling}: {fields}",
    "account.us-rest": "de la otra lista en conjunto: su tamaño completado, y qué situaciones hay",
    "account.mx-asked": (
        "por cuántos datos se le preguntó, incluidos los de control: {asked}; no por cuáles"
    ),
    "account.mx-requests": (
        "de cuáles de sus registros pidió detalles la otra parte ({count}), con qué propósito, "
        "con qué base legal, bajo qué referencia"
    ),
    "account.mx-rest": "que un caso que consultó está también en la otra lista, y su situación ahí",
    "account.never": (
        "ninguna de las listas; un nombre o identificador que nadie liberó; una llave privada; el "
        "nombre de un oficial; un programa, un acceso, una dirección adonde llamar"
    ),
    "step.cheat-talk": "Conversan y cofirman lo dicho",
    "step.cheat-rewrite": "Una parte reescribe su registro",
    "step.cheat-caught": "La otra parte hace contacto",
    "say.cheat-opening": (
        "Dos nodos honestos, hasta que uno pone otro mensaje en lugar de uno que envió: en su "
        "propia base de datos, con sus propias llaves y con un árbol que concuerda."
    ),
    "say.cheat-error": "Respuesta: {what}",
    "claim.cheat-cosigned": "{name} cofirmó los {count} asientos del registro de la otra parte",
    "claim.cheat-rewritten": (
        "{name} escribió otro asiento {number}; su registro de {count} asientos concuerda "
        "consigo mismo"
    ),
    "claim.cheat-differs": "{name} halla en el siguiente contacto que no es el registro que era",
    "claim.cheat-alarm": (
        "{name} da una alarma; la prueba son dos notas que firmó la otra parte y que no pueden ser "
        "ciertas ambas"
    ),
    "claim.cheat-stops": "hasta que decida un oficial de {name}, nada de {peer} avanza por sí solo",
    "claim.cheat-named": (
        "la comparación nombra el asiento que no es igual: número {number}, «{said}»"
    ),
}
