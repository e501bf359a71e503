"""Lists of ours that are asked about again in each epoch."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.saved_sets import watch_looks, watch_rounds, watched_sets


@dataclass(frozen=True, slots=True)
class WatchedSet(Row):
    """A list of ours that is asked about again in each epoch of a peer's dataset."""

    table: ClassVar[Table] = watched_sets
    id: str
    peer: str
    dataset: str
    holdings: str
    families: str
    purpose: str
    legal_basis: str
    officer: str
    at: int
    due: int
    failures: int
    error: str


@dataclass(frozen=True, slots=True)
class WatchRound(Row):
    """That a saved set was asked, whole, in one epoch."""

    table: ClassVar[Table] = watch_rounds
    watch: str
    n: int
    manifest: str
    epoch: int
    tokens: int
    found: int
    hits: int
    at: int


@dataclass(frozen=True, slots=True)
class WatchLook(Row):
    """How far an officer has seen what changed."""

    table: ClassVar[Table] = watch_looks
    watch: str
    officer: str
    n: int
    at: int
