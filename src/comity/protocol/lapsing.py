"""How long the contents of an entry of the record may be kept, on both sides alike.

Only the messages of `CARRYING` have such contents; the grant of the agreement under which they
crossed says how long. It is counted from when a question or an answer crossed, and for a request
from the end of the time in which it is to be answered. What is ours is kept for at least as long as
the peer may still need it: until it was delivered, and a reply until its request is no news any
more.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, text

from comity.core.messages import CARRYING, Answer, AnswerTaken
from comity.core.terms import Conditions, RequestTerms
from comity.errors import ComityError
from comity.limits import HOUR, LOOKED_AT_ONCE, MESSAGE_LIFETIME_SECONDS
from comity.protocol.addresses import transfer_in
from comity.protocol.agreed import known_terms
from comity.protocol.base import Local
from comity.protocol.destroying import Ground, destroy
from comity.protocol.sending import State
from comity.store import record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.schema.record import messages
from comity.store.statements import Statement

_DUE: Final = Statement(
    select(messages.c.peer, messages.c.direction, messages.c.seq)
    # As the index says it, word for word.
    .where(text("look != 0"), messages.c.look <= bindparam("now"))
    .order_by(messages.c.look)
    .limit(LOOKED_AT_ONCE)
)


def lapse(local: Local, tx: Connection) -> None:
    """Destroy the contents of entries that may no longer be kept, some of them at a time."""
    now = local.now()
    for peer, direction, seq in _DUE.rows(tx, {"now": now}):
        entry = one(tx, Message, peer=peer, direction=direction, seq=seq)
        if entry is None:
            continue
        look = _look(tx, entry, now)
        if look is None:
            destroy(local, tx, entry, Ground.RETENTION)
        else:
            change(tx, Message, {"peer": peer, "direction": direction, "seq": seq}, look=look)


def _look(tx: Connection, entry: Message, now: int) -> int | None:
    """Return when to look at an entry again, 0 for never, or None where it has to go."""
    agreement = None if entry.refused else agreement_of(tx, entry)
    terms = known_terms(agreement) if agreement else None
    grant = terms.grant(CARRYING[entry.what]) if terms else None
    until = _until(grant, entry) if grant else None
    if until is None:
        return 0
    if until <= now and _is_waiting(tx, entry):
        return now + HOUR
    return None if until <= now else until


def _until(grant: Conditions, entry: Message) -> int | None:
    since = datetime.fromtimestamp(entry.at, UTC)
    if entry.what == "comity-request-1":
        since = _answered_by(grant, since)
    until = grant.kept_until(since)
    if until is None:
        return None
    needed = entry.at + MESSAGE_LIFETIME_SECONDS if _is_reply_of_ours(entry) else 0
    return max(int(until.timestamp()), needed)


def _answered_by(grant: Conditions, asked: datetime) -> datetime:
    return grant.answer_within.after(asked) if isinstance(grant, RequestTerms) else asked


def _is_reply_of_ours(entry: Message) -> bool:
    return entry.direction == record.OUT and entry.kind == "response"


def _is_waiting(tx: Connection, entry: Message) -> bool:
    """Whether it is a request of ours that the peer has not got yet."""
    if entry.direction == record.IN or entry.kind == "response":
        return False
    waiting = one(tx, Outgoing, peer=entry.peer, jti=entry.jti)
    return waiting is not None and waiting.state != State.DONE


def agreement_of(tx: Connection, entry: Message) -> Agreement | None:
    """Return under which agreement an entry crossed, as far as it is known here."""
    answer = entry.what == "comity-answer-1"
    name = _answers(tx, entry) if answer else _carries(tx, entry)
    return one(tx, Agreement, id=name, peer=entry.peer) if name else None


def _answers(tx: Connection, entry: Message) -> str:
    """Return the agreement that an answer, or the acknowledgement of one, names."""
    try:
        if entry.kind == "request":
            return Answer.read(entry.body).agreement
        request = AnswerTaken.read(entry.body).request
    except ComityError:
        return ""  # Nothing is kept of it, or the peer said something else.
    row = one(tx, RequestRow, id=request, peer=entry.peer)
    return row.agreement if row else ""


def _carries(tx: Connection, entry: Message) -> str:
    """Return the agreement of the transfer in whose path a question or request went."""
    pid = transfer_in(entry.target)
    row = one(tx, Transfer, pid=pid, peer=entry.peer) or one(
        tx, Transfer, their_pid=pid, peer=entry.peer
    )
    return row.agreement if row else ""
