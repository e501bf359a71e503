"""A program that holds all of one node's keys, and keeps to none of the rules.

It opens the node's folder in its own process, while the node is stopped, and sends what it likes.
"""

from dataclasses import dataclass, replace

from comity.api import Request, Response
from comity.core import token
from comity.core.canonical import b64url, canonical, parse, unb64url
from comity.core.identity import Pinned
from comity.core.keys import Ed25519Signer, Signer
from comity.core.token import Envelope
from comity.edge.client import PeerClient
from comity.errors import ComityError
from comity.limits import REPLY_BYTES
from comity.node import Node
from comity.protocol.base import JSON, prefix
from comity.protocol.sending import post
from comity.store import peers, record
from comity.store.rows.agreements import Agreement
from comity.store.rows.moving import many
from comity.store.rows.record import Message


@dataclass(frozen=True, slots=True)
class Came:
    """What came back: the status, and the code in the body."""

    status: int
    code: str


class Intruder:
    """Speaks for a node as whoever holds its keys can."""

    def __init__(self, node: Node, peer: str) -> None:
        self._node = node
        with node.store.read() as tx:
            self.peer: Pinned = peers.pinned(tx, peer)
        identity = self.peer.identity
        self._client = PeerClient(identity.address, unb64url(identity.certificate))
        self.base = prefix(identity)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def say(self, kind: str, target: str, body: bytes) -> Came:
        """Send an authentic message, as the node itself would: numbered, signed and logged."""
        with self._node.store.write() as tx:
            jti = post(tx, self._node.local, self.peer, kind, "POST", target, body)
        reply = self._node.delivery.reply(self.peer.id, jti)
        return Came(reply.status, _code(reply.body))

    def send(self, request: Request) -> Response:
        """Send bytes as they are."""
        return self._client.handle(request)

    def forge(
        self,
        target: str,
        body: bytes,
        *,
        issuer: str = "",
        issued: int = 0,
        signer: Signer | None = None,
    ) -> Request:
        """Make a message by hand, outside the node's log; with other keys or times, if given."""
        local = self._node.local
        with self._node.store.read() as tx:
            following, _ = record.head(tx, self.peer.id, record.OUT)
            seen = record.seen(tx, self.peer.id)
        envelope = Envelope(
            issuer=issuer or local.identity.id,
            audience=self.peer.id,
            id=local.new_id(),
            seq=following,
            salt=local.entropy(token.SALT_BYTES),
            issued=issued or local.now(),
            lifetime=60,
            seen=seen,
        )
        key = signer or local.signers.message
        return token.seal_request(envelope, "POST", target, JSON, body, key)

    def stranger(self) -> Signer:
        """Return keys that nobody has pinned."""
        return Ed25519Signer(self._node.local.entropy(32))

    def now(self) -> int:
        """Return the time, in seconds since 1970-01-01 UTC."""
        return self._node.local.now()

    def question(self) -> tuple[Request, Response]:
        """Return the smallest question that was asked of the peer, and the reply to it."""
        with self._node.store.read() as tx:
            asked = [
                each
                for each in record.entries(tx, self.peer.id, record.OUT)
                if each.what == "comity-question-1" and each.kind == "request"
            ]
            sent = min(asked, key=lambda each: each.size)
            came = record.reply(tx, self.peer.id, record.IN, sent.jti)
        if came is None:
            raise LookupError(sent.jti)
        return _request(sent), Response(came.status, came.token, came.content_type, came.body)

    def another_question(self, asked: Request, elements: int) -> tuple[str, bytes]:
        """Return target and body of a question with another number of elements, otherwise alike."""
        fields = parse(asked.body, REPLY_BYTES)
        one = unb64url(str(fields["elements"]))[:32]
        fields["elements"] = b64url(one * elements)
        return asked.target, canonical(fields)

    def agreement(self) -> str:
        """Return the agreement under which the peer is the holder."""
        with self._node.store.read() as tx:
            return many(tx, Agreement, peer=self.peer.id, role="consumer")[0].id


def came(response: Response) -> Came:
    """Return what came back, for an answer that was not opened."""
    return Came(response.status, _code(response.body))


def altered(request: Request) -> Request:
    """Return a message with one character of its body changed, under the same signature."""
    place = request.body.index(b'"elements":"') + len(b'"elements":"')
    other = b"B" if request.body[place : place + 1] == b"A" else b"A"
    return replace(request, body=request.body[:place] + other + request.body[place + 1 :])


def _request(sent: Message) -> Request:
    return Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)


def _code(body: bytes) -> str:
    try:
        return str(parse(body, REPLY_BYTES).get("code", ""))
    except ComityError:
        return ""
