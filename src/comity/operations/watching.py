"""Alarms about the record, settled by officers; and both logs compared with the peer's copies."""

from comity.api import Progress
from comity.comparing import Compared, Comparison
from comity.core.canonical import parse
from comity.core.machines import Role, TransferState
from comity.errors import Code, ComityError
from comity.limits import REPLY_BYTES, TEXT_CHARS
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.records import EntryShown, PeerArgs, destructions, entry_shown
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import transferring
from comity.store import alarms, journal, peers, record
from comity.store.rows.agreements import Transfer
from comity.store.rows.evidence import Alarm
from comity.store.rows.moving import many


class AlarmShown(Model):
    """What a peer did to the record, what shows it, and who decided to go on."""

    id: str
    peer: str
    kind: str
    """A word of `comity.core.alarm.Kind`."""
    number: int
    """The entry or the size that it is about."""
    at: int
    is_open: bool
    settled: int
    officer: str
    reason: str
    evidence: dict[str, str]
    """Signed notes, tokens and messages, as they came; and roots of our own."""


class Alarms(Model):
    """All alarms, those that are open first."""

    alarms: tuple[AlarmShown, ...]


class Settle(Model):
    """An alarm, and why to go on."""

    alarm: str
    reason: str


class Place(Model):
    """An entry that has another number in the peer's copy."""

    here: int
    there: int


class LogCompared(Model):
    """One log, as it is here and at the peer."""

    sender: str
    here: int
    """Entries without a gap."""
    there: int
    begins: int | None
    """The first number at which the copies differ; None where one is the beginning of the other."""
    changed: tuple[int, ...]
    """Numbers that stand for different entries."""
    only_here: tuple[int, ...]
    only_there: tuple[int, ...]
    moved: tuple[Place, ...]
    entries: tuple[EntryShown, ...]
    """What is here under the numbers that are changed, only here, or moved."""


class RecordCompared(Model):
    """Both logs, compared. They are equal where each copy has all that the other has."""

    peer: str
    equal: bool
    sent: LogCompared
    received: LogCompared


@operation("record.alarms", Nothing, Alarms)
def alarm_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Alarms:
    """List the alarms about the record, with what shows them."""
    with node.store.read() as tx:
        found = [_shown(row) for row in alarms.raised(tx)]
    return Alarms(alarms=tuple(sorted(found, key=lambda each: not each.is_open)))


@operation("record.settle", Settle, AlarmShown)
def settle(node: Node, caller: Caller, args: Settle, progress: Progress) -> AlarmShown:
    """Go on with a peer in spite of an alarm; what waited for that alone goes on by itself.

    Raises ALARM_UNKNOWN, ALARM_SETTLED, ARGUMENT_INVALID.
    """
    if not args.reason or len(args.reason) > TEXT_CHARS or "\0" in args.reason:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    now = node.local.now()
    with node.store.write() as tx:
        row = alarms.settle(tx, args.alarm, caller.officer, args.reason, now)
        journal.note(tx, now, caller.officer, "record.settle", alarm=row.id, peer=row.peer)
        if not alarms.is_open(tx, row.peer):
            peer = peers.pinned(tx, row.peer)
            for waiting in many(tx, Transfer, peer=row.peer, role=Role.PROVIDER, pending=""):
                if waiting.state == TransferState.REQUESTED:
                    transferring.start_if_ready(node.local, tx, peer, waiting)
        (settled,) = [each for each in alarms.raised(tx, row.peer) if each.id == row.id]
    node.wake.set()
    return _shown(settled)


@operation("record.compare", PeerArgs, RecordCompared, serving=True)
def compare(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> RecordCompared:
    """Find what one side has and the other has not, which entries differ, and where it began.

    It changes nothing on either side. Raises PEER_UNREACHABLE, PEER_REFUSED with the peer's code,
    PEER_ANSWER_INVALID.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    comparison = Comparison(node.store, node.contacts, node.id, peer)
    sent, received = (
        _compared(node, peer.id, way, comparison.run(way, progress))
        for way in (record.OUT, record.IN)
    )
    equal = all(one.here == one.there and one.begins is None for one in (sent, received))
    with node.store.write() as tx:
        now, same = node.local.now(), int(equal)
        journal.note(tx, now, caller.officer, "record.compare", peer=peer.id, equal=same)
    return RecordCompared(peer=peer.id, equal=equal, sent=sent, received=received)


def _compared(node: Node, peer: str, direction: str, compared: Compared) -> LogCompared:
    found, shared = compared.found, min(compared.here, compared.there)
    only_here = found.only_here if found else tuple(range(shared, compared.here))
    only_there = found.only_there if found else tuple(range(shared, compared.there))
    moved = found.moved if found else ()
    changed = found.changed if found else ()
    named = {*changed, *only_here, *(here for here, _ in moved)}
    entries: list[EntryShown] = []
    if found and named:
        with node.store.read() as tx:
            rows = record.listed(tx, peer, direction, min(named), max(named) + 1)
            gone = destructions(tx, peer)
            entries = [entry_shown(row, node.id, peer, gone) for row in rows if row.seq in named]
    return LogCompared(
        sender=node.id if direction == record.OUT else peer,
        here=compared.here,
        there=compared.there,
        begins=found.begins if found else None,
        changed=changed,
        only_here=only_here,
        only_there=only_there,
        moved=tuple(Place(here=here, there=there) for here, there in moved),
        entries=tuple(entries),
    )


def _shown(row: Alarm) -> AlarmShown:
    return AlarmShown(
        id=row.id,
        peer=row.peer,
        kind=row.kind,
        number=row.number,
        at=row.at,
        is_open=not row.settled,
        settled=row.settled,
        officer=row.officer,
        reason=row.reason,
        evidence={
            name: str(text) for name, text in parse(row.evidence.encode(), REPLY_BYTES).items()
        },
    )
