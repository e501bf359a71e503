"""Transfer processes, sent: what this side says, and what the acknowledgement changes."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from comity.core.canonical import model
from comity.core.decision import Outcome
from comity.core.dsp.message import Message
from comity.core.dsp.transfer import (
    DataAddress,
    TransferCompletionMessage,
    TransferError,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.identity import Pinned
from comity.core.machines import TRANSFER, Role, TransferMessage, TransferState
from comity.core.terms import Approval
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol import filing, processes
from comity.protocol.addresses import callback, dsp_base
from comity.protocol.agreed import terms_of
from comity.protocol.base import Local, Reply, fill_path
from comity.protocol.catalog import MATCH, PUSH
from comity.protocol.frames import frame
from comity.protocol.processes import NO_PID, move
from comity.protocol.sending import post
from comity.store import alarms
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import add, change, many, one

BOTH: Final = "both"
"""Who suspended a transfer, where the suspensions crossed."""
CROSSED: Final = (TransferState.SUSPENDED, TransferMessage.SUSPENSION)
"""State and pending message, where the peer's suspension came before the end of ours."""
_WITH_TOKEN: Final = frozenset({TransferMessage.REQUEST, TransferMessage.START})


def is_over(row: Transfer) -> bool:
    """Whether a transfer has reached a terminal state."""
    return TRANSFER.is_terminal(TransferState(row.state))


def is_ending(row: Transfer) -> bool:
    """Whether our word that a transfer is complete is on its way."""
    return processes.is_ending(TRANSFER, TransferState(row.state), row.pending, Role(row.role))


def state_of(row: Transfer, state: TransferState | None = None) -> TransferProcess:
    """Return the acknowledgement."""
    provider, consumer = _pids(row)
    return TransferProcess(
        provider_pid=provider, consumer_pid=consumer, state=state or TransferState(row.state)
    )


def error_of(code: Code, pids: tuple[str, str]) -> TransferError:
    """Return the error body for (provider, consumer) pids, as far as they are known."""
    provider, consumer = pids
    return TransferError(
        provider_pid=provider or NO_PID, consumer_pid=consumer or NO_PID, code=str(code)
    )


def error_about(row: Transfer, code: Code) -> TransferError:
    """Return the error body about a transfer that is known here."""
    return error_of(code, _pids(row))


def request(local: Local, tx: Connection, peer: Pinned, agreement: Agreement, format: str) -> str:
    """Ask for a transfer as consumer; returns the id of the message."""
    return ask(local, tx, peer, agreement, format)[1]


def ask(
    local: Local, tx: Connection, peer: Pinned, agreement: Agreement, format: str
) -> tuple[Transfer, str]:
    """Ask for a transfer as consumer; returns it, and the id of the message.

    To push, the provider is given an address of ours and a token for it. Raises FILE_NO_WAY.
    """
    filing.check_way(format, peer.identity, local.identity)
    row = Transfer(
        pid=local.new_urn(),
        peer=peer.id,
        their_pid="",
        role=Role.CONSUMER,
        state=TransferState.REQUESTED,
        pending=TransferMessage.REQUEST,
        base=dsp_base(peer.identity),
        agreement=agreement.id,
        format=format,
        manifest="",
        held=False,
        suspended_by="",
        reason="",
        updated=local.now(),
    )
    add(tx, row)
    pushed = filing.address_of(local, tx, filing.INBOX, row.pid) if format == PUSH else None
    message = TransferRequestMessage(
        consumer_pid=row.pid,
        agreement_id=agreement.id,
        format=format,
        data_address=pushed,
        callback_address=callback(local.identity),
    )
    return row, _post(local, tx, peer, row, "transfers/request", message)


def start_if_ready(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, *, approved: bool = False
) -> bool:
    """Start a transfer as provider, where what it needs is here; returns whether it was started.

    Questions need a tag set, files a file; and where the terms ask for officers' approval, they
    need that first. Requests are approved one by one, so their frame starts at once. While an alarm
    about the record is open, each of them waits for an officer.
    """
    if not approved and alarms.is_open(tx, peer.id):
        return False
    agreement = one(tx, Agreement, id=row.agreement)
    address: DataAddress | None
    manifest = ""
    if row.format in filing.FORMATS:
        outcome = filing.decide(local, tx, peer, agreement).outcome if agreement else None
        if outcome is not Outcome.ALLOW and not (approved and outcome is Outcome.HOLD):
            return False
        address = filing.grant(local, tx, peer, row)
    elif row.format == MATCH:
        ready = many(tx, ManifestRow, agreement=row.agreement, ready=True, order="epoch")
        terms = terms_of(agreement).match if agreement else None
        automatic = terms is not None and terms.approval is Approval.AUTOMATIC
        if not ready or not (automatic or approved):
            return False
        manifest = ready[-1].digest
        address = frame(local, row.pid, manifest)
    else:
        address = frame(local, row.pid)
    provider, consumer = _pids(row)
    message = TransferStartMessage(
        provider_pid=provider, consumer_pid=consumer, data_address=address
    )
    values: dict[str, object] = {"manifest": manifest, "held": False}
    _send(local, tx, peer, row, "transfers/{}/start", message, **values)
    return True


def suspend(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, reason: str, *, held: bool = False
) -> None:
    """Suspend a transfer. `held` says that it is this one, and not its agreement, that stops."""
    provider, consumer = _pids(row)
    message = TransferSuspensionMessage(
        provider_pid=provider, consumer_pid=consumer, reason=(reason,) if reason else None
    )
    values: dict[str, object] = {"reason": reason, "held": held or row.held}
    _send(local, tx, peer, row, "transfers/{}/suspension", message, **values)


def resume(local: Local, tx: Connection, peer: Pinned, row: Transfer) -> None:
    """Start a suspended transfer again, as far as that is ours to do.

    A suspension of the peer's own is not, and one that an officer made here ends only by an
    officer (`transfer.resume`): then nothing is sent.
    """
    if row.held or row.suspended_by == Role(row.role).other:
        return
    if row.role == Role.PROVIDER:
        start_if_ready(local, tx, peer, row, approved=True)
        return
    provider, consumer = _pids(row)
    message = TransferStartMessage(provider_pid=provider, consumer_pid=consumer)
    _send(local, tx, peer, row, "transfers/{}/start", message)


def hold(tx: Connection, row: Transfer, reason: str) -> Transfer:
    """Suspend a transfer here at once; the peer is told after its acknowledgement has come."""
    move(tx, row, held=True, reason=reason)
    return replace(row, held=True, reason=reason)


def release(tx: Connection, row: Transfer) -> Transfer:
    """End an officer's own suspension here; that the peer hears of it is for `resume`."""
    move(tx, row, held=False)
    return replace(row, held=False)


def complete(local: Local, tx: Connection, peer: Pinned, row: Transfer) -> None:
    """Say that a transfer is complete."""
    provider, consumer = _pids(row)
    message = TransferCompletionMessage(provider_pid=provider, consumer_pid=consumer)
    _send(local, tx, peer, row, "transfers/{}/completion", message)


def terminate(local: Local, tx: Connection, peer: Pinned, row: Transfer, reason: str) -> None:
    """End a transfer. It is over here at once, whatever the peer answers.

    Raises STATE_NOT_ALLOWED, also where our word that it is complete is on its way.
    """
    if is_ending(row):
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message="terminate", sender=Role(row.role)
        )
    TRANSFER.next(TransferState(row.state), Role(row.role), TransferMessage.TERMINATION)
    over: dict[str, object] = {"state": TransferState.TERMINATED, "pending": "", "reason": reason}
    move(tx, row, **over, updated=local.now())
    if row.their_pid:
        _say_over(local, tx, peer, replace(row, reason=reason))


def _say_over(local: Local, tx: Connection, peer: Pinned, row: Transfer) -> None:
    provider, consumer = _pids(row)
    message = TransferTerminationMessage(
        provider_pid=provider, consumer_pid=consumer, reason=(row.reason,) if row.reason else None
    )
    _post(local, tx, peer, row, "transfers/{}/termination", message)


def on_reply(reply: Reply, tx: Connection) -> None:
    """Apply the acknowledgement, or the refusal, of a message of ours."""
    row = one(tx, Transfer, pid=reply.subject)
    if row and row.format in filing.FORMATS and reply.kind in _WITH_TOKEN:
        # A token of ours has arrived, and need not lie here in clear.
        filing.forget_sent(tx, reply.peer.id, reply.jti)
    if row and reply.kind == TransferMessage.REQUEST and reply.accepted and is_over(row):
        _end_late(reply, tx, row)
    if row is None or is_over(row) or row.pending != reply.kind:
        # Where the peer's next message overtook its acknowledgement, that message said it all.
        return
    values: dict[str, object] = {"pending": "", "updated": reply.now}
    first = row.pending == TransferMessage.REQUEST
    if not reply.accepted:
        if first:
            values["state"] = TransferState.TERMINATED
    elif first:
        try:
            values["their_pid"] = model(TransferProcess, reply.body, BODY_BYTES).provider_pid
        except ComityError:
            values["state"] = TransferState.TERMINATED
    elif (row.state, row.pending) != CROSSED:
        mine, sent = Role(row.role), TransferMessage(row.pending)
        after = TRANSFER.next(TransferState(row.state), mine, sent)
        values["state"] = after
        values["suspended_by"] = mine if after is TransferState.SUSPENDED else ""
    change(tx, Transfer, {"pid": row.pid}, **values)
    _act_late(reply, tx, row)


def _end_late(reply: Reply, tx: Connection, row: Transfer) -> None:
    """Tell the peer that a transfer is over, which ended here before we knew its id there."""
    if not row.their_pid:
        with suppress(ComityError):
            theirs = model(TransferProcess, reply.body, BODY_BYTES).provider_pid
            change(tx, Transfer, {"pid": row.pid}, their_pid=theirs)
            _say_over(reply.local, tx, reply.peer, replace(row, their_pid=theirs))


def _act_late(reply: Reply, tx: Connection, before: Transfer) -> None:
    """Say what was decided here while a message was on its way, and could not be said then."""
    agreement = one(tx, Agreement, id=before.agreement)
    after = one(tx, Transfer, pid=before.pid)
    if agreement is None or after is None:
        return
    suspension, stopped = TransferMessage.SUSPENSION, after.held or agreement.state == "suspended"
    if before.pending != suspension and after.state == TransferState.STARTED and stopped:
        suspend(reply.local, tx, reply.peer, after, after.reason)
    if before.pending == suspension and after.state == TransferState.SUSPENDED and not stopped:
        resume(reply.local, tx, reply.peer, after)


def _send(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: Transfer,
    path: str,
    message: Message,
    **values: object,
) -> None:
    event: TransferMessage = message.event  # type: ignore[attr-defined]
    if row.pending:
        # The peer may be in either state; which of them, its acknowledgement tells.
        raise ComityError(Code.TRANSFER_PENDING, message=row.pending)
    TRANSFER.next(TransferState(row.state), Role(row.role), event)
    move(tx, row, pending=event, updated=local.now(), **values)
    _post(local, tx, peer, row, path, message)


def _post(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, path: str, message: Message
) -> str:
    target = f"{row.base}/{fill_path(path, row.their_pid)}"
    return post(tx, local, peer, type(message).__name__, "POST", target, message.to_json(), row.pid)


def _pids(row: Transfer) -> tuple[str, str]:
    theirs = row.their_pid or NO_PID
    return (theirs, row.pid) if row.role == Role.CONSUMER else (row.pid, theirs)
