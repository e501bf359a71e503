"""The names and keys of both logs, and what is kept of them here (DESIGN D8)."""

from sqlalchemy import Connection, bindparam, func, or_, select

from comity.core import checkpoint, token
from comity.core.canonical import unb64url
from comity.core.checkpoint import Checkpoint, Verified
from comity.core.identity import Identity, Pinned
from comity.core.merkle import Frontier, leaf_hash
from comity.core.note import KeyType, Note, VerifierKey
from comity.errors import Code, ComityError
from comity.protocol.base import CONTACT, Local
from comity.protocol.sending import State
from comity.store import record
from comity.store.peers import described, history
from comity.store.schema.delivery import outbox
from comity.store.statements import Statement
from comity.store.tiles import stored_tree

RECORD = f"{CONTACT}/record"
_ON_THE_WAY = Statement(
    select(func.min(outbox.c.seq))
    .where(outbox.c.peer == bindparam("peer"))
    .where(or_(*(outbox.c.state == state for state in State if state is not State.DONE)))
)


def origin(sender: str, receiver: str) -> str:
    """Return the name of one log: who writes it, and to whom."""
    return f"comity/{sender}/{receiver}"


def log_key(sender: Identity, receiver: str) -> VerifierKey:
    """Return the key that checkpoints of a sender's log are checked with."""
    key = unb64url(sender.keys.checkpoint)
    return VerifierKey(origin(sender.id, receiver), KeyType.ED25519, key)


def cosigner_key(receiver: Identity) -> VerifierKey:
    """Return the key that a participant cosigns with."""
    return VerifierKey(receiver.id, KeyType.COSIGNATURE, unb64url(receiver.keys.cosignature))


def cosigned_by(
    tx: Connection, local: Local, peer: Pinned, signed: str, *, former: bool
) -> Verified:
    """Check a checkpoint of ours with the peer's cosignature, under the documents in force.

    With `former`, also under documents before, of either side: it was signed when they were in
    force. Raises NOTE_INVALID or CHECKPOINT_INVALID.
    """
    data = signed.encode()
    log, cosigner = log_key(local.identity, peer.id), cosigner_key(peer.identity)
    if former:
        log, cosigner = keys_of(tx, data, local.identity.id, peer.id)
    return checkpoint.verify(data, log, [cosigner])


def arrived(tx: Connection, peer: str) -> int:
    """Return how much of our log the peer has acknowledged; it never becomes less.

    A checkpoint covers no message that may still be on its way: whoever is asked to cosign it could
    not have it.
    """
    first = _ON_THE_WAY.rows(tx, {"peer": peer})[0][0]
    size = record.ends(tx, peer).ours.size
    return size if first is None else min(size, int(first))


def keys_of(
    tx: Connection, signed: bytes, sender: str, receiver: str
) -> tuple[VerifierKey, VerifierKey]:
    """Return the keys of log and cosigner that signed a checkpoint, of any of their documents.

    A checkpoint is kept for longer than the keys that signed it. Raises NOTE_INVALID (reason:
    unsigned) where no documents fit.
    """
    for by in reversed(history(tx, sender)):
        for other in reversed(history(tx, receiver)):
            log = log_key(described(by), receiver)
            cosigner = cosigner_key(described(other))
            try:
                checkpoint.verify(signed, log, [cosigner])
            except ComityError:
                continue
            return log, cosigner
    raise ComityError(Code.NOTE_INVALID, reason="unsigned")


def own_checkpoint(local: Local, tx: Connection, peer: str) -> Note:
    """Return a signed checkpoint of our log for a peer, as far as it has arrived."""
    size = arrived(tx, peer)
    root = stored_tree(tx, peer, record.OUT).root(size)
    made = Checkpoint(origin(local.identity.id, peer), size, root)
    return checkpoint.sign(made, local.signers.checkpoint)


def root_at(tx: Connection, peer: str, direction: str, size: int) -> bytes:
    """Return the root that a log had at a size. Raises RECORD_INCOMPLETE where we hold less."""
    tree = stored_tree(tx, peer, direction)
    if size > len(tree):
        raise ComityError(Code.RECORD_INCOMPLETE, missing=size - len(tree))
    return tree.root(size)


def check_kept(tx: Connection, peer: str) -> None:
    """Check what is kept here against itself: trees against tokens, bodies against tokens.

    Bodies that were bulk or refused are not kept, and what was destroyed is known by its leaf.
    Raises RECORD_DIFFERS (size, or entry), or RECORD_INCOMPLETE (missing).
    """
    for direction in (record.OUT, record.IN):
        size, root = record.head(tx, peer, direction)
        leaves = record.leaves(tx, peer, direction, size)
        if len(leaves) != size:
            raise ComityError(Code.RECORD_INCOMPLETE, missing=size - len(leaves))
        made = Frontier().extend(leaf_hash(item) for item in leaves).root()
        if made != root or root_at(tx, peer, direction, size) != root:
            raise ComityError(Code.RECORD_DIFFERS, size=size)
        for message in record.bodies(tx, peer, direction):
            if token.digest(message.body) != token.body_digest(message.token):
                raise ComityError(Code.RECORD_DIFFERS, entry=message.seq)
