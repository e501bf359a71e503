"""Recalls: the giver of contents wants them back, and an officer of the holder decides.

giver    asks for entries that it sent; each is named by number and leaf
holder   acknowledges, and puts it before an officer, who honours or declines it
holder   says what came of it, and attests what it destroyed; again whenever an onward holder,
         to whom it passed the recall on, has said something new
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from sqlalchemy import Connection

from comity.core.identity import Pinned
from comity.core.messages import CARRYING
from comity.core.recall import (
    Holder,
    Recall,
    RecallOutcome,
    RecallOutcomeTaken,
    RecallState,
)
from comity.errors import Code, ComityError
from comity.limits import ONWARD_HOLDERS, OPEN_RECALLS_PER_PEER, RECALL_SECONDS
from comity.protocol.addresses import dsp_base
from comity.protocol.base import DATA, DSP, Act, Inbound, Local, Outcome, Reply, Route
from comity.protocol.refusals import plain
from comity.protocol.sending import post
from comity.store import journal, naming, peers, record
from comity.store.naming import Place
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.retention import RecallEntry, RecallRow

GIVER, HOLDER = "giver", "holder"
WAITING, REQUESTED, ACKNOWLEDGED = "waiting", "requested", "acknowledged"
DECLINED, REFUSED, OVERDUE = "declined", "refused", "overdue"
DECIDED: Final = frozenset({"deleted", "already-used", DECLINED})
RECALLABLE: Final = frozenset({*CARRYING, "TransferStartMessage"})
"""What can be taken back: contents, and the file that a start gave the way to."""
_PATH: Final = f"{DATA}/recalls"
_OUTCOMES: Final = f"{_PATH}/outcomes"


def ask(
    local: Local, tx: Connection, peer: Pinned, seqs: Iterable[int], reason: str, parent: str = ""
) -> RecallRow:
    """Ask a peer for entries of ours back. Raises ENTRY_UNKNOWN, ENTRY_STAYS, ARGUMENT_INVALID."""
    places = [(record.OUT, seq) for seq in sorted(set(seqs))]
    named = naming.name(tx, peer.id, places)
    _check_recallable(_types(tx, peer.id, places))
    message = Recall.make(id=local.new_urn(), entries=named, reason=reason)
    row = _row(message, peer.id, GIVER, REQUESTED, local.now(), parent)
    _add(tx, row, places)
    _post(local, tx, peer, message.type, _PATH, message.encode(), row.id)
    return row


def decide(local: Local, tx: Connection, id: str, said: RecallOutcome) -> None:
    """Keep what an officer decided about a recall."""
    values = {"state": said.outcome, "said": said.encode().decode(), "updated": local.now()}
    change(tx, RecallRow, {"id": id}, **values)


def holder_of(tx: Connection, child: RecallRow, now: int) -> Holder:
    """Return how a recall that was passed on is told to others: where it went, and what came."""
    territory = peers.pinned(tx, child.peer).identity.territory
    return Holder.make(territory=territory, state=shown_state(child, now))


def tell(local: Local, tx: Connection, id: str) -> None:
    """Tell the giver what was decided, and how far those are to whom it was passed on."""
    row = one(tx, RecallRow, id=id)
    if row is None or not row.said:
        return
    said = RecallOutcome.read(row.said.encode())
    now = local.now()
    onward = many(tx, RecallRow, parent=row.id, order="at")
    holders = [holder_of(tx, child, now) for child in onward[:ONWARD_HOLDERS]]
    message = said.model_copy(update={"holders": tuple(holders)})
    change(tx, RecallRow, {"id": row.id}, said=message.encode().decode(), updated=now)
    peer = peers.pinned(tx, row.peer)
    _post(local, tx, peer, message.type, _OUTCOMES, message.encode(), row.id)


def shown_state(row: RecallRow, now: int) -> str:
    """Return where a recall stands: what nobody has decided in time is overdue."""
    if row.state == REFUSED:
        return DECLINED
    return OVERDUE if row.state not in DECIDED and row.due <= now else row.state


def on_reply(reply: Reply, tx: Connection) -> None:
    """Note that a recall of ours waits for an officer there, or was refused."""
    state = REFUSED
    if reply.accepted:
        try:
            state = ACKNOWLEDGED if RecallState.read(reply.body).id == reply.subject else REFUSED
        except ComityError:
            state = REFUSED
    moved = {"id": reply.subject, "state": REQUESTED}
    if reply.expired or not change(tx, RecallRow, moved, state=state, updated=reply.now):
        return
    row = one(tx, RecallRow, id=reply.subject)
    if row is not None:
        _tell_parent(reply.local, tx, row)


def _tell_parent(local: Local, tx: Connection, row: RecallRow) -> None:
    if row.parent:
        tell(local, tx, row.parent)


def _recall(inbound: Inbound, tx: Connection, message: Recall) -> Act:
    """Put a recall before an officer, where it is about what the peer itself sent."""
    peer = inbound.peer.id
    for entry in message.entries:
        if entry.direction != "sent":
            raise ComityError(Code.ENTRY_UNKNOWN, entry=entry.sequence)
    places = naming.find(tx, peer, message.entries)
    _check_recallable(places)
    if one(tx, RecallRow, id=message.id):
        raise ComityError(Code.RECALL_DECIDED)
    if len(many(tx, RecallRow, peer=peer, role=HOLDER, state=WAITING)) >= OPEN_RECALLS_PER_PEER:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=OPEN_RECALLS_PER_PEER)

    def keep(tx: Connection) -> None:
        _add(tx, _row(message, peer, HOLDER, WAITING, inbound.now, ""), places)
        journal.note(tx, inbound.now, "", "recall.came", peer=peer, recall=message.id)

    return partial(Outcome, 201, RecallState(id=message.id).encode(), (keep,))


def _outcome(inbound: Inbound, tx: Connection, message: RecallOutcome) -> Act:
    """Take what came of a recall of ours. It may be said again, and only a decline taken back."""
    row = one(tx, RecallRow, id=message.recall, peer=inbound.peer.id, role=GIVER)
    if row is None:
        raise ComityError(Code.RECALL_UNKNOWN)
    if row.state in DECIDED - {DECLINED} and row.state != message.outcome:
        raise ComityError(Code.RECALL_DECIDED)

    def keep(tx: Connection) -> None:
        said = message.encode().decode()
        where = {"id": row.id}
        change(tx, RecallRow, where, state=message.outcome, said=said, updated=inbound.now)
        if row.state != message.outcome:
            journal.note(
                tx,
                inbound.now,
                "",
                "recall.decided",
                peer=inbound.peer.id,
                recall=row.id,
                outcome=message.outcome,
            )
            _tell_parent(inbound.local, tx, row)

    return partial(Outcome, 200, RecallOutcomeTaken(recall=row.id).encode(), (keep,))


def _check_recallable(places: dict[Place, str]) -> None:
    for (_, seq), what in places.items():
        if what not in RECALLABLE:
            raise ComityError(Code.ENTRY_STAYS, entry=seq)


def _types(tx: Connection, peer: str, places: Iterable[Place]) -> dict[Place, str]:
    return {(direction, seq): naming.what(tx, peer, direction, seq) for direction, seq in places}


def _row(message: Recall, peer: str, role: str, state: str, now: int, parent: str) -> RecallRow:
    return RecallRow(
        id=message.id,
        peer=peer,
        role=role,
        state=state,
        reason=message.reason,
        said="",
        parent=parent,
        due=now + RECALL_SECONDS,
        at=now,
        updated=now,
    )


def _add(tx: Connection, row: RecallRow, places: Iterable[Place]) -> None:
    add(tx, row)
    add(tx, *(RecallEntry(row.id, direction, seq) for direction, seq in places))


def _post(
    local: Local, tx: Connection, peer: Pinned, kind: str, path: str, body: bytes, recall: str
) -> None:
    target = dsp_base(peer.identity).removesuffix(DSP) + path
    post(tx, local, peer, kind, "POST", target, body, recall)


ROUTES = (
    Route("comity-recall-1", "POST", _PATH, Recall.read, _recall, plain),
    Route("comity-recall-outcome-1", "POST", _OUTCOMES, RecallOutcome.read, _outcome, plain),
)
