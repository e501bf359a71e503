"""The history of identity documents: one begins to be in force, another takes its place, or ends.

What a document's key signed stays checkable with it for ever; whether it still counts, the columns
`until` and `revoked` say (docs/decisions/0034-keys.md).
"""

from typing import Final

from sqlalchemy import Connection

from comity.core import identity
from comity.core.succession import Endorser, Step
from comity.store import record
from comity.store.peers import history
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import add, change, one
from comity.store.rows.peers import IdentityRow, Peer
from comity.store.rows.record import Head

PIN: Final = "pin"
RECOVERED: Final = "recovered"


def begin(tx: Connection, id: str, document: str, at: int, officer: str) -> None:
    """Put the first document of a participant in force."""
    add(tx, _row(id, 1, document, "", PIN, at, officer))


def succeed(tx: Connection, id: str, step: Step, by: Endorser, at: int, officer: str) -> None:
    """Let a document take the place of the one in force; one of the recovery key voids all before.

    What was signed with the key before counts up to the issue time of the new document.
    """
    before = history(tx, id)[-1]
    change(tx, IdentityRow, {"id": id, "n": before.n}, until=step.identity.issued)
    if by == "recovery":
        for row in history(tx, id):
            if not row.revoked:
                revoke(tx, row, at, RECOVERED, "")
    add(tx, _row(id, before.n + 1, step.document, step.endorsement, by, at, officer))


def steps(tx: Connection, id: str) -> tuple[Step, ...]:
    """Return how the document in force came about, as an update says it."""
    return tuple(
        Step(identity.read(row.document), row.document, row.endorsement)
        for row in history(tx, id)
        if row.endorsement
    )


def revoke(tx: Connection, row: IdentityRow, at: int, reason: str, statement: str) -> None:
    """Revoke the keys of a document, and note how far its log was here then."""
    received = one(tx, Head, peer=row.id, direction=record.IN)
    change(
        tx,
        IdentityRow,
        {"id": row.id, "n": row.n},
        revoked=at,
        reason=reason,
        statement=statement,
        received=received.next if received else 0,
    )


def restore(tx: Connection, id: str) -> None:
    """Take back that the keys in force were revoked: an officer here had decided that alone."""
    last = history(tx, id)[-1]
    change(tx, IdentityRow, {"id": id, "n": last.n}, revoked=0, reason="")


def pin(tx: Connection, id: str, document: str, at: int, officer: str) -> None:
    """Make a document the one that a peer is believed by, and let what waits for it go now."""
    version = identity.read(document).version
    change(
        tx,
        Peer,
        {"id": id},
        document=document,
        version=version,
        pinned=at,
        pinned_by=officer,
        revoked=0,
    )
    change(tx, Outgoing, {"peer": id}, not_before=0)


def _row(
    id: str, n: int, document: str, endorsement: str, by: str, at: int, officer: str
) -> IdentityRow:
    return IdentityRow(
        id=id,
        n=n,
        version=identity.read(document).version,
        document=document.strip(),
        endorsement=endorsement,
        by=by,
        at=at,
        officer=officer,
        until=0,
        revoked=0,
        reason="",
        statement="",
        received=0,
    )
