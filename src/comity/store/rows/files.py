"""Files: those of datasets, how a transfer gives one, those that came."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.files import (
    data_addresses,
    dataset_files,
    file_tokens,
    grants,
    received_files,
)


@dataclass(frozen=True, slots=True)
class DatasetFile(Row):
    """The file of a dataset held here."""

    table: ClassVar[Table] = dataset_files
    dataset: str
    digest: str
    size: int
    media_type: str
    officer: str
    at: int


@dataclass(frozen=True, slots=True)
class SealedAddress(Row):
    """A peer's data address, sealed: it has a credential."""

    table: ClassVar[Table] = data_addresses
    transfer: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FileToken(Row):
    """What opens the file path of one transfer: its bearer token, as a digest."""

    table: ClassVar[Table] = file_tokens
    transfer: str
    secret: bytes
    requests: int


@dataclass(frozen=True, slots=True)
class Grant(Row):
    """Which file a transfer of ours gives, and how far pushing it is."""

    table: ClassVar[Table] = grants
    transfer: str
    peer: str
    dataset: str
    digest: str
    size: int
    media_type: str
    statement: str
    push: str
    attempts: int
    not_before: int
    error: str
    at: int


@dataclass(frozen=True, slots=True)
class Received(Row):
    """A file that came from a peer: opaque bytes, below its id."""

    table: ClassVar[Table] = received_files
    id: str
    peer: str
    transfer: str
    agreement: str
    dataset: str
    digest: str
    size: int
    media_type: str
    statement: str
    handling: str
    officer: str
    looked: int
    at: int
