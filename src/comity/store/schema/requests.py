"""Requests for details, and who approved what."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from comity.store.schema.columns import identifier, keyed, metadata, time

requests = Table(
    "requests",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    Column("role", String(8), nullable=False),  # consumer: asked by us, provider: asked of us
    identifier("agreement"),
    Column("handle", String(16), nullable=False),
    Column("manifest", String(43), nullable=False),
    Column("request", LargeBinary, nullable=False),  # sealed: the message, canonical JSON
    Column("state", String(16), nullable=False),
    Column(
        "answer", LargeBinary, nullable=False
    ),  # sealed; provider: the draft, consumer: what came
    Column("approval", String(43), nullable=False),  # digest that an approval is bound to
    Column("approvals", Integer, nullable=False),  # officers needed
    Column("reason", LargeBinary, nullable=False),  # sealed
    Column("final", Boolean, nullable=False),  # declined until the decliner reopens it
    time("due"),
    time("at"),
    *keyed(),
    Index(None, "state", "due"),
    Index(None, "wrap"),
)

approvals = Table(
    "approvals",
    metadata,
    identifier("request"),
    identifier("officer"),
    Column("approval", String(43), nullable=False),
    time("at"),
    PrimaryKeyConstraint("request", "officer"),
)
