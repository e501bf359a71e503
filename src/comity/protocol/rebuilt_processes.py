"""Negotiations and transfers, brought to where the messages say they are."""

from typing import Any, Final

from sqlalchemy import Connection

from comity.core.agreement import IN_FORCE, Standing
from comity.core.canonical import model
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.transfer import TransferProcess, TransferRequestMessage, TransferStartMessage
from comity.core.machines import (
    NEGOTIATION,
    TRANSFER,
    NegotiationMessage,
    NegotiationState,
    Role,
    TransferMessage,
    TransferState,
)
from comity.errors import ComityError
from comity.limits import BODY_BYTES
from comity.protocol import filing, negotiating, signing
from comity.protocol.addresses import dsp_base
from comity.protocol.catalog import MATCH
from comity.protocol.frames import manifest_of, named_manifest
from comity.protocol.rebuilding import NOTHING, Step, wait_again
from comity.store.rows.agreements import Agreement, Negotiation, Offer, Transfer
from comity.store.rows.moving import add, change, many, one

UNKNOWN: Final = "unknown"
"""It is about something that is not known here."""
MOVED: Final = "moved"
"""It does not fit the state here."""
START_AGAIN: Final = "start-again"
"""A file was under way, and what opened its way is lost."""


def negotiation(tx: Connection, step: Step) -> str:
    """Apply a message about a negotiation."""
    message = step.message
    row = _negotiation(tx, step)
    if row is None:
        row = _begun(tx, step)
        if row is None:
            return UNKNOWN
        add(tx, row)
        if not step.accepted:
            wait_again(tx, step.local, step, row.pid)
        return NOTHING
    if not step.accepted:
        change(tx, Negotiation, {"pid": row.pid}, pending=message.event)
        wait_again(tx, step.local, step, row.pid)
        return NOTHING
    mine = Role(row.role)
    try:
        event: NegotiationMessage = message.event
        sender = mine if step.ours else mine.other
        after = NEGOTIATION.next(NegotiationState(row.state), sender, event)
    except ComityError:
        change(tx, Negotiation, {"pid": row.pid}, waits=not negotiating.is_over(row))
        return MOVED
    over = NEGOTIATION.is_terminal(after)
    turn = not step.ours and not over
    values: dict[str, object] = {
        "state": after,
        "pending": "",
        "waits": turn,
        "due": step.local.now() + negotiating.TERM_SECONDS if turn else 0,
        "updated": step.entry.at,
        "their_pid": message.provider_pid if mine is Role.CONSUMER else message.consumer_pid,
        **_said(tx, step, row),
    }
    if after is NegotiationState.TERMINATED:
        code = message.code or ""
        values["reason"] = negotiating.printable(code)
        values["final"] = step.ours and code != negotiating.EXPIRED
        signing.let_go(tx, row.agreement)
    change(tx, Negotiation, {"pid": row.pid}, **values)
    if after is NegotiationState.FINALIZED:
        signing.put_in_force(tx, row.agreement)
        _supersede(tx, row)
    return NOTHING


def transfer(tx: Connection, step: Step) -> str:
    """Apply a message about a transfer."""
    message = step.message
    row = _transfer(tx, step)
    if row is None:
        row = _asked(tx, step)
        if row is None:
            return UNKNOWN
        add(tx, row)
        if not step.accepted:
            wait_again(tx, step.local, step, row.pid)
        return NOTHING
    if not step.accepted:
        change(tx, Transfer, {"pid": row.pid}, pending=message.event)
        wait_again(tx, step.local, step, row.pid)
        return NOTHING
    mine = Role(row.role)
    event: TransferMessage = message.event
    try:
        sender = mine if step.ours else mine.other
        after = TRANSFER.next(TransferState(row.state), sender, event)
    except ComityError:
        return MOVED
    values: dict[str, object] = {
        "state": after,
        "pending": "",
        "updated": step.entry.at,
        "their_pid": message.provider_pid if mine is Role.CONSUMER else message.consumer_pid,
        "suspended_by": sender if after is TransferState.SUSPENDED else "",
    }
    if isinstance(message, TransferStartMessage) and row.format == MATCH:
        values["manifest"] = _manifest(step, message)
    change(tx, Transfer, {"pid": row.pid}, **values)
    started = after is TransferState.STARTED and row.format in filing.FORMATS
    return START_AGAIN if started else NOTHING


def _negotiation(tx: Connection, step: Step) -> Negotiation | None:
    pids = {step.message.provider_pid, step.message.consumer_pid} - {None}
    for pid in sorted(pids):
        row = one(tx, Negotiation, pid=pid, peer=step.peer.id)
        row = row or one(tx, Negotiation, their_pid=pid, peer=step.peer.id)
        if row is not None:
            return row
    return None


def _begun(tx: Connection, step: Step) -> Negotiation | None:
    """Return the negotiation that a first message began."""
    message = step.message
    if not isinstance(message, ContractRequestMessage | ContractOfferMessage):
        return None
    asks = isinstance(message, ContractRequestMessage)
    begins = Role.CONSUMER if asks else Role.PROVIDER
    first = NegotiationMessage.REQUEST if asks else NegotiationMessage.OFFER
    mine = begins if step.ours else begins.other
    own = message.consumer_pid if asks else message.provider_pid
    given = _answered(step, ContractNegotiation)
    other = (given.provider_pid if asks else given.consumer_pid) if given else ""
    if not step.ours and not other:
        return None
    offered = one(tx, Offer, id=message.offer.id)
    return Negotiation(
        pid=(own if step.ours else other) or "",
        peer=step.peer.id,
        their_pid=(other if step.ours else own) or "",
        role=mine,
        state=NEGOTIATION.next(None, begins, first),
        pending="" if step.accepted else first,
        base=dsp_base(step.peer.identity),
        dataset=message.offer.target,
        offer=message.offer.to_json().decode(),
        offered_by=begins,
        agreement="",
        waits=not step.ours,
        reason="",
        due=0 if step.ours else step.local.now() + negotiating.TERM_SECONDS,
        updated=step.entry.at,
        begun_by=begins,
        officers=offered.officers if offered else 0,
        final=False,
    )


def _said(tx: Connection, step: Step, row: Negotiation) -> dict[str, object]:
    """Keep what a message brings besides the state: an offer, an agreement, a signature."""
    message = step.message
    sender = Role(row.role) if step.ours else Role(row.role).other
    if isinstance(message, ContractRequestMessage | ContractOfferMessage):
        return {"offer": message.offer.to_json().decode(), "offered_by": sender}
    if isinstance(message, ContractAgreementMessage):
        made = signing.row_of(
            row, message.agreement, step.entry.at, provider_signature=message.signature or ""
        )
        if one(tx, Agreement, id=made.id) is None:
            add(tx, made)
        return {"agreement": made.id}
    if isinstance(message, ContractAgreementVerificationMessage):
        signature = message.signature or ""
        change(tx, Agreement, {"id": row.agreement}, consumer_signature=signature)
    return {}


def _supersede(tx: Connection, row: Negotiation) -> None:
    made = one(tx, Agreement, id=row.agreement)
    if made is not None and made.replaces:
        for state in IN_FORCE:
            where = {"id": made.replaces, "peer": row.peer, "state": state}
            change(tx, Agreement, where, state=Standing.SUPERSEDED)


def _transfer(tx: Connection, step: Step) -> Transfer | None:
    message = step.message
    pids = {getattr(message, "provider_pid", None), message.consumer_pid} - {None}
    for pid in sorted(pids):
        row = one(tx, Transfer, pid=pid, peer=step.peer.id)
        row = row or one(tx, Transfer, their_pid=pid, peer=step.peer.id)
        if row is not None:
            return row
    return None


def _asked(tx: Connection, step: Step) -> Transfer | None:
    """Return the transfer that a request began."""
    message = step.message
    if not isinstance(message, TransferRequestMessage):
        return None
    given = _answered(step, TransferProcess)
    theirs = given.provider_pid if given else ""
    if not step.ours and not theirs:
        return None
    known = many(tx, Agreement, id=message.agreement_id, peer=step.peer.id)
    if not known:
        return None
    return Transfer(
        pid=message.consumer_pid if step.ours else theirs,
        peer=step.peer.id,
        their_pid=theirs if step.ours else message.consumer_pid,
        role=Role.CONSUMER if step.ours else Role.PROVIDER,
        state=TransferState.REQUESTED,
        pending="" if step.accepted else TransferMessage.REQUEST,
        base=dsp_base(step.peer.identity),
        agreement=message.agreement_id,
        format=message.format,
        manifest="",
        held=False,
        suspended_by="",
        reason="",
        updated=step.entry.at,
    )


def _manifest(step: Step, message: TransferStartMessage) -> str:
    try:
        if step.ours:
            return named_manifest(message)
        return manifest_of(step.peer, message)
    except ComityError:
        return ""


def _answered(step: Step, cls: type[Any]) -> Any:
    """Return what the reply says, or None."""
    if step.reply is None or not step.accepted:
        return None
    try:
        return model(cls, step.reply.body, BODY_BYTES)
    except ComityError:
        return None
