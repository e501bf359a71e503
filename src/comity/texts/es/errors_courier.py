"""What is wrong with a courier's file, and what to do: Spanish."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.BUNDLE_INVALID: (
        "Lo que llegó no es un paquete de mensajes[ (línea {line})].",
        "Lo anterior a esa línea se admitió. Pregunte a la contraparte qué versión usa.",
    ),
}
