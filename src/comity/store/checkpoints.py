"""Signed checkpoints of both logs with a peer: the history of what was cosigned, and when."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, func, or_, select

from comity.store.rows.evidence import Cosigned
from comity.store.rows.moving import add, change, many, one
from comity.store.schema.evidence import checkpoints as table
from comity.store.statements import Statement

_NEWEST: Final = Statement(
    select(table)
    .where(table.c.peer == bindparam("peer"), table.c.direction == bindparam("direction"))
    .where(table.c.time >= bindparam("since"))
    .order_by(table.c.size.desc())
    .limit(1)
)
_FLOOR: Final = Statement(
    select(func.max(table.c.at))
    .where(table.c.peer == bindparam("peer"), table.c.direction == bindparam("direction"))
    .where(table.c.written <= bindparam("seq"))
)


def cosigned_note(tx: Connection, peer: str, direction: str) -> Cosigned | None:
    """Return the newest checkpoint of a log that who mirrors it has cosigned."""
    return _one(tx, peer, direction, 1)


def newest(tx: Connection, peer: str, direction: str) -> Cosigned | None:
    """Return the newest signed checkpoint of a log, cosigned or not yet."""
    return _one(tx, peer, direction, 0)


def at_size(tx: Connection, peer: str, direction: str, size: int) -> Cosigned | None:
    """Return the checkpoint of that size."""
    return one(tx, Cosigned, peer=peer, direction=direction, size=size)


def history(tx: Connection, peer: str, direction: str) -> list[Cosigned]:
    """Return all checkpoints of a log, the oldest first."""
    return list(many(tx, Cosigned, peer=peer, direction=direction, order="size"))


def floor(tx: Connection, peer: str, direction: str, seq: int) -> int:
    """Return the latest time at which the writer said that it had no entry of that number; or 0."""
    found = _FLOOR.rows(tx, {"peer": peer, "direction": direction, "seq": seq})
    return int(found[0][0] or 0)


def above(tx: Connection, peer: str, direction: str, held: int, claimed: int) -> Sequence[Cosigned]:
    """Return checkpoints that were never compared with the log, and can be now.

    They were signed before all that they cover was here. Of more than is `held`, only the one of
    the size `claimed` can be compared, with what is claimed now.
    """
    last = cosigned_note(tx, peer, direction)
    fits = or_(table.c.size <= held, table.c.size == claimed)
    newer = table.c.size > (last.size if last else -1)
    return many(tx, Cosigned, fits, newer, peer=peer, direction=direction, time=0, order="size")


def keep(tx: Connection, made: Cosigned) -> None:
    """Keep a checkpoint; what is kept of its size stays, unless this one has the cosignature.

    Where its writer has written nothing since, it now has said so at a later time.
    """
    known = at_size(tx, made.peer, made.direction, made.size)
    where = {"peer": made.peer, "direction": made.direction, "size": made.size}
    if known is None:
        add(tx, made)
        return
    if made.time and not known.time:
        change(tx, Cosigned, where, time=made.time, note=made.note)
    if made.written == known.written and made.at > known.at:
        change(tx, Cosigned, where, at=made.at)


def _one(tx: Connection, peer: str, direction: str, since: int) -> Cosigned | None:
    found = _NEWEST.rows(tx, {"peer": peer, "direction": direction, "since": since})
    return Cosigned(*found[0]) if found else None
