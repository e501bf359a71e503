"""Transfer processes, received (DSP 2025-1, Transfer Process Protocol).

A transfer of a format of ours is the frame in which questions or requests are taken, one of a
plain format gives a file; it starts by itself where the terms say so and what it needs is ready,
and else waits for an officer.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from comity.core.canonical import canonical, model
from comity.core.dsp.message import Message
from comity.core.dsp.transfer import (
    DataAddress,
    TransferCompletionMessage,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.machines import TRANSFER, Role, TransferMessage, TransferState
from comity.core.terms import Action
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPEN_TRANSFERS_PER_PEER, TEXT_CHARS
from comity.protocol import filing, transferring
from comity.protocol.addresses import pinned_path
from comity.protocol.agreed import in_force, reserve, terms_of
from comity.protocol.base import DSP, Act, Inbound, Outcome, Route, nothing
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.frames import manifest_of
from comity.protocol.processes import advance, move
from comity.protocol.refusals import status
from comity.store import record
from comity.store.rows.agreements import Transfer
from comity.store.rows.moving import add, many, one

OURS: Final = {MATCH: Action.MATCH, REQUEST: Action.REQUEST}
"""Our own formats, and the grant that each of them is the frame of."""

Later: TypeAlias = (
    TransferStartMessage
    | TransferSuspensionMessage
    | TransferCompletionMessage
    | TransferTerminationMessage
)


def _reserve(inbound: Inbound, tx: Connection, message: TransferRequestMessage) -> None:
    """Count a transfer of a file; our own formats count what is asked in them."""
    begun = {"their_pid": message.consumer_pid, "peer": inbound.peer.id, "role": Role.PROVIDER}
    if message.format not in filing.FORMATS or one(tx, Transfer, **begun):
        return
    try:
        agreement = in_force(tx, message.agreement_id, inbound.peer.id)
    except ComityError:
        return  # Step 4 refuses it with the reason.
    reserve(inbound, tx, agreement, Action.RECEIVE)


def _request(inbound: Inbound, tx: Connection, message: TransferRequestMessage) -> Act:
    """Begin a transfer (POST /transfers/request)."""
    peer, local = inbound.peer, inbound.local
    base = pinned_path(peer, message.callback_address)
    theirs = many(tx, Transfer, peer=peer.id)
    known = _again(theirs, message)
    if known is not None:
        return partial(Outcome, 201, transferring.state_of(known).to_json())
    agreement = in_force(tx, message.agreement_id, peer.id)
    if agreement.role != Role.PROVIDER:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    if message.format in filing.FORMATS:
        filing.check_request(local, tx, peer, agreement, message, inbound.jti)
    elif message.format not in OURS or message.data_address is not None:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    elif terms_of(agreement).grant(OURS[message.format]) is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action=OURS[message.format])
    if sum(not transferring.is_over(row) for row in theirs) >= OPEN_TRANSFERS_PER_PEER:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=OPEN_TRANSFERS_PER_PEER)
    row = Transfer(
        pid=local.new_urn(),
        peer=peer.id,
        their_pid=message.consumer_pid,
        role=Role.PROVIDER,
        state=TransferState.REQUESTED,
        pending="",
        base=base,
        agreement=agreement.id,
        format=message.format,
        manifest="",
        held=False,
        suspended_by="",
        reason="",
        updated=inbound.now,
    )

    def begin(tx: Connection) -> None:
        add(tx, row)
        if message.data_address is not None:
            filing.keep_address(local, tx, row.pid, message.data_address)
            filing.forget_body(tx, peer.id, record.IN, inbound.jti)
        transferring.start_if_ready(local, tx, peer, row)

    return partial(Outcome, 201, transferring.state_of(row).to_json(), (begin,))


def _again(theirs: Sequence[Transfer], message: TransferRequestMessage) -> Transfer | None:
    """Return the transfer that this request began before, under another message id.

    A connector that repeats it because it saw no reply must not begin two. Raises
    STATE_NOT_ALLOWED where the pid is taken, and the request is another one.
    """
    for row in theirs:
        if (row.their_pid, row.role) == (message.consumer_pid, Role.PROVIDER):
            if (row.agreement, row.format) != (message.agreement_id, message.format):
                raise ComityError(
                    Code.STATE_NOT_ALLOWED, state=row.state, message="begin", sender=Role.CONSUMER
                )
            return row
    return None


def _later(inbound: Inbound, tx: Connection, message: Later) -> Act:
    """Take any message about a transfer that is under way."""
    row = _find(inbound, tx, message)
    try:
        return _move(inbound, tx, row, message)
    except ComityError as error:
        # The transfer is known, so the error can name both its ids, whatever the message had.
        body = transferring.error_about(row, error.code).to_json()
        return partial(Outcome, status(error.code), body, refused=str(error.code))


def _move(inbound: Inbound, tx: Connection, row: Transfer, message: Later) -> Act:
    mine, local = Role(row.role), inbound.local
    pending = TransferMessage(row.pending) if row.pending else None
    state = TransferState(row.state)
    after = advance(TRANSFER, state, pending, mine.other, message.event)
    if after is TransferState.STARTED:
        # A suspension is not the other side's to end, whoever made it and of whatever.
        in_force(tx, row.agreement, inbound.peer.id)
        if row.held or (state, pending) == transferring.CROSSED:
            # What ours has done, its acknowledgement tells; then this side says what it wants.
            raise ComityError(Code.TRANSFER_SUSPENDED)
    values: dict[str, object] = {
        "state": after,
        "pending": "",
        "suspended_by": "",
        "reason": _reason(message),
        "updated": inbound.now,
    }
    if after is TransferState.SUSPENDED:
        crossed = pending is TransferMessage.SUSPENSION
        values["suspended_by"] = transferring.BOTH if crossed else mine.other
        values["pending"] = TransferMessage.SUSPENSION if crossed else ""
    address: DataAddress | None = None
    if mine is Role.CONSUMER:
        values["their_pid"] = message.provider_pid
        if isinstance(message, TransferStartMessage):
            if row.format == MATCH:
                values["manifest"] = manifest_of(inbound.peer, message)
            address = message.data_address if row.format in filing.FORMATS else None
    body = transferring.state_of(replace(row, their_pid=_theirs(row, message)), after).to_json()

    def commit(tx: Connection) -> None:
        move(tx, row, **values)
        if address is not None:
            filing.keep_address(local, tx, row.pid, address)
            filing.forget_body(tx, row.peer, record.IN, inbound.jti)

    return partial(Outcome, 200, body, (commit,))


def _theirs(row: Transfer, message: Later) -> str:
    return message.consumer_pid if row.role == Role.PROVIDER else message.provider_pid


def _reason(message: Later) -> str:
    """Return what a peer says of why, as one text; entries that are no text stay as JSON."""
    if not isinstance(message, TransferSuspensionMessage | TransferTerminationMessage):
        return ""
    said = [
        entry if isinstance(entry, str) else canonical(entry).decode()
        for entry in message.reason or ()
    ]
    return " ".join(said)[:TEXT_CHARS]


def _state(inbound: Inbound, tx: Connection, _: None) -> Act:
    return partial(Outcome, 200, transferring.state_of(_find(inbound, tx, None)).to_json())


def _find(inbound: Inbound, tx: Connection, message: Later | None) -> Transfer:
    row = one(tx, Transfer, pid=inbound.params[0], peer=inbound.peer.id)
    if row is None:
        raise ComityError(Code.TRANSFER_UNKNOWN)
    if message is not None:
        ours, theirs = message.provider_pid, message.consumer_pid
        if row.role == Role.CONSUMER:
            ours, theirs = theirs, ours
        if ours != row.pid or theirs != (row.their_pid or theirs):
            raise ComityError(Code.TRANSFER_UNKNOWN)
    return row


def _refusal(code: Code, pids: tuple[str, str]) -> bytes:
    return transferring.error_of(code, pids).to_json()


def _pids(message: Any) -> tuple[str, str]:
    return getattr(message, "provider_pid", "") or "", message.consumer_pid or ""


def _route(message: type[Message], path: str) -> Route[Any]:
    return Route(
        message.__name__,
        "POST",
        f"{DSP}/transfers/{path}",
        lambda body: model(message, body, BODY_BYTES),
        _request if path == "request" else _later,
        _refusal,
        _pids,
        reserve=_reserve if path == "request" else None,
    )


ROUTES = (
    _route(TransferRequestMessage, "request"),
    _route(TransferStartMessage, "{}/start"),
    _route(TransferSuspensionMessage, "{}/suspension"),
    _route(TransferCompletionMessage, "{}/completion"),
    _route(TransferTerminationMessage, "{}/termination"),
    Route(TransferProcess.__name__, "GET", f"{DSP}/transfers/{{}}", nothing, _state, _refusal),
)
