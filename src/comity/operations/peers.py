"""Pinning peers."""

from comity.api import Progress
from comity.core import identity
from comity.core.identity import fingerprint
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import journal, peers, record
from comity.store.rows import Peer, add, one


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
    """Pin a peer. Raises IDENTITY_INVALID, FINGERPRINT_MISMATCH, PEER_EXISTS."""
    read = identity.read(args.document)
    if _digits(args.fingerprint) != _digits(fingerprint(args.document)):
        raise ComityError(Code.FINGERPRINT_MISMATCH, peer=read.id)
    with node.store.write() as tx:
        if read.id == node.id or one(tx, Peer, id=read.id):
            raise ComityError(Code.PEER_EXISTS, peer=read.id)
        now = node.local.now()
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
    )


def _digits(text: str) -> str:
    return "".join(text.split())
