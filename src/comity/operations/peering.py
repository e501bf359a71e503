"""What operations that talk to peers share: finding one, and calling it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from sqlalchemy import Connection

from comity.contacts import accepted
from comity.core.canonical import b64url, digest
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.node import Node
from comity.protocol.outbox import outgoing
from comity.protocol.sending import Draft, State, put
from comity.store import peers, record
from comity.store.links import Kind
from comity.store.rows.delivery import Awaited
from comity.store.rows.moving import add, change, one, remove
from comity.store.rows.record import Message

_SCOPE: Final[ContextVar[str]] = ContextVar("scope", default="")
"""Which operation waits for what is asked."""


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

    Raises PEER_UNREACHABLE, PEER_ANSWER_INVALID, or PEER_REFUSED with the peer's code; and
    COURIER_WAITS where a courier has to bring the reply: run in `resumed`, it is there next time.
    """
    draft = Draft(peer, kind, method, target, body, subject)
    if is_carried(node, peer):
        if (reply := ahead(node, draft)) is None:
            raise ComityError(Code.COURIER_WAITS, peer=peer.id)
        return reply
    return taken(peer, node.delivery.ask(peer, kind, method, target, body, subject))


def is_carried(node: Node, peer: Pinned) -> bool:
    """Tell whether a courier carries what is said with a peer."""
    return node.reach.kind(peer.id) == Kind.COURIER


def ahead(node: Node, draft: Draft) -> Message | None:
    """Return the reply that a courier brought, None while there is none.

    What was not asked yet is put into the outbox. Raises PEER_REFUSED with the peer's code, and
    PEER_UNREACHABLE where the request was on its way for too long.
    """
    peer = draft.peer
    said = (draft.kind, draft.method, draft.target, b64url(draft.body))
    asked = b64url(digest(list(said)))
    with node.store.write() as tx:
        known = one(tx, Awaited, peer=peer.id, scope=_SCOPE.get(), asked=asked)
        if known is None:
            [(_, row)] = put(tx, node.local, [draft], State.WAITING)
            add(tx, Awaited(peer.id, row.jti, _SCOPE.get(), asked))
            return None
        return _came(tx, peer, known.jti)


def remember(node: Node, tx: Connection, peer: Pinned, jti: str) -> None:
    """Note that the operation under way waits for the reply to a request of its own."""
    if is_carried(node, peer):
        add(tx, Awaited(peer.id, jti, _SCOPE.get(), jti))


def is_remembered(tx: Connection, peer: Pinned, jti: str) -> bool:
    """Tell whether an operation still waits for the reply to a request."""
    return one(tx, Awaited, peer=peer.id, jti=jti) is not None


def _came(tx: Connection, peer: Pinned, jti: str) -> Message | None:
    reply = record.reply(tx, peer.id, record.IN, jti)
    if reply is not None:
        return taken(peer, reply)
    row = outgoing(tx, peer.id, jti)
    if row is None or row.state == State.LATE:
        raise ComityError(Code.PEER_UNREACHABLE, peer=peer.id, reason="expired")
    return None


@contextmanager
def resumed(node: Node, peer: Pinned, scope: str, keep: str = "") -> Iterator[None]:
    """Let a block that waits for a courier go on where it was when it is run again.

    Run again, it gets the replies that have come since, to what it asked before. They are good
    until it comes to its end, or to an error; then what it asks is asked anew. With `keep`, they
    stay after the end, in another scope, in place of what is there.
    """
    token = _SCOPE.set(scope)
    try:
        yield
    except ComityError as error:
        if error.code is not Code.COURIER_WAITS:
            _forget(node, peer, scope, "")
        raise
    else:
        _forget(node, peer, scope, keep)
    finally:
        _SCOPE.reset(token)


def has_asked(node: Node, peer: Pinned, scope: str) -> bool:
    """Tell whether something in a scope waits for a reply, or has one."""
    with node.store.read() as tx:
        return one(tx, Awaited, peer=peer.id, scope=scope) is not None


def _forget(node: Node, peer: Pinned, scope: str, keep: str) -> None:
    if is_carried(node, peer) and scope != keep:
        with node.store.write() as tx:
            if keep:
                remove(tx, Awaited, peer=peer.id, scope=keep)
                change(tx, Awaited, {"peer": peer.id, "scope": scope}, scope=keep)
            else:
                remove(tx, Awaited, peer=peer.id, scope=scope)


def finish(node: Node, peer: Pinned, jti: str) -> Message:
    """Deliver a request that is already durable, and return the reply as `call` does."""
    return taken(peer, node.delivery.reply(peer.id, jti))


def taken(peer: Pinned, reply: Message) -> Message:
    """Return a reply, where the peer took the request. Raises PEER_REFUSED."""
    accepted(peer, reply.status, reply.body)
    return reply
