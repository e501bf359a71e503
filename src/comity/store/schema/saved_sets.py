"""Lists of ours that are asked about again in each epoch."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from comity.store.schema.columns import identifier, metadata, time

watched_sets = Table(
    "watched_sets",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    identifier("dataset"),  # the peer's
    identifier("holdings"),  # ours
    Column("families", Text, nullable=False),  # with commas; empty: all that are agreed
    Column("purpose", Text, nullable=False),  # empty where the terms name only one
    Column("legal_basis", Text, nullable=False),
    identifier("officer"),
    time("at"),
    time("due"),  # when the node looks again by itself
    Column("failures", Integer, nullable=False),  # in a row
    Column("error", String(64), nullable=False),  # why it could not be asked; empty: it could
)

watch_rounds = Table(
    "watch_rounds",
    metadata,
    identifier("watch"),
    Column("n", Integer, nullable=False),
    Column("manifest", String(43), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),  # asked in it
    Column("found", Integer, nullable=False),  # pairs, when it ended
    Column("hits", Integer, nullable=False),  # of which those are; some may go since
    time("at"),
    PrimaryKeyConstraint("watch", "n"),
    UniqueConstraint("watch", "manifest"),
)

watch_looks = Table(
    "watch_looks",
    metadata,
    identifier("watch"),
    identifier("officer"),
    Column("n", Integer, nullable=False),  # the last round that the officer was shown
    time("at"),
    PrimaryKeyConstraint("watch", "officer"),
)
