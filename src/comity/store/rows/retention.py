"""What was destroyed, and what is called back."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.retention import destructions, recall_entries, recalls


@dataclass(frozen=True, slots=True)
class Destruction(Row):
    """That the contents of an entry are destroyed: here, or at the peer as it attests."""

    table: ClassVar[Table] = destructions
    peer: str
    direction: str
    seq: int
    side: str
    ground: str
    recall: str
    at: int
    attestation: str


@dataclass(frozen=True, slots=True)
class RecallRow(Row):
    """A recall: of what we gave, or of what was given to us."""

    table: ClassVar[Table] = recalls
    contents: ClassVar[tuple[str, ...]] = ("reason", "said")
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    role: str
    state: str
    reason: str
    said: str
    parent: str
    due: int
    at: int
    updated: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class RecallEntry(Row):
    """An entry that a recall is about."""

    table: ClassVar[Table] = recall_entries
    recall: str
    direction: str
    seq: int
