"""A frozen node: how it comes back to its peers, and what an officer has to look at."""

from comity.api import Progress
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import journal, peers, standing
from comity.store.rows.moving import change, many
from comity.store.rows.node import Unsettled
from comity.store.standing import Why


class ThawArgs(Model):
    """Whom to come back to; without a peer, all for whom this node is frozen."""

    peer: str = ""
    supersede: bool = False
    """Go on where another copy of this node has taken a later incarnation: that one then stops."""


class PeerBack(Model):
    """What came of it for one peer."""

    peer: str
    outcome: str
    """`resumed`, or `frozen` with a code."""
    code: str
    params: dict[str, str | int]
    incarnation: int
    taken: int
    """Entries of both logs that were taken back."""
    filled: int
    """Places in our log whose messages are lost."""
    unsettled: int
    """Messages that an officer has to look at."""


class Thawed(Model):
    """Whether the node goes on."""

    peers: tuple[PeerBack, ...]
    frozen: str
    """Why it still is frozen; empty where it is not."""
    frozen_peers: dict[str, str]
    """For whom it still is, and why."""


class AsideArgs(Model):
    """A peer that the others do not wait for, and why."""

    peer: str
    reason: str


class UnsettledShown(Model):
    """A message that is in the record, and whose effect could not be rebuilt."""

    id: str
    peer: str
    what: str
    direction: str
    subject: str
    reason: str
    at: int


class UnsettledList(Model):
    """What an officer has to look at."""

    unsettled: tuple[UnsettledShown, ...]


class SettleArgs(Model):
    """What an officer has looked at."""

    id: str


@operation("node.thaw", ThawArgs, Thawed)
def thaw(node: Node, caller: Caller, args: ThawArgs, progress: Progress) -> Thawed:
    """Come back to the peers of a frozen node: take what is missing back, and go on.

    One peer that cannot be reached does not keep the others from it; the node as a whole goes on
    when all are done. Raises NODE_NOT_FROZEN, PEER_UNKNOWN.
    """
    with node.store.read() as tx:
        frozen = standing.of_peers(tx)
        if args.peer:
            wanted = [find_peer(tx, args.peer)]
        else:
            everyone = peers.everyone(tx)
            wanted = [each for each in everyone if frozen.get(each.id, Why.ASIDE) != Why.ASIDE]
        if not wanted and not standing.of_node(tx):
            raise ComityError(Code.NODE_NOT_FROZEN)
    found = tuple(_resume(node, caller, each, args.supersede, progress) for each in wanted)
    with node.store.write() as tx:
        standing.thaw_node(tx)
    node.wake.set()
    with node.store.read() as tx:
        return Thawed(peers=found, frozen=standing.of_node(tx), frozen_peers=standing.of_peers(tx))


def _resume(
    node: Node, caller: Caller, peer: Pinned, supersede: bool, progress: Progress
) -> PeerBack:
    try:
        done = node.resuming.resume(peer, caller.officer, progress, supersede)
    except ComityError as error:
        return PeerBack(
            peer=peer.id,
            outcome="frozen",
            code=str(error.code),
            params=error.params,
            incarnation=0,
            taken=0,
            filled=0,
            unsettled=0,
        )
    return PeerBack(
        peer=peer.id,
        outcome="resumed",
        code="",
        params={},
        incarnation=done.incarnation,
        taken=done.taken,
        filled=done.finished.filled,
        unsettled=done.finished.unsettled,
    )


@operation("node.aside", AsideArgs, Thawed)
def aside(node: Node, caller: Caller, args: AsideArgs, progress: Progress) -> Thawed:
    """Set a peer aside that cannot be reached: this node stays frozen for it, and for it alone.

    Raises PEER_UNKNOWN, NODE_NOT_FROZEN, ARGUMENT_INVALID where no reason is given.
    """
    if not args.reason.strip():
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    with node.store.write() as tx:
        peer = find_peer(tx, args.peer)
        if not standing.of_peers(tx).get(peer.id):
            raise ComityError(Code.NODE_NOT_FROZEN, peer=peer.id)
        standing.set_aside(tx, peer.id)
        note = {"peer": peer.id, "reason": args.reason.strip()}
        journal.note(tx, node.local.now(), caller.officer, "node.aside", **note)
        standing.thaw_node(tx)
    with node.store.read() as tx:
        return Thawed(peers=(), frozen=standing.of_node(tx), frozen_peers=standing.of_peers(tx))


@operation("node.unsettled", Nothing, UnsettledList)
def unsettled(node: Node, caller: Caller, args: Nothing, progress: Progress) -> UnsettledList:
    """List the messages whose effect could not be rebuilt, and that nobody has looked at."""
    with node.store.read() as tx:
        rows = many(tx, Unsettled, officer="", order="at")
    return UnsettledList(
        unsettled=tuple(
            UnsettledShown(
                id=row.jti,
                peer=row.peer,
                what=row.what,
                direction=row.direction,
                subject=row.subject,
                reason=row.reason,
                at=row.at,
            )
            for row in rows
        )
    )


@operation("node.settle", SettleArgs, UnsettledList)
def settle(node: Node, caller: Caller, args: SettleArgs, progress: Progress) -> UnsettledList:
    """Say that an officer has looked at a message. Raises UNSETTLED_UNKNOWN."""
    with node.store.write() as tx:
        where: dict[str, object] = {"jti": args.id, "officer": ""}
        if not args.id or change(tx, Unsettled, where, officer=caller.officer) == 0:
            raise ComityError(Code.UNSETTLED_UNKNOWN)
        journal.note(tx, node.local.now(), caller.officer, "node.settle", message=args.id)
    return unsettled.run(node, caller, Nothing(), progress)
