"""What a restored node asks of its peers, received (docs/decisions/0035-backup).

The peer remembers the highest incarnation of each sender, and who took it. A new one is taken only
by who knows the last one: of two copies of one backup, the second is refused.
"""

from functools import partial

from sqlalchemy import Connection

from comity.core import checkpoint
from comity.core.canonical import b64url, unb64url
from comity.core.checkpoint import Checkpoint
from comity.core.note import Note
from comity.core.resumption import (
    EntriesAsked,
    EntriesReply,
    EntryHeld,
    LogHeld,
    Lost,
    LostTaken,
    Resume,
    ResumeReply,
)
from comity.errors import ComityError
from comity.limits import RECORD_TAKEN_BYTES
from comity.protocol.base import CONTACT, DATA, Act, Effect, Inbound, Moved, Outcome, Route
from comity.protocol.recording import origin, own_checkpoint, root_at
from comity.protocol.refusals import plain
from comity.store import journal, record, standing
from comity.store.rows import Head, Message, many
from comity.store.schema import messages

RESUME = f"{CONTACT}/resume"
ENTRIES = f"{CONTACT}/record-entries"
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
        sent=own_checkpoint(inbound.local, tx, peer).encode().decode(),
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


def _agrees(tx: Connection, peer: str, direction: str, held: LogHeld) -> bool:
    """Tell whether a log has begun as somebody holds it; what is longer than ours, we cannot."""
    try:
        return root_at(tx, peer, direction, held.size) == unb64url(held.root)
    except ComityError:
        return False


def _entries(inbound: Inbound, tx: Connection, message: EntriesAsked) -> Act:
    """Give a part of one of both logs."""
    direction = record.IN if message.log == "asker" else record.OUT
    end = message.start + message.count
    found: list[EntryHeld] = []
    size = 0
    part = (messages.c.seq >= message.start, messages.c.seq < end)
    for row in many(tx, Message, *part, peer=inbound.peer.id, direction=direction, order="seq"):
        size += len(row.token) + len(row.body)
        if found and size > RECORD_TAKEN_BYTES:
            end = row.seq
            break
        found.append(_given(row))
    return partial(Outcome, 200, EntriesReply(entries=tuple(found), stop=end).encode())


def _given(row: Message) -> EntryHeld:
    kept = row.body != b"" or row.size == 0
    return EntryHeld(
        sequence=row.seq,
        leaf=b64url(row.leaf),
        token=row.token,
        size=row.size,
        body=b64url(row.body) if kept else None,
    )


def _lost(inbound: Inbound, tx: Connection, message: Lost) -> Act:
    """Take that a number stands for nothing. The record has the place filled; nothing moves."""
    return partial(Outcome, 200, LostTaken().encode())


ROUTES = (Route("comity-lost-1", "POST", LOST, Lost.read, _lost, plain, reads=True),)
CONTACTS = (
    Route("comity-resume-1", "POST", RESUME, Resume.read, _resume, plain),
    Route("comity-record-entries-1", "POST", ENTRIES, EntriesAsked.read, _entries, plain),
)
