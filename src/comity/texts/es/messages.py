"""Los mensajes del conjunto cerrado: cómo se llama cada uno y qué puede causar aquí."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Lo que un mensaje de la contraparte puede causar, para la postura.
    "cause.CatalogRequestMessage": (
        "Leer qué conjuntos de datos se le ofrecen y con qué condiciones."
    ),
    "cause.DatasetRequestMessage": "Leer las ofertas de un conjunto de datos que se le ofrece.",
    "cause.ContractRequestMessage": (
        "Pedir un acuerdo. Si toma una oferta de ustedes tal como está, se acuerda de inmediato, "
        "salvo que la oferta requiera oficiales; todo lo demás espera a un oficial."
    ),
    "cause.ContractOfferMessage": (
        "Ofrecerles un conjunto de datos, o responder con una contraoferta. Espera a un oficial."
    ),
    "cause.ContractAgreementMessage": (
        "Enviar el acuerdo que ustedes pidieron. Solo se firma si dice lo que se ofreció."
    ),
    "cause.ContractAgreementVerificationMessage": (
        "Enviar su firma. El acuerdo entra en vigor cuando se comprueba."
    ),
    "cause.ContractNegotiationEventMessage": (
        "Aceptar la oferta de ustedes, o declarar definitivo lo que ambos firmaron."
    ),
    "cause.ContractNegotiationTerminationMessage": (
        "Terminar una negociación con ustedes, con un motivo."
    ),
    "cause.ContractNegotiation": "Leer el estado de una negociación de la que es parte.",
    "cause.TransferRequestMessage": (
        "Pedir que comience el cotejo o las solicitudes de un acuerdo vigente. El cotejo comienza "
        "cuando las etiquetas están hechas y los oficiales que indican las condiciones están de "
        "acuerdo."
    ),
    "cause.TransferStartMessage": (
        "Avisar que comenzó lo que ustedes pidieron, o reanudar lo que ella misma suspendió."
    ),
    "cause.TransferSuspensionMessage": "Suspender una transferencia con ustedes.",
    "cause.TransferCompletionMessage": "Avisar que una transferencia con ustedes está completa.",
    "cause.TransferTerminationMessage": "Terminar una transferencia con ustedes.",
    "cause.HttpData-PULL": "Leer el archivo de una transferencia iniciada, con su clave.",
    "cause.HttpData-PUSH": "Dejar aquí un archivo que un oficial pidió; nadie lo abre por sí solo.",
    "cause.TransferProcess": "Leer el estado de una transferencia de la que es parte.",
    "cause.comity-consent-1": (
        "Suspender su consentimiento a un acuerdo, darlo de nuevo o retirarlo definitivamente: "
        "entonces termina lo que corre bajo el acuerdo."
    ),
    "cause.comity-manifest-1": (
        "Leer el manifiesto de las etiquetas que se hicieron para ella: clases, tamaños y fechas; "
        "ningún registro."
    ),
    "cause.comity-set-part-1": (
        "Obtener una parte de esas etiquetas: entradas selladas, que nadie puede leer sin "
        "preguntar a ustedes."
    ),
    "cause.comity-question-1": (
        "Hacer evaluar datos ocultos, dentro de la cuota. Ella sabe cuáles tienen ustedes; "
        "ustedes saben cuántos preguntó y de qué clase."
    ),
    "cause.comity-request-1": (
        "Pedir detalles de una coincidencia. Espera a un oficial, salvo que las condiciones digan "
        "que se responde de inmediato."
    ),
    "cause.comity-answer-1": "Responder o declinar una solicitud de ustedes.",
    "cause.comity-record-1": (
        "Comparar los registros que ambos conservan y obtener la cofirma de su punto de control."
    ),
    # Cómo se llama un mensaje en el registro común.
    "said.CatalogRequestMessage": "petición del catálogo",
    "said.DatasetRequestMessage": "petición de las ofertas de un conjunto de datos",
    "said.ContractRequestMessage": "petición de un acuerdo",
    "said.ContractOfferMessage": "oferta",
    "said.ContractAgreementMessage": "acuerdo, firmado",
    "said.ContractAgreementVerificationMessage": "segunda firma",
    "said.ContractNegotiationEventMessage": "aceptación o conclusión",
    "said.ContractNegotiationTerminationMessage": "fin de una negociación",
    "said.ContractNegotiation": "consulta del estado de una negociación",
    "said.TransferRequestMessage": "petición de una transferencia",
    "said.TransferStartMessage": "inicio de una transferencia",
    "said.TransferSuspensionMessage": "suspensión de una transferencia",
    "said.TransferCompletionMessage": "conclusión de una transferencia",
    "said.TransferTerminationMessage": "fin de una transferencia",
    "said.TransferProcess": "consulta del estado de una transferencia",
    "said.comity-consent-1": "consentimiento a un acuerdo",
    "said.comity-manifest-1": "petición del manifiesto",
    "said.comity-set-part-1": "petición de una parte de las etiquetas",
    "said.comity-question-1": "pregunta: datos ocultos",
    "said.comity-request-1": "solicitud de detalles",
    "said.comity-answer-1": "respuesta a una solicitud",
    "said.comity-record-1": "comparación de registros",
    "said.unknown": "mensaje fuera del conjunto cerrado",
    # Lo que la bitácora dice que se hizo.
    "did.officer.add": "agregó a un oficial",
    "did.peer.add": "registró a una contraparte",
    "did.holdings.load": "cargó una lista",
    "did.transfer.fetch": "trajo un archivo",
    "did.received.take": "tomó un archivo recibido para verlo",
    "did.file.pushed": "envió un archivo",
    "did.file.gave": "entregó un archivo, o una parte",
    "did.file.came": "conservó un archivo que llegó de una contraparte",
    "did.holdings.file": "conservó el archivo de un conjunto de datos",
    "did.holdings.withheld": "reservó un registro",
    "did.holdings.shared": "liberó un registro reservado",
    "did.offer.make": "hizo una oferta",
    "did.offer.withdraw": "retiró una oferta",
    "did.negotiation.start": "inició una negociación",
    "did.negotiation.offer": "ofreció un conjunto de datos a una contraparte",
    "did.negotiation.accept": "aprobó un paso de una negociación",
    "did.negotiation.counter": "hizo una contrapropuesta",
    "did.negotiation.decline": "declinó una propuesta",
    "did.negotiation.reopen": "permitió iniciar de nuevo lo que se declinó",
    "did.negotiation.expired": "dejó vencer una propuesta: declinada",
    "did.agreement.suspend": "suspendió un acuerdo",
    "did.agreement.resume": "reanudó un acuerdo",
    "did.agreement.withdraw": "retiró un acuerdo",
    "did.agreement.amend": "propuso otras condiciones para un acuerdo",
    "did.agreement.expired": "dejó vencer un acuerdo",
    "did.agreement.peer-suspended": "anotó que la contraparte suspendió su consentimiento",
    "did.agreement.peer-active": "anotó que la contraparte da de nuevo su consentimiento",
    "did.agreement.peer-withdrawn": "anotó que la contraparte retiró su consentimiento",
    "did.match.tag": "hizo etiquetas",
    "did.match.run": "preguntó a una contraparte por una lista o un sujeto",
    "did.request.ask": "solicitó detalles",
    "did.transfer.request": "pidió una transferencia",
    "did.transfer.approve": "aprobó una transferencia",
    "did.transfer.start": "inició una transferencia",
    "did.transfer.suspend": "suspendió una transferencia",
    "did.transfer.resume": "levantó la suspensión de una transferencia",
    "did.transfer.complete": "avisó que una transferencia está completa",
    "did.transfer.terminate": "terminó una transferencia",
    "did.request.approve": "aprobó una respuesta",
    "did.request.decline": "declinó una solicitud",
    "did.retention.ended": "destruyó lo que ya no se puede conservar",
    "did.request.reopen": "reabrió una solicitud declinada",
    "did.request.expired": "dejó vencer una solicitud: declinada",
    "did.record.verify": "comparó registros con una contraparte",
    "did.epoch.ended": "destruyó las llaves de un ciclo",
}
