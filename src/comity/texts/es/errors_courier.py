"""What is wrong with a courier's file, and what to do: Spanish."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.BUNDLE_INVALID: (
        "Lo que llegó no es un paquete de mensajes[ (línea {line})].",
        "Lo anterior a esa línea se admitió. Pregunte a la contraparte qué versión usa.",
    ),
    Code.COURIER_NO_FILE: (
        "Este archivo no es de un correo.",
        "Busque otro archivo en el medio. No se admitió nada.",
    ),
    Code.COURIER_TRUNCATED: (
        "El archivo del correo está incompleto.",
        "Cópielo otra vez del medio, o pida a la contraparte que empaquete de nuevo. No se admitió "
        "nada de él, y nada se ha perdido.",
    ),
    Code.COURIER_CHANGED: (
        "El archivo del correo no está como lo hizo su remitente.",
        "Consérvelo como prueba y pida a la contraparte que empaquete de nuevo. No se admitió nada "
        "de él.",
    ),
    Code.COURIER_FOR_ANOTHER: (
        "El archivo del correo es para otro nodo.",
        "Devuélvalo. Nadie puede leerlo salvo el nodo al que va dirigido.",
    ),
    Code.COURIER_EXPIRED: (
        "El archivo del correo es demasiado antiguo.",
        "Pida a la contraparte que empaquete de nuevo: lo que no ha llegado va en cada archivo.",
    ),
    Code.COURIER_FULL: (
        "Demasiadas partes de otros archivos esperan a las que les faltan[ ({limit} bytes)].",
        "Traiga las partes que faltan, o pida a la contraparte que empaquete de nuevo. Con el "
        "tiempo se van solas.",
    ),
    Code.COURIER_NOT_AGREED: (
        "La contraparte envía mensajes que pueden viajar semanas[ ({peer})], y aquí el enlace con "
        "ella no es por correo.",
        "Si es correcto, indíquelo y desempaquete de nuevo: comity peer link PEER courier.",
    ),
    Code.COURIER_KEY_UNKNOWN: (
        "El archivo del correo está firmado con una clave[ de {peer}] que aquí no se conoce.",
        "Si la contraparte tiene claves nuevas, admita primero su actualización: comity peer "
        "update FILE. Después desempaquete de nuevo.",
    ),
    Code.COURIER_NO_RECEIPT: (
        "No hay de qué dar recibo[: no se ha admitido ningún archivo de correo de {peer}].",
        "Desempaquete uno primero: comity courier unpack FILE.",
    ),
    Code.COURIER_WAITS: (
        "Espera al correo[ hacia {peer}].",
        "Empaquételo: comity courier pack PEER -o FILE. Cuando haya desempaquetado la respuesta, "
        "repita este comando.",
    ),
}
