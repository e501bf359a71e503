"""How messages get to a peer: set by an officer here, and nobody else's business."""

from comity.api import Progress
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import packing
from comity.store import journal, links, peers
from comity.store.links import Kind


class PeerLink(Model):
    """Which way messages to a peer go from now on.

    `one_way` says that a courier brings nothing back.
    """

    peer: str
    kind: Kind
    one_way: bool = False


class LinkShown(Model):
    """The link to a peer."""

    peer: str
    kind: Kind
    one_way: bool
    to_send: int
    """Messages that wait for it."""


@operation("peer.link", PeerLink, LinkShown)
def peer_link(node: Node, caller: Caller, args: PeerLink, progress: Progress) -> LinkShown:
    """Set the link to a peer. What waits in the outbox goes the new way.

    Raises PEER_UNKNOWN, ARGUMENT_INVALID (one_way).
    """
    if args.one_way and args.kind is not Kind.COURIER:
        raise ComityError(Code.ARGUMENT_INVALID, where="one_way")
    with node.store.write() as tx:
        peer = find_peer(tx, args.peer)
        before = links.of(tx, peer.id)
        values: dict[str, object] = {"kind": args.kind, "one_way": args.one_way}
        if before.kind == Kind.HTTP and args.kind is Kind.COURIER:
            # Over HTTP the peer said in each message what of ours it has.
            values["arrived"] = max(before.arrived, packing.said(tx, peer.id))
        links.save(tx, peer.id, **values)
        journal.note(
            tx, node.local.now(), caller.officer, "peer.link", peer=peer.id, link=str(args.kind)
        )
        waits = packing.count(tx, peer.id)
    node.reach.changed(peer.id)
    node.wake.set()
    return LinkShown(peer=peer.id, kind=args.kind, one_way=args.one_way, to_send=waits)


def needs_no_calls(node: Node, args: Model) -> bool:
    """Tell whether what an operation says is carried, so that nobody has to reach this node."""
    with node.store.read() as tx:
        named = str(getattr(args, "peer", ""))
        try:
            asked = [find_peer(tx, named)] if named else peers.everyone(tx)
        except ComityError:
            return False
        return bool(asked) and all(links.of(tx, peer.id).kind == Kind.COURIER for peer in asked)
