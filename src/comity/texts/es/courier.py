"""What is said of couriers and their files: Spanish."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "label.files": "archivos",
    "label.good-until": "vale hasta",
    "label.known": "ya conocidos",
    "label.refused-here": "rechazados aquí",
    "label.refused-there": "rechazados allí",
    "label.not-taken": "no admitidos",
    "label.put-off": "aplazados por demasiados rechazos",
    "label.transfers-waiting": "transferencias que esperan aquí",
    "compared.equal": "igual en ambos lados",
    "compared.incomplete": "faltan mensajes",
    "compared.differs": "las dos copias difieren",
    "link.http": "llamadas",
    "link.courier": "correo",
    "link.one-way": "correo, en un sentido",
    "did.courier.pack": "empaquetó para un correo",
    "did.courier.unpack": "desempaquetó de un correo",
    "did.courier.receipt": "hizo un recibo",
    "did.courier.accept": "admitió un recibo",
    "did.peer.link": "fijó un enlace",
    "say.packed": "Archivo {number} para {peer}: {requests} solicitudes, {replies} respuestas.",
    "say.nothing-new": "No hay nada nuevo.",
    "say.receipt": "Han llegado {size} mensajes de {peer}. El recibo está en {file}",
    "say.accepted": "A {peer} han llegado {size} de {sent} mensajes.",
    "say.settled": "{count} de ellos ya no esperan nada: por este enlace no vuelve nada.",
    "say.linked": "El enlace con {peer}: {link}.",
    "say.part-kept": "{file} es la parte {part} de {parts}. Se conserva hasta que estén las demás.",
    "say.parts-missing": "Archivo {number} de {peer}: faltan estas partes: {missing}.",
    "say.bundle-next": "Archivo {number} de {peer}: {new} mensajes nuevos.",
    "say.bundle-again": "Archivo {number} de {peer}, ya admitido antes: {new} mensajes nuevos.",
    "say.bundle-older": (
        "Archivo {number} de {peer}, anterior a otro ya admitido: {new} mensajes nuevos."
    ),
    "hint.packed": (
        "Solo esa contraparte puede leerlo. Lo que no ha llegado va otra vez en el siguiente "
        "archivo."
    ),
    "hint.receipt": "Es para {peer}: comity courier accept FILE. No muestra contenidos.",
    "hint.to-send": (
        "Mensajes para el viaje de vuelta: {count}. Cuando decidan los oficiales: comity "
        "courier pack PEER -o FILE"
    ),
    "hint.nothing-to-send": (
        "Nada espera para {peer}. Un archivo de vuelta solo le diría qué ha llegado."
    ),
}
