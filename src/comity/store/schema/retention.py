"""What was destroyed, and what is called back."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, String, Table

from comity.store.schema.columns import identifier, keyed, metadata, time

destructions = Table(
    "destructions",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("side", String(4), nullable=False),  # whose copy: ours or peer, as it attests
    Column("ground", String(16), nullable=False),  # retention or recall
    identifier("recall"),  # empty where there is none
    time("at"),
    Column("attestation", String(22), nullable=False),  # jti; empty while it waits or is not due
    PrimaryKeyConstraint("peer", "direction", "seq", "side"),
    Index(None, "attestation"),
)

recalls = Table(
    "recalls",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    Column("role", String(8), nullable=False),  # giver: we want it back; holder: the peer does
    Column("state", String(16), nullable=False),
    Column("reason", LargeBinary, nullable=False),  # sealed: the giver's
    Column("said", LargeBinary, nullable=False),  # sealed: the outcome, canonical JSON
    identifier("parent"),  # the recall that this one passes on; empty where it passes on none
    Column("due", BigInteger, nullable=False),
    time("at"),
    time("updated"),
    *keyed(),
    Index(None, "parent"),
    Index(None, "wrap"),
)

recall_entries = Table(
    "recall_entries",
    metadata,
    identifier("recall"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("recall", "direction", "seq"),
)
