"""Contract negotiation, received: each message, its place in the table, and what follows from it.

What an officer has offered is agreed to at once; everything else waits for an officer here
(DSP 2025-1, Contract Negotiation Protocol).
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
from comity.core.dsp.policy import MessageOffer, Offer
from comity.core.machines import NEGOTIATION, NegotiationMessage, NegotiationState, Role
from comity.core.terms_odrl import from_policy
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPEN_NEGOTIATIONS_PER_PEER
from comity.protocol import negotiating
from comity.protocol.addresses import pinned_path
from comity.protocol.base import DSP, Act, Effect, Inbound, Outcome, Route, nothing
from comity.protocol.catalog import open_offers
from comity.protocol.processes import advance, move
from comity.store import rows
from comity.store.rows import Negotiation, add, many, one

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


def _first_request(inbound: Inbound, tx: Connection, message: ContractRequestMessage) -> Act:
    """Begin a negotiation (POST /negotiations/request)."""
    peer, local = inbound.peer, inbound.local
    if message.provider_pid is not None or message.callback_address is None:
        raise ComityError(Code.SCHEMA_INVALID, where="callbackAddress")
    base = pinned_path(peer, message.callback_address)
    made = open_offers(tx, peer.id).get(message.offer.target, [])
    offered = next((offer for offer in made if offer.id == message.offer.id), None)
    if offered is None:
        raise ComityError(Code.OFFER_UNKNOWN)
    open_now = [row for row in many(tx, Negotiation, peer=peer.id) if not negotiating.is_over(row)]
    if len(open_now) >= OPEN_NEGOTIATIONS_PER_PEER:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=OPEN_NEGOTIATIONS_PER_PEER)
    as_offered = _same_terms(message.offer, model(Offer, offered.policy.encode(), BODY_BYTES))
    row = Negotiation(
        pid=local.new_urn(),
        peer=peer.id,
        their_pid=message.consumer_pid,
        role=Role.PROVIDER,
        state=NegotiationState.REQUESTED,
        pending="",
        base=base,
        dataset=message.offer.target,
        offer=message.offer.to_json().decode(),
        offered_by=Role.CONSUMER,
        agreement="",
        waits=not as_offered,
        reason="",
        due=0 if as_offered else inbound.now + negotiating.TERM_SECONDS,
        updated=inbound.now,
    )

    def begin(tx: Connection) -> None:
        add(tx, row)
        if as_offered:
            negotiating.agree(local, tx, peer, row)

    return partial(Outcome, 201, negotiating.state_of(row).to_json(), (begin,))


def _later(inbound: Inbound, tx: Connection, message: Later) -> Act:
    """Take any message about a negotiation that is under way."""
    row = find(inbound, tx, message)
    mine = Role(row.role)
    pending = NegotiationMessage(row.pending) if row.pending else None
    state = NegotiationState(row.state)
    after = advance(NEGOTIATION, state, pending, mine.other, message.event)
    changes, then = _REACTIONS[message.event](inbound, tx, row, message)
    moved = {
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
        # A peer may answer before its acknowledgement told us its pid; then this tells it.
        if ours != row.pid or theirs != (row.their_pid or theirs):
            raise ComityError(Code.NEGOTIATION_UNKNOWN)
    return row


def _on_request(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractRequestMessage
) -> Reaction:
    """Take a counter-offer of the consumer."""
    _check_target(row, message.offer)
    last = model(MessageOffer, row.offer.encode(), BODY_BYTES)
    ours = row.offered_by == Role.PROVIDER and _same_terms(message.offer, last)
    changes: Changes = {
        "offer": message.offer.to_json().decode(),
        "offered_by": Role.CONSUMER,
        "waits": not ours,
        "due": 0 if ours else inbound.now + negotiating.TERM_SECONDS,
    }
    return changes, partial(_agree_again, inbound, row.pid) if ours else None


def _on_offer(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractOfferMessage
) -> Reaction:
    """Take an offer or counter-offer of the provider: an officer decides."""
    _check_target(row, message.offer)
    from_policy(message.offer)
    return {
        "their_pid": message.provider_pid,
        "offer": message.offer.to_json().decode(),
        "offered_by": Role.PROVIDER,
        "waits": True,
        "due": inbound.now + negotiating.TERM_SECONDS,
    }, None


def _on_accepted(inbound: Inbound, tx: Connection, row: Negotiation, message: Later) -> Reaction:
    """Agree: the offer was ours."""
    return {}, partial(_agree_again, inbound, row.pid)


def _on_agreement(
    inbound: Inbound, tx: Connection, row: Negotiation, message: ContractAgreementMessage
) -> Reaction:
    """Check the agreement against what was offered, and sign it too."""
    if one(tx, rows.Agreement, id=message.agreement.id):
        # An id names one agreement for ever, whoever gives it.
        raise ComityError(Code.AGREEMENT_DIFFERS, where="@id")
    agreed = negotiating.check_agreement(inbound.local, inbound.peer, row, message)

    def verify(tx: Connection) -> None:
        add(tx, agreed)
        negotiating.send_verification(inbound.local, tx, inbound.peer, _now(tx, row.pid), agreed)

    return {"their_pid": message.provider_pid, "agreement": agreed.id}, verify


def _on_verification(
    inbound: Inbound,
    tx: Connection,
    row: Negotiation,
    message: ContractAgreementVerificationMessage,
) -> Reaction:
    """Keep the consumer's signature, and finalize."""
    signature = negotiating.check_verification(inbound.peer, tx, row, message)

    def finalize(tx: Connection) -> None:
        where: dict[str, object] = {"id": row.agreement}
        rows.change(tx, rows.Agreement, where, consumer_signature=signature, state="active")
        negotiating.send_event(inbound.local, tx, inbound.peer, _now(tx, row.pid), "FINALIZED")

    return {}, finalize


def _on_finalized(inbound: Inbound, tx: Connection, row: Negotiation, message: Later) -> Reaction:
    """The agreement is in force."""
    where: dict[str, object] = {"id": row.agreement}
    return {}, lambda tx: void(rows.change(tx, rows.Agreement, where, state="active"))


def _on_termination(
    inbound: Inbound,
    tx: Connection,
    row: Negotiation,
    message: ContractNegotiationTerminationMessage,
) -> Reaction:
    """The peer ends it, for good."""
    said = [item for item in message.reason or () if isinstance(item, str)]
    reason = negotiating.printable(" ".join([message.code or "", *said]))
    withdrawn = partial(negotiating.withdraw_agreement, agreement=row.agreement)
    return {"reason": reason, "pending": ""}, withdrawn


_REACTIONS: Final[dict[NegotiationMessage, Callable[..., Reaction]]] = {
    NegotiationMessage.REQUEST: _on_request,
    NegotiationMessage.OFFER: _on_offer,
    NegotiationMessage.ACCEPTED: _on_accepted,
    NegotiationMessage.AGREEMENT: _on_agreement,
    NegotiationMessage.VERIFICATION: _on_verification,
    NegotiationMessage.FINALIZED: _on_finalized,
    NegotiationMessage.TERMINATION: _on_termination,
}


def void(_: object) -> None:
    """Drop a value."""


def _now(tx: Connection, pid: str) -> Negotiation:
    row = one(tx, Negotiation, pid=pid)
    if row is None:
        raise ComityError(Code.NEGOTIATION_UNKNOWN)
    return row


def _agree_again(inbound: Inbound, pid: str, tx: Connection) -> None:
    negotiating.agree(inbound.local, tx, inbound.peer, _now(tx, pid))


def _same_terms(asked: MessageOffer, offered: Offer | MessageOffer) -> bool:
    return from_policy(asked) == from_policy(offered)


def _check_target(row: Negotiation, offer: MessageOffer) -> None:
    if offer.target != row.dataset:
        raise ComityError(Code.AGREEMENT_DIFFERS)


def _refusal(code: Code, pids: tuple[str, str]) -> bytes:
    provider, consumer = pids
    return ContractNegotiationError(
        provider_pid=provider or "urn:none", consumer_pid=consumer or "urn:none", code=str(code)
    ).to_json()


def _pids(message: Any) -> tuple[str, str]:
    return message.provider_pid or "", message.consumer_pid or ""


def _route(message: type[Message], path: str, method: str = "POST") -> Route[Any]:
    return Route(
        message.__name__,
        method,
        f"{DSP}/negotiations/{path}",
        lambda body: model(message, body, BODY_BYTES),
        _first_request if path == "request" else _later,
        _refusal,
        _pids,
    )


ROUTES = (
    _route(ContractRequestMessage, "request"),
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
