"""What peers asked, in the order of time, one message at a time."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.sql import ColumnElement

from comity.store.record import IN
from comity.store.rows.moving import one
from comity.store.rows.record import Message
from comity.store.schema.record import messages


def count(tx: Connection, what: Collection[str], peer: str, since: int) -> int:
    """Return how many messages of those types came since a time; `peer` empty is from any."""
    query = select(func.count()).select_from(messages).where(*_which(what, peer, since))
    return int(tx.execute(query).scalar_one())


def replay(tx: Connection, what: Collection[str], peer: str, since: int) -> Iterator[Message]:
    """Give those messages. Only one has its body in memory at a time: questions have half a MiB."""
    keys = (
        select(messages.c.peer, messages.c.seq)
        .where(*_which(what, peer, since))
        .order_by(messages.c.at, messages.c.peer, messages.c.seq)
    )
    for sender, seq in tx.execute(keys.execution_options(yield_per=1_000)):
        found = one(tx, Message, peer=sender, direction=IN, seq=seq)
        if found is not None:
            yield found


def _which(what: Collection[str], peer: str, since: int) -> list[ColumnElement[bool]]:
    conditions = [
        messages.c.direction == IN,
        messages.c.kind == "request",
        messages.c.what.in_(what),
        messages.c.at >= since,
    ]
    return [*conditions, messages.c.peer == peer] if peer else conditions
