"""This node itself: officers, their journal, wrap keys, coming back after a restore."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.node import (
    journal,
    node_state,
    officers,
    resumptions,
    unsettled,
    wrap_keys,
)


@dataclass(frozen=True, slots=True)
class Officer(Row):
    """Somebody who may operate this node."""

    table: ClassVar[Table] = officers
    id: str
    secret: bytes
    created: int


@dataclass(frozen=True, slots=True)
class JournalEntry(Row):
    """What was decided here, by whom: private, never shared."""

    table: ClassVar[Table] = journal
    n: int
    at: int
    officer: str
    action: str
    detail: str
    head: bytes


@dataclass(frozen=True, slots=True)
class NodeState(Row):
    """One thing that is to be remembered of the node as a whole."""

    table: ClassVar[Table] = node_state
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class WrapKey(Row):
    """A wrap key: in force, on its way out, or destroyed. The key itself is a file."""

    table: ClassVar[Table] = wrap_keys
    n: int
    state: str
    made: int
    destroyed: int


@dataclass(frozen=True, slots=True)
class Resumption(Row):
    """How far a restored node is in coming back to a peer."""

    table: ClassVar[Table] = resumptions
    peer: str
    incarnation: int
    since: int
    instance: str
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Unsettled(Row):
    """What a restored node knows from the record and could not rebuild."""

    table: ClassVar[Table] = unsettled
    peer: str
    jti: str
    what: str
    direction: str
    subject: str
    reason: str
    at: int
    officer: str
