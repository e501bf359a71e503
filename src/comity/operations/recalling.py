"""Recalls: what we gave, asked back; and what peers gave us and ask back."""

from typing import Literal

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.recall import Held, Outcome, RecallOutcome, Use, Whom
from comity.errors import Code, ComityError
from comity.limits import RECALL_ENTRIES, TEXT_CHARS
from comity.node import Node
from comity.operations.onward import passed_on
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import recall
from comity.protocol.attesting import attest
from comity.protocol.destroying import Ground, destroy
from comity.store import journal, peers
from comity.store.rows.moving import many, one
from comity.store.rows.record import Message
from comity.store.rows.retention import RecallEntry, RecallRow


class RecallRequest(Model):
    """Which entries that we sent a peer we want back, by their numbers in our log, and why."""

    peer: str
    entries: tuple[int, ...]
    reason: str = ""


class RecallId(Model):
    """A recall."""

    recall: str


class Honour(Model):
    """A recall; and what its contents were used for before, if they were."""

    recall: str
    used: str = ""
    """A class of purpose, as in terms; no case and no name."""
    by: Whom = "authority"


class DeclineRecall(Model):
    """A recall that is not honoured, and why."""

    recall: str
    reason: str


class EntryNamed(Model):
    """An entry that a recall is about."""

    direction: str
    sequence: int
    what: str
    destroyed: int
    """When its contents were destroyed here; 0 while they are kept."""


class HolderShown(Model):
    """Somebody to whom it was passed on, and what came of the recall there."""

    territory: str
    state: Held
    peer: str
    """Known here alone; empty where another node passed it on."""
    recall: str


class RecallShown(Model):
    """A recall as this side sees it."""

    id: str
    peer: str
    role: Literal["giver", "holder"]
    state: str
    reason: str
    entries: tuple[EntryNamed, ...]
    outcome: Outcome | None
    declined_because: str
    uses: tuple[Use, ...]
    holders: tuple[HolderShown, ...]
    parent: str
    due: int
    at: int
    updated: int


class Recalls(Model):
    """Recalls of both roles, those that wait for an officer here first."""

    recalls: tuple[RecallShown, ...]


@operation("recall.request", RecallRequest, RecallShown)
def request(node: Node, caller: Caller, args: RecallRequest, progress: Progress) -> RecallShown:
    """Ask a peer for contents back that we sent.

    Raises PEER_UNKNOWN, ENTRY_UNKNOWN, ENTRY_STAYS, ARGUMENT_INVALID.
    """
    with node.store.write() as tx:
        peer = find_peer(tx, args.peer)
        row = recall.ask(node.local, tx, peer, args.entries, args.reason)
        now = node.local.now()
        journal.note(tx, now, caller.officer, "recall.request", peer=peer.id, recall=row.id)
    node.wake.set()
    return _show(node, row.id)


@operation("recall.list", Nothing, Recalls)
def list_(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Recalls:
    """List recalls, those that wait for an officer here first."""
    with node.store.read() as tx:
        found = sorted(many(tx, RecallRow), key=lambda row: (row.state != recall.WAITING, -row.at))
        return Recalls(recalls=tuple(_shown(node, tx, row) for row in found))


@operation("recall.show", RecallId, RecallShown)
def show(node: Node, caller: Caller, args: RecallId, progress: Progress) -> RecallShown:
    """Show a recall. Raises RECALL_UNKNOWN."""
    return _show(node, args.recall)


@operation("recall.honour", Honour, RecallShown)
def honour(node: Node, caller: Caller, args: Honour, progress: Progress) -> RecallShown:
    """Destroy what a peer wants back, attest it, and pass the recall on to whom it was passed on.

    Raises RECALL_UNKNOWN, RECALL_DECIDED, ARGUMENT_INVALID.
    """
    local = node.local
    uses = (Use.make(purpose=args.used, whom=args.by),) if args.used else ()
    with node.store.write() as tx:
        row = _open(tx, args.recall, {recall.WAITING, recall.DECLINED})
        said = RecallOutcome.make(
            recall=row.id, outcome="already-used" if uses else "deleted", uses=uses
        )
        entries = [entry for entry in _entries(tx, row) if not entry.destroyed]
        # Traced before it is gone: what was passed on is known by what came.
        onward = passed_on(tx, entries)
        for entry in entries:
            destroy(local, tx, entry, Ground.RECALL, row.id)
        attest(local, tx, row.peer, Ground.RECALL, row.id)
        recall.decide(local, tx, row.id, said)
        for holder, seqs in onward.items():
            peer = peers.pinned(tx, holder)
            for start in range(0, len(seqs), RECALL_ENTRIES):
                some = seqs[start : start + RECALL_ENTRIES]
                recall.ask(local, tx, peer, some, row.reason, row.id)
        recall.tell(local, tx, row.id)
        journal.note(tx, local.now(), caller.officer, "recall.honour", recall=row.id)
    node.wake.set()
    return _show(node, row.id)


@operation("recall.decline", DeclineRecall, RecallShown)
def decline(node: Node, caller: Caller, args: DeclineRecall, progress: Progress) -> RecallShown:
    """Keep what a peer wants back, and say why. Raises RECALL_UNKNOWN, RECALL_DECIDED."""
    if not args.reason or len(args.reason) > TEXT_CHARS or "\0" in args.reason:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    with node.store.write() as tx:
        row = _open(tx, args.recall, {recall.WAITING})
        said = RecallOutcome.make(recall=row.id, outcome="declined", reason=args.reason)
        recall.decide(node.local, tx, row.id, said)
        recall.tell(node.local, tx, row.id)
        journal.note(tx, node.local.now(), caller.officer, "recall.decline", recall=row.id)
    node.wake.set()
    return _show(node, row.id)


def _open(tx: Connection, id: str, states: set[str]) -> RecallRow:
    row = one(tx, RecallRow, id=id, role=recall.HOLDER)
    if row is None:
        raise ComityError(Code.RECALL_UNKNOWN)
    if row.state not in states:
        raise ComityError(Code.RECALL_DECIDED)
    return row


def _entries(tx: Connection, row: RecallRow) -> list[Message]:
    found = [
        one(tx, Message, peer=row.peer, direction=named.direction, seq=named.seq)
        for named in many(tx, RecallEntry, recall=row.id, order="seq")
    ]
    return [entry for entry in found if entry is not None]


def _show(node: Node, id: str) -> RecallShown:
    with node.store.read() as tx:
        row = one(tx, RecallRow, id=id)
        if row is None:
            raise ComityError(Code.RECALL_UNKNOWN)
        return _shown(node, tx, row)


def _shown(node: Node, tx: Connection, row: RecallRow) -> RecallShown:
    now = node.local.now()
    said = RecallOutcome.read(row.said.encode()) if row.said else None
    return RecallShown(
        id=row.id,
        peer=row.peer,
        role="giver" if row.role == recall.GIVER else "holder",
        state=recall.shown_state(row, now),
        reason=row.reason,
        entries=tuple(
            EntryNamed(
                direction=entry.direction,
                sequence=entry.seq,
                what=entry.what,
                destroyed=entry.destroyed,
            )
            for entry in _entries(tx, row)
        ),
        outcome=said.outcome if said else None,
        declined_because=said.reason if said else "",
        uses=said.uses if said else (),
        holders=_holders(tx, row, said, now),
        parent=row.parent,
        due=row.due,
        at=row.at,
        updated=row.updated,
    )


def _holders(
    tx: Connection, row: RecallRow, said: RecallOutcome | None, now: int
) -> tuple[HolderShown, ...]:
    """Return those whom we asked in turn, or of whom the holder says that it asked them."""
    if row.role == recall.HOLDER:
        return tuple(
            HolderShown(
                territory=holder.territory, state=holder.state, peer=child.peer, recall=child.id
            )
            for child in many(tx, RecallRow, parent=row.id, order="at")
            for holder in (recall.holder_of(tx, child, now),)
        )
    told = said.holders if said else ()
    return tuple(
        HolderShown(territory=holder.territory, state=holder.state, peer="", recall="")
        for holder in told
    )
