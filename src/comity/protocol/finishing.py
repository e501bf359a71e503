"""The last step of coming back to a peer, in one transaction: then this node speaks again."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from comity.core import token
from comity.core.identity import Pinned
from comity.core.resumption import Lost
from comity.protocol import rebuilding, taking
from comity.protocol.base import JSON, Local, ReplyHandler, prefix
from comity.protocol.rebuilt_work import APPLIED, UNCOUNTED, count
from comity.protocol.restoring import destroy_again, refill
from comity.protocol.resuming import LOST
from comity.protocol.sending import Draft, State, entry_of, envelopes_at, place_of
from comity.store import journal, record, standing
from comity.store.rows.moving import add, many, one, remove
from comity.store.rows.node import Resumption, Unsettled
from comity.store.rows.record import Message


@dataclass(frozen=True, slots=True)
class Finished:
    """What was done in the last step."""

    filled: int
    """Places of our log whose messages are lost."""
    unsettled: int
    """Messages that an officer has to look at."""
    thawed: bool
    """Whether the whole node goes on."""


def finish(
    tx: Connection,
    local: Local,
    peer: Pinned,
    row: Resumption,
    next: int,
    officer: str,
    replies: Mapping[str, ReplyHandler],
) -> Finished:
    """Make of the record what this node has to know, and let it speak to the peer again.

    `next` is one past the highest number of ours that the peer holds.
    """
    taking.link(tx, peer.id)
    standing.thaw(tx, peer.id, row.incarnation, row.instance)
    filled = _fill(tx, local, peer, next)
    refill(tx, local, peer.id)
    rebuilding.settle_outbox(tx, local, peer, replies)
    for step in rebuilding.steps(tx, local, peer, row):
        apply = APPLIED.get(step.entry.what)
        if apply is None or not (step.accepted or (step.ours and step.reply is None)):
            continue
        why = apply(tx, step) if step.message is not None else "no-body"
        if why:
            rebuilding.list_for_officer(tx, step, _subject(step), why)
    for entry in count(tx, local, peer.id):
        _uncounted(tx, entry)
    destroy_again(tx, local, peer.id)
    remove(tx, Resumption, peer=peer.id)
    thawed = standing.thaw_node(tx)
    unsettled = len(many(tx, Unsettled, peer=peer.id, officer=""))
    detail: dict[str, str | int] = {"filled": filled, "unsettled": unsettled}
    journal.note(
        tx,
        local.now(),
        officer,
        "node.resumed",
        peer=peer.id,
        incarnation=row.incarnation,
        **detail,
    )
    return Finished(filled, unsettled, thawed)


def _fill(tx: Connection, local: Local, peer: Pinned, next: int) -> int:
    """Put a message of this incarnation into each place whose own is lost.

    The peer has seen later numbers, so these were given; nobody has what was said under them.
    """
    gaps = [
        n
        for start, stop in taking.missing(tx, peer.id, record.OUT, next)
        for n in range(start, stop)
    ]
    ends = record.ends(tx, peer.id)
    body = Lost(incarnation=ends.ours.incarnation).encode()
    target = prefix(peer.identity) + LOST
    for number in gaps:
        draft = Draft(peer, "comity-lost-1", "POST", target, body, "")
        [envelope] = envelopes_at(record.ends(tx, peer.id), local, peer.id, 1, at=number)
        request = token.seal_request(envelope, "POST", target, JSON, body, local.signers.message)
        waiting = place_of(draft, envelope, State.WAITING)
        record.write(tx, entry_of(request, waiting, envelope.issued))
        add(tx, waiting)
    return len(gaps)


def _subject(step: rebuilding.Step) -> str:
    """Return what a message is about: the first id in its path, or its own."""
    return step.params[0] if step.params else step.entry.jti


def _uncounted(tx: Connection, entry: Message) -> None:
    if one(tx, Unsettled, peer=entry.peer, jti=entry.jti) is None:
        said = entry.what, entry.direction, entry.jti, UNCOUNTED, entry.at
        add(tx, Unsettled(entry.peer, entry.jti, *said, officer=""))
