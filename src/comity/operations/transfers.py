"""Transfers: asking for them, approving, stopping and ending them, for officers of either side.

Where the terms ask for officers' approval to match or to receive a file, each transfer waits for
as many of them as the terms name; questions in it are then counted and checked as always.
"""

from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferMessage, TransferState
from comity.errors import Code, ComityError
from comity.limits import TEXT_CHARS
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.operations.standing import TransferShown, approvals, needed, shown
from comity.protocol import filing, transferring
from comity.protocol.agreed import in_force
from comity.protocol.catalog import MATCH, PULL, PUSH, REQUEST
from comity.store import journal, peers
from comity.store.rows.agreements import Transfer
from comity.store.rows.moving import add, many, one
from comity.store.rows.requests import Approval

FORMATS: Final = (MATCH, REQUEST, PULL, PUSH)


class Transfers(Model):
    """Transfers."""

    transfers: tuple[TransferShown, ...]


class TransferId(Model):
    """A transfer."""

    transfer: str


class TransferReason(Model):
    """A transfer, and why it is stopped: the peer reads it."""

    transfer: str
    reason: str = ""


class TransferRequest(Model):
    """What to ask a peer for, under which agreement."""

    peer: str
    agreement: str
    format: str


@operation("transfer.list", Nothing, Transfers)
def transfer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Transfers:
    """List all transfers, those that wait for officers first."""
    with node.store.read() as tx:
        found = [shown(tx, row) for row in many(tx, Transfer, order="updated")]
    return Transfers(transfers=tuple(sorted(found, key=lambda item: not item.waits)))


@operation("transfer.show", TransferId, TransferShown)
def show(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """Show a transfer. Raises TRANSFER_UNKNOWN."""
    with node.store.read() as tx:
        return shown(tx, get(tx, args.transfer))


@operation("transfer.request", TransferRequest, TransferShown, serving=True)
def request(node: Node, caller: Caller, args: TransferRequest, progress: Progress) -> TransferShown:
    """Ask a peer for a transfer under an agreement in which it is the provider.

    Raises PEER_UNKNOWN, AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED, TRANSFER_FORMAT_UNKNOWN.
    """
    if args.format not in FORMATS:
        raise ComityError(Code.TRANSFER_FORMAT_UNKNOWN)
    with node.store.write() as tx:
        peer = find_peer(tx, args.peer)
        agreement = in_force(tx, args.agreement, peer.id)
        if agreement.role != Role.CONSUMER:
            raise ComityError(Code.AGREEMENT_UNKNOWN)
        row, _ = transferring.ask(node.local, tx, peer, agreement, args.format)
        _note(node, tx, caller, "transfer.request", row)
        now = shown(tx, row)
    node.wake.set()
    return now


@operation("transfer.approve", TransferId, TransferShown)
def approve(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """Approve a transfer in which the peer may match, or receive a file.

    It starts once enough officers have approved it. Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED,
    APPROVAL_REPEATED, AGREEMENT_SUSPENDED, what the terms refuse a file for, and MANIFEST_UNKNOWN
    where there is no tag set yet.
    """
    with node.store.write() as tx:
        row = one(tx, Transfer, pid=args.transfer, role=Role.PROVIDER)
        if row is None:
            raise ComityError(Code.TRANSFER_UNKNOWN)
        in_force(tx, row.agreement, row.peer)
        if not shown(tx, row).waits:
            raise _not_allowed(row, "approve")
        if one(tx, Approval, request=row.pid, officer=caller.officer):
            raise ComityError(Code.APPROVAL_REPEATED, officer=caller.officer)
        add(tx, Approval(row.pid, caller.officer, "", node.local.now()))
        _note(node, tx, caller, "transfer.approve", row)
        if approvals(tx, row) >= needed(tx, row):
            _start(node, tx, peers.pinned(tx, row.peer), row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


@operation("transfer.start", TransferId, TransferShown)
def start(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """Start a transfer that a peer asked for and that needs nobody's approval any more.

    Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED, and what `transfer.approve` raises.
    """
    with node.store.write() as tx:
        row = get(tx, args.transfer)
        in_force(tx, row.agreement, row.peer)
        allowed = row.role == Role.PROVIDER and row.state == TransferState.REQUESTED
        if not allowed or row.pending or approvals(tx, row) < needed(tx, row):
            raise _not_allowed(row, TransferMessage.START)
        _start(node, tx, peers.pinned(tx, row.peer), row)
        _note(node, tx, caller, "transfer.start", row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


@operation("transfer.suspend", TransferReason, TransferShown)
def suspend(node: Node, caller: Caller, args: TransferReason, progress: Progress) -> TransferShown:
    """Suspend a transfer: from now on nothing is taken or given in it, until it is resumed here.

    Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED, ARGUMENT_INVALID.
    """
    _check_reason(args.reason)
    with node.store.write() as tx:
        row = get(tx, args.transfer)
        if row.pending == TransferMessage.START:
            # The peer may have taken it. It holds at once; the peer is told when it has.
            row = transferring.hold(tx, row, args.reason)
        elif row.pending:
            raise ComityError(Code.TRANSFER_PENDING, message=row.pending)
        else:
            peer = peers.pinned(tx, row.peer)
            transferring.suspend(node.local, tx, peer, row, args.reason, held=True)
        _note(node, tx, caller, "transfer.suspend", row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


@operation("transfer.resume", TransferId, TransferShown)
def resume(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """End a suspension of ours. One that the peer made is not ours to end.

    Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED, TRANSFER_SUSPENDED where only the peer suspended
    it, AGREEMENT_SUSPENDED, and what the terms refuse it for.
    """
    with node.store.write() as tx:
        row = get(tx, args.transfer)
        in_force(tx, row.agreement, row.peer)
        if row.pending == TransferMessage.SUSPENSION:
            row = transferring.release(tx, row)
        elif row.state != TransferState.SUSPENDED or row.pending:
            raise _not_allowed(row, TransferMessage.START)
        elif row.suspended_by == Role(row.role).other and not row.held:
            raise ComityError(Code.TRANSFER_SUSPENDED)
        else:
            row = transferring.release(tx, row)
            if row.format in filing.FORMATS and row.role == Role.PROVIDER:
                _decide(node, tx, row)
            transferring.resume(node.local, tx, peers.pinned(tx, row.peer), row)
        _note(node, tx, caller, "transfer.resume", row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


@operation("transfer.complete", TransferId, TransferShown)
def complete(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """Say that a transfer is complete. Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED."""
    with node.store.write() as tx:
        row = get(tx, args.transfer)
        if row.pending:
            raise ComityError(Code.TRANSFER_PENDING, message=row.pending)
        transferring.complete(node.local, tx, peers.pinned(tx, row.peer), row)
        _note(node, tx, caller, "transfer.complete", row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


@operation("transfer.terminate", TransferReason, TransferShown)
def terminate(
    node: Node, caller: Caller, args: TransferReason, progress: Progress
) -> TransferShown:
    """End a transfer for good, in whatever state it is. It is over here at once.

    Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED, ARGUMENT_INVALID.
    """
    _check_reason(args.reason)
    with node.store.write() as tx:
        row = get(tx, args.transfer)
        transferring.terminate(node.local, tx, peers.pinned(tx, row.peer), row, args.reason)
        _note(node, tx, caller, "transfer.terminate", row)
        now = shown(tx, get(tx, row.pid))
    node.wake.set()
    return now


def get(tx: Connection, pid: str) -> Transfer:
    """Return a transfer. Raises TRANSFER_UNKNOWN."""
    row = one(tx, Transfer, pid=pid)
    if row is None:
        raise ComityError(Code.TRANSFER_UNKNOWN)
    return row


def _start(node: Node, tx: Connection, peer: Pinned, row: Transfer) -> None:
    if row.format in filing.FORMATS:
        _decide(node, tx, row)
    if not transferring.start_if_ready(node.local, tx, peer, row, approved=True):
        raise ComityError(Code.MANIFEST_UNKNOWN)


def _decide(node: Node, tx: Connection, row: Transfer) -> None:
    """Raise what the terms refuse a file for by now."""
    agreement = in_force(tx, row.agreement, row.peer)
    filing.decide(node.local, tx, peers.pinned(tx, row.peer), agreement).check()


def _not_allowed(row: Transfer, message: str) -> ComityError:
    return ComityError(Code.STATE_NOT_ALLOWED, state=row.state, message=message, sender=row.role)


def _check_reason(reason: str) -> None:
    if len(reason) > TEXT_CHARS:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")


def _note(node: Node, tx: Connection, caller: Caller, action: str, row: Transfer) -> None:
    journal.note(tx, node.local.now(), caller.officer, action, transfer=row.pid)
