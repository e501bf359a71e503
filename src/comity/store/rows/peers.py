"""Who is pinned here, and the identity documents that were, or are, in force."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.peers import identities, peers


@dataclass(frozen=True, slots=True)
class Peer(Row):
    """A participant whose identity document is pinned here."""

    table: ClassVar[Table] = peers
    id: str
    document: str
    version: int
    pinned: int
    pinned_by: str
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class IdentityRow(Row):
    """A document that was, or is, in force here: a peer's or this node's own."""

    table: ClassVar[Table] = identities
    id: str
    n: int
    version: int
    document: str
    endorsement: str
    by: str
    at: int
    officer: str
    until: int
    revoked: int
    reason: str
    statement: str
    received: int
