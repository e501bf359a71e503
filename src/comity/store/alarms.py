"""Alarms: what a peer did to the record, and who decided to go on in spite of it."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, select

from comity.core.alarm import Kind, same
from comity.core.canonical import canonical
from comity.errors import Code, ComityError
from comity.store.rows.evidence import Alarm
from comity.store.rows.moving import add, change, many, one
from comity.store.schema.evidence import alarms as table
from comity.store.statements import Statement

_OPEN: Final = Statement(
    select(table.c.id).where(table.c.peer == bindparam("peer"), table.c.settled == 0).limit(1)
)


def is_open(tx: Connection, peer: str) -> bool:
    """Tell whether an alarm about a peer waits for an officer: nothing goes by itself then."""
    return bool(_OPEN.rows(tx, {"peer": peer}))


def waiting(tx: Connection, peer: str, kind: Kind) -> list[Alarm]:
    """Return the open alarms of a kind about a peer."""
    return list(many(tx, Alarm, peer=peer, kind=kind, settled=0))


def raised(tx: Connection, peer: str = "") -> list[Alarm]:
    """Return alarms, of one peer or of all, the oldest first."""
    found = many(tx, Alarm, peer=peer, order="at") if peer else many(tx, Alarm, order="at")
    return list(found)


def add_new(
    tx: Connection,
    id: str,
    peer: str,
    kind: Kind,
    number: int,
    at: int,
    evidence: Mapping[str, str],
) -> bool:
    """Keep an alarm, unless the same one is there; tells whether it is new.

    What shows on every contact is one alarm until the logs agree again; what is about one entry is
    one alarm for ever.
    """
    lasting = same(kind)
    for known in many(tx, Alarm, peer=peer):
        once = (known.kind, known.number) == (kind, number) and not lasting
        if once or (known.kind in lasting and not known.over):
            return False
    text = canonical(dict(evidence)).decode()
    add(tx, Alarm(id, peer, kind, number, text, at, 0, "", "", False))
    return True


def refine(tx: Connection, id: str, kind: Kind, number: int) -> None:
    """Say more exactly what an open alarm is about."""
    change(tx, Alarm, {"id": id, "settled": 0}, kind=kind, number=number)


def settle(tx: Connection, id: str, officer: str, reason: str, now: int) -> Alarm:
    """Let an officer go on. Raises ALARM_UNKNOWN, or ALARM_SETTLED where somebody did."""
    found = one(tx, Alarm, id=id)
    if found is None:
        raise ComityError(Code.ALARM_UNKNOWN)
    values = {"settled": now, "officer": officer, "reason": reason}
    if change(tx, Alarm, {"id": id, "settled": 0}, **values) != 1:
        raise ComityError(Code.ALARM_SETTLED)
    return found


def agreed_again(tx: Connection, peer: str, size: int, *kinds: Kind) -> None:
    """Note that the logs agree up to a size: what settled alarms were about is news again."""
    for known in many(tx, Alarm, table.c.settled > 0, peer=peer, over=False):
        if known.kind in kinds and known.number <= size:
            change(tx, Alarm, {"id": known.id}, over=True)
