"""This node's own identity: its keys are rotated and revoked, and what came about is shown."""

from collections.abc import Iterable
from pathlib import Path

from comity.api import Progress
from comity.core import revocation, succession
from comity.core.identity import fingerprint
from comity.core.revocation import Reason
from comity.core.succession import Step
from comity.edge import keyfiles, keyring
from comity.edge.keyring import Use
from comity.errors import Code, ComityError
from comity.node import Node, former, own_of
from comity.operations import rotating
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import identities, journal
from comity.store.peers import history
from comity.store.rows.peers import IdentityRow


class Rotate(Model):
    """Which keys get new ones; none named is all."""

    keys: tuple[Use, ...] = ()


class Rotated(Model):
    """The new version of this node's identity."""

    id: str
    version: int
    fingerprint: str
    keys: tuple[str, ...]
    """The uses whose keys are new."""
    recovery_file: str = ""
    """Where the new recovery key is, after a recovery."""

    @classmethod
    def of(cls, step: Step, uses: Iterable[str], recovery_file: str = "") -> "Rotated":
        """Say what a step brought."""
        return cls(
            id=step.identity.id,
            version=step.identity.version,
            fingerprint=fingerprint(step.document),
            keys=tuple(uses),
            recovery_file=recovery_file,
        )


class Update(Model):
    """How the document in force came about: what peers need to follow."""

    text: str


class Revoke(Model):
    """Why this node's keys are revoked. The recovery key speaks where its file is named."""

    reason: Reason
    recovery_key: str = ""


class Revoked(Model):
    """The signed revocation, for peers."""

    id: str
    version: int
    reason: str
    statement: str


class VersionShown(Model):
    """One document that is, or was, in force here."""

    version: int
    fingerprint: str
    document: str
    by: str
    """What took it in: pin, message or recovery."""
    at: int
    officer: str
    until: int
    """The issue time of the next one; 0 while it is in force."""
    revoked: int
    reason: str
    received: int
    """Leaves of the peer's log when it was revoked: those before stay good evidence."""


class History(Model):
    """All documents of one participant that were in force here, the first one first."""

    id: str
    versions: tuple[VersionShown, ...]


@operation("identity.rotate", Rotate, Rotated)
def rotate(node: Node, caller: Caller, args: Rotate, progress: Progress) -> Rotated:
    """Make new keys and a new version of the document, endorsed by the message key before.

    It is in force here at once. Peers believe it once they have pinned it; what they refuse until
    then waits, and goes then. Raises KEY_REVOKED where only the recovery key may speak any more.
    """
    local = node.local
    before, hardware = local.in_force.own, node.config.pkcs11(node.folder)
    with node.store.read() as tx:
        if any(row.revoked for row in history(tx, node.id)[-1:]):
            raise ComityError(Code.KEY_REVOKED, peer=node.id)
    made = rotating.make(node.folder, before.identity, node.config, args.keys, local.clock.now())
    try:
        with node.store.write() as tx:
            now, message = local.now(), before.signers.message
            step = rotating.put_in_force(
                tx, before.document, made, "message", message, now, caller.officer
            )
            known = former(history(tx, node.id), local.clock.now())
            journal.note(tx, now, caller.officer, "identity.rotate", version=step.identity.version)
            # The last thing: who writes next signs with the new keys, and all before with the old.
            local.in_force.put(own_of(node.folder, step.document, known, hardware))
    except BaseException:
        local.in_force.put(before)
        raise
    for renew in node.renewed:
        renew(*keyring.certificate_of(node.folder, step.identity))
    with node.store.read() as tx:
        rotating.settle(node.folder, tx, step, local.clock.now(), hardware)
    node.wake.set()
    return Rotated.of(step, made.uses)


@operation("identity.update", Nothing, Update)
def update(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Update:
    """Give what peers need to follow from any version that they pinned; empty for the first."""
    with node.store.read() as tx:
        return Update(text=succession.write(identities.steps(tx, node.id)))


@operation("identity.history", Nothing, History)
def own_history(node: Node, caller: Caller, args: Nothing, progress: Progress) -> History:
    """Show the versions of this node's own identity."""
    with node.store.read() as tx:
        return shown(node.id, history(tx, node.id))


@operation("identity.revoke", Revoke, Revoked)
def revoke(node: Node, caller: Caller, args: Revoke, progress: Progress) -> Revoked:
    """Sign that this node's keys are revoked; after that only a recovery makes new ones.

    Raises KEY_FILE_INVALID or KEY_FILE_OPEN for the recovery key, REVOCATION_INVALID where it is
    another one, KEY_REVOKED where it was done before.
    """
    document = node.document
    signer, by = node.local.signers.message, "message"
    if args.recovery_key:
        signer, by = keyfiles.read_signer(Path(args.recovery_key)), "recovery"
    now = node.local.now()
    statement = revocation.revoke(
        document, "recovery" if by == "recovery" else "message", args.reason, now, signer
    )
    revocation.check(revocation.read(statement), document)
    with node.store.write() as tx:
        row = history(tx, node.id)[-1]
        if row.revoked:
            raise ComityError(Code.KEY_REVOKED, peer=node.id)
        identities.revoke(tx, row, now, args.reason, statement)
        journal.note(tx, now, caller.officer, "identity.revoke", reason=args.reason)
    version = node.local.identity.version
    return Revoked(id=node.id, version=version, reason=args.reason, statement=statement)


def shown(id: str, rows: Iterable[IdentityRow]) -> History:
    """Say which documents were in force."""
    return History(
        id=id,
        versions=tuple(
            VersionShown(
                version=row.version,
                fingerprint=fingerprint(row.document),
                document=row.document,
                by=row.by,
                at=row.at,
                officer=row.officer,
                until=row.until,
                revoked=row.revoked,
                reason=row.reason,
                received=row.received,
            )
            for row in rows
        ),
    )
