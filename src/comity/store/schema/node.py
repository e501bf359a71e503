"""This node itself: officers, their journal, wrap keys, coming back after a restore."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from comity.store.schema.columns import identifier, metadata, time

officers = Table(
    "officers",
    metadata,
    identifier("id", key=True),
    Column("secret", LargeBinary(32), nullable=False),  # SHA-256 of a random 256-bit token
    time("created"),
)

journal = Table(
    "journal",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    time("at"),
    identifier("officer"),
    Column("action", String(64), nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON of ids and numbers
    Column("head", LargeBinary(32), nullable=False),  # SHA-256 over the entry and the last head
)

node_state = Table(
    "node_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(200), nullable=False),
)

wrap_keys = Table(
    "wrap_keys",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),  # names the file
    Column("state", String(10), nullable=False),  # current, retiring, destroyed
    time("made"),  # 0 until a node has looked at it: the store knows no time
    time("destroyed"),
)

resumptions = Table(
    "resumptions",
    metadata,
    identifier("peer", key=True),
    Column("incarnation", BigInteger, nullable=False),  # the one that is being taken
    Column("since", BigInteger, nullable=False),  # the one that it follows
    Column("instance", String(22), nullable=False),  # which copy of this node takes it
    Column("sent", BigInteger, nullable=False),  # size of our log when this began
    Column("received", BigInteger, nullable=False),  # size of the peer's
)

unsettled = Table(
    "unsettled",
    metadata,
    identifier("peer"),
    Column("jti", String(22), nullable=False),  # the message that shows it
    Column("what", String(64), nullable=False),
    Column("direction", String(3), nullable=False),
    identifier("subject"),
    Column("reason", String(32), nullable=False),
    time("at"),
    identifier("officer"),  # who has looked at it; empty while nobody has
    PrimaryKeyConstraint("peer", "jti"),
)
