"""Transfer processes, sent: what this side says, and what the acknowledgement changes."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from comity.core.canonical import model, unb64url
from comity.core.dsp.message import Message
from comity.core.dsp.transfer import (
    DataAddress,
    EndpointProperty,
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
from comity.protocol.addresses import callback, dsp_base, pinned_path
from comity.protocol.agreed import terms_of
from comity.protocol.base import DATA, Local, Reply, fill_path
from comity.protocol.catalog import MATCH
from comity.protocol.processes import is_ending, is_older, move
from comity.protocol.sending import post
from comity.store.rows import Agreement, ManifestRow, Transfer, add, change, many, one

ENDPOINT_TYPE: Final = "urn:comity:data:1"
_MANIFEST: Final = "manifest"


def is_over(row: Transfer) -> bool:
    """Whether a transfer has reached a terminal state."""
    return TRANSFER.is_terminal(TransferState(row.state))


def state_of(row: Transfer, state: TransferState | None = None) -> TransferProcess:
    """Return the acknowledgement."""
    provider, consumer = _pids(row)
    return TransferProcess(
        provider_pid=provider, consumer_pid=consumer, state=state or TransferState(row.state)
    )


def request(local: Local, tx: Connection, peer: Pinned, agreement: Agreement, format: str) -> str:
    """Ask for a transfer as consumer; returns the id of the message."""
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
        updated=local.now(),
    )
    add(tx, row)
    message = TransferRequestMessage(
        consumer_pid=row.pid,
        agreement_id=agreement.id,
        format=format,
        callback_address=callback(local.identity),
    )
    return _post(local, tx, peer, row, "transfers/request", message)


def start_if_ready(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, *, approved: bool = False
) -> bool:
    """Start a transfer as provider, where what it needs is here; returns whether it was started.

    Questions need a tag set; and where the terms ask for officers' approval to match, they need
    that first. Requests are approved one by one, so their frame starts at once.
    """
    properties: tuple[EndpointProperty, ...] | None = None
    manifest = ""
    if row.format == MATCH:
        agreement = one(tx, Agreement, id=row.agreement)
        ready = many(tx, ManifestRow, agreement=row.agreement, ready=True, order="epoch")
        grant = terms_of(agreement).match if agreement else None
        automatic = grant is not None and grant.approval is Approval.AUTOMATIC
        if not ready or not (automatic or approved):
            return False
        manifest = ready[-1].digest
        properties = (EndpointProperty(name=_MANIFEST, value=manifest),)
    provider, consumer = _pids(row)
    path = fill_path(f"{DATA}/transfers/{{}}", row.pid)
    message = TransferStartMessage(
        provider_pid=provider,
        consumer_pid=consumer,
        data_address=DataAddress(
            endpoint_type=ENDPOINT_TYPE,
            endpoint=f"{local.identity.address}{path}",
            endpoint_properties=properties,
        ),
    )
    _send(local, tx, peer, row, "transfers/{}/start", message, manifest=manifest)
    return True


def suspend(local: Local, tx: Connection, peer: Pinned, row: Transfer, reason: str) -> None:
    """Suspend a transfer."""
    provider, consumer = _pids(row)
    message = TransferSuspensionMessage(
        provider_pid=provider, consumer_pid=consumer, reason=(reason,) if reason else None
    )
    _send(local, tx, peer, row, "transfers/{}/suspension", message)


def resume(local: Local, tx: Connection, peer: Pinned, row: Transfer) -> None:
    """Start a suspended transfer again; a suspension of the peer's own it will refuse to end."""
    if row.role == Role.PROVIDER:
        start_if_ready(local, tx, peer, row, approved=True)
        return
    provider, consumer = _pids(row)
    message = TransferStartMessage(provider_pid=provider, consumer_pid=consumer)
    _send(local, tx, peer, row, "transfers/{}/start", message)


def terminate(local: Local, tx: Connection, peer: Pinned, row: Transfer, reason: str) -> None:
    """End a transfer. It is over here at once, whatever the peer answers.

    Raises STATE_NOT_ALLOWED where our word that it is complete is on its way.
    """
    if is_ending(TRANSFER, TransferState(row.state), row.pending, Role(row.role)):
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message="terminate", sender=Role(row.role)
        )
    move(tx, row, state=TransferState.TERMINATED, pending="", updated=local.now())
    if row.their_pid:
        _say_over(local, tx, peer, row, reason)


def _say_over(local: Local, tx: Connection, peer: Pinned, row: Transfer, reason: str) -> None:
    provider, consumer = _pids(row)
    message = TransferTerminationMessage(
        provider_pid=provider, consumer_pid=consumer, reason=(reason,) if reason else None
    )
    _post(local, tx, peer, row, "transfers/{}/termination", message)


def manifest_of(peer: Pinned, message: TransferStartMessage) -> str:
    """Return the digest of the manifest that a started transfer names.

    The endpoint is compared with the pinned address and then not used: paths are the protocol's.
    Raises ADDRESS_NOT_PINNED or MANIFEST_INVALID.
    """
    address = message.data_address
    if address is None or address.endpoint_type != ENDPOINT_TYPE:
        raise ComityError(Code.MANIFEST_INVALID)
    pinned_path(peer, (address.endpoint or "").rpartition("/")[0])
    named = [item.value for item in address.endpoint_properties or () if item.name == _MANIFEST]
    if len(named) != 1:
        raise ComityError(Code.MANIFEST_INVALID)
    unb64url(named[0], 32)
    return named[0]


def on_reply(reply: Reply, tx: Connection) -> None:
    """Apply the acknowledgement, or the refusal, of a message of ours."""
    row = one(tx, Transfer, pid=reply.subject)
    if row and reply.kind == TransferMessage.REQUEST and reply.accepted and is_over(row):
        _end_late(reply, tx, row)
    if row is None or is_over(row) or row.pending != reply.kind or is_older(reply, tx):
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
    else:
        mine, sent = Role(row.role), TransferMessage(row.pending)
        values["state"] = TRANSFER.next(TransferState(row.state), mine, sent)
    change(tx, Transfer, {"pid": row.pid}, **values)
    _resume_late(reply, tx, row)


def _end_late(reply: Reply, tx: Connection, row: Transfer) -> None:
    """Tell the peer that a transfer is over, which ended here before we knew its id there."""
    if not row.their_pid:
        with suppress(ComityError):
            theirs = model(TransferProcess, reply.body, BODY_BYTES).provider_pid
            change(tx, Transfer, {"pid": row.pid}, their_pid=theirs)
            _say_over(reply.local, tx, reply.peer, replace(row, their_pid=theirs), "")


def _resume_late(reply: Reply, tx: Connection, before: Transfer) -> None:
    """Start again where our suspension ended before the peer had acknowledged it."""
    agreement = one(tx, Agreement, id=before.agreement, state="active")
    after = one(tx, Transfer, pid=before.pid, state=TransferState.SUSPENDED)
    if before.pending == TransferMessage.SUSPENSION and agreement and after:
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
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message=event, sender=Role(row.role)
        )
    TRANSFER.next(TransferState(row.state), Role(row.role), event)
    move(tx, row, pending=event, updated=local.now(), **values)
    _post(local, tx, peer, row, path, message)


def _post(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, path: str, message: Message
) -> str:
    target = f"{row.base}/{fill_path(path, row.their_pid)}"
    return post(tx, local, peer, type(message).__name__, "POST", target, message.to_json(), row.pid)


def _pids(row: Transfer) -> tuple[str, str]:
    theirs = row.their_pid or "urn:none"
    return (theirs, row.pid) if row.role == Role.CONSUMER else (row.pid, theirs)
