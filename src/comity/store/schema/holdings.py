"""The lists that are held here."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from comity.store.schema.columns import identifier, metadata, time

datasets = Table(
    "datasets",
    metadata,
    identifier("id", key=True),
    Column("title", String(200), nullable=False),
    Column("format", String(32), nullable=False),
    Column("records", Integer, nullable=False),
    Column("root", LargeBinary(32), nullable=False),  # Merkle root over salted record digests
    Column("report", Text, nullable=False),
    time("loaded"),
)

records = Table(
    "records",
    metadata,
    identifier("dataset"),
    identifier("id"),
    Column("n", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("withheld", Boolean, nullable=False),
    PrimaryKeyConstraint("dataset", "id"),
    Index(None, "dataset", "n"),
)
