"""What the check-up finds."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "doctor.ok": "ok",
    "doctor.warn": "look",
    "doctor.fail": "wrong",
    "doctor.version.ok": "Comity {version} on Python {python}.",
    "doctor.kernel.ok": (
        "Group operations run on the {kernel} kernel: {library} {version} of the {origin}, {path}. "
        "A faster one in Rust is used as soon as it is there: make kernel builds it."
    ),
    "doctor.kernel.native": (
        "Group operations run on the {kernel} kernel: {library} {version}, by way of {origin}, "
        "{path}. COMITY_KERNEL=portable takes the other one, on libsodium."
    ),
    "doctor.folder.ok": "The node's folder is closed to others: {folder}.",
    "doctor.folder.open": "The node's folder is open to other accounts: {folder}.",
    "doctor.folder.open.todo": "Close it: chmod 700 on the folder.",
    "doctor.settings.ok": "Settings and identity document are readable: {id}.",
    "doctor.keys.ok": "All keys are there, closed to others, and those of the identity document.",
    "doctor.clock.ok": (
        "The clock says {now}. Peers take messages from a clock that is at most {skew} seconds "
        "ahead of theirs; keep it synchronised."
    ),
    "doctor.clock.behind": "The clock says {now}, which is before this node was made.",
    "doctor.clock.behind.todo": "Set the clock, and have it synchronised (NTP).",
    "doctor.room.ok": "There is room on the disk: {free} MiB.",
    "doctor.room.little": "There is little room on the disk: {free} MiB.",
    "doctor.room.little.todo": "Make room: a full disk stops the node, though it loses nothing.",
    "doctor.database.ok": "The database answers; peers pinned: {peers}.",
    "doctor.database.busy": "The database is in use by process {pid}.",
    "doctor.ports.ok": "Port {port} on {host} is free.",
    "doctor.ports.serving": "The node serves (process {pid}); officers reach it at {address}.",
    "doctor.peers.ok": "{name} answers at {address} with the pinned certificate.",
    "doctor.peers.none": "No peer is pinned.",
    "doctor.peers.none.todo": "Exchange identity documents, then pin: comity peer add FILE.",
}
