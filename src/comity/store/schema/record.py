"""The record: one log for each direction and peer, its tree, what is counted of it."""

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
    UniqueConstraint,
    text,
)

from comity.store.schema.columns import identifier, keyed, metadata, time

messages = Table(
    "messages",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),  # out: sent by us, in: sent by the peer
    Column("seq", BigInteger, nullable=False),
    Column("jti", String(22), nullable=False),
    Column("kind", String(8), nullable=False),  # request or response
    Column("token", LargeBinary, nullable=False),  # sealed; empty once it is destroyed
    Column("method", String(8), nullable=False),
    Column("target", String(1024), nullable=False),
    Column("status", Integer, nullable=False),  # 0 for a request
    Column("content_type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed; empty where it is bulk or was refused
    Column("size", BigInteger, nullable=False),  # of the body as it crossed the border
    Column("reply_to", String(22), nullable=False),  # jti of the request, empty for a request
    Column("what", String(64), nullable=False),  # the message type, a word of the closed set
    Column("refused", String(64), nullable=False),  # the code, empty where it was not refused
    Column("leaf", LargeBinary(32), nullable=False),
    time("at"),
    *keyed(),
    Column("look", BigInteger, nullable=False),  # when to see whether it has to go; 0: it stays
    Column("destroyed", BigInteger, nullable=False),  # when its contents were; 0: they are here
    PrimaryKeyConstraint("peer", "direction", "seq"),
    UniqueConstraint("peer", "direction", "jti"),
    Index(None, "peer", "direction", "reply_to"),
    Index(None, "wrap"),
    # Few messages have contents that go: the others are not in it.
    Index(None, "look", sqlite_where=text("look != 0"), postgresql_where=text("look != 0")),
)

heads = Table(
    "heads",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),
    Column("next", BigInteger, nullable=False),  # one past the highest sequence number
    Column("size", BigInteger, nullable=False),  # leaves in the tree: the part without gaps
    Column("frontier", LargeBinary, nullable=False),
    Column("incarnation", BigInteger, nullable=False),  # of the log's writer
    Column("instance", String(22), nullable=False),  # who took it; empty: nobody was restored
    Column("vouched", BigInteger, nullable=False),  # older incarnations wrote what is below
    Column("frozen", String(32), nullable=False),  # why nothing is said to the peer; ours only
    PrimaryKeyConstraint("peer", "direction"),
)

tiles = Table(
    "tiles",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),
    Column("level", Integer, nullable=False),  # 0: leaf hashes; above: roots of tiles below
    Column("n", BigInteger, nullable=False),  # index among the full tiles of the level
    Column("root", LargeBinary(32), nullable=False),  # over the hashes
    Column("hashes", LargeBinary, nullable=False),  # 256 of 32 bytes (C2SP tlog-tiles)
    PrimaryKeyConstraint("peer", "direction", "level", "n"),
)

dealings = Table(
    "dealings",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    time("issued"),  # as the token says
    Column("bytes", BigInteger, nullable=False),  # token and body
    Column("act", String(16), nullable=False),  # a word of core.ledger.Act
    identifier("asker"),
    identifier("agreement"),
    identifier("subject"),
    Column("elements", BigInteger, nullable=False),
    Column("answered", Boolean, nullable=False),  # of an answer: that it is no decline
    Column("gone", Boolean, nullable=False),  # its contents went before they were counted
    PrimaryKeyConstraint("peer", "direction", "seq"),
)

ledgers = Table(
    "ledgers",
    metadata,
    identifier("peer"),
    Column("n", BigInteger, nullable=False),
    Column("ours", Text, nullable=False),  # signed statements, compact JWS
    Column("theirs", Text, nullable=False),
    Column("equal", Boolean, nullable=False),
    time("at"),
    identifier("officer"),  # empty where the peer asked
    PrimaryKeyConstraint("peer", "n"),
)
