"""A pinned peer gets new keys, or is believed no longer; and what was pinned before."""

from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import identity, revocation, succession
from comity.core.identity import Identity, Pinned, fingerprint
from comity.core.succession import Endorser, Step
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.identity import History, shown
from comity.operations.peering import find_peer
from comity.operations.peers import check_fingerprint
from comity.operations.records import PeerArgs
from comity.operations.registry import Caller, Model, operation
from comity.protocol import evidence
from comity.store import identities, journal, peers, record
from comity.store.peers import history
from comity.store.rows.moving import change
from comity.store.rows.peers import IdentityRow, Peer

STOPPED: Final = "stopped"
"""Why a peer is believed no longer where an officer here said so, and nobody signed it."""


class UpdateText(Model):
    """An update of a peer's identity as it came, out of band."""

    text: str


class PeerUpdate(Model):
    """An update, and the fingerprint of its last document as the peer told it."""

    text: str
    fingerprint: str


class Change(Model):
    """One thing that differs between the pinned document and the new one."""

    what: str
    before: str
    after: str


class PeerChanged(Model):
    """A peer's new document: about to be pinned, or pinned now."""

    id: str
    name: str
    before: int
    """The version that was pinned."""
    version: int
    by: Endorser
    """Whose word the last step is: the message key's or the recovery key's."""
    fingerprint: str
    changes: tuple[Change, ...]


class Checked(Model):
    """How many messages with a peer are signed by which of the signers' keys."""

    peer: str
    in_force: int
    replaced: int
    """By keys that were replaced since, while they counted."""
    revoked: int
    """By keys that were revoked since, and here before: still good evidence."""
    void: int
    """By keys that were revoked before: they fill their place and prove nothing."""
    destroyed: int
    """Messages whose signatures were destroyed with their contents."""


class PeerRevoke(Model):
    """A revocation that came, or a peer that an officer here stops without one."""

    statement: str = ""
    peer: str = ""


class PeerRevoked(Model):
    """Whose keys are believed no longer."""

    id: str
    name: str
    version: int
    reason: str
    received: int
    """Messages of the peer that were here before: they stay good evidence."""


@operation("peer.update.read", UpdateText, PeerChanged)
def update_read(node: Node, caller: Caller, args: UpdateText, progress: Progress) -> PeerChanged:
    """Read an update, and show what would change. Raises what `peer.update` raises."""
    with node.store.read() as tx:
        peer, steps = _followed(node, tx, args.text)
    return _changed(peer, steps)


@operation("peer.update", PeerUpdate, PeerChanged)
def update(node: Node, caller: Caller, args: PeerUpdate, progress: Progress) -> PeerChanged:
    """Pin a peer's new document, and let go what waited for it.

    Raises IDENTITY_INVALID, ENDORSEMENT_INVALID, IDENTITY_OLD, KEY_REVOKED where a revoked key
    endorses or comes back, PEER_UNKNOWN, FINGERPRINT_MISMATCH.
    """
    with node.store.write() as tx:
        peer, steps = _followed(node, tx, args.text)
        last = steps[-1]
        check_fingerprint(peer.id, args.fingerprint, last.document)
        now, document = node.local.now(), peer.document
        for step in steps:
            by = succession.check(document, step, now)
            identities.succeed(tx, peer.id, step, by, now, caller.officer)
            document = step.document
        identities.pin(tx, peer.id, last.document, now, caller.officer)
        journal.note(
            tx, now, caller.officer, "peer.update", peer=peer.id, version=last.identity.version
        )
    node.wake.set()
    return _changed(peer, steps)


@operation("peer.revoke", PeerRevoke, PeerRevoked)
def revoke(node: Node, caller: Caller, args: PeerRevoke, progress: Progress) -> PeerRevoked:
    """Take nothing more of what a peer's keys sign, as its revocation says or an officer decides.

    A revocation of a document before the pinned one does nothing. Raises REVOCATION_INVALID,
    PEER_UNKNOWN, KEY_REVOKED where it was done before.
    """
    now = node.local.now()
    with node.store.write() as tx:
        if args.statement:
            said = revocation.read(args.statement)
            peer, reason = peers.pinned(tx, said.id), str(said.reason)
            row = _revoked(tx, said)
        else:
            peer, reason = find_peer(tx, args.peer), STOPPED
            row = history(tx, peer.id)[-1]
        if row.revoked:
            raise ComityError(Code.KEY_REVOKED, peer=peer.id)
        identities.revoke(tx, row, now, reason, args.statement.strip())
        change(tx, Peer, {"id": peer.id}, revoked=now)
        journal.note(tx, now, caller.officer, "peer.revoke", peer=peer.id, reason=reason)
        received = history(tx, peer.id)[row.n - 1].received
    return PeerRevoked(
        id=peer.id,
        name=peer.identity.name,
        version=row.version,
        reason=reason,
        received=received,
    )


@operation("peer.history", PeerArgs, History)
def peer_history(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> History:
    """Show all documents of a peer that were pinned here. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        return shown(peer.id, history(tx, peer.id))


@operation("record.check", PeerArgs, Checked)
def check(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> Checked:
    """Check every signature in the record with the key that was valid for it.

    Raises PEER_UNKNOWN, or RECORD_DIFFERS (entry) for one that none of the signer's keys made.
    """
    counts = dict.fromkeys(evidence.Signed, 0)
    destroyed = 0
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        for direction, signer in ((record.OUT, node.id), (record.IN, peer.id)):
            known = history(tx, signer)
            for entry in record.each(tx, peer.id, direction):
                if entry.destroyed:
                    destroyed += 1
                    continue
                try:
                    counts[evidence.check(entry, signer, known)] += 1
                except ComityError:
                    raise ComityError(Code.RECORD_DIFFERS, entry=entry.seq) from None
    return Checked(
        peer=peer.id,
        in_force=counts[evidence.Signed.IN_FORCE],
        replaced=counts[evidence.Signed.REPLACED],
        revoked=counts[evidence.Signed.REVOKED],
        void=counts[evidence.Signed.VOID],
        destroyed=destroyed,
    )


def _followed(node: Node, tx: Connection, text: str) -> tuple[Pinned, tuple[Step, ...]]:
    """Return whom an update is about, and the steps that lead on from what is pinned."""
    steps = succession.read(text)
    peer = peers.pinned(tx, steps[-1].identity.id)
    known = history(tx, peer.id)
    followed = succession.follow(peer.document, steps, node.local.now())
    # A statement said that the message key is not its owner's any more; what it endorses is void.
    if known[-1].statement and succession.endorser(followed[0]) == "message":
        raise ComityError(Code.KEY_REVOKED, peer=peer.id)
    void = [row for row in known if row.revoked and row.reason != STOPPED]
    revoked = {identity.read(row.document).keys.message for row in void}
    if any(step.identity.keys.message in revoked for step in followed):
        raise ComityError(Code.KEY_REVOKED, peer=peer.id)
    return peer, followed


def _revoked(tx: Connection, said: revocation.Revocation) -> IdentityRow:
    """Return the document that a revocation is about: the one in force, or one revoked already.

    What a document before had on its way is over by itself soon, and whoever has its key must not
    be able to end it sooner. Raises REVOCATION_INVALID.
    """
    for row in history(tx, said.id):
        if said.document == succession.digest(row.document) and (row.revoked or not row.until):
            revocation.check(said, row.document)
            return row
    raise ComityError(Code.REVOCATION_INVALID, reason="document")


def _changed(peer: Pinned, steps: tuple[Step, ...]) -> PeerChanged:
    before, last = peer.identity, steps[-1]
    changes = [
        Change(what=what, before=one, after=other)
        for (what, one), (_, other) in zip(_facts(before), _facts(last.identity), strict=True)
        if one != other
    ]
    return PeerChanged(
        id=peer.id,
        name=last.identity.name,
        before=before.version,
        version=last.identity.version,
        by=succession.endorser(last),
        fingerprint=fingerprint(last.document),
        changes=tuple(changes),
    )


def _facts(of: Identity) -> list[tuple[str, str]]:
    plain = [("name", of.name), ("territory", of.territory), ("address", of.address)]
    keys = [(f"key-{use}", key) for use, key in of.keys.model_dump().items()]
    return [
        *plain,
        *keys,
        ("certificate", succession.digest(of.certificate)),
        ("recovery", of.recovery),
    ]
