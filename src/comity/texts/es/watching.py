"""Lo que se lee sobre puntos de control, alarmas y la comparación del registro."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.MESSAGE_FETCHED: (
        "El asiento se trajo del registro de la contraparte; el mensaje mismo no ha llegado.",
        "No hay nada que hacer: si aún llega, se toma como siempre.",
    ),
    Code.RECORD_NOT_COSIGNED: (
        "La contraparte[ {peer}] no cofirma lo que tiene de nuestro registro[ ({size} asientos)].",
        "Vea lo que mostró: comity record alarms. Pregunte a la contraparte por qué.",
    ),
    Code.ALARM_OPEN: (
        "Hay una alarma abierta sobre el registro con esta contraparte: nada avanza por sí solo.",
        "Un oficial de ese lado la revisa (comity record alarms) y decide.",
    ),
    Code.ALARM_UNKNOWN: (
        "No existe esa alarma.",
        "Las enumera comity record alarms.",
    ),
    Code.ALARM_SETTLED: (
        "Esta alarma ya fue resuelta.",
        "Quién, cuándo y por qué lo dice comity record alarms.",
    ),
}

TEXTS: Final[dict[str, str]] = {
    "cause.comity-record-roots-1": (
        "Saber qué raíces tuvieron los dos registros que comparte con ustedes."
    ),
    "cause.comity-record-entries-1": "Leer asientos de los dos registros que comparte con ustedes.",
    "said.comity-record-roots-1": "pregunta por raíces de un registro",
    "said.comity-record-entries-1": "pregunta por asientos de un registro",
    "did.alarm": "dio una alarma sobre el registro",
    "did.record.settle": "resolvió una alarma sobre el registro",
    "did.record.compare": "comparó los registros con una contraparte, asiento por asiento",
}
