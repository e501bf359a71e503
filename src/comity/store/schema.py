"""The tables. Times are seconds since 1970-01-01 UTC; ids of ours are base64url or URNs.

`tests/store/test_migrations.py` holds this against what the migrations make.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, *, key: bool = False, null: bool = False) -> "Column[str]":
    return Column(name, String(200), primary_key=key, nullable=null)


def _time(name: str) -> "Column[int]":
    return Column(name, BigInteger, nullable=False)


def _keyed() -> "tuple[Column[bytes], Column[int]]":
    """Return the columns of a table whose contents are sealed (`comity.store.vault`)."""
    return (
        Column("key", LargeBinary, nullable=False),  # of the row, under a wrap key
        Column("wrap", Integer, nullable=False),  # the number of the wrap key; 0: no contents
    )


# --- who --------------------------------------------------------------------------------------

officers = Table(
    "officers",
    metadata,
    _id("id", key=True),
    Column("secret", LargeBinary(32), nullable=False),  # SHA-256 of a random 256-bit token
    _time("created"),
)

peers = Table(
    "peers",
    metadata,
    _id("id", key=True),
    Column("document", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _time("pinned"),
    _id("pinned_by"),
    Column("revoked", BigInteger, nullable=False),  # since when nothing of it counts; 0: it does
)

identities = Table(
    "identities",
    metadata,
    _id("id"),  # of a peer, or of this node itself
    Column("n", Integer, nullable=False),  # counts the documents that were in force here
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("endorsement", Text, nullable=False),  # why it may follow; empty for the first
    Column("by", String(8), nullable=False),  # what took it in: pin, message, recovery
    _time("at"),
    _id("officer"),
    Column("until", BigInteger, nullable=False),  # the issue time of the next; 0 while in force
    Column("revoked", BigInteger, nullable=False),  # when its keys were revoked here; 0: not
    Column("reason", String(16), nullable=False),  # of the revocation
    Column("statement", Text, nullable=False),  # the signed revocation, where there is one
    Column("received", BigInteger, nullable=False),  # leaves of its log here when it was revoked
    PrimaryKeyConstraint("id", "n"),
)

# --- the record: one log for each direction and peer -------------------------------------------

messages = Table(
    "messages",
    metadata,
    _id("peer"),
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
    _time("at"),
    *_keyed(),
    Column("look", BigInteger, nullable=False),  # when to see whether it has to go; 0: it stays
    Column("destroyed", BigInteger, nullable=False),  # when its contents were; 0: they are here
    PrimaryKeyConstraint("peer", "direction", "seq"),
    UniqueConstraint("peer", "direction", "jti"),
    Index(None, "peer", "direction", "reply_to"),
    Index(None, "wrap"),
    # Few messages have contents that go: the others are not in it.
    Index(None, "look", sqlite_where=text("look != 0"), postgresql_where=text("look != 0")),
)

destructions = Table(
    "destructions",
    metadata,
    _id("peer"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("side", String(4), nullable=False),  # whose copy: ours or peer, as it attests
    Column("ground", String(16), nullable=False),  # retention or recall
    _id("recall"),  # empty where there is none
    _time("at"),
    Column("attestation", String(22), nullable=False),  # jti; empty while it waits or is not due
    PrimaryKeyConstraint("peer", "direction", "seq", "side"),
    Index(None, "attestation"),
)

recalls = Table(
    "recalls",
    metadata,
    _id("id", key=True),
    _id("peer"),
    Column("role", String(8), nullable=False),  # giver: we want it back; holder: the peer does
    Column("state", String(16), nullable=False),
    Column("reason", LargeBinary, nullable=False),  # sealed: the giver's
    Column("said", LargeBinary, nullable=False),  # sealed: the outcome, canonical JSON
    _id("parent"),  # the recall that this one passes on; empty where it passes on none
    Column("due", BigInteger, nullable=False),
    _time("at"),
    _time("updated"),
    *_keyed(),
    Index(None, "parent"),
    Index(None, "wrap"),
)

recall_entries = Table(
    "recall_entries",
    metadata,
    _id("recall"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("recall", "direction", "seq"),
)

wrap_keys = Table(
    "wrap_keys",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),  # names the file
    Column("state", String(10), nullable=False),  # current, retiring, destroyed
    _time("made"),  # 0 until a node has looked at it: the store knows no time
    _time("destroyed"),
)

dealings = Table(
    "dealings",
    metadata,
    _id("peer"),
    Column("direction", String(3), nullable=False),
    Column("seq", BigInteger, nullable=False),
    _time("issued"),  # as the token says
    Column("bytes", BigInteger, nullable=False),  # token and body
    Column("act", String(16), nullable=False),  # a word of core.ledger.Act
    _id("asker"),
    _id("agreement"),
    _id("subject"),
    Column("elements", BigInteger, nullable=False),
    Column("answered", Boolean, nullable=False),  # of an answer: that it is no decline
    Column("gone", Boolean, nullable=False),  # its contents went before they were counted
    PrimaryKeyConstraint("peer", "direction", "seq"),
)

ledgers = Table(
    "ledgers",
    metadata,
    _id("peer"),
    Column("n", BigInteger, nullable=False),
    Column("ours", Text, nullable=False),  # signed statements, compact JWS
    Column("theirs", Text, nullable=False),
    Column("equal", Boolean, nullable=False),
    _time("at"),
    _id("officer"),  # empty where the peer asked
    PrimaryKeyConstraint("peer", "n"),
)

heads = Table(
    "heads",
    metadata,
    _id("peer"),
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

node_state = Table(
    "node_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(200), nullable=False),
)

resumptions = Table(
    "resumptions",
    metadata,
    _id("peer", key=True),
    Column("incarnation", BigInteger, nullable=False),  # the one that is being taken
    Column("since", BigInteger, nullable=False),  # the one that it follows
    Column("instance", String(22), nullable=False),  # which copy of this node takes it
    Column("sent", BigInteger, nullable=False),  # size of our log when this began
    Column("received", BigInteger, nullable=False),  # size of the peer's
)

unsettled = Table(
    "unsettled",
    metadata,
    _id("peer"),
    Column("jti", String(22), nullable=False),  # the message that shows it
    Column("what", String(64), nullable=False),
    Column("direction", String(3), nullable=False),
    _id("subject"),
    Column("reason", String(32), nullable=False),
    _time("at"),
    _id("officer"),  # who has looked at it; empty while nobody has
    PrimaryKeyConstraint("peer", "jti"),
)

outbox = Table(
    "outbox",
    metadata,
    _id("peer"),
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
    _id("peer", key=True),
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
    _id("peer"),
    Column("jti", String(22), nullable=False),  # the request that was sent
    _id("scope"),  # the operation that waits for the reply
    Column("asked", String(43), nullable=False),  # digest of what was asked, to find it again
    PrimaryKeyConstraint("peer", "jti"),
    Index(None, "peer", "scope"),
)

tiles = Table(
    "tiles",
    metadata,
    _id("peer"),
    Column("direction", String(3), nullable=False),
    Column("level", Integer, nullable=False),  # 0: leaf hashes; above: roots of tiles below
    Column("n", BigInteger, nullable=False),  # index among the full tiles of the level
    Column("root", LargeBinary(32), nullable=False),  # over the hashes
    Column("hashes", LargeBinary, nullable=False),  # 256 of 32 bytes (C2SP tlog-tiles)
    PrimaryKeyConstraint("peer", "direction", "level", "n"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _id("peer"),
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
    _id("id", key=True),
    _id("peer"),
    Column("kind", String(16), nullable=False),  # a word of core.alarm.Kind
    Column("number", BigInteger, nullable=False),  # the size or the entry that it is about
    Column("evidence", Text, nullable=False),  # canonical JSON of notes, tokens and roots
    _time("at"),
    Column("settled", BigInteger, nullable=False),  # when an officer decided to go on; 0: open
    _id("officer"),
    Column("reason", Text, nullable=False),
    Column("over", Boolean, nullable=False),  # the logs agreed again after it was settled
    Index(None, "peer", "settled"),
)

journal = Table(
    "journal",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    _time("at"),
    _id("officer"),
    Column("action", String(64), nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON of ids and numbers
    Column("head", LargeBinary(32), nullable=False),  # SHA-256 over the entry and the last head
)

# --- what is held -----------------------------------------------------------------------------

datasets = Table(
    "datasets",
    metadata,
    _id("id", key=True),
    Column("title", String(200), nullable=False),
    Column("format", String(32), nullable=False),
    Column("records", Integer, nullable=False),
    Column("root", LargeBinary(32), nullable=False),  # Merkle root over salted record digests
    Column("report", Text, nullable=False),
    _time("loaded"),
)

records = Table(
    "records",
    metadata,
    _id("dataset"),
    _id("id"),
    Column("n", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("withheld", Boolean, nullable=False),
    PrimaryKeyConstraint("dataset", "id"),
    Index(None, "dataset", "n"),
)

# --- the control plane ------------------------------------------------------------------------

offers = Table(
    "offers",
    metadata,
    _id("id", key=True),
    _id("dataset"),
    _id("peer"),  # whom it is made to, empty for every pinned peer
    Column("policy", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    _id("officer"),
    _time("created"),
    Column("officers", Integer, nullable=False),  # who must approve each step of ours; 0: none
)

negotiations = Table(
    "negotiations",
    metadata,
    _id("pid", key=True),
    _id("peer"),
    _id("their_pid"),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("pending", String(64), nullable=False),  # our message that awaits its ACK
    Column("base", String(400), nullable=False),  # path at the peer that its messages go to
    _id("dataset"),
    Column("offer", Text, nullable=False),  # the latest, as JSON
    Column("offered_by", String(8), nullable=False),
    _id("agreement"),
    Column("waits", Boolean, nullable=False),  # for an officer here
    Column("reason", Text, nullable=False),
    Column("due", BigInteger, nullable=False),  # when silence becomes a decline; 0: never
    _time("updated"),
    Column("begun_by", String(8), nullable=False),  # the role that sent the first message
    Column("officers", Integer, nullable=False),  # who must approve each step of ours; 0: none
    Column("final", Boolean, nullable=False),  # declined here until it is reopened here
    Index(None, "peer", "their_pid"),
)

agreements = Table(
    "agreements",
    metadata,
    _id("id", key=True),
    _id("peer"),
    Column("role", String(8), nullable=False),
    _id("dataset"),
    Column("agreement", Text, nullable=False),
    Column("digest", String(43), nullable=False),
    Column("provider_signature", Text, nullable=False),
    Column("consumer_signature", Text, nullable=False),
    Column("state", String(16), nullable=False),  # a word of core.agreement.Standing
    _time("at"),
    Column("peer_suspended", Boolean, nullable=False),  # the peer's own suspension
    Column("ends", BigInteger, nullable=False),  # when no grant allows anything any more; 0: now
    _id("replaces"),  # the agreement that this one takes the place of
    Index(None, "state", "ends"),
)

transfers = Table(
    "transfers",
    metadata,
    _id("pid", key=True),
    _id("peer"),
    _id("their_pid"),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("pending", String(64), nullable=False),
    Column("base", String(400), nullable=False),
    _id("agreement"),
    Column("format", String(64), nullable=False),
    Column("manifest", String(43), nullable=False),
    Column("held", Boolean, nullable=False),  # an officer here suspended it
    Column("suspended_by", String(8), nullable=False),  # consumer, provider or both
    Column("reason", Text, nullable=False),  # of the last suspension or termination
    _time("updated"),
)

# --- files ------------------------------------------------------------------------------------

dataset_files = Table(
    "dataset_files",
    metadata,
    _id("dataset", key=True),
    Column("digest", String(43), nullable=False),  # SHA-256, base64url; names the copy on disk
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    _id("officer"),
    _time("at"),
)

data_addresses = Table(
    "data_addresses",
    metadata,
    _id("transfer", key=True),
    Column("sealed", LargeBinary, nullable=False),  # the DataAddress, under the sealing key
)

file_tokens = Table(
    "file_tokens",
    metadata,
    _id("transfer", key=True),
    Column("secret", LargeBinary(32), nullable=False),  # SHA-256 of a random 256-bit token
    Column("requests", Integer, nullable=False),  # how often it was used
)

grants = Table(
    "grants",
    metadata,
    _id("transfer", key=True),
    _id("peer"),
    _id("dataset"),
    Column("digest", String(43), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("statement", Text, nullable=False),  # compact JWS
    Column("push", String(8), nullable=False),  # waiting, done, over; empty: pulled
    Column("attempts", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),  # of a push, or of completing after it
    Column("error", String(64), nullable=False),
    _time("at"),
    Index(None, "push"),
)

received_files = Table(
    "received_files",
    metadata,
    _id("id", key=True),
    _id("peer"),
    _id("transfer"),
    _id("agreement"),
    _id("dataset"),
    Column("digest", String(43), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("statement", Text, nullable=False),  # empty where the giver signed none
    Column("handling", String(32), nullable=False),  # the label of the terms, when it came
    _id("officer"),  # who looked first; empty while nobody has
    _time("looked"),
    _time("at"),
    Index(None, "transfer"),
)

# --- matching ---------------------------------------------------------------------------------

manifests = Table(
    "manifests",
    metadata,
    Column("digest", String(43), primary_key=True),
    _id("peer"),
    _id("agreement"),
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
    _id("dataset"),
    _id("record"),
    PrimaryKeyConstraint("manifest", "handle"),
)

usage = Table(
    "usage",
    metadata,
    _id("peer"),
    Column("jti", String(22), nullable=False),
    _id("dataset"),
    _id("agreement"),
    Column("action", String(16), nullable=False),
    Column("family", String(32), nullable=False),
    Column("elements", BigInteger, nullable=False),
    _time("at"),
    PrimaryKeyConstraint("peer", "jti"),
    Index(None, "peer", "dataset", "at"),
)

questions = Table(
    "questions",
    metadata,
    _id("id", key=True),
    _id("peer"),
    Column("manifest", String(43), nullable=False),
    Column("family", String(32), nullable=False),
    Column("elements", Integer, nullable=False),
    Column("run", String(45), nullable=False),  # a URN
    Column("sealed", LargeBinary, nullable=False),  # what was asked, under the sealing key
    Column("answered", Boolean, nullable=False),
    _time("at"),
    *_keyed(),
    Index(None, "wrap"),
)

hits = Table(
    "hits",
    metadata,
    _id("peer"),
    Column("manifest", String(43), nullable=False),
    Column("handle", String(16), nullable=False),
    Column("token", String(22), nullable=False),  # which of ours: a digest of its input
    Column("family", String(32), nullable=False),
    _id("dataset"),  # empty for a typed-in subject
    _id("record"),  # ours; the root of its question for a typed-in subject
    Column("label", LargeBinary(32), nullable=False),
    _id("question"),
    _time("at"),
    PrimaryKeyConstraint("manifest", "handle", "token", "dataset", "record"),
)

assessments = Table(
    "assessments",
    metadata,
    _id("id", key=True),  # a digest of the four that follow the peer
    _id("peer"),
    Column("manifest", String(43), nullable=False),
    Column("handle", String(16), nullable=False),
    _id("dataset"),
    _id("record"),
    Column("score", LargeBinary, nullable=False),  # sealed: band and lines as JSON
    _time("at"),  # when the first of its hits was learned
    *_keyed(),
    Index(None, "manifest", "handle"),
    Index(None, "wrap"),
)

# --- requests and answers ---------------------------------------------------------------------

requests = Table(
    "requests",
    metadata,
    _id("id", key=True),
    _id("peer"),
    Column("role", String(8), nullable=False),  # consumer: asked by us, provider: asked of us
    _id("agreement"),
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
    _time("due"),
    _time("at"),
    *_keyed(),
    Index(None, "state", "due"),
    Index(None, "wrap"),
)

approvals = Table(
    "approvals",
    metadata,
    _id("request"),
    _id("officer"),
    Column("approval", String(43), nullable=False),
    _time("at"),
    PrimaryKeyConstraint("request", "officer"),
)

witnesses = Table(
    "witnesses",
    metadata,
    _id("name"),  # of the key, as its cosignatures have it
    Column("key", Text, nullable=False),  # a vkey of C2SP signed-note
    Column("url", Text, nullable=False),  # the operator's own setting, out of no message
    _id("officer"),
    _time("at"),
    PrimaryKeyConstraint("name"),
)

vouched = Table(
    "vouched",
    metadata,
    _id("peer"),
    Column("direction", String(3), nullable=False),
    _id("witness"),  # empty where only the two have vouched for it
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),  # the checkpoint, with all its signatures
    _time("at"),
    PrimaryKeyConstraint("peer", "direction", "witness"),
)
