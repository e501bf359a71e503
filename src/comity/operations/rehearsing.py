"""`terms.rehearse`: the record replayed against draft terms, as if they had been in force.

Every question, request for details and transfer request of peers that is about an agreement of ours
is decided again, in the order of time. The territory is that of the peer's pinned identity.
"""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from pydantic import Field
from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import model
from comity.core.decision import (
    Decision,
    MatchQuestion,
    Outcome,
    Question,
    ReceiveQuestion,
    evaluate_start,
)
from comity.core.dsp.transfer import TransferRequestMessage
from comity.core.machines import Role
from comity.core.messages import DetailRequest
from comity.core.messages import Question as QuestionMessage
from comity.core.rehearsal import Rehearsal
from comity.core.terms import Action, draft_terms
from comity.errors import ComityError
from comity.limits import BODY_BYTES, REHEARSED_SHOWN
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol.agreed import terms_of
from comity.protocol.base import prefix
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.questions import count_of
from comity.protocol.requests import question_of
from comity.protocol.routes import find_route
from comity.store import peers
from comity.store.replay import count, replay
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.moving import one
from comity.store.rows.record import Message

_TRANSFER: Final = TransferRequestMessage.__name__
_QUESTION: Final = "comity-question-1"
_REQUEST: Final = "comity-request-1"
_WHAT: Final = (_TRANSFER, _QUESTION, _REQUEST)
_FRAMES: Final = {MATCH: Action.MATCH, REQUEST: Action.REQUEST}
"""Formats that only frame what is asked inside them."""


class Rehearse(Model):
    """A draft, and what to replay: of one peer or all (empty), since a day (UTC) or ever."""

    terms: dict[str, Any]
    peer: str = ""
    since: date | None = None


class Verdict(Model):
    """What terms say: allow, hold for so many officers, or refuse with a code."""

    outcome: Outcome
    officers: int = 0
    code: str = ""
    params: dict[str, str | int] = Field(default_factory=dict)


class Replayed(Model):
    """One message: what was decided then, and what the draft would decide."""

    peer: str
    at: int
    what: str
    dataset: str
    """Empty where it is not known any more what it was about."""
    tokens: int
    """That a question asked about; 0 for anything else."""
    then: Verdict
    now: Verdict | None
    """None: it was refused and its contents were not kept."""


class Totals(Model):
    """How many messages would have been what."""

    let_through: int = 0
    held: int = 0
    refused: int = 0
    not_replayable: int = 0
    decided_otherwise: int = 0
    """Of those that could be replayed, how many with another outcome than then."""


class Rehearsed(Model):
    """The latest messages, and the totals of all."""

    messages: tuple[Replayed, ...]
    not_shown: int
    """Earlier messages that are counted and not listed."""
    totals: Totals


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a message asks, under which agreement; a frame has no question of its own."""

    agreement: Agreement
    action: Action
    question: Question | None


@operation("terms.rehearse", Rehearse, Rehearsed)
def rehearse(node: Node, caller: Caller, args: Rehearse, progress: Progress) -> Rehearsed:
    """Replay what peers asked against a draft. Changes nothing. Raises TERMS_INVALID, PEER_UNKNOWN.

    What a peer would have asked under other terms nobody knows; what it did ask is replayed.
    """
    rehearsal = Rehearsal(draft_terms(args.terms))
    since = _seconds(args.since) if args.since else 0
    shown: deque[Replayed] = deque(maxlen=REHEARSED_SHOWN)
    totals = dict.fromkeys(Totals.model_fields, 0)
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer).id if args.peer else ""
        total = count(tx, _WHAT, peer, since)
        for done, message in enumerate(replay(tx, _WHAT, peer, since), 1):
            one_more = _replayed(node, tx, rehearsal, message)
            _count(totals, one_more)
            shown.append(one_more)
            progress("rehearse", done, total)
    listed = tuple(shown)
    return Rehearsed(messages=listed, not_shown=total - len(listed), totals=Totals(**totals))


def _replayed(node: Node, tx: Connection, rehearsal: Rehearsal, message: Message) -> Replayed:
    asked = _asked(node, tx, message)
    now = None
    if asked is not None and message.body:
        now = _verdict(_decide(tx, rehearsal, asked, message))
    question = asked.question if asked else None
    return Replayed(
        peer=message.peer,
        at=message.at,
        what=message.what,
        dataset=asked.agreement.dataset if asked else "",
        tokens=question.tokens if isinstance(question, MatchQuestion) else 0,
        then=_then(message, asked),
        now=now,
    )


def _decide(tx: Connection, rehearsal: Rehearsal, asked: _Asked, message: Message) -> Decision:
    moment = datetime.fromtimestamp(message.at, UTC)
    if asked.question is None:
        territory = peers.pinned(tx, message.peer).identity.territory
        return evaluate_start(rehearsal.terms, asked.action, territory, moment)
    whose = (message.peer, asked.agreement.dataset)
    return rehearsal.decide(whose, asked.question, moment)


def _asked(node: Node, tx: Connection, message: Message) -> _Asked | None:
    """Read a message again; None where its contents, or what they are about, are not here."""
    try:
        if message.what == _TRANSFER:
            return _transfer(tx, message)
        _, params, _ = find_route(message.method, message.target, prefix(node.local.identity))
        transfer = one(tx, Transfer, pid=params[0], peer=message.peer, role=Role.PROVIDER)
        agreement = one(tx, Agreement, id=transfer.agreement) if transfer else None
        if agreement is None or not message.body:
            return None
        peer = peers.pinned(tx, message.peer)
        if message.what == _REQUEST:
            request = DetailRequest.read(message.body)
            return _Asked(agreement, Action.REQUEST, question_of(request, peer))
        question = QuestionMessage.read(message.body)
        asked = MatchQuestion(
            purpose=question.purpose,
            legal_basis=question.legal_basis,
            territory=peer.identity.territory,
            families=(question.family,),
            tokens=count_of(question),
        )
        return _Asked(agreement, Action.MATCH, asked)
    except ComityError:
        return None


def _transfer(tx: Connection, message: Message) -> _Asked | None:
    if not message.body:
        return None
    asked = model(TransferRequestMessage, message.body, BODY_BYTES)
    agreement = one(tx, Agreement, id=asked.agreement_id, peer=message.peer, role=Role.PROVIDER)
    if agreement is None:
        return None
    if asked.format in _FRAMES:
        return _Asked(agreement, _FRAMES[asked.format], None)
    territory = peers.pinned(tx, message.peer).identity.territory
    return _Asked(agreement, Action.RECEIVE, ReceiveQuestion("", "", territory))


def _then(message: Message, asked: _Asked | None) -> Verdict:
    """Return what was decided: the refusal that was sent, or what the terms then asked for."""
    if message.refused:
        return Verdict(outcome=Outcome.REFUSE, code=message.refused)
    grant = terms_of(asked.agreement).grant(asked.action) if asked else None
    officers = grant.approval.officers if grant else 0
    if asked and asked.action is Action.REQUEST and asked.question is None:
        officers = 0  # The frame of requests starts by itself.
    return Verdict(outcome=Outcome.HOLD if officers else Outcome.ALLOW, officers=officers)


def _verdict(decision: Decision) -> Verdict:
    return Verdict(
        outcome=decision.outcome,
        officers=decision.approvals,
        code=decision.code or "",
        params=dict(decision.params),
    )


def _count(totals: dict[str, int], one_more: Replayed) -> None:
    if one_more.now is None:
        totals["not_replayable"] += 1
        return
    name = {Outcome.ALLOW: "let_through", Outcome.HOLD: "held", Outcome.REFUSE: "refused"}
    totals[name[one_more.now.outcome]] += 1
    totals["decided_otherwise"] += one_more.now.outcome is not one_more.then.outcome


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
