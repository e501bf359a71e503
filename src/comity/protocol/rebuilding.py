"""What follows from entries that were taken back: states, quotas, and what an officer has to see.

A restored node knows what was said, and not what was decided. Where a message says it all, the
state is set from it; whatever is left is listed, and waits for an officer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from comity.core import token
from comity.core.identity import Pinned
from comity.errors import ComityError
from comity.protocol.base import AnyRoute, Local, Reply, ReplyHandler, prefix
from comity.protocol.routes import find_route
from comity.protocol.sending import State
from comity.store import record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.node import Resumption, Unsettled
from comity.store.rows.record import Message
from comity.store.schema.delivery import outbox
from comity.store.schema.record import messages


@dataclass(frozen=True, slots=True)
class Step:
    """One request that was taken back, with the reply that it got."""

    local: Local
    peer: Pinned
    entry: Message
    reply: Message | None
    route: AnyRoute
    params: tuple[str, ...]
    message: Any
    """None where the body is not kept."""

    @property
    def ours(self) -> bool:
        """Whether this node sent it."""
        return self.entry.direction == record.OUT

    @property
    def accepted(self) -> bool:
        """Whether it was taken by its receiver."""
        return self.reply is not None and 200 <= self.reply.status < 300


Apply = Callable[[Connection, Step], str]
"""Applies a step; returns why an officer has to look at it, empty where nobody has to."""
NOTHING: Final = ""


def steps(tx: Connection, local: Local, peer: Pinned, row: Resumption) -> Iterator[Step]:
    """Give the requests that were taken back, each after all that its sender had seen."""
    ours = _entries(tx, peer.id, record.OUT, row.sent)
    theirs = _entries(tx, peer.id, record.IN, row.received)
    for entry in _merged(ours, theirs, row):
        if entry.kind != "request":
            continue
        under = prefix(peer.identity if entry.direction == record.OUT else local.identity)
        try:
            route, params, _ = find_route(entry.method, entry.target, under)
        except ComityError:
            continue
        other = record.IN if entry.direction == record.OUT else record.OUT
        reply = record.reply(tx, peer.id, other, entry.jti)
        yield Step(local, peer, entry, reply, route, params, _message(route, entry))


def settle_outbox(
    tx: Connection, local: Local, peer: Pinned, handlers: Mapping[str, ReplyHandler]
) -> None:
    """Give what waits in the outbox the replies that were taken back."""
    waiting = many(tx, Outgoing, outbox.c.state != State.DONE, peer=peer.id, order="seq")
    for sent in waiting:
        came = record.reply(tx, peer.id, record.IN, sent.jti)
        if came is None:
            continue
        change(tx, Outgoing, {"peer": peer.id, "jti": sent.jti}, state=State.DONE, error="")
        if handler := handlers.get(sent.kind):
            said = came.status, came.body, came.content_type
            handler(Reply(local, peer, sent.kind, sent.subject, sent.jti, *said, local.now()), tx)


def wait_again(tx: Connection, local: Local, step: Step, subject: str) -> None:
    """Put a message of ours into the outbox again, whose reply has not been given."""
    if one(tx, Outgoing, peer=step.peer.id, jti=step.entry.jti):
        return
    add(
        tx,
        Outgoing(
            peer=step.peer.id,
            jti=step.entry.jti,
            seq=step.entry.seq,
            kind=step.entry.what,
            subject=subject,
            state=State.WAITING,
            attempts=0,
            not_before=0,
            expires=token.stated(step.entry.token).exp,
            error="",
        ),
    )


def list_for_officer(tx: Connection, step: Step, subject: str, reason: str) -> None:
    """List a message that could not be applied; of several about one thing, only the last."""
    peer = step.peer.id
    for before in many(tx, Unsettled, peer=peer, what=step.entry.what, subject=subject, officer=""):
        if before.reason == reason:
            change(tx, Unsettled, {"peer": peer, "jti": before.jti}, at=step.entry.at)
            return
    if one(tx, Unsettled, peer=peer, jti=step.entry.jti):
        return
    entry = step.entry
    add(
        tx,
        Unsettled(
            peer, entry.jti, entry.what, entry.direction, subject, reason, entry.at, officer=""
        ),
    )


def _entries(tx: Connection, peer: str, direction: str, start: int) -> list[Message]:
    later = messages.c.seq >= start
    return list(many(tx, Message, later, peer=peer, direction=direction, order="seq"))


def _merged(ours: list[Message], theirs: list[Message], row: Resumption) -> Iterator[Message]:
    """Give the entries of both logs, each after those that its token says were seen."""
    here, there = 0, 0
    while here < len(ours) or there < len(theirs):
        # What our entry has seen of theirs lies behind us, or else theirs comes first.
        seen = _seen(ours[here]) if here < len(ours) else 2**53
        if there >= len(theirs) or seen <= row.received + there:
            yield ours[here]
            here += 1
        else:
            yield theirs[there]
            there += 1


def _seen(entry: Message) -> int:
    return token.stated(entry.token).log.size if entry.token else 0


def _message(route: AnyRoute, entry: Message) -> Any:
    if not entry.token or token.digest(entry.body) != token.body_digest(entry.token):
        return None
    try:
        return route.parse(entry.body)
    except ComityError:
        return None
