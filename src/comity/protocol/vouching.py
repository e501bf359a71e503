"""Checkpoints that others have vouched for, and the trees that proofs are made of.

A checkpoint is evidence once the receiver of the log has cosigned it. The newest such one of each
log is kept, and beside it the newest that each witness has cosigned, too.
"""

from collections.abc import Iterator, Sequence
from typing import Final, overload

from sqlalchemy import Connection, select

from comity.core import note
from comity.core.checkpoint import Checkpoint
from comity.core.merkle import Tree, leaf_hash
from comity.core.note import Note
from comity.errors import Code, ComityError
from comity.store.rows import VouchedNote, add, many, one, remove
from comity.store.schema import messages

_AT_ONCE: Final = 1_024
"""Leaves in memory at once: 32 KiB of them."""


def cosigned_note(tx: Connection, peer: str, direction: str) -> Note | None:
    """Return the newest checkpoint of a log that both have signed, or None."""
    found = one(tx, VouchedNote, peer=peer, direction=direction, witness="")
    return note.parse(found.note.encode()) if found else None


def witnessed_notes(tx: Connection, peer: str, direction: str) -> list[VouchedNote]:
    """Return the newest checkpoint that each witness has cosigned, the newest first."""
    found = many(tx, VouchedNote, peer=peer, direction=direction, order="size")
    return [row for row in reversed(found) if row.witness]


def keep(
    tx: Connection, peer: str, direction: str, cosigned: Note, now: int, witness: str = ""
) -> None:
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


def tree_of(tx: Connection, peer: str, direction: str, size: int) -> Tree:
    """Return the tree over the first `size` leaves of a log. Raises RECORD_INCOMPLETE (missing)."""
    return Tree(_Leaves(tx, peer, direction, size))


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


class _Leaves(Sequence[bytes]):
    """The leaf hashes of a log, as slices read them."""

    def __init__(self, tx: Connection, peer: str, direction: str, size: int) -> None:
        self._tx, self._peer, self._direction, self._size = tx, peer, direction, size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        part = at if isinstance(at, slice) else slice(at, at + 1)
        start, stop, _ = part.indices(self._size)
        found = leaves_of(self._tx, self._peer, self._direction, start, stop)
        hashes = [leaf_hash(item) for item in found]
        return hashes if isinstance(at, slice) else hashes[0]
