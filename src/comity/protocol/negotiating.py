"""Contract negotiation, sent: what this side says, and what the peer's acknowledgement changes."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from comity.core import agreement as agreements
from comity.core.canonical import b64url, model, unb64url
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
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.identity import Pinned
from comity.core.machines import NEGOTIATION, NegotiationMessage, NegotiationState, Role
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, DAY, TEXT_CHARS
from comity.protocol.addresses import callback, dsp_base
from comity.protocol.base import Local, Reply, fill_path
from comity.protocol.processes import is_ending, move
from comity.protocol.sending import post
from comity.store import rows
from comity.store.rows import Negotiation, add, change, one

TERM_SECONDS: Final = 7 * DAY
"""How long a proposal waits for an officer before silence becomes a decline (DESIGN T5)."""
EXPIRED: Final = "expired"
"""The reason of a decline that nobody considered."""


def is_over(row: Negotiation) -> bool:
    """Whether a negotiation has reached a terminal state."""
    return NEGOTIATION.is_terminal(NegotiationState(row.state))


def state_of(row: Negotiation, state: NegotiationState | None = None) -> ContractNegotiation:
    """Return the acknowledgement."""
    provider, consumer = _pids(row)
    return ContractNegotiation(
        provider_pid=provider,
        consumer_pid=consumer,
        state=state or NegotiationState(row.state),
    )


def start(local: Local, tx: Connection, peer: Pinned, offer: MessageOffer) -> Negotiation:
    """Ask a provider for an agreement under an offer, as it stands or changed."""
    row = Negotiation(
        pid=local.new_urn(),
        peer=peer.id,
        their_pid="",
        role=Role.CONSUMER,
        state=NegotiationState.REQUESTED,
        pending=NegotiationMessage.REQUEST,
        base=dsp_base(peer.identity),
        dataset=offer.target,
        offer=offer.to_json().decode(),
        offered_by=Role.CONSUMER,
        agreement="",
        waits=False,
        reason="",
        due=0,
        updated=local.now(),
    )
    add(tx, row)
    message = ContractRequestMessage(
        consumer_pid=row.pid, offer=offer, callback_address=callback(local.identity)
    )
    _post(local, tx, peer, row, "negotiations/request", message)
    return row


def request_again(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, offer: MessageOffer
) -> None:
    """Counter the provider's offer."""
    message = ContractRequestMessage(consumer_pid=row.pid, provider_pid=row.their_pid, offer=offer)
    _send(local, tx, peer, row, "negotiations/{}/request", message, offer=offer)


def offer_again(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, offer: MessageOffer
) -> None:
    """Counter the consumer's request."""
    message = ContractOfferMessage(provider_pid=row.pid, consumer_pid=row.their_pid, offer=offer)
    _send(local, tx, peer, row, "negotiations/{}/offers", message, offer=offer)


def agree(local: Local, tx: Connection, peer: Pinned, row: Negotiation) -> None:
    """Agree to the latest offer as its provider, and sign the agreement."""
    drawn_up = agreements.draw_up(
        _offer(row),
        id=local.new_urn(),
        provider=local.identity.id,
        consumer=peer.id,
        timestamp=local.clock.now(),
    )
    signature = agreements.sign(drawn_up, Role.PROVIDER, local.signers.message)
    add(tx, _agreement_row(row, drawn_up, local.now(), provider_signature=signature))
    change(tx, Negotiation, {"pid": row.pid}, agreement=drawn_up.id)
    message = ContractAgreementMessage(
        provider_pid=row.pid, consumer_pid=row.their_pid, agreement=drawn_up, signature=signature
    )
    _send(local, tx, peer, row, "negotiations/{}/agreement", message)


def check_agreement(
    local: Local, peer: Pinned, row: Negotiation, message: ContractAgreementMessage
) -> rows.Agreement:
    """Check an agreement as its consumer. Raises AGREEMENT_DIFFERS, SIGNATURE_INVALID."""
    agreements.check_agreement(
        message.agreement, _offer(row), provider=peer.id, consumer=local.identity.id
    )
    theirs = message.signature or ""
    key = unb64url(peer.identity.keys.message)
    agreements.check_signature(message.agreement, Role.PROVIDER, theirs, key)
    return _agreement_row(
        row,
        message.agreement,
        local.now(),
        provider_signature=theirs,
        consumer_signature=agreements.sign(message.agreement, Role.CONSUMER, local.signers.message),
    )


def check_verification(
    peer: Pinned,
    tx: Connection,
    row: Negotiation,
    message: ContractAgreementVerificationMessage,
) -> str:
    """Return the consumer's signature, checked. Raises SIGNATURE_INVALID."""
    stored = one(tx, rows.Agreement, id=row.agreement)
    if stored is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    agreed = model(Agreement, stored.agreement.encode(), BODY_BYTES)
    signature = message.signature or ""
    key = unb64url(peer.identity.keys.message)
    agreements.check_signature(agreed, Role.CONSUMER, signature, key)
    return signature


def send_verification(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, agreed: rows.Agreement
) -> None:
    """Verify an agreement as its consumer."""
    message = ContractAgreementVerificationMessage(
        provider_pid=row.their_pid, consumer_pid=row.pid, signature=agreed.consumer_signature
    )
    _send(local, tx, peer, row, "negotiations/{}/agreement/verification", message)


def send_event(local: Local, tx: Connection, peer: Pinned, row: Negotiation, event: str) -> None:
    """Accept the provider's offer, or finalize as provider."""
    provider, consumer = _pids(row)
    message = ContractNegotiationEventMessage.model_validate(
        {"provider_pid": provider, "consumer_pid": consumer, "event_type": event}
    )
    _send(local, tx, peer, row, "negotiations/{}/events", message)


def terminate(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, code: str, reason: str
) -> None:
    """End a negotiation, saying why. It is over here at once, whatever the peer answers.

    Raises STATE_NOT_ALLOWED where our word that it is final is on its way.
    """
    if is_ending(NEGOTIATION, NegotiationState(row.state), row.pending, Role(row.role)):
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message="decline", sender=Role(row.role)
        )
    move(
        tx,
        row,
        state=NegotiationState.TERMINATED,
        pending="",
        waits=False,
        due=0,
        reason=f"{code} {reason}".strip(),
        updated=local.now(),
    )
    withdraw_agreement(tx, row.agreement)
    if row.their_pid:
        _say_over(local, tx, peer, row, code, reason)


def _say_over(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, code: str, reason: str
) -> None:
    provider, consumer = _pids(row)
    message = ContractNegotiationTerminationMessage(
        provider_pid=provider,
        consumer_pid=consumer,
        code=code,
        reason=(reason,) if reason else None,
    )
    _post(local, tx, peer, row, "negotiations/{}/termination", message)


def withdraw_agreement(tx: Connection, agreement: str) -> None:
    """Let an agreement go whose negotiation ends otherwise than finalized.

    Its provider has had it in force since the consumer verified it.
    """
    change(tx, rows.Agreement, {"id": agreement}, state="withdrawn")


def on_reply(reply: Reply, tx: Connection) -> None:
    """Apply the acknowledgement, or the refusal, of a message of ours."""
    row = one(tx, Negotiation, pid=reply.subject)
    if row and reply.accepted and row.their_pid == "" and is_over(row):
        _end_late(reply, tx, row)
    if row is None or is_over(row) or row.pending.partition(":")[0] != reply.kind:
        # Where the peer's next message overtook its acknowledgement, that message said it all.
        return
    if not reply.accepted:
        _on_refused(reply, tx, row)
        return
    values: dict[str, object] = {"pending": "", "updated": reply.now}
    if row.their_pid == "":
        try:
            state = model(ContractNegotiation, reply.body, BODY_BYTES)
        except ComityError as error:
            values |= {"state": NegotiationState.TERMINATED, "reason": str(error.code)}
        else:
            values["their_pid"] = state.provider_pid
    else:
        mine = Role(row.role)
        sent = NegotiationMessage(row.pending)
        values["state"] = NEGOTIATION.next(NegotiationState(row.state), mine, sent)
    change(tx, Negotiation, {"pid": row.pid}, **values)


def printable(text: str) -> str:
    """Return a peer's words as one line that is safe to keep and to show."""
    return "".join(char for char in text if char.isprintable()).strip()[:TEXT_CHARS]


def _end_late(reply: Reply, tx: Connection, row: Negotiation) -> None:
    """Tell the peer that a negotiation is over, which ended here before we knew its id there."""
    with suppress(ComityError):
        theirs = model(ContractNegotiation, reply.body, BODY_BYTES).provider_pid
        change(tx, Negotiation, {"pid": row.pid}, their_pid=theirs)
        code, _, reason = row.reason.partition(" ")
        _say_over(reply.local, tx, reply.peer, replace(row, their_pid=theirs), code, reason)


def _on_refused(reply: Reply, tx: Connection, row: Negotiation) -> None:
    try:
        code = model(ContractNegotiationError, reply.body, BODY_BYTES).code or ""
    except ComityError:
        code = str(reply.status)
    never_began = row.their_pid == ""
    change(
        tx,
        Negotiation,
        {"pid": row.pid},
        pending="",
        reason=printable(f"refused {code}"),
        state=NegotiationState.TERMINATED if never_began else row.state,
        waits=not never_began,
        updated=reply.now,
    )


def _send(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: Negotiation,
    path: str,
    message: Message,
    offer: MessageOffer | None = None,
) -> None:
    """Send what moves the state once the peer acknowledges it."""
    event: NegotiationMessage = message.event  # type: ignore[attr-defined]
    NEGOTIATION.next(NegotiationState(row.state), Role(row.role), event)
    values: dict[str, object] = {}
    if offer is not None:
        values = {"offer": offer.to_json().decode(), "offered_by": row.role}
    move(tx, row, pending=event, waits=False, due=0, updated=local.now(), **values)
    _post(local, tx, peer, row, path, message)


def _post(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, path: str, message: Message
) -> None:
    target = f"{row.base}/{fill_path(path, row.their_pid)}"
    post(tx, local, peer, type(message).__name__, "POST", target, message.to_json(), row.pid)


def _offer(row: Negotiation) -> MessageOffer:
    return model(MessageOffer, row.offer.encode(), BODY_BYTES)


def _pids(row: Negotiation) -> tuple[str, str]:
    theirs = row.their_pid or "urn:none"
    return (theirs, row.pid) if row.role == Role.CONSUMER else (row.pid, theirs)


def _agreement_row(
    row: Negotiation,
    agreed: Agreement,
    now: int,
    provider_signature: str = "",
    consumer_signature: str = "",
) -> rows.Agreement:
    return rows.Agreement(
        id=agreed.id,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        agreement=agreed.to_json().decode(),
        digest=b64url(agreed.digest()),
        provider_signature=provider_signature,
        consumer_signature=consumer_signature,
        state="agreed",
        at=now,
    )
