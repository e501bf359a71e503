"""Lo que encuentra la revisión."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "doctor.ok": "bien",
    "doctor.warn": "vea",
    "doctor.fail": "mal",
    "doctor.version.ok": "Comity {version} con Python {python}.",
    "doctor.kernel.ok": (
        "Las operaciones de grupo usan el núcleo {kernel}: {library} {version}, origen {origin}, "
        "{path}. Hay otro más rápido, en Rust, que se usa en cuanto está: make kernel lo construye."
    ),
    "doctor.kernel.native": (
        "Las operaciones de grupo usan el núcleo {kernel}: {library} {version}, por la vía "
        "{origin}, {path}. COMITY_KERNEL=portable toma el otro, sobre libsodium."
    ),
    "doctor.folder.ok": "La carpeta del nodo está cerrada a otros: {folder}.",
    "doctor.folder.open": "La carpeta del nodo está abierta a otras cuentas: {folder}.",
    "doctor.folder.open.todo": "Ciérrela: chmod 700 en la carpeta.",
    "doctor.settings.ok": "Los ajustes y el documento de identidad se pueden leer: {id}.",
    "doctor.keys.ok": (
        "Están todas las llaves, cerradas a otros, y son las del documento de identidad."
    ),
    "doctor.clock.ok": (
        "El reloj marca {now}. Las contrapartes admiten mensajes de un reloj que se adelante al "
        "suyo {skew} segundos como máximo; manténgalo sincronizado."
    ),
    "doctor.clock.behind": "El reloj marca {now}, una hora anterior a la creación de este nodo.",
    "doctor.clock.behind.todo": "Ponga el reloj en hora y manténgalo sincronizado (NTP).",
    "doctor.room.ok": "Hay espacio en el disco: {free} MiB.",
    "doctor.room.little": "Hay poco espacio en el disco: {free} MiB.",
    "doctor.room.little.todo": (
        "Libere espacio: un disco lleno detiene el nodo, aunque no se pierda nada."
    ),
    "doctor.database.ok": "La base de datos responde; contrapartes registradas: {peers}.",
    "doctor.database.busy": "La base de datos está en uso por el proceso {pid}.",
    "doctor.ports.ok": "El puerto {port} de {host} está libre.",
    "doctor.ports.serving": (
        "El nodo está en servicio (proceso {pid}); los oficiales llegan a él en {address}."
    ),
    "doctor.peers.ok": "{name} responde en {address} con el certificado registrado.",
    "doctor.peers.none": "No hay ninguna contraparte registrada.",
    "doctor.peers.none.todo": (
        "Intercambien documentos de identidad y regístrela: comity peer add FILE."
    ),
}
