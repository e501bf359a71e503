"""Entries of the record as peers name them, found in our own logs."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from comity.core.canonical import b64url
from comity.core.recall import Entry
from comity.errors import Code, ComityError
from comity.store import record
from comity.store.schema.record import messages
from comity.store.statements import Statement

_LEAF = Statement(
    select(messages.c.leaf, messages.c.what)
    .where(messages.c.peer == bindparam("peer"))
    .where(messages.c.direction == bindparam("direction"), messages.c.seq == bindparam("seq"))
)
_OURS = {"sent": record.OUT, "received": record.IN}
_THEIRS = {"sent": record.IN, "received": record.OUT}
Place = tuple[str, int]
"""Direction as it is here, and number."""


def name(tx: Connection, peer: str, places: Iterable[Place]) -> tuple[Entry, ...]:
    """Name entries for a peer. Raises ENTRY_UNKNOWN (entry)."""
    said = {ours: word for word, ours in _OURS.items()}
    return tuple(
        Entry(
            direction="sent" if said[direction] == "sent" else "received",
            sequence=seq,
            leaf=b64url(_found(tx, peer, direction, seq)[0]),
        )
        for direction, seq in places
    )


def own(entry: Entry) -> Place:
    """Return where an entry is that this node has named."""
    return _OURS[entry.direction], entry.sequence


def find(tx: Connection, peer: str, entries: Iterable[Entry]) -> dict[Place, str]:
    """Return where the entries that a peer names are here, and of what type each is.

    Raises ENTRY_UNKNOWN (entry) for one that is not here, or is here with another leaf.
    """
    places = {}
    for entry in entries:
        direction = _THEIRS[entry.direction]
        leaf, what = _found(tx, peer, direction, entry.sequence)
        if b64url(leaf) != entry.leaf:
            raise ComityError(Code.ENTRY_UNKNOWN, entry=entry.sequence)
        places[direction, entry.sequence] = what
    return places


def _found(tx: Connection, peer: str, direction: str, seq: int) -> tuple[bytes, str]:
    rows = _LEAF.rows(tx, {"peer": peer, "direction": direction, "seq": seq})
    if not rows:
        raise ComityError(Code.ENTRY_UNKNOWN, entry=seq)
    leaf, what = rows[0]
    return bytes(leaf), str(what)


def what(tx: Connection, peer: str, direction: str, seq: int) -> str:
    """Return of what type an entry is. Raises ENTRY_UNKNOWN (entry)."""
    return _found(tx, peer, direction, seq)[1]
