"""The record, received: checkpoints of both logs, compared and cosigned (DESIGN D8)."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from comity.core import checkpoint, token
from comity.core.canonical import unb64url
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Identity
from comity.core.merkle import Frontier, leaf_hash
from comity.core.messages import RecordReply, RecordState
from comity.core.note import KeyType, Note, VerifierKey
from comity.errors import Code, ComityError
from comity.protocol import vouching
from comity.protocol.base import CONTACT, Act, Inbound, Local, Outcome, Route
from comity.protocol.refusals import plain
from comity.store import record

RECORD = f"{CONTACT}/record"


def origin(sender: str, receiver: str) -> str:
    """Return the name of one log: who writes it, and to whom."""
    return f"comity/{sender}/{receiver}"


def log_key(sender: Identity, receiver: str) -> VerifierKey:
    """Return the key that checkpoints of a sender's log are checked with."""
    key = unb64url(sender.keys.checkpoint)
    return VerifierKey(origin(sender.id, receiver), KeyType.ED25519, key)


def cosigner_key(identity: Identity) -> VerifierKey:
    """Return the key that a participant cosigns with."""
    return VerifierKey(identity.id, KeyType.COSIGNATURE, unb64url(identity.keys.cosignature))


def own_checkpoint(local: Local, tx: Connection, peer: str) -> Note:
    """Return a signed checkpoint of our log for a peer, as it is now."""
    size, root = record.head(tx, peer, record.OUT)
    made = Checkpoint(origin(local.identity.id, peer), size, root)
    return checkpoint.sign(made, local.signers.checkpoint)


def root_at(tx: Connection, peer: str, direction: str, size: int) -> bytes:
    """Return the root that a log had at a size. Raises RECORD_INCOMPLETE where we hold less."""
    leaves: Sequence[bytes] = record.leaves(tx, peer, direction, size)
    if len(leaves) != size:
        raise ComityError(Code.RECORD_INCOMPLETE, missing=size - len(leaves))
    return Frontier().extend(leaf_hash(item) for item in leaves).root()


def check_kept(tx: Connection, peer: str) -> None:
    """Check what is kept here against itself: trees against tokens, bodies against tokens.

    Bodies that were bulk or refused are not kept. Raises RECORD_DIFFERS (size, or entry).
    """
    for direction in (record.OUT, record.IN):
        size, root = record.head(tx, peer, direction)
        if root_at(tx, peer, direction, size) != root:
            raise ComityError(Code.RECORD_DIFFERS, size=size)
        for seq, signed, body in record.bodies(tx, peer, direction):
            if token.digest(body) != token.body_digest(signed):
                raise ComityError(Code.RECORD_DIFFERS, entry=seq)


def check_mirror(tx: Connection, peer: str, claimed: Checkpoint) -> None:
    """Compare a peer's checkpoint with what we hold. Raises RECORD_DIFFERS, RECORD_INCOMPLETE."""
    if root_at(tx, peer, record.IN, claimed.size) != claimed.root:
        raise ComityError(Code.RECORD_DIFFERS, size=claimed.size)


def _compare(inbound: Inbound, tx: Connection, message: RecordState) -> Act:
    local, peer = inbound.local, inbound.peer
    key = log_key(peer.identity, local.identity.id)
    verified = checkpoint.verify(message.checkpoint.encode(), key)
    check_mirror(tx, peer.id, verified.checkpoint)
    cosigned = checkpoint.cosign(
        verified.note, local.identity.id, local.signers.cosignature, inbound.now
    )
    reply = RecordReply(
        checkpoint=own_checkpoint(local, tx, peer.id).encode().decode(),
        cosigned=cosigned.encode().decode(),
    )

    def kept(tx: Connection) -> None:
        vouching.keep(tx, peer.id, record.IN, cosigned, inbound.now)

    return partial(Outcome, 200, reply.encode(), (kept,))


CONTACTS = (Route("comity-record-1", "POST", RECORD, RecordState.read, _compare, plain),)
"""Contact messages: comparing the record must not change it."""
