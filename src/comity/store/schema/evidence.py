"""What shows that the record is one: checkpoints, witnesses, alarms."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from comity.store.schema.columns import identifier, metadata, time

checkpoints = Table(
    "checkpoints",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),  # whose log: out: ours, in: the peer's
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),  # of the cosignature; 0: not cosigned yet
    Column("written", BigInteger, nullable=False),  # how many entries its writer had then
    Column("at", BigInteger, nullable=False),  # when, by the writer's clock
    Column("note", Text, nullable=False),  # the signed note, with the cosignature
    PrimaryKeyConstraint("peer", "direction", "size"),
    Index(None, "peer", "direction", "written"),
)

alarms = Table(
    "alarms",
    metadata,
    identifier("id", key=True),
    identifier("peer"),
    Column("kind", String(16), nullable=False),  # a word of core.alarm.Kind
    Column("number", BigInteger, nullable=False),  # the size or the entry that it is about
    Column("evidence", Text, nullable=False),  # canonical JSON of notes, tokens and roots
    time("at"),
    Column("settled", BigInteger, nullable=False),  # when an officer decided to go on; 0: open
    identifier("officer"),
    Column("reason", Text, nullable=False),
    Column("over", Boolean, nullable=False),  # the logs agreed again after it was settled
    Index(None, "peer", "settled"),
)

witnesses = Table(
    "witnesses",
    metadata,
    identifier("name"),  # of the key, as its cosignatures have it
    Column("key", Text, nullable=False),  # a vkey of C2SP signed-note
    Column("url", Text, nullable=False),  # the operator's own setting, out of no message
    identifier("officer"),
    time("at"),
    PrimaryKeyConstraint("name"),
)

vouched = Table(
    "vouched",
    metadata,
    identifier("peer"),
    Column("direction", String(3), nullable=False),
    identifier("witness"),  # empty where only the two have vouched for it
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),  # the checkpoint, with all its signatures
    time("at"),
    PrimaryKeyConstraint("peer", "direction", "witness"),
)
