"""Contract negotiation, received: each message, its place in the table, and what follows from it.

What an officer has offered is agreed to at once, unless the offer asks for officers; everything
else waits for an officer here (DSP 2025-1, Contract Negotiation Protocol).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from comity.core.canonical import model
from comity.core.dsp.message import Message
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationError,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.policy import MessageOffer
from comity.core.machines import NEGOTIATION, NegotiationMessage, NegotiationState, Role
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol import negotiating, signing
from comity.protocol.base import DSP, Act, Effect, Inbound, Outcome, Route, nothing
from comity.protocol.processes import NO_PID, advance, move
from comity.protocol.proposals import (
    check_readable,
    on_first_offer,
    on_first_request,
    same_terms,
)
from comity.protocol.refusals import status
from comity.store import alarms
from comity.store.rows.agreements import Agreement, Negotiation
from comity.store.rows.moving import add, change, one

Later: TypeAlias = (
    ContractRequestMessage
    | ContractOfferMessage
    | ContractAgreementMessage
    | ContractAgreementVerificationMessage
    | ContractNegotiationEventMessage
    | ContractNegotiationTerminationMessage
)
Changes: TypeAlias = dict[str, object]
Reaction: TypeAlias = tuple[Changes, Effect | None]


def _later(inbound: Inbound, tx: Connection, message: Later) -> Act:
    """Take any message about a negotiation that is under way."""
    row = find(inbound, tx, message)
    try:
        return _move(inbound, tx, row, message)
    except ComityError as error:
        # The negotiation is known, so the error can name both its ids, whatever the message had.
        body = _refusal(error.code, negotiating.pids(row))
        return partial(Outcome, status(error.code), body, refused=str(error.code))


def _move(inbound: Inbound, tx: Connection, row: Negotiation, message: Later) -> Act:
    mine = Role(row.role)
    pending = NegotiationMessage(row.pending) if row.pending else None
    state = NegotiationState(row.state)
    after = advance(NEGOTIATION, state, pending, mine.other, message.event)
    changes, then = _REACTIONS[message.event](inbound, tx, row, message)
    moved = {
        # A peer may answer before its acknowledgement told us its pid; then this tells it.
        "their_pid": message.provider_pid if mine is Role.CONSUMER else message.consumer_pid,
        "state": after,
        "pending": "",
        "waits": False,
        "due": 0,
        "updated": inbound.now,
        **changes,
    }

    def effect(tx: Connection) -> None:
        move(tx, row, **moved)
        if then:
            then(tx)

    return partial(Outcome, 200, negotiating.state_of(row, after).to_json(), (effect,))


def _state(inbound: Inbound, tx: Connection, _: None) -> Act:
    return partial(Outcome, 200, negotiating.state_of(find(inbound, tx, None)).to_json())


def find(inbound: Inbound, tx: Connection, message: Later | None) -> Negotiation:
    """Return the peer's negotiation that the path names, and check that the pids fit."""
    row = one(tx, Negotiation, pid=inbound.params[0], peer=inbound.peer.id)
    if row is None:
        raise ComityError(Code.NEGOTIATION_UNKNOWN)
    if message is not None:
        theirs, ours = message.consumer_pid, message.provider_pid
        if row.role == Role.CONSUMER:
            theirs, ours = ours, theirs
        if ours != row.pid or theirs != (row.their_pid or theirs):
            raise ComityError(Code.NEGOTIATION_UNKNOWN)
    return row


def _on_request(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractRequestMessage
) -> Reaction:
    """Take a counter-offer of the consumer."""
    _check_about(tx, row, message.offer)
    ours = row.offered_by == Role.PROVIDER and same_terms(message.offer, signing.offer_of(row))
    proposed: Changes = {
        "offer": message.offer.to_json().decode(),
        "offered_by": Role.CONSUMER,
        **_waits(inbound),
    }
    if not ours:
        return proposed, None
    changes, then = _our_turn(inbound, tx, row)
    return proposed | changes, then


def _on_offer(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractOfferMessage
) -> Reaction:
    """Take an offer or counter-offer of the provider: an officer decides."""
    _check_about(tx, row, message.offer)
    return {
        "offer": message.offer.to_json().decode(),
        "offered_by": Role.PROVIDER,
        **_waits(inbound),
    }, None


def _on_accepted(inbound: Inbound, tx: Connection, row: Negotiation, message: Later) -> Reaction:
    """Agree: the offer was ours."""
    return _our_turn(inbound, tx, row)


def _on_agreement(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractAgreementMessage
) -> Reaction:
    """Check the agreement against what was offered; to verify it is to sign it."""
    agreed = signing.check(inbound.local, tx, inbound.peer, row, message)
    changes, then = _our_turn(inbound, tx, row)

    def keep(tx: Connection) -> None:
        add(tx, agreed)
        if then:
            then(tx)

    return {"agreement": agreed.id, **changes}, keep


def _on_verification(
    inbound: Inbound,
    tx: Connection,
    row: Negotiation,
    message: ContractAgreementVerificationMessage,
) -> Reaction:
    """Keep the consumer's signature, and finalize."""
    signature = signing.check_verification(inbound.peer, tx, row, message)
    changes, then = _our_turn(inbound, tx, row)

    def keep(tx: Connection) -> None:
        change(tx, Agreement, {"id": row.agreement}, consumer_signature=signature)
        if then:
            then(tx)

    return changes, keep


def _on_finalized(inbound: Inbound, tx: Connection, row: Negotiation, message: Later) -> Reaction:
    """The agreement is in force."""
    local, peer = inbound.local, inbound.peer

    def hold(tx: Connection) -> None:
        signing.put_in_force(tx, row.agreement)
        signing.supersede(local, tx, peer, row.agreement)

    return {}, hold


def _on_termination(
    inbound: Inbound,
    tx: Connection,
    row: Negotiation,
    message: ContractNegotiationTerminationMessage,
) -> Reaction:
    """The peer ends it, for good."""
    said = [item for item in message.reason or () if isinstance(item, str)]
    reason = negotiating.printable(" ".join([message.code or "", *said]))
    return {"reason": reason}, partial(signing.let_go, agreement=row.agreement)


def _our_turn(inbound: Inbound, tx: Connection, row: Negotiation) -> Reaction:
    """Take the next step at once, or let it wait for the officers that it needs.

    While an alarm about the record is open, it needs one.
    """
    if row.officers or alarms.is_open(tx, row.peer):
        return _waits(inbound), None

    def step(tx: Connection) -> None:
        negotiating.step(inbound.local, tx, inbound.peer, _now(tx, row.pid))

    return {"waits": False, "due": 0}, step


def _waits(inbound: Inbound) -> Changes:
    return {"waits": True, "due": inbound.now + negotiating.TERM_SECONDS}


_REACTIONS: Final[dict[NegotiationMessage, Callable[..., Reaction]]] = {
    NegotiationMessage.REQUEST: _on_request,
    NegotiationMessage.OFFER: _on_offer,
    NegotiationMessage.ACCEPTED: _on_accepted,
    NegotiationMessage.AGREEMENT: _on_agreement,
    NegotiationMessage.VERIFICATION: _on_verification,
    NegotiationMessage.FINALIZED: _on_finalized,
    NegotiationMessage.TERMINATION: _on_termination,
}


def _now(tx: Connection, pid: str) -> Negotiation:
    row = one(tx, Negotiation, pid=pid)
    if row is None:
        raise ComityError(Code.NEGOTIATION_UNKNOWN)
    return row


def _check_about(tx: Connection, row: Negotiation, offer: MessageOffer) -> None:
    """Check that a counter is about the same dataset, and replaces what it may."""
    if offer.target != row.dataset:
        raise ComityError(Code.AGREEMENT_DIFFERS)
    check_readable(offer)
    signing.check_replaced(tx, row.peer, row.dataset, Role(row.role), offer)


def _refusal(code: Code, pids: tuple[str, str]) -> bytes:
    provider, consumer = pids
    return ContractNegotiationError(
        provider_pid=provider or NO_PID, consumer_pid=consumer or NO_PID, code=str(code)
    ).to_json()


def _pids(message: Any) -> tuple[str, str]:
    return message.provider_pid or "", message.consumer_pid or ""


def _route(message: type[Message], path: str, decide: Callable[..., Act] = _later) -> Route[Any]:
    return Route(
        message.__name__,
        "POST",
        f"{DSP}/negotiations/{path}",
        lambda body: model(message, body, BODY_BYTES),
        decide,
        _refusal,
        _pids,
    )


ROUTES = (
    _route(ContractRequestMessage, "request", on_first_request),
    _route(ContractOfferMessage, "offers", on_first_offer),
    _route(ContractRequestMessage, "{}/request"),
    _route(ContractOfferMessage, "{}/offers"),
    _route(ContractAgreementMessage, "{}/agreement"),
    _route(ContractAgreementVerificationMessage, "{}/agreement/verification"),
    _route(ContractNegotiationEventMessage, "{}/events"),
    _route(ContractNegotiationTerminationMessage, "{}/termination"),
    Route(
        ContractNegotiation.__name__, "GET", f"{DSP}/negotiations/{{}}", nothing, _state, _refusal
    ),
)
