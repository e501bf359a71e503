"""Requests, answers, consent and quotas, as the messages have them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from comity.core.agreement import IN_FORCE, Standing
from comity.core.machines import Role
from comity.core.messages import Answer, Consent, DetailRequest, Question, RequestState
from comity.core.terms import Action
from comity.errors import Code, ComityError
from comity.protocol import answering, consent, filing
from comity.protocol.base import Local, prefix
from comity.protocol.questions import count_of
from comity.protocol.rebuilding import NOTHING, Apply, Step, wait_again
from comity.protocol.rebuilt_processes import UNKNOWN, negotiation, transfer
from comity.protocol.routes import find_route
from comity.store import record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Handle, Usage
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.schema.matching import usage
from comity.store.schema.record import messages

ASK_AGAIN: Final = "ask-again"
"""What it brought is lost: a question's hits cannot be found without its scalars."""
UNCOUNTED: Final = "uncounted"
"""What it used of a quota cannot be told."""


def asked(tx: Connection, step: Step) -> str:
    """Apply a request for details: ours waits for its answer, the peer's for an officer."""
    message: DetailRequest = step.message
    if one(tx, RequestRow, id=message.id):
        return NOTHING
    role, why = Role.CONSUMER if step.ours else Role.PROVIDER, NOTHING
    agreement = _agreement(tx, step, role)
    if agreement is None:
        return UNKNOWN
    row = RequestRow(
        id=message.id,
        peer=step.peer.id,
        role=role,
        agreement=agreement.id,
        handle=message.handle,
        manifest=message.manifest,
        request=message.encode().decode(),
        state="held" if step.accepted else "asked",
        answer="",
        approval="",
        approvals=1,
        reason="",
        final=False,
        due=_due(step),
        at=step.entry.at,
    )
    if not step.ours:
        handle = one(tx, Handle, manifest=message.manifest, handle=message.handle)
        held = one(tx, Held, dataset=handle.dataset, id=handle.record) if handle else None
        if held is None or held.withheld:
            # Which record the handle stands for is lost with the epoch: it can only be declined.
            why, drafted = UNKNOWN, answering.nothing(step.local)
        else:
            drafted = answering.draft(step.local, held, message.fields)
        row = answering.with_approval(replace(row, answer=drafted), agreement)
    add(tx, row)
    if not step.accepted:
        wait_again(tx, step.local, step, row.id)
    return why


def answer(tx: Connection, step: Step) -> str:
    """Apply an answer, of either side."""
    message: Answer = step.message
    row = one(tx, RequestRow, id=message.request, peer=step.peer.id)
    if row is None:
        return UNKNOWN
    values: dict[str, object] = {"state": message.outcome, "reason": message.reason}
    if step.ours:
        values["final"] = message.outcome == "declined"
        if not step.accepted:
            wait_again(tx, step.local, step, row.id)
    else:
        values |= {"answer": message.encode().decode(), "at": step.entry.at}
    change(tx, RequestRow, {"id": row.id}, **values)
    return NOTHING


def consents(tx: Connection, step: Step) -> str:
    """Apply what a side has said of its consent: what was withdrawn stays withdrawn."""
    message: Consent = step.message
    row = one(tx, Agreement, id=message.agreement, peer=step.peer.id)
    if row is None:
        return UNKNOWN
    if message.state == "withdrawn":
        change(tx, Agreement, {"id": row.id}, state=Standing.WITHDRAWN)
        consent.end_epochs(step.local, tx, row.id)
    elif step.ours and row.state in IN_FORCE:
        state = Standing.ACTIVE if message.state == "active" else Standing.SUSPENDED
        change(tx, Agreement, {"id": row.id}, state=state)
    elif not step.ours:
        change(tx, Agreement, {"id": row.id}, peer_suspended=message.state == "suspended")
    if step.ours and not step.accepted:
        wait_again(tx, step.local, step, row.id)
    return NOTHING


def question(tx: Connection, step: Step) -> str:
    """Say that what our question found is lost; the peer's is counted by `count`."""
    return ASK_AGAIN if step.ours else NOTHING


_NEGOTIATION: Final = (
    "ContractRequestMessage",
    "ContractOfferMessage",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
)
_TRANSFER: Final = (
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferSuspensionMessage",
    "TransferCompletionMessage",
    "TransferTerminationMessage",
)
APPLIED: Final[Mapping[str, Apply]] = {
    **dict.fromkeys(_NEGOTIATION, negotiation),
    **dict.fromkeys(_TRANSFER, transfer),
    "comity-request-1": asked,
    "comity-answer-1": answer,
    "comity-consent-1": consents,
    "comity-question-1": question,
}
"""How each message that moves something is applied. What is not here only reads."""


def count(tx: Connection, local: Local, peer: str) -> list[Message]:
    """Count what the peer has asked and is not counted yet; returns what cannot be counted.

    Every message in the record is looked at, so that no backup is so old that it refills a quota.
    """
    counted = select(usage.c.jti).where(usage.c.peer == peer)
    asked = many(
        tx,
        Message,
        messages.c.what.in_(("comity-question-1", "comity-request-1", "TransferRequestMessage")),
        messages.c.jti.not_in(counted),
        peer=peer,
        direction=record.IN,
        kind="request",
        refused="",
        order="seq",
    )
    left = []
    for entry in asked:
        try:
            row = _used(tx, local, entry)
        except ComityError:
            left.append(entry)
            continue
        if row is not None:
            add(tx, row)
    return left


def _used(tx: Connection, local: Local, entry: Message) -> Usage | None:
    """Return what a message has used. Raises ComityError where it cannot be told."""
    route, params, _ = find_route(entry.method, entry.target, prefix(local.identity))
    message = route.parse(entry.body)
    family, elements, action = "", 1, Action.RECEIVE
    if entry.what == "TransferRequestMessage":
        if message.format not in filing.FORMATS:
            return None
        agreement = one(tx, Agreement, id=message.agreement_id, peer=entry.peer)
    else:
        row = one(tx, Transfer, pid=params[0], peer=entry.peer, role=Role.PROVIDER)
        agreement = one(tx, Agreement, id=row.agreement) if row else None
        action = Action.REQUEST
        if isinstance(message, Question):
            action, family, elements = Action.MATCH, message.family, count_of(message)
    if agreement is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    return Usage(
        peer=entry.peer,
        jti=entry.jti,
        dataset=agreement.dataset,
        agreement=agreement.id,
        action=action.value,
        family=family,
        elements=elements,
        at=entry.at,
    )


def _agreement(tx: Connection, step: Step, role: Role) -> Agreement | None:
    """Return the agreement of the transfer that a path names; of ours, it has the peer's id."""
    place = {"their_pid" if step.ours else "pid": step.params[0]}
    row = one(tx, Transfer, peer=step.peer.id, role=role, **place)
    return one(tx, Agreement, id=row.agreement) if row else None


def _due(step: Step) -> int:
    try:
        return RequestState.read(step.reply.body).due if step.reply else 0
    except ComityError:
        return 0
