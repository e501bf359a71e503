"""A transfer as one side sees it, and how many officers it still needs."""

from sqlalchemy import Connection

from comity.core.machines import Role, TransferState
from comity.operations.registry import Model
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH, PULL, PUSH
from comity.store import alarms
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.files import Grant
from comity.store.rows.moving import many, one
from comity.store.rows.requests import Approval


class TransferShown(Model):
    """A transfer as this side sees it."""

    id: str
    peer: str
    role: str
    agreement: str
    dataset: str
    format: str
    state: str
    pending: str
    """Our message that the peer has not acknowledged yet."""
    waits: bool
    """For officers here."""
    approvals_needed: int
    approved_by: tuple[str, ...]
    suspended_by: str
    """`consumer`, `provider` or `both`, while it is suspended."""
    held: bool
    """An officer here suspended it."""
    reason: str
    """Of the last suspension or termination, by whoever gave it."""
    sha256: str
    """Of the file that this side gives in it, base64url; empty where there is none."""
    push: str
    """`waiting`, `done` or `over`, where this side pushes a file."""
    error: str
    """Why the last attempt to push came to nothing."""


def needed(tx: Connection, row: Transfer) -> int:
    """Return how many officers the terms ask for; one at least while an alarm is open."""
    alarmed = int(row.role == Role.PROVIDER and alarms.is_open(tx, row.peer))
    agreement = one(tx, Agreement, id=row.agreement)
    if agreement is None:
        return 0
    terms = terms_of(agreement)
    grants = {MATCH: terms.match, PULL: terms.receive, PUSH: terms.receive}
    grant = grants.get(row.format)
    return max(alarmed, grant.approval.officers if grant else 0)


def approvals(tx: Connection, row: Transfer) -> int:
    """Return how many officers have approved."""
    return len(many(tx, Approval, request=row.pid))


def shown(tx: Connection, row: Transfer) -> TransferShown:
    """Return a transfer as this side sees it."""
    agreement = one(tx, Agreement, id=row.agreement)
    officers = needed(tx, row) if row.role == Role.PROVIDER else 0
    waits = row.state == TransferState.REQUESTED and not row.pending and officers > 0
    granted = one(tx, Grant, transfer=row.pid)
    return TransferShown(
        id=row.pid,
        peer=row.peer,
        role=row.role,
        agreement=row.agreement,
        dataset=agreement.dataset if agreement else "",
        format=row.format,
        state=row.state,
        pending=row.pending,
        waits=waits,
        approvals_needed=officers,
        approved_by=tuple(item.officer for item in many(tx, Approval, request=row.pid)),
        suspended_by=row.suspended_by,
        held=row.held,
        reason=row.reason,
        sha256=granted.digest if granted else "",
        push=granted.push if granted else "",
        error=granted.error if granted else "",
    )
