"""Files: those of datasets, how a transfer gives one, those that came."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from comity.store.schema.columns import identifier, metadata, time

dataset_files = Table(
    "dataset_files",
    metadata,
    identifier("dataset", key=True),
    Column("digest", String(43), nullable=False),  # SHA-256, base64url; names the copy on disk
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    identifier("officer"),
    time("at"),
)

data_addresses = Table(
    "data_addresses",
    metadata,
    identifier("transfer", key=True),
    Column("sealed", LargeBinary, nullable=False),  # the DataAddress, under the sealing key
)

file_tokens = Table(
    "file_tokens",
    metadata,
    identifier("transfer", key=True),
    Column("secret", LargeBinary(32), nullable=False),  # SHA-256 of a random 256-bit token
    Column("requests", Integer, nullable=False),  # how often it was used
)

grants = Table(
    "grants",
    metadata,
    identifier("transfer", key=True),
    identifier("peer"),
    identifier("dataset"),
    Column("digest", String(43), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("statement", Text, nullable=False),  # compact JWS
    Column("push", String(8), nullable=False),  # waiting, done, over; empty: pulled
    Column("attempts", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),  # of a push, or of completing after it
    Column("error", String(64), nullable=False),
    time("at"),
    Index(None, "push"),
)

received_files = Table(
    "received_files",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    identifier("transfer"),
    identifier("agreement"),
    identifier("dataset"),
    Column("digest", String(43), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("statement", Text, nullable=False),  # empty where the giver signed none
    Column("handling", String(32), nullable=False),  # the label of the terms, when it came
    identifier("officer"),  # who looked first; empty while nobody has
    time("looked"),
    time("at"),
    Index(None, "transfer"),
)
