"""Matching: tag sets, what is asked about them, what was found."""

from sqlalchemy import (
    BigInteger,
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

from comity.store.schema.columns import identifier, keyed, metadata, time

manifests = Table(
    "manifests",
    metadata,
    Column("digest", String(43), primary_key=True),
    identifier("peer"),
    identifier("agreement"),
    Column("role", String(8), nullable=False),
    Column("signed", Text, nullable=False),  # compact JWS
    Column("epoch", Integer, nullable=False),
    Column("ready", Boolean, nullable=False),  # the set is here, whole and checked
    Column("ends", BigInteger, nullable=False),
    Index(None, "agreement", "epoch"),
)

handles = Table(
    "handles",
    metadata,
    Column("manifest", String(43), nullable=False),
    Column("handle", String(16), nullable=False),
    identifier("dataset"),
    identifier("record"),
    PrimaryKeyConstraint("manifest", "handle"),
)

usage = Table(
    "usage",
    metadata,
    identifier("peer"),
    Column("jti", String(22), nullable=False),
    identifier("dataset"),
    identifier("agreement"),
    Column("action", String(16), nullable=False),
    Column("family", String(32), nullable=False),
    Column("elements", BigInteger, nullable=False),
    time("at"),
    PrimaryKeyConstraint("peer", "jti"),
    Index(None, "peer", "dataset", "at"),
)

questions = Table(
    "questions",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    Column("manifest", String(43), nullable=False),
    Column("family", String(32), nullable=False),
    Column("elements", Integer, nullable=False),
    Column("run", String(45), nullable=False),  # a URN
    Column("sealed", LargeBinary, nullable=False),  # what was asked, under the sealing key
    Column("answered", Boolean, nullable=False),
    time("at"),
    *keyed(),
    Index(None, "wrap"),
)

hits = Table(
    "hits",
    metadata,
    identifier("peer"),
    Column("manifest", String(43), nullable=False),
    Column("handle", String(16), nullable=False),
    Column("token", String(22), nullable=False),  # which of ours: a digest of its input
    Column("family", String(32), nullable=False),
    identifier("dataset"),  # empty for a typed-in subject
    identifier("record"),  # ours; the root of its question for a typed-in subject
    Column("label", LargeBinary(32), nullable=False),
    identifier("question"),
    time("at"),
    PrimaryKeyConstraint("manifest", "handle", "token", "dataset", "record"),
)

assessments = Table(
    "assessments",
    metadata,
    identifier("id", key=True),  # a digest of the four that follow the peer
    identifier("peer"),
    Column("manifest", String(43), nullable=False),
    Column("handle", String(16), nullable=False),
    identifier("dataset"),
    identifier("record"),
    Column("score", LargeBinary, nullable=False),  # sealed: band and lines as JSON
    time("at"),  # when the first of its hits was learned
    *keyed(),
    Index(None, "manifest", "handle"),
    Index(None, "wrap"),
)
