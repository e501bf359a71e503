"""What a restored node asks of its peers, received (docs/decisions/0035-backup).

The peer remembers the highest incarnation of each sender, and who took it. A new one is taken only
by who knows the last one: of two copies of one backup, the second is refused.
"""

from functools import partial

from sqlalchemy import Connection

from comity.core import checkpoint
from comity.core.canonical import b64url
from comity.core.checkpoint import Checkpoint
from comity.core.note import Note
from comity.core.resumption import (
    LogHeld,
    Lost,
    LostTaken,
    Resume,
    ResumeReply,
)
from comity.protocol.base import CONTACT, DATA, Act, Effect, Inbound, Moved, Outcome, Route
from comity.protocol.recording import origin
from comity.protocol.refusals import plain
from comity.store import journal, record, standing
from comity.store.rows.record import Head
from comity.store.tiles import stored_tree

RESUME = f"{CONTACT}/resume"
LOST = f"{DATA}/lost"


def _resume(inbound: Inbound, tx: Connection, message: Resume) -> Act:
    """Say which incarnation is known, and take a new one where it follows that."""
    peer, theirs = inbound.peer.id, record.ends(tx, inbound.peer.id).theirs
    effects: tuple[Effect, ...] = ()
    known, taken = theirs.incarnation, _stands(theirs, message)
    if not taken and message.incarnation > known <= message.since:
        known, taken = message.incarnation, True
        effects = (partial(_take, inbound, theirs, message),)
    size, root = record.head(tx, peer, record.IN)
    held = Checkpoint(origin(peer, inbound.local.identity.id), size, root)
    cosigned = checkpoint.cosign(
        Note(held.text(), ()),
        inbound.local.identity.id,
        inbound.local.signers.cosignature,
        inbound.now,
    )
    reply = ResumeReply(
        taken=taken,
        known=known,
        incarnation=record.ends(tx, peer).ours.incarnation,
        sent=_own(inbound, tx).encode().decode(),
        received=cosigned.encode().decode(),
        next=theirs.next,
        sent_agrees=_agrees(tx, peer, record.IN, message.sent),
        received_agrees=_agrees(tx, peer, record.OUT, message.received),
    )
    return partial(Outcome, 200, reply.encode(), effects)


def _stands(theirs: Head, message: Resume) -> bool:
    """Tell whether it is the incarnation that is known already, and of the same copy."""
    return message.incarnation == theirs.incarnation and message.instance == theirs.instance


def _take(inbound: Inbound, before: Head, message: Resume, tx: Connection) -> None:
    peer = inbound.peer.id
    if record.ends(tx, peer).theirs.incarnation != before.incarnation:
        raise Moved
    standing.learn(tx, peer, message.incarnation, message.instance, message.next)
    detail: dict[str, str | int] = {"peer": peer, "incarnation": message.incarnation}
    journal.note(tx, inbound.now, "", "incarnation.taken", **detail)


def _own(inbound: Inbound, tx: Connection) -> Note:
    """Return a signed checkpoint of all that we have written, whether it has arrived or not."""
    local, peer = inbound.local, inbound.peer.id
    size, root = record.head(tx, peer, record.OUT)
    made = Checkpoint(origin(local.identity.id, peer), size, root)
    return checkpoint.sign(made, local.signers.checkpoint)


def _agrees(tx: Connection, peer: str, direction: str, held: LogHeld) -> bool:
    """Tell whether a log has begun as somebody holds it; what is longer than ours, we cannot."""
    tree = stored_tree(tx, peer, direction)
    return held.size <= len(tree) and b64url(tree.root(held.size)) == held.root


def _lost(inbound: Inbound, tx: Connection, message: Lost) -> Act:
    """Take that a number stands for nothing. The record has the place filled; nothing moves."""
    return partial(Outcome, 200, LostTaken().encode())


ROUTES = (Route("comity-lost-1", "POST", LOST, Lost.read, _lost, plain, reads=True),)
CONTACTS = (Route("comity-resume-1", "POST", RESUME, Resume.read, _resume, plain),)
