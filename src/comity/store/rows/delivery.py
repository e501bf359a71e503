"""How our messages get to a peer: the outbox, links, awaited replies."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.delivery import awaited, links, outbox


@dataclass(frozen=True, slots=True)
class Outgoing(Row):
    """A request of ours on its way."""

    table: ClassVar[Table] = outbox
    peer: str
    jti: str
    seq: int
    kind: str
    subject: str
    state: str
    attempts: int
    not_before: int
    expires: int
    error: str


@dataclass(frozen=True, slots=True)
class Link(Row):
    """How messages get to a peer, and how far those are that a courier carries."""

    table: ClassVar[Table] = links
    peer: str
    kind: str
    one_way: bool
    packed: int
    taken: int
    arrived: int
    said: int
    seen: int
    made: int


@dataclass(frozen=True, slots=True)
class Awaited(Row):
    """A request of ours whose reply an operation reads when it is run again."""

    table: ClassVar[Table] = awaited
    peer: str
    jti: str
    scope: str
    asked: str
