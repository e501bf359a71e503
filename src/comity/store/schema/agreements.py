"""The control plane: offers, negotiations, agreements, transfers."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from comity.store.schema.columns import identifier, metadata, time

offers = Table(
    "offers",
    metadata,
    identifier("id", key=True),
    identifier("dataset"),
    identifier("peer"),  # whom it is made to, empty for every pinned peer
    Column("policy", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    identifier("officer"),
    time("created"),
    Column("officers", Integer, nullable=False),  # who must approve each step of ours; 0: none
)

negotiations = Table(
    "negotiations",
    metadata,
    identifier("pid", key=True),
    identifier("peer"),
    identifier("their_pid"),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("pending", String(64), nullable=False),  # our message that awaits its ACK
    Column("base", String(400), nullable=False),  # path at the peer that its messages go to
    identifier("dataset"),
    Column("offer", Text, nullable=False),  # the latest, as JSON
    Column("offered_by", String(8), nullable=False),
    identifier("agreement"),
    Column("waits", Boolean, nullable=False),  # for an officer here
    Column("reason", Text, nullable=False),
    Column("due", BigInteger, nullable=False),  # when silence becomes a decline; 0: never
    time("updated"),
    Column("begun_by", String(8), nullable=False),  # the role that sent the first message
    Column("officers", Integer, nullable=False),  # who must approve each step of ours; 0: none
    Column("final", Boolean, nullable=False),  # declined here until it is reopened here
    Index(None, "peer", "their_pid"),
)

agreements = Table(
    "agreements",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    Column("role", String(8), nullable=False),
    identifier("dataset"),
    Column("agreement", Text, nullable=False),
    Column("digest", String(43), nullable=False),
    Column("provider_signature", Text, nullable=False),
    Column("consumer_signature", Text, nullable=False),
    Column("state", String(16), nullable=False),  # a word of core.agreement.Standing
    time("at"),
    Column("peer_suspended", Boolean, nullable=False),  # the peer's own suspension
    Column("ends", BigInteger, nullable=False),  # when no grant allows anything any more; 0: now
    identifier("replaces"),  # the agreement that this one takes the place of
    Index(None, "state", "ends"),
)

transfers = Table(
    "transfers",
    metadata,
    identifier("pid", key=True),
    identifier("peer"),
    identifier("their_pid"),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("pending", String(64), nullable=False),
    Column("base", String(400), nullable=False),
    identifier("agreement"),
    Column("format", String(64), nullable=False),
    Column("manifest", String(43), nullable=False),
    Column("held", Boolean, nullable=False),  # an officer here suspended it
    Column("suspended_by", String(8), nullable=False),  # consumer, provider or both
    Column("reason", Text, nullable=False),  # of the last suspension or termination
    time("updated"),
)
