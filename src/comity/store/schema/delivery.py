"""How our messages get to a peer: the outbox, links, awaited replies."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from comity.store.schema.columns import identifier, metadata

outbox = Table(
    "outbox",
    metadata,
    identifier("peer"),
    Column("jti", String(22), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),  # whose reply handler takes the reply
    Column("subject", String(200), nullable=False),  # the row that the reply handler moves
    Column("state", String(8), nullable=False),  # waiting, done, expired
    Column("attempts", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("error", String(64), nullable=False),
    PrimaryKeyConstraint("peer", "jti"),
    Index(None, "state", "peer", "seq"),
)

links = Table(
    "links",
    metadata,
    identifier("peer", key=True),
    Column("kind", String(8), nullable=False),  # a word of store.links.Kind
    Column("one_way", Boolean, nullable=False),  # nothing comes back on it
    Column("packed", BigInteger, nullable=False),  # number of the last bundle made for the peer
    Column("taken", BigInteger, nullable=False),  # the highest number of a bundle of the peer's
    Column("arrived", BigInteger, nullable=False),  # size of our log that the peer says it has
    Column("said", BigInteger, nullable=False),  # size of our log in the last bundle
    Column("seen", BigInteger, nullable=False),  # size of the peer's log in the last bundle
    Column("made", BigInteger, nullable=False),  # when that was made
)

awaited = Table(
    "awaited",
    metadata,
    identifier("peer"),
    Column("jti", String(22), nullable=False),  # the request that was sent
    identifier("scope"),  # the operation that waits for the reply
    Column("asked", String(43), nullable=False),  # digest of what was asked, to find it again
    PrimaryKeyConstraint("peer", "jti"),
    Index(None, "peer", "scope"),
)
