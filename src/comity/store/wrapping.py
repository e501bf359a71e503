"""Which wrap keys there are, and what is still under which (`comity.store.vault`).

A key that is being replaced goes through three states, each durable before the next begins:

    current    new contents go under it; there is always exactly one
    retiring   its successor is current; what is under it is put under that, a few rows at a time
    destroyed  nothing is under it any more, and its file is gone

A key whose file is gone before its time is `lost`, with what was under it.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from comity.errors import Code, ComityError
from comity.limits import REWRAPPED_AT_ONCE
from comity.store import vault
from comity.store.rows.contents import place_of
from comity.store.rows.matching import Assessment, Question
from comity.store.rows.moving import add, change, many
from comity.store.rows.node import WrapKey
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import RecallRow
from comity.store.rows.row import Row
from comity.store.statements import Statement

KEPT: Final[tuple[type[Row], ...]] = (Message, RequestRow, Question, Assessment, RecallRow)
"""The rows whose contents are sealed."""


class State(StrEnum):
    """Where a wrap key is on its way."""

    CURRENT = "current"
    RETIRING = "retiring"
    DESTROYED = "destroyed"
    LOST = "lost"


def current(tx: Connection) -> WrapKey | None:
    """Return the wrap key in force; None in a database that has none yet."""
    return next(iter(many(tx, WrapKey, state=State.CURRENT)), None)


def succeed(tx: Connection, now: int) -> int:
    """Make the next wrap key the one in force, and return its number.

    The caller tells the vault once that is durable. Until then the file is there and unused, and
    the next attempt writes it anew. Raises DISK_FULL or STORE_FAILED.
    """
    number = max((key.n for key in many(tx, WrapKey)), default=0) + 1
    vault.of(tx).make(number)
    change(tx, WrapKey, {"state": State.CURRENT}, state=State.RETIRING)
    add(tx, WrapKey(number, State.CURRENT, now, 0))
    return number


def rewrap(tx: Connection, number: int) -> int:
    """Put up to REWRAPPED_AT_ONCE rows from under a retiring key under the current one.

    Returns how many there were. Raises KEY_FILE_INVALID where the key cannot be read.
    """
    left = REWRAPPED_AT_ONCE
    for cls in KEPT:
        if left:
            left -= _rewrap(tx, cls, number, left)
    return REWRAPPED_AT_ONCE - left


def is_used(tx: Connection, number: int) -> bool:
    """Tell whether anything is still under a wrap key."""
    return any(_ANY[cls].rows(tx, {"number": number}) for cls in KEPT)


def _rewrap(tx: Connection, cls: type[Row], number: int, limit: int) -> int:
    keeper, named = vault.of(tx), _keys(cls)
    moved = []
    for row in _UNDER[cls].rows(tx, {"number": number, "limit": limit}):
        bound, pk, key = row[: len(cls.bound)], row[len(cls.bound) : -1], row[-1]
        try:
            key, wrap = keeper.rewrap(place_of(cls, bound), number, key)
        except ComityError as error:
            if error.code is not Code.STORE_FAILED:
                raise
            # Somebody spoiled it: it opens under no key, and must not keep the old one alive.
            wrap = keeper.current
        moved.append(
            {"v_key": key, "v_wrap": wrap}
            | {f"w_{name}": value for name, value in zip(named, pk, strict=True)}
        )
    if moved:
        _MOVE[cls].run_many(tx, moved)
    return len(moved)


def _keys(cls: type[Row]) -> list[str]:
    return [column.name for column in cls.table.primary_key]


def _under(cls: type[Row]) -> Statement:
    columns = [cls.table.c[name] for name in (*cls.bound, *_keys(cls), "key")]
    # Labelled: a column that is both bound and key would stand there once only.
    labelled = [column.label(f"c{n}") for n, column in enumerate(columns)]
    query = select(*labelled).where(cls.table.c.wrap == bindparam("number"))
    return Statement(query.limit(bindparam("limit")))


def _move(cls: type[Row]) -> Statement:
    table = cls.table
    changed = update(table).values(key=bindparam("v_key"), wrap=bindparam("v_wrap"))
    for name in _keys(cls):
        changed = changed.where(table.c[name] == bindparam(f"w_{name}"))
    return Statement(changed)


_UNDER: Final = {cls: _under(cls) for cls in KEPT}
_MOVE: Final = {cls: _move(cls) for cls in KEPT}
_ANY: Final = {
    cls: Statement(select(cls.table.c.wrap).where(cls.table.c.wrap == bindparam("number")).limit(1))
    for cls in KEPT
}
