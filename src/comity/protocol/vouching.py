"""Checkpoints that others have vouched for, and the leaves under them.

A checkpoint is evidence once the receiver of the log has cosigned it (`comity.store.checkpoints`).
Beside those, the newest that each witness has cosigned is kept.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from comity.core import note
from comity.core.checkpoint import Checkpoint
from comity.core.note import Note
from comity.errors import Code, ComityError
from comity.store import checkpoints
from comity.store.rows.evidence import VouchedNote
from comity.store.rows.moving import add, many, one, remove
from comity.store.schema.record import messages

_AT_ONCE: Final = 1_024
"""Leaves in memory at once: 32 KiB of them."""


def cosigned_note(tx: Connection, peer: str, direction: str) -> Note | None:
    """Return the newest checkpoint of a log that both have signed, or None."""
    found = checkpoints.cosigned_note(tx, peer, direction)
    return note.parse(found.note.encode()) if found else None


def witnessed_notes(tx: Connection, peer: str, direction: str) -> list[VouchedNote]:
    """Return the newest checkpoint that each witness has cosigned, the newest first."""
    found = many(tx, VouchedNote, peer=peer, direction=direction, order="size")
    return list(reversed(found))


def keep(tx: Connection, peer: str, direction: str, cosigned: Note, now: int, witness: str) -> None:
    """Keep a checkpoint, unless a newer one is kept already."""
    size = Checkpoint.parse(cosigned.text).size
    where = {"peer": peer, "direction": direction, "witness": witness}
    before = one(tx, VouchedNote, **where)
    if before is not None and before.size > size:
        return
    remove(tx, VouchedNote, **where)
    add(tx, VouchedNote(**where, size=size, note=cosigned.encode().decode(), at=now))


def note_over(tx: Connection, peer: str, direction: str, last: int) -> Note:
    """Return the checkpoint to prove entries up to `last` against.

    One that a witness has seen is worth more, and is taken where it covers them. Raises
    ENTRY_NOT_COSIGNED (entry, size) where none does.
    """
    cosigned = cosigned_note(tx, peer, direction)
    for row in witnessed_notes(tx, peer, direction):
        if row.size > last:
            return note.parse(row.note.encode())
    size = Checkpoint.parse(cosigned.text).size if cosigned else 0
    if cosigned is None or size <= last:
        raise ComityError(Code.ENTRY_NOT_COSIGNED, entry=last, size=size)
    return cosigned


def leaves_of(tx: Connection, peer: str, direction: str, start: int, stop: int) -> Iterator[bytes]:
    """Give what the log keeps of each message from `start` to `stop`, a few at a time.

    Raises RECORD_INCOMPLETE (missing) at the first that is not here.
    """
    query = (
        select(messages.c.seq, messages.c.leaf)
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.seq >= start, messages.c.seq < stop)
        .order_by(messages.c.seq)
    )
    expected = start
    for seq, committed in tx.execute(query.execution_options(yield_per=_AT_ONCE)):
        if seq != expected:
            break
        yield bytes(committed)
        expected += 1
    if expected < stop:
        raise ComityError(Code.RECORD_INCOMPLETE, missing=stop - expected)
