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
    "step.compare": "Comparando",
    "alarm.forked": "su registro no es el que era",
    "alarm.deleted": "falta un asiento de su registro",
    "alarm.reordered": "hay asientos de su registro en otros lugares",
    "alarm.withheld": "no entrega un asiento que debe existir",
    "alarm.backdated": "un asiento dice ser más antiguo de lo posible",
    "alarm.equivocated": "un número, dos mensajes distintos",
    "alarm.misstated": "lo que dice de nuestro registro no es cierto",
    "alarm.uncosigned": "no cofirma lo que tiene",
    "label.alarm": "alarma",
    "label.alarms-open": "alarmas",
    "label.found": "hallazgo",
    "label.settled": "resuelta",
    "label.here": "asientos aquí",
    "label.there": "asientos allá",
    "label.begins": "difiere desde el asiento",
    "label.changed": "otro asiento allá",
    "label.only-here": "solo aquí",
    "label.only-there": "solo allá",
    "label.moved": "otro lugar allá",
    "say.no-alarms": "Ninguna alarma: el registro de cada contraparte es el que era.",
    "say.alarmed": "Alarmas sobre el registro: {count}. Nada de ella avanza por sí solo.",
    "say.settled": "{alarm} está resuelta: lo que {peer} puede tener avanza otra vez por sí solo.",
    "say.compared-equal": "Las copias de ambos registros son iguales, aquí y en {peer}.",
    "say.compared-differ": "Las copias de aquí y de {peer} no son iguales.",
    "say.fork-begins": "Hasta el asiento {number} las copias son iguales. Desde ahí difieren.",
    "hint.alarms": (
        "Compare: comity record compare PEER. Para seguir a pesar de ella: comity record settle "
        "ALARMA"
    ),
}
