"""Receipts: checkpoints of a log that the peer cosigned. Whoever has one knows what has arrived.

A receipt is a few hundred bytes of text (C2SP tlog-checkpoint and tlog-cosignature) and shows
nothing but how many messages there are and a digest of them. So it can come back in a bundle, or by
any other way where the link has none back.
"""

from sqlalchemy import Connection

from comity.core import checkpoint, note
from comity.core.checkpoint import Checkpoint, Verified
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.protocol import recording, vouching
from comity.protocol.base import Local
from comity.protocol.sending import State
from comity.store import links, peers, record
from comity.store.rows import Outgoing, change, many
from comity.store.schema import outbox


def written_by(tx: Connection, local: Local, text: str) -> Pinned:
    """Return the peer whose receipt a text is, as its first line says.

    Raises NOTE_INVALID, CHECKPOINT_INVALID, PEER_UNKNOWN.
    """
    origin = Checkpoint.parse(note.parse(text.encode()).text).origin
    for peer in peers.everyone(tx):
        if origin == recording.origin(local.identity.id, peer.id):
            return peer
    raise ComityError(Code.PEER_UNKNOWN, peer=origin)


def check(tx: Connection, local: Local, peer: Pinned, text: str) -> int:
    """Check a receipt against our own log; returns the size of the log that it is for.

    Raises NOTE_INVALID, CHECKPOINT_INVALID, RECORD_DIFFERS (size).
    """
    own = recording.log_key(local.identity, peer.id)
    cosigner = recording.cosigner_key(peer.identity)
    found = checkpoint.verify(text.encode(), own, [cosigner]).checkpoint
    check_root(tx, peer.id, found.size, found.root)
    return found.size


def check_root(tx: Connection, peer: str, size: int, root: bytes) -> None:
    """Check what a peer says of our log. Raises RECORD_DIFFERS (size)."""
    if size > record.ends(tx, peer).ours.next:
        raise ComityError(Code.RECORD_DIFFERS, size=size)
    if recording.root_at(tx, peer, record.OUT, size) != root:
        raise ComityError(Code.RECORD_DIFFERS, size=size)


def accept(tx: Connection, local: Local, peer: Pinned, text: str, size: int) -> int:
    """Note what a receipt shows; returns how many messages nothing is waited for any more.

    On a link that brings nothing back, what has arrived is all that will ever be known.
    """
    vouching.keep(tx, peer.id, record.OUT, note.parse(text.encode()), local.now())
    link = links.of(tx, peer.id)
    if size > link.arrived:
        links.save(tx, peer.id, arrived=size)
    if not link.one_way:
        return 0
    arrived = many(tx, Outgoing, outbox.c.seq < size, outbox.c.state != State.DONE, peer=peer.id)
    for row in arrived:
        change(tx, Outgoing, {"peer": peer.id, "jti": row.jti}, state=State.DONE)
    return len(arrived)


def exchanged(tx: Connection, local: Local, peer: Pinned) -> tuple[Verified, Verified]:
    """Return what bundles brought last: our checkpoint that the peer cosigned, and its own.

    Both are checked against what is held here. Raises COURIER_WAITS where there is none yet,
    NOTE_INVALID, CHECKPOINT_INVALID, RECORD_DIFFERS, RECORD_INCOMPLETE.
    """
    ours = vouching.cosigned_note(tx, peer.id, record.OUT)
    theirs = vouching.cosigned_note(tx, peer.id, record.IN)
    if ours is None or theirs is None:
        raise ComityError(Code.COURIER_WAITS, peer=peer.id)
    own, cosigner = (
        recording.log_key(local.identity, peer.id),
        recording.cosigner_key(peer.identity),
    )
    cosigned = checkpoint.verify(ours.encode(), own, [cosigner])
    check_root(tx, peer.id, cosigned.checkpoint.size, cosigned.checkpoint.root)
    shown = checkpoint.verify(theirs.encode(), recording.log_key(peer.identity, local.identity.id))
    recording.check_mirror(tx, peer.id, shown.checkpoint)
    return cosigned, shown
