"""The lists that are held here."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.holdings import datasets, records


@dataclass(frozen=True, slots=True)
class Dataset(Row):
    """A list held here."""

    table: ClassVar[Table] = datasets
    id: str
    title: str
    format: str
    records: int
    root: bytes
    report: str
    loaded: int


@dataclass(frozen=True, slots=True)
class Held(Row):
    """A record held here, as canonical JSON."""

    table: ClassVar[Table] = records
    at_once: ClassVar[int] = 1_000
    dataset: str
    id: str
    n: int
    body: bytes
    salt: bytes
    withheld: bool
