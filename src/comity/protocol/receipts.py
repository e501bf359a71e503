"""Receipts: checkpoints of a log that the peer cosigned. Whoever has one knows what has arrived.

A receipt is a few hundred bytes of text (C2SP tlog-checkpoint and tlog-cosignature) and shows
nothing but how many messages there are and a digest of them. So it can come back in a bundle, or by
any other way where the link has none back.
"""

from sqlalchemy import Connection

from comity.core import note
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.protocol import recording
from comity.protocol.base import Local
from comity.protocol.sending import State
from comity.store import checkpoints, links, peers, record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.evidence import Cosigned
from comity.store.rows.moving import change, many
from comity.store.schema.delivery import outbox


def written_by(tx: Connection, local: Local, text: str) -> Pinned:
    """Return the peer whose receipt a text is, as its first line says.

    Raises NOTE_INVALID, CHECKPOINT_INVALID, PEER_UNKNOWN.
    """
    origin = Checkpoint.parse(note.parse(text.encode()).text).origin
    for peer in peers.everyone(tx):
        if origin == recording.origin(local.identity.id, peer.id):
            return peer
    raise ComityError(Code.PEER_UNKNOWN, peer=origin)


def accept(tx: Connection, local: Local, peer: Pinned, text: str) -> tuple[int, int]:
    """Take a receipt: returns the size of our log that it covers, and how many messages it settles.

    On a link that brings nothing back, what has arrived is all that will ever be known. Raises
    NOTE_INVALID, CHECKPOINT_INVALID, RECORD_DIFFERS (size).
    """
    found = recording.cosigned_by(tx, local, peer, text, former=True)
    claimed, time = found.checkpoint, found.cosignatures[0].time
    size = claimed.size
    if size > record.ends(tx, peer.id).ours.next:
        raise ComityError(Code.RECORD_DIFFERS, size=size)
    if recording.root_at(tx, peer.id, record.OUT, size) != claimed.root:
        raise ComityError(Code.RECORD_DIFFERS, size=size)
    kept = Cosigned(peer.id, record.OUT, size, claimed.root, time, size, time, text)
    checkpoints.keep(tx, kept)
    link = links.of(tx, peer.id)
    if size > link.arrived:
        links.save(tx, peer.id, arrived=size)
    if not link.one_way:
        return size, 0
    arrived = many(tx, Outgoing, outbox.c.seq < size, outbox.c.state != State.DONE, peer=peer.id)
    for row in arrived:
        change(tx, Outgoing, {"peer": peer.id, "jti": row.jti}, state=State.DONE)
    return size, len(arrived)
