"""Transfer processes, received (DSP 2025-1, Transfer Process Protocol).

A transfer of a format of ours is the frame in which questions or requests are taken; it starts by
itself where the terms say so and what it needs is ready, and else waits for an officer.
"""

from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Connection

from comity.core.canonical import model
from comity.core.dsp.message import Message
from comity.core.dsp.transfer import (
    TransferCompletionMessage,
    TransferError,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.machines import TRANSFER, Role, TransferMessage, TransferState
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPEN_TRANSFERS_PER_PEER
from comity.protocol import transferring
from comity.protocol.addresses import pinned_path
from comity.protocol.agreed import in_force
from comity.protocol.base import DSP, Act, Inbound, Outcome, Route, nothing
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.processes import advance, move
from comity.store.rows import Transfer, add, many, one

Later: TypeAlias = (
    TransferStartMessage
    | TransferSuspensionMessage
    | TransferCompletionMessage
    | TransferTerminationMessage
)


def _request(inbound: Inbound, tx: Connection, message: TransferRequestMessage) -> Act:
    """Begin a transfer (POST /transfers/request)."""
    peer, local = inbound.peer, inbound.local
    base = pinned_path(peer, message.callback_address)
    agreement = in_force(tx, message.agreement_id, peer.id)
    if agreement.role != Role.PROVIDER:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    if message.format not in (MATCH, REQUEST) or message.data_address is not None:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    open_now = [row for row in many(tx, Transfer, peer=peer.id) if not transferring.is_over(row)]
    if len(open_now) >= OPEN_TRANSFERS_PER_PEER:
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
        updated=inbound.now,
    )

    def begin(tx: Connection) -> None:
        add(tx, row)
        transferring.start_if_ready(local, tx, peer, row)

    return partial(Outcome, 201, transferring.state_of(row).to_json(), (begin,))


def _later(inbound: Inbound, tx: Connection, message: Later) -> Act:
    """Take any message about a transfer that is under way."""
    row = _find(inbound, tx, message)
    mine = Role(row.role)
    pending = TransferMessage(row.pending) if row.pending else None
    state = TransferState(row.state)
    after = advance(TRANSFER, state, pending, mine.other, message.event)
    if mine is Role.PROVIDER and after is TransferState.STARTED:
        # The provider's own suspension is not the consumer's to end.
        in_force(tx, row.agreement, inbound.peer.id)
    values: dict[str, object] = {"state": after, "pending": "", "updated": inbound.now}
    if mine is Role.CONSUMER:
        values["their_pid"] = message.provider_pid
        if isinstance(message, TransferStartMessage) and row.format == MATCH:
            values["manifest"] = transferring.manifest_of(inbound.peer, message)
    body = transferring.state_of(row, after).to_json()
    return partial(Outcome, 200, body, (lambda tx: move(tx, row, **values),))


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
    provider, consumer = pids
    return TransferError(
        provider_pid=provider or "urn:none", consumer_pid=consumer or "urn:none", code=str(code)
    ).to_json()


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
    )


ROUTES = (
    _route(TransferRequestMessage, "request"),
    _route(TransferStartMessage, "{}/start"),
    _route(TransferSuspensionMessage, "{}/suspension"),
    _route(TransferCompletionMessage, "{}/completion"),
    _route(TransferTerminationMessage, "{}/termination"),
    Route(TransferProcess.__name__, "GET", f"{DSP}/transfers/{{}}", nothing, _state, _refusal),
)
