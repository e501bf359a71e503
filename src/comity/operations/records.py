"""The record: verified with the peer, and shown to people."""

from time import sleep
from typing import Final

from comity.api import Progress
from comity.core import checkpoint
from comity.core.canonical import b64url
from comity.core.checkpoint import Verified
from comity.core.identity import Pinned
from comity.core.messages import RecordReply, RecordState
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import recording
from comity.store import journal, record
from comity.store.rows import Message

_WAITS_SECONDS: Final = (0.1, 0.2, 0.4, 0.8)


class PeerArgs(Model):
    """A peer."""

    peer: str


class DirectionVerified(Model):
    """One log, as both sides hold it: the same root at the same size."""

    sender: str
    size: int
    root: str
    checkpoint: str
    """The signed note, with the cosignature where it is our log."""


class RecordVerified(Model):
    """Both logs shared with a peer, found equal."""

    peer: str
    sent: DirectionVerified
    received: DirectionVerified


class EntryShown(Model):
    """One message of the record."""

    direction: str
    sequence: int
    id: str
    kind: str
    what: str
    status: int
    refused: str
    at: int
    bytes: int
    sender: str


class RecordShown(Model):
    """What was said, by whom, when: both logs in one order."""

    peer: str
    entries: tuple[EntryShown, ...]
    sent: int
    received: int
    sent_bytes: int
    received_bytes: int


class JournalShown(Model):
    """One entry of the private log."""

    at: int
    officer: str
    action: str
    detail: dict[str, str | int]


class Journal(Model):
    """The private log, checked."""

    entries: tuple[JournalShown, ...]


@operation("record.verify", PeerArgs, RecordVerified, serving=True)
def verify(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> RecordVerified:
    """Compare both logs with the peer's copies, and exchange cosignatures.

    Raises RECORD_DIFFERS, RECORD_INCOMPLETE, PEER_UNREACHABLE, PEER_REFUSED with the peer's code.
    """
    local = node.local
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    # What still waits goes first, so that both sides have the same to compare.
    node.delivery.bring(peer.id)
    for wait in (*_WAITS_SECONDS, None):
        try:
            cosigned, theirs = _compared(node, peer)
            break
        except ComityError as error:
            # A reply may still be on its way, in either direction.
            on_its_way = Code.RECORD_INCOMPLETE in (error.code, error.params.get("reason"))
            if wait is None or not on_its_way:
                raise
        sleep(wait)
    with node.store.write() as tx:
        journal.note(
            tx,
            local.now(),
            caller.officer,
            "record.verify",
            peer=peer.id,
            sent=cosigned.checkpoint.size,
            received=theirs.checkpoint.size,
        )
    return RecordVerified(
        peer=peer.id,
        sent=DirectionVerified(
            sender=node.id,
            size=cosigned.checkpoint.size,
            root=b64url(cosigned.checkpoint.root),
            checkpoint=cosigned.note.encode().decode(),
        ),
        received=DirectionVerified(
            sender=peer.id,
            size=theirs.checkpoint.size,
            root=b64url(theirs.checkpoint.root),
            checkpoint=theirs.note.encode().decode(),
        ),
    )


def _compared(node: Node, peer: Pinned) -> tuple[Verified, Verified]:
    """Exchange checkpoints with a peer; returns ours, which it cosigned, and its own."""
    local = node.local
    with node.store.read() as tx:
        recording.check_kept(tx, peer.id)
        own = recording.own_checkpoint(local, tx, peer.id)
    message = RecordState(checkpoint=own.encode().decode())
    reply = RecordReply.read(node.contacts.ask(peer, recording.RECORD, message.encode()))
    log = recording.log_key(local.identity, peer.id)
    cosigner = recording.cosigner_key(peer.identity)
    cosigned = checkpoint.verify(reply.cosigned.encode(), log, [cosigner])
    if cosigned.checkpoint.text() != own.text:
        raise ComityError(Code.RECORD_DIFFERS, size=cosigned.checkpoint.size)
    theirs = checkpoint.verify(
        reply.checkpoint.encode(), recording.log_key(peer.identity, local.identity.id)
    )
    with node.store.read() as tx:
        recording.check_mirror(tx, peer.id, theirs.checkpoint)
    return cosigned, theirs


@operation("record.show", PeerArgs, RecordShown)
def show(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> RecordShown:
    """Show what was said between us and a peer. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        sent = record.entries(tx, peer.id, record.OUT)
        received = record.entries(tx, peer.id, record.IN)
    everything = sorted([*sent, *received], key=lambda item: (item.at, item.direction, item.seq))
    return RecordShown(
        peer=peer.id,
        entries=tuple(_entry(item, node.id) for item in everything),
        sent=len(sent),
        received=len(received),
        sent_bytes=sum(map(_bytes, sent)),
        received_bytes=sum(map(_bytes, received)),
    )


@operation("journal.show", Nothing, Journal)
def journal_show(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Journal:
    """Show what was decided here and by whom: the private log, checked entry by entry."""
    with node.store.read() as tx:
        return Journal(
            entries=tuple(
                JournalShown(at=row.at, officer=row.officer, action=row.action, detail=detail)
                for row, detail in journal.entries(tx)
            )
        )


def _entry(item: Message, own: str) -> EntryShown:
    return EntryShown(
        direction=item.direction,
        sequence=item.seq,
        id=item.jti,
        kind=item.kind,
        what=item.what,
        status=item.status,
        refused=item.refused,
        at=item.at,
        bytes=_bytes(item),
        sender=own if item.direction == record.OUT else item.peer,
    )


def _bytes(item: Message) -> int:
    return len(item.token) + item.size
