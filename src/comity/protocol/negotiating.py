"""Contract negotiation, sent: what this side says, and what the peer's acknowledgement changes."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

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
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.identity import Pinned
from comity.core.machines import NEGOTIATION, NegotiationMessage, NegotiationState, Role
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, DAY, TEXT_CHARS
from comity.protocol import signing
from comity.protocol.addresses import callback, dsp_base
from comity.protocol.base import Local, Reply, fill_path
from comity.protocol.processes import NO_PID, is_ending, is_older, move
from comity.protocol.sending import post
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, change, one

TERM_SECONDS: Final = 7 * DAY
"""How long a proposal waits for an officer before silence becomes a decline (DESIGN T5)."""
EXPIRED: Final = "expired"
"""The reason of a decline that nobody considered."""


def is_over(row: Negotiation) -> bool:
    """Whether a negotiation has reached a terminal state."""
    return NEGOTIATION.is_terminal(NegotiationState(row.state))


def state_of(row: Negotiation, state: NegotiationState | None = None) -> ContractNegotiation:
    """Return the acknowledgement."""
    provider, consumer = pids(row)
    return ContractNegotiation(
        provider_pid=provider,
        consumer_pid=consumer,
        state=state or NegotiationState(row.state),
    )


def start(
    local: Local, tx: Connection, peer: Pinned, offer: MessageOffer, role: Role, officers: int = 0
) -> Negotiation:
    """Begin a negotiation: ask for an agreement as consumer, or offer one as provider.

    Each later step of this side waits for as many `officers`.
    """
    consumer = role is Role.CONSUMER
    first = NegotiationMessage.REQUEST if consumer else NegotiationMessage.OFFER
    row = Negotiation(
        pid=local.new_urn(),
        peer=peer.id,
        their_pid="",
        role=role,
        state=NEGOTIATION.next(None, role, first),
        pending=first,
        base=dsp_base(peer.identity),
        dataset=offer.target,
        offer=offer.to_json().decode(),
        offered_by=role,
        agreement="",
        waits=False,
        reason="",
        due=0,
        updated=local.now(),
        begun_by=role,
        officers=officers,
        final=False,
    )
    add(tx, row)
    address = callback(local.identity)
    if consumer:
        request = ContractRequestMessage(
            consumer_pid=row.pid, offer=offer, callback_address=address
        )
        _post(local, tx, peer, row, "negotiations/request", request)
    else:
        made = ContractOfferMessage(provider_pid=row.pid, offer=offer, callback_address=address)
        _post(local, tx, peer, row, "negotiations/offers", made)
    return row


def counter(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, offer: MessageOffer
) -> None:
    """Answer the peer's latest proposal with another one."""
    provider, consumer = pids(row)
    message: Message
    if row.role == Role.CONSUMER:
        message = ContractRequestMessage(consumer_pid=consumer, provider_pid=provider, offer=offer)
        path = "negotiations/{}/request"
    else:
        message = ContractOfferMessage(provider_pid=provider, consumer_pid=consumer, offer=offer)
        path = "negotiations/{}/offers"
    _send(local, tx, peer, row, path, message, offer=offer)


def step(local: Local, tx: Connection, peer: Pinned, row: Negotiation) -> None:
    """Say yes to what the peer said last: accept, agree, verify or finalize.

    Raises STATE_NOT_ALLOWED where it is the peer's turn.
    """
    match Role(row.role), NegotiationState(row.state):
        case Role.PROVIDER, NegotiationState.REQUESTED | NegotiationState.ACCEPTED:
            agree(local, tx, peer, row)
        case Role.PROVIDER, NegotiationState.VERIFIED:
            send_event(local, tx, peer, row, "FINALIZED")
        case Role.CONSUMER, NegotiationState.OFFERED:
            send_event(local, tx, peer, row, "ACCEPTED")
        case Role.CONSUMER, NegotiationState.AGREED:
            verify(local, tx, peer, row)
        case role, state:
            raise ComityError(Code.STATE_NOT_ALLOWED, state=state, message="accept", sender=role)


def agree(local: Local, tx: Connection, peer: Pinned, row: Negotiation) -> None:
    """Agree to the latest offer as its provider, and sign the agreement."""
    made = signing.draw_up(local, tx, peer, row)
    provider, consumer = pids(row)
    message = ContractAgreementMessage(
        provider_pid=provider,
        consumer_pid=consumer,
        agreement=model(Agreement, made.agreement.encode(), BODY_BYTES),
        signature=made.provider_signature,
    )
    _send(local, tx, peer, row, "negotiations/{}/agreement", message)


def verify(local: Local, tx: Connection, peer: Pinned, row: Negotiation) -> None:
    """Sign the agreement as its consumer, and say that it was verified."""
    provider, consumer = pids(row)
    message = ContractAgreementVerificationMessage(
        provider_pid=provider, consumer_pid=consumer, signature=signing.sign(local, tx, row)
    )
    _send(local, tx, peer, row, "negotiations/{}/agreement/verification", message)


def send_event(local: Local, tx: Connection, peer: Pinned, row: Negotiation, event: str) -> None:
    """Accept the provider's offer, or finalize as provider."""
    provider, consumer = pids(row)
    message = ContractNegotiationEventMessage.model_validate(
        {"provider_pid": provider, "consumer_pid": consumer, "event_type": event}
    )
    _send(local, tx, peer, row, "negotiations/{}/events", message)
    if event == "FINALIZED":
        signing.put_in_force(tx, row.agreement)


def terminate(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: Negotiation,
    code: str,
    reason: str,
    *,
    final: bool = False,
) -> None:
    """End a negotiation, saying why. It is over here at once, whatever the peer answers.

    `final` where the peer may not begin it anew until an officer here reopens it (DESIGN T5).
    Raises STATE_NOT_ALLOWED where the last word is ours and on its way.
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
        final=final,
    )
    signing.let_go(tx, row.agreement)
    if row.their_pid:
        _say_over(local, tx, peer, row, code, reason)


def _say_over(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, code: str, reason: str
) -> None:
    provider, consumer = pids(row)
    message = ContractNegotiationTerminationMessage(
        provider_pid=provider,
        consumer_pid=consumer,
        code=code,
        reason=(reason,) if reason else None,
    )
    _post(local, tx, peer, row, "negotiations/{}/termination", message)


def on_reply(reply: Reply, tx: Connection) -> None:
    """Apply the acknowledgement, or the refusal, of a message of ours."""
    row = one(tx, Negotiation, pid=reply.subject)
    if row and reply.accepted and row.their_pid == "" and is_over(row):
        _end_late(reply, tx, row)
    if row is None or is_over(row) or row.pending.partition(":")[0] != reply.kind:
        # Where the peer's next message overtook its acknowledgement, that message said it all.
        return
    if is_older(reply, tx):
        # It is late, and of an earlier proposal: that of the latest one is still to come.
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
            values["their_pid"] = _their_pid(row, state)
    else:
        mine = Role(row.role)
        sent = NegotiationMessage(row.pending)
        values["state"] = NEGOTIATION.next(NegotiationState(row.state), mine, sent)
    change(tx, Negotiation, {"pid": row.pid}, **values)
    if values.get("state") == NegotiationState.FINALIZED:
        signing.supersede(reply.local, tx, reply.peer, row.agreement)


def _their_pid(row: Negotiation, state: ContractNegotiation) -> str:
    return state.provider_pid if row.role == Role.CONSUMER else state.consumer_pid


def _end_late(reply: Reply, tx: Connection, row: Negotiation) -> None:
    """Tell the peer that a negotiation is over, which ended here before we knew its id there."""
    with suppress(ComityError):
        theirs = _their_pid(row, model(ContractNegotiation, reply.body, BODY_BYTES))
        change(tx, Negotiation, {"pid": row.pid}, their_pid=theirs)
        code, _, reason = row.reason.partition(" ")
        _say_over(reply.local, tx, reply.peer, replace(row, their_pid=theirs), code, reason)


def printable(text: str) -> str:
    """Return a peer's words as one line that is safe to keep and to show."""
    return "".join(char for char in text if char.isprintable()).strip()[:TEXT_CHARS]


def pids(row: Negotiation) -> tuple[str, str]:
    """Return the (provider, consumer) pids of a negotiation, as messages name them."""
    theirs = row.their_pid or NO_PID
    return (theirs, row.pid) if row.role == Role.CONSUMER else (row.pid, theirs)


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
        due=0 if never_began else reply.now + TERM_SECONDS,
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
