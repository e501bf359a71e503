"""Quién dio qué, en la pantalla."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.LEDGER_TOO_LONG: (
        "El balance tiene demasiadas líneas para un mensaje[: más de {limit}].",
        "Pida menos a la vez: comity ledger PEER --from --to, o --period all.",
    ),
    Code.LEDGER_INVALID: (
        "No se puede tomar la declaración de cifras de la contraparte[ ({reason})].",
        "No se guardó nada. Intercambie de nuevo; si persiste, pregunte a la contraparte.",
    ),
}
TEXTS: Final[dict[str, str]] = {
    "reason.ledger-invalid.signature": "su firma",
    "reason.ledger-invalid.names": "es sobre otros",
    "reason.ledger-invalid.logs": "cuenta otra parte del registro",
    "did.ledger.exchange": "intercambió cifras con una contraparte",
    "said.comity-ledger-1": "cifras firmadas",
    "cause.comity-ledger-1": (
        "Recibe las cifras firmadas de este nodo sobre lo que ambos tienen en el registro."
    ),
    "label.asked-for": "preguntado",
    "label.answered": "respondido",
    "label.not-answered": "desconocido o negado",
    "label.elements": "tokens",
    "label.median": "tiempo usual, s",
    "label.longest": "más largo, s",
    "label.period": "período",
    "label.asker": "quién preguntó",
    "label.messages": "mensajes",
    "label.figure-ours": "nuestro",
    "label.figure-theirs": "suyo",
    "label.where": "cifra",
    "ledger.equal": "igual",
    "ledger.differs": "difiere",
    "say.ledger-equal": "Ambos lados firmaron las mismas cifras.",
    "say.ledger-differs": "Las cifras de {peer} difieren de las nuestras.",
    "say.ledger-gone": ("De {count} entradas solo queda el tamaño: faltan en estas cifras."),
    "say.no-ledger": "No se preguntó nada.",
    "say.no-statements": "Todavía no se intercambió ninguna declaración.",
}
