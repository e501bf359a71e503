"""What waits in the outbox, how it moves on its way, and what its reply is turned into."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, update

from comity.api import Request, Response
from comity.core.identity import Pinned
from comity.core.token import ResponseClaims
from comity.errors import Code
from comity.protocol.base import BYTES, Local, Reply
from comity.protocol.sending import State
from comity.store import record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change, one
from comity.store.rows.record import Message
from comity.store.schema.delivery import outbox
from comity.store.statements import Statement


@dataclass(frozen=True, slots=True)
class Taken:
    """A reply that was verified."""

    row: Outgoing
    """What waited for it."""
    message: Message
    """Its entry in the record."""
    reply: Reply
    """What its handler gets."""
    claims: ResponseClaims
    """What its token says."""


def reply_to(
    local: Local, row: Outgoing, peer: Pinned, response: Response | None, now: int
) -> Reply:
    """Return what the handler of a reply gets; no response means that there will be none."""
    said = response or Response(0)
    return Reply(
        local, peer, row.kind, row.subject, row.jti, said.status, said.body, said.content_type, now
    )


def reply_entry(
    row: Outgoing,
    request: Request,
    response: Response,
    claims: ResponseClaims,
    now: int,
    *,
    void: bool = False,
) -> Message:
    """Return the entry of a reply in the record. Bulk bodies, and void ones, are kept by digest."""
    refused = "" if 200 <= response.status < 300 else "refused"
    return Message(
        peer=row.peer,
        direction=record.IN,
        seq=claims.seq,
        jti=claims.jti,
        kind="response",
        token=response.token,
        method=request.method,
        target=request.target,
        status=response.status,
        content_type=response.content_type,
        body=b"" if void or response.content_type == BYTES else response.body,
        size=len(response.body),
        reply_to=row.jti,
        what=row.kind,
        refused=str(Code.KEY_REVOKED) if void else refused,
        leaf=record.leaf_of(response.token),
        at=now,
    )


_MARK: Final = Statement(
    update(outbox)
    .where(outbox.c.peer == bindparam("of"), outbox.c.jti == bindparam("id"))
    .where(outbox.c.state != State.DONE)
    .values(
        state=bindparam("to"),
        attempts=bindparam("tried"),
        not_before=bindparam("after"),
        error=bindparam("why"),
    )
)


def mark(tx: Connection, row: Outgoing, state: State, **values: object) -> bool:
    """Move a message on its way; False where it is done, as somebody else was quicker."""
    after = replace(row, state=state, **{"error": "", **values})  # type: ignore[arg-type]
    place = {"of": row.peer, "id": row.jti}
    moved = {"to": state, "tried": after.attempts, "after": after.not_before, "why": after.error}
    return _MARK.run(tx, place | moved).rowcount == 1


def take_back(tx: Connection) -> None:
    """Let wait what a process asked that is no more, for when the node is opened.

    So what is asked next finds it waiting, and goes after it. Otherwise it could overtake a
    question whose reply it needs to know of.
    """
    change(tx, Outgoing, {"state": State.ASKED}, state=State.WAITING)


_WAITED_FOR: Final = Statement(
    select(outbox.c.peer)
    .where(or_(*(outbox.c.state == state for state in State if state is not State.DONE)))
    .distinct()
    .order_by(outbox.c.peer)
)


def waiting_peers(tx: Connection) -> list[str]:
    """Return the peers for whom something waits."""
    return [peer for (peer,) in _WAITED_FOR.rows(tx, {})]


def outgoing(tx: Connection, peer: str, jti: str) -> Outgoing | None:
    """Return what the outbox knows of a message."""
    return one(tx, Outgoing, peer=peer, jti=jti)
