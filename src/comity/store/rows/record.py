"""The record: one log for each direction and peer, its tree, what is counted of it."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.record import dealings, heads, ledgers, messages, tiles


@dataclass(frozen=True, slots=True)
class Message(Row):
    """One entry of the record: the exact bytes that crossed, until they are destroyed."""

    table: ClassVar[Table] = messages
    contents: ClassVar[tuple[str, ...]] = ("token", "body")
    bound: ClassVar[tuple[str, ...]] = ("peer", "direction", "seq", "leaf")
    peer: str
    direction: str
    seq: int
    jti: str
    kind: str
    token: str
    method: str
    target: str
    status: int
    content_type: str
    body: bytes
    size: int
    reply_to: str
    what: str
    refused: str
    leaf: bytes
    at: int
    key: bytes = b""
    wrap: int = 0
    look: int = 0
    destroyed: int = 0


@dataclass(frozen=True, slots=True)
class Head(Row):
    """How far a log is."""

    table: ClassVar[Table] = heads
    peer: str
    direction: str
    next: int
    size: int
    frontier: bytes
    incarnation: int = 1
    instance: str = ""
    vouched: int = 0
    frozen: str = ""


@dataclass(frozen=True, slots=True)
class Tile(Row):
    """A full tile of a log's tree: 256 hashes (C2SP tlog-tiles), and the root over them."""

    table: ClassVar[Table] = tiles
    peer: str
    direction: str
    level: int
    n: int
    root: bytes
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Dealing(Row):
    """What the ledger counts of an entry; it stays when the entry's contents are destroyed."""

    table: ClassVar[Table] = dealings
    peer: str
    direction: str
    seq: int
    issued: int
    bytes: int
    act: str
    asker: str
    agreement: str
    subject: str
    elements: int
    answered: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class LedgerRow(Row):
    """Two signed statements of the same figures, and whether they are equal."""

    table: ClassVar[Table] = ledgers
    peer: str
    n: int
    ours: str
    theirs: str
    equal: bool
    at: int
    officer: str
