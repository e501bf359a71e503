"""What operations that talk to peers share: finding one, and calling it."""

from sqlalchemy import Connection

from comity.contacts import accepted
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.node import Node
from comity.store import peers
from comity.store.rows import Message


def find_peer(tx: Connection, text: str) -> Pinned:
    """Return the peer of that id, or the only one whose id or name has `text` in it.

    Raises PEER_UNKNOWN.
    """
    everyone = peers.everyone(tx)
    exact = [peer for peer in everyone if peer.id == text]
    if exact:
        return exact[0]
    wanted = text.casefold()
    found = [
        peer
        for peer in everyone
        if wanted in peer.id.casefold() or wanted in peer.identity.name.casefold()
    ]
    if len(found) != 1 or not wanted:
        raise ComityError(Code.PEER_UNKNOWN, peer=text[:200])
    return found[0]


def call(
    node: Node,
    peer: Pinned,
    kind: str,
    method: str,
    target: str,
    body: bytes = b"",
    subject: str = "",
) -> Message:
    """Send a request and return the peer's reply, where it took the request.

    Raises PEER_UNREACHABLE, PEER_ANSWER_INVALID, or PEER_REFUSED with the peer's code.
    """
    return _taken(peer, node.delivery.ask(peer, kind, method, target, body, subject))


def finish(node: Node, peer: Pinned, jti: str) -> Message:
    """Deliver a request that is already durable, and return the reply as `call` does."""
    return _taken(peer, node.delivery.reply(peer.id, jti))


def _taken(peer: Pinned, reply: Message) -> Message:
    accepted(peer, reply.status, reply.body)
    return reply
