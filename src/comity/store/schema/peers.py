"""Who is pinned here, and the identity documents that were, or are, in force."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table, Text

from comity.store.schema.columns import identifier, metadata, time

peers = Table(
    "peers",
    metadata,
    identifier("id", key=True),
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    time("pinned"),
    identifier("pinned_by"),
    Column("revoked", BigInteger, nullable=False),  # since when nothing of it counts; 0: it does
)

identities = Table(
    "identities",
    metadata,
    identifier("id"),  # of a peer, or of this node itself
    Column("n", Integer, nullable=False),  # counts the documents that were in force here
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("endorsement", Text, nullable=False),  # why it may follow; empty for the first
    Column("by", String(8), nullable=False),  # what took it in: pin, message, recovery
    time("at"),
    identifier("officer"),
    Column("until", BigInteger, nullable=False),  # the issue time of the next; 0 while in force
    Column("revoked", BigInteger, nullable=False),  # when its keys were revoked here; 0: not
    Column("reason", String(16), nullable=False),  # of the revocation
    Column("statement", Text, nullable=False),  # the signed revocation, where there is one
    Column("received", BigInteger, nullable=False),  # leaves of its log here when it was revoked
    PrimaryKeyConstraint("id", "n"),
)
