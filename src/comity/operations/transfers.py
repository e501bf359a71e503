"""Transfers: the frames in which questions and requests are taken, and officers who start them.

Where the terms ask for officers' approval to match, each transfer waits for as many of them as the
terms name; the questions in it are then counted and checked as always.
"""

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.machines import Role, TransferState
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import transferring
from comity.protocol.agreed import in_force, terms_of
from comity.protocol.catalog import MATCH
from comity.store import journal, peers
from comity.store.rows import Agreement, Approval, Transfer, add, many, one


class TransferShown(Model):
    """A transfer as this side sees it."""

    id: str
    peer: str
    role: str
    dataset: str
    format: str
    state: str
    waits: bool
    """For officers here."""
    approvals_needed: int
    approved_by: tuple[str, ...]


class Transfers(Model):
    """Transfers."""

    transfers: tuple[TransferShown, ...]


class TransferId(Model):
    """A transfer."""

    transfer: str


@operation("transfer.list", Nothing, Transfers)
def transfer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Transfers:
    """List all transfers, those that wait for officers first."""
    with node.store.read() as tx:
        found = [_shown(tx, row) for row in many(tx, Transfer, order="updated")]
    return Transfers(transfers=tuple(sorted(found, key=lambda item: not item.waits)))


@operation("transfer.approve", TransferId, TransferShown)
def approve(node: Node, caller: Caller, args: TransferId, progress: Progress) -> TransferShown:
    """Approve a transfer in which the peer may match; it starts once enough officers have.

    Raises TRANSFER_UNKNOWN, STATE_NOT_ALLOWED, APPROVAL_REPEATED, AGREEMENT_SUSPENDED, and
    MANIFEST_UNKNOWN where there is no tag set yet.
    """
    with node.store.write() as tx:
        row = one(tx, Transfer, pid=args.transfer, role=Role.PROVIDER)
        if row is None:
            raise ComityError(Code.TRANSFER_UNKNOWN)
        in_force(tx, row.agreement, row.peer)
        if not _shown(tx, row).waits:
            raise ComityError(
                Code.STATE_NOT_ALLOWED, state=row.state, message="approve", sender=row.role
            )
        if one(tx, Approval, request=row.pid, officer=caller.officer):
            raise ComityError(Code.APPROVAL_REPEATED, officer=caller.officer)
        now = node.local.now()
        add(tx, Approval(row.pid, caller.officer, "", now))
        journal.note(tx, now, caller.officer, "transfer.approve", transfer=row.pid)
        if len(many(tx, Approval, request=row.pid)) >= _needed(tx, row):
            peer = peers.pinned(tx, row.peer)
            if not transferring.start_if_ready(node.local, tx, peer, row, approved=True):
                raise ComityError(Code.MANIFEST_UNKNOWN)
        after = one(tx, Transfer, pid=row.pid) or row
        shown = _shown(tx, after)
    node.wake.set()
    return shown


def _needed(tx: Connection, row: Transfer) -> int:
    agreement = one(tx, Agreement, id=row.agreement)
    grant = terms_of(agreement).match if agreement and row.format == MATCH else None
    return grant.approval.officers if grant else 0


def _shown(tx: Connection, row: Transfer) -> TransferShown:
    agreement = one(tx, Agreement, id=row.agreement)
    needed = _needed(tx, row) if row.role == Role.PROVIDER else 0
    waits = row.state == TransferState.REQUESTED and not row.pending and needed > 0
    return TransferShown(
        id=row.pid,
        peer=row.peer,
        role=row.role,
        dataset=agreement.dataset if agreement else "",
        format=row.format,
        state=row.state,
        waits=waits,
        approvals_needed=needed,
        approved_by=tuple(item.officer for item in many(tx, Approval, request=row.pid)),
    )
