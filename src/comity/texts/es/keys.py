"""Llaves que se renuevan, se recuperan o se revocan, y lo que resulta para las contrapartes."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.IDENTITY_OLD: (
        "El documento de identidad no es posterior al registrado"
        "[: versión {version}, la registrada es {pinned}].",
        "No cambió nada. Pida a la contraparte su última actualización: comity identity --update.",
    ),
    Code.ENDORSEMENT_INVALID: (
        "Nadie que pueda hacerlo responde por este documento de identidad[ ({reason})].",
        "No cambió nada. Llame a la contraparte: o la actualización no es la última, o alguien la "
        "inventó.",
    ),
    Code.REVOCATION_INVALID: (
        "Esta no es una revocación de las llaves de esa contraparte[ ({reason})].",
        "No cambió nada. Llame a la contraparte; comity peer revoke PEER la detiene sin una "
        "revocación firmada.",
    ),
    Code.KEY_REVOKED: (
        "Las llaves[ de {peer}] están revocadas.",
        "Nada de ellas cuenta y no se envía nada allí. Solo continúa un documento que avale la "
        "llave de recuperación: comity identity recover, y luego comity peer update del otro lado.",
    ),
    Code.KEY_STORE_FAILED: (
        "El token que guarda la llave de mensajes no da una firma[ ({reason})].",
        "No se envió nada. Revise módulo, token y PIN en comity.toml, y que el token esté ahí.",
    ),
}
TEXTS: Final[dict[str, str]] = {
    "reason.identity-invalid.update": "no es una actualización",
    "reason.endorsement-invalid.id": "es de otro participante",
    "reason.endorsement-invalid.form": "el aval está dañado",
    "reason.endorsement-invalid.document": "el aval es sobre otro documento",
    "reason.endorsement-invalid.previous": "sigue a un documento distinto del registrado",
    "reason.endorsement-invalid.key": "lo avala una llave distinta de la registrada",
    "reason.endorsement-invalid.recovery": "su llave de recuperación no corresponde",
    "reason.endorsement-invalid.issued": "está fechado en el futuro",
    "reason.revocation-invalid.form": "está dañada",
    "reason.revocation-invalid.document": "es sobre otro documento",
    "reason.revocation-invalid.key": "la firma otra llave",
    "reason.peer-answer-invalid.revoked": "la firmó una llave revocada",
    "reason.key-store-failed.library": "el extra comity[pkcs11] no está instalado",
    "reason.key-store-failed.module": "su biblioteca no se puede cargar",
    "reason.key-store-failed.token": "ningún token tiene esa etiqueta",
    "reason.key-store-failed.pin": "rechaza el PIN",
    "reason.key-store-failed.key": "la llave no está en él",
    "reason.key-store-failed.mechanism": "no tiene Ed25519 (CKM_EDDSA)",
    "reason.key-store-failed.extractable": "entregaría la llave",
    "reason.key-store-failed.sign": "se niega a firmar",
    "use.message": "mensajes",
    "use.checkpoint": "puntos de control",
    "use.cosignature": "cofirmas",
    "use.encryption": "cifrado",
    "use.certificate": "certificado",
    "endorser.pin": "registro",
    "endorser.message": "la llave anterior",
    "endorser.recovery": "la llave de recuperación",
    "revoked.stolen": "robada",
    "revoked.lost": "perdida",
    "revoked.closed": "cerrada",
    "revoked.recovered": "reemplazada con la llave de recuperación",
    "revoked.stopped": "detenida por un oficial de aquí",
    "label.keys": "llaves nuevas",
    "label.until": "hasta",
    "label.revoked": "revocado",
    "label.by": "avalado por",
    "label.what": "qué",
    "label.before": "antes",
    "label.now": "ahora",
    "document.name": "nombre",
    "document.territory": "territorio",
    "document.address": "dirección",
    "document.key-message": "llave de mensajes",
    "document.key-checkpoint": "llave de puntos de control",
    "document.key-cosignature": "llave de cofirmas",
    "document.key-encryption": "llave de cifrado",
    "document.certificate": "certificado",
    "document.recovery": "llave de recuperación",
    "did.identity.rotate": "renovó las llaves de este nodo",
    "did.identity.recover": "recuperó este nodo con la llave de recuperación",
    "did.identity.revoke": "revocó las llaves de este nodo",
    "did.peer.update": "registró el nuevo documento de una contraparte",
    "did.peer.revoke": "dejó de creer en las llaves de una contraparte",
    "did.peer.restore": "volvió a creer en una contraparte detenida",
    "label.keys-in-force": "firmados con llaves en vigor",
    "label.keys-replaced": "firmados con llaves reemplazadas después",
    "label.keys-revoked": "firmados con llaves revocadas después, y buena prueba",
    "label.keys-void": "firmados con llaves revocadas antes, y nulos",
    "say.signatures-checked": "Cada firma en el registro con {peer} es de quien dice ser.",
    "say.rotated": "La versión {version} de la identidad de este nodo está en vigor.",
    "say.identity-revoked": (
        "Las llaves de la versión {version} están revocadas. La declaración está en {file}"
    ),
    "say.peer-changes": "{name}: versión {version} en lugar de {before}.",
    "say.peer-updated": "{name} ({id}) queda registrada con la versión {version}.",
    "say.endorsed-by-message": "La avala la llave de mensajes anterior.",
    "say.endorsed-by-recovery": (
        "La avala la llave de recuperación: las llaves anteriores se perdieron o fueron robadas, y "
        "nada de lo que firmen cuenta ya."
    ),
    "say.peer-revoked": "Nada de lo que {name} ({id}) firme con la versión {version} cuenta ya.",
    "say.evidence-before": "Lo que llegó antes sigue siendo buena prueba: {received} mensajes.",
    "say.no-history": "Hasta ahora hay una sola versión, la primera.",
    "hint.update": (
        "Entregue a las contrapartes la actualización (comity identity --update > FILE) y dígales "
        "la huella por otro medio. La toman con comity peer update FILE."
    ),
    "hint.identity-revoked": (
        "Entregue el archivo a las contrapartes: comity peer revoke FILE. Las llaves nuevas llegan "
        "con comity identity recover."
    ),
    "hint.peer-revoked": "Continúa con sus llaves nuevas: comity peer update FILE",
}
