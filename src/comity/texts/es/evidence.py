"""La pantalla: pruebas, exportación y testigos."""

from typing import Final

from comity_verify.texts import FLAWS

TEXTS: Final[dict[str, str]] = {
    **{f"fault.{flaw}": said for flaw, said in FLAWS["es"].items()},
    "step.export": "Escribiendo teselas",
    "say.proved": "{path} prueba {count} mensajes, frente a un registro que ambos avalaron.",
    "hint.proved": (
        "Quien lo recibe lo comprueba con comity verify FILE --identity FILE --identity FILE, o "
        "con el paquete comity_verify, y necesita los documentos de identidad de ambos: comity "
        "identity --document."
    ),
    "say.exported": "{path} tiene el registro de {sender} con {size} asientos, en teselas.",
    "say.witnessed": "{witness} vio el registro con {size} asientos, el {time}.",
    "say.no-witness": "No hay ningún testigo.",
    "say.witness-removed": "{witness} ya no es testigo de este nodo.",
    "hint.witness": (
        "Su operador tiene que registrar la clave de cada registro que ha de vigilar: comity "
        "witness list las muestra."
    ),
    "released.whole": "todo",
    "released.fields": "campos: {fields}",
    "released.nothing": "nada",
    "label.released": "se muestra",
    "label.witness": "testigo",
    "label.url": "URL",
    "label.key": "clave",
    "label.log": "registro",
    "did.record.prove": "hizo una prueba",
    "did.record.export": "exportó el registro",
    "did.record.witness": "hizo atestiguar el registro",
    "did.witness.add": "nombró un testigo",
    "did.witness.remove": "quitó un testigo",
    "reason.witness-unreachable.timeout": "no llegó respuesta a tiempo",
    "reason.witness-unreachable.connection": "no se estableció conexión",
    "reason.witness-unreachable.size": "respondió demasiado",
    "reason.witness-refused.form": "su respuesta no tiene una forma conocida",
    "reason.witness-refused.ahead": "ha cofirmado un registro más largo que el que hay aquí",
    "reason.witness-refused.signature": "su cofirma no corresponde",
    "reason.witness-refused.time": "su reloj va adelantado",
}
