"""The record: verified with the peer, and shown to people."""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.alarm import Kind
from comity.core.canonical import b64url
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer, is_carried
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import recording
from comity.protocol.destroying import OURS, PEERS
from comity.store import checkpoints, journal, record
from comity.store.checkpoints import cosigned_note
from comity.store.record import Listed
from comity.store.rows.evidence import Cosigned
from comity.store.rows.moving import many
from comity.store.rows.retention import Destruction

Destructions: TypeAlias = Mapping[tuple[str, str, int], Destruction]
"""By side, direction and number."""


class PeerArgs(Model):
    """A peer."""

    peer: str


class DirectionVerified(Model):
    """One log, as both sides hold it: the same root at the same size."""

    sender: str
    size: int
    root: str
    checkpoint: str
    """The signed note, with the cosignature of whoever mirrors the log."""


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
    destroyed: int
    """When its contents were destroyed here; 0 while they are kept."""
    ground: str
    """Why: retention or recall; empty while they are kept."""
    attested: int
    """When the peer destroyed its copy, as it attests; 0 where it has not said so."""


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

    It is the contact that a serving node makes by itself, and checks all that is kept here besides.
    Raises RECORD_DIFFERS, RECORD_INCOMPLETE, RECORD_NOT_COSIGNED, PEER_UNREACHABLE, PEER_REFUSED
    with the peer's code.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    size = _carried(node, peer) if is_carried(node, peer) else _met(node, peer)
    with node.store.write() as tx:
        received, sent = (cosigned_note(tx, peer.id, way) for way in (record.IN, record.OUT))
        if received is None or received.size < size:
            missing = size - record.ends(tx, peer.id).theirs.size
            raise ComityError(Code.RECORD_INCOMPLETE, missing=missing)
        if sent is None:
            raise ComityError(Code.RECORD_NOT_COSIGNED, peer=peer.id, size=0)
        journal.note(
            tx,
            node.local.now(),
            caller.officer,
            "record.verify",
            peer=peer.id,
            sent=sent.size,
            received=received.size,
        )
    return RecordVerified(
        peer=peer.id, sent=_direction(node.id, sent), received=_direction(peer.id, received)
    )


def _met(node: Node, peer: Pinned) -> int:
    """Compare the record in a contact; returns the size of the peer's log, as it says."""
    # What still waits goes first, so that both sides have the same to compare.
    node.delivery.bring(peer.id)
    with node.store.read() as tx:
        recording.check_kept(tx, peer.id)
    met = node.meetings.meet(peer)
    for found in met.judged.found:
        if found.kind is Kind.UNCOSIGNED:
            raise ComityError(Code.RECORD_NOT_COSIGNED, peer=peer.id, size=found.number)
        raise ComityError(Code.RECORD_DIFFERS, size=found.number)
    return met.judged.verified.checkpoint.size


def _carried(node: Node, peer: Pinned) -> int:
    """Compare the record with what couriers brought; returns the size of the peer's log so far.

    Raises COURIER_WAITS while they have not brought both checkpoints.
    """
    with node.store.read() as tx:
        recording.check_kept(tx, peer.id)
        newest = checkpoints.newest(tx, peer.id, record.IN)
        ours = cosigned_note(tx, peer.id, record.OUT)
        if newest is None or ours is None:
            raise ComityError(Code.COURIER_WAITS, peer=peer.id)
        for way, kept in ((record.IN, newest), (record.OUT, ours)):
            if recording.root_at(tx, peer.id, way, kept.size) != kept.root:
                raise ComityError(Code.RECORD_DIFFERS, size=kept.size)
        return newest.size


def _direction(sender: str, found: Cosigned) -> DirectionVerified:
    root = b64url(found.root)
    return DirectionVerified(sender=sender, size=found.size, root=root, checkpoint=found.note)


@operation("record.show", PeerArgs, RecordShown)
def show(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> RecordShown:
    """Show what was said between us and a peer. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        sent = record.listed(tx, peer.id, record.OUT)
        received = record.listed(tx, peer.id, record.IN)
        gone = destructions(tx, peer.id)
    everything = sorted([*sent, *received], key=lambda item: (item.at, item.direction, item.seq))
    return RecordShown(
        peer=peer.id,
        entries=tuple(entry_shown(item, node.id, peer.id, gone) for item in everything),
        sent=len(sent),
        received=len(received),
        sent_bytes=sum(item.bytes for item in sent),
        received_bytes=sum(item.bytes for item in received),
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


def destructions(tx: Connection, peer: str) -> Destructions:
    """Return which entries of the record were destroyed, here or at the peer."""
    return {(row.side, row.direction, row.seq): row for row in many(tx, Destruction, peer=peer)}


def entry_shown(item: Listed, own: str, peer: str, gone: Destructions) -> EntryShown:
    """Return one message of the record as people see it."""
    here = gone.get((OURS, item.direction, item.seq))
    there = gone.get((PEERS, item.direction, item.seq))
    return EntryShown(
        direction=item.direction,
        sequence=item.seq,
        id=item.jti,
        kind=item.kind,
        what=item.what,
        status=item.status,
        refused=item.refused,
        at=item.at,
        bytes=item.bytes,
        sender=own if item.direction == record.OUT else peer,
        destroyed=item.destroyed,
        ground=here.ground if here else "",
        attested=there.at if there else 0,
    )
