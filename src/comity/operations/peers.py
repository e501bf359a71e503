"""Pinning peers."""

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import identity
from comity.core.identity import fingerprint
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import identities, journal, peers, record
from comity.store.peers import history
from comity.store.rows.moving import add, one
from comity.store.rows.peers import Peer


class PeerDocument(Model):
    """An identity document as it came, out of band."""

    document: str


class PeerAdd(Model):
    """A document, and the fingerprint that was compared over another channel."""

    document: str
    fingerprint: str


class PeerShown(Model):
    """A peer, pinned or about to be."""

    id: str
    name: str
    territory: str
    address: str
    version: int
    fingerprint: str
    pinned: bool
    reach: str
    """listens, or polls: it accepts no connection, and collects what waits here for it."""


class Peers(Model):
    """All pinned peers."""

    peers: tuple[PeerShown, ...]


@operation("peer.read", PeerDocument, PeerShown)
def peer_read(node: Node, caller: Caller, args: PeerDocument, progress: Progress) -> PeerShown:
    """Read a document and show what would be pinned. Raises IDENTITY_INVALID."""
    read = identity.read(args.document)
    with node.store.read() as tx:
        return _shown(read, args.document, one(tx, Peer, id=read.id) is not None)


@operation("peer.add", PeerAdd, PeerShown)
def peer_add(node: Node, caller: Caller, args: PeerAdd, progress: Progress) -> PeerShown:
    """Pin a peer, or believe one again that an officer here had stopped.

    Raises IDENTITY_INVALID, FINGERPRINT_MISMATCH, PEER_EXISTS.
    """
    read = identity.read(args.document)
    check_fingerprint(read.id, args.fingerprint, args.document)
    with node.store.write() as tx:
        now, known = node.local.now(), one(tx, Peer, id=read.id)
        if known and _was_stopped(tx, known, args.document):
            identities.restore(tx, read.id)
            identities.pin(tx, read.id, known.document, now, caller.officer)
            journal.note(tx, now, caller.officer, "peer.restore", peer=read.id)
            return _shown(read, args.document, True)
        if read.id == node.id or known:
            raise ComityError(Code.PEER_EXISTS, peer=read.id)
        identities.begin(tx, read.id, args.document, now, caller.officer)
        add(tx, Peer(read.id, args.document.strip(), read.version, now, caller.officer))
        record.begin(tx, read.id)
        journal.note(tx, now, caller.officer, "peer.add", peer=read.id, version=read.version)
    return _shown(read, args.document, True)


@operation("peer.list", Nothing, Peers)
def peer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Peers:
    """List pinned peers."""
    with node.store.read() as tx:
        everyone = peers.everyone(tx)
    return Peers(peers=tuple(_shown(peer.identity, peer.document, True) for peer in everyone))


def _shown(read: identity.Identity, document: str, pinned: bool) -> PeerShown:
    return PeerShown(
        id=read.id,
        name=read.name,
        territory=read.territory,
        address=read.address,
        version=read.version,
        fingerprint=fingerprint(document),
        pinned=pinned,
        reach=read.reach,
    )


def check_fingerprint(peer: str, given: str, document: str) -> None:
    """Compare a fingerprint that came over another channel. Raises FINGERPRINT_MISMATCH."""
    if _digits(given) != _digits(fingerprint(document)):
        raise ComityError(Code.FINGERPRINT_MISMATCH, peer=peer)


def _was_stopped(tx: Connection, known: Peer, document: str) -> bool:
    """Tell whether this is the document that was pinned when an officer here stopped the peer."""
    same = known.document == document.strip()
    return same and bool(known.revoked) and not history(tx, known.id)[-1].statement


def _digits(text: str) -> str:
    return "".join(text.split())
