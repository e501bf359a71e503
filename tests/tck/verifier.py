"""What stands between the kit, which cannot sign, and the node, which takes nothing unsigned.

The kit authenticates with one static value and looks at no signature. So it gets a pinned identity,
whose keys the harness holds: what the kit sends is signed with them before it reaches the node's
real exchange, and what the kit answers before it reaches the node's real outbox. The node knows
nothing of it. Nothing of this is in the package.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from comity.api import Endpoint, Request, Response
from comity.core import token
from comity.errors import Code, ComityError
from comity.node import Node
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import DSP
from comity.protocol.sending import envelope_for
from comity.store import peers, record
from comity.store.rows.record import Message

STATIC: Final = "conformance-kit"
"""The one bearer token that the kit has."""
PARTICIPANT: Final = "TCK_PARTICIPANT"
"""How the kit calls itself in policies. It is a constant there, and no DID."""
PATIENCE_SECONDS: Final = 4.0
"""How long the kit's 404 means that its handler is not there yet."""


class WayIn:
    """Takes the kit's requests to the node's exchange, signed; implements `Endpoint`."""

    def __init__(self, kit: Node, node: str, exchange: Endpoint) -> None:
        """`kit` is the node whose identity the kit has, `node` the id of the one under test."""
        self._kit = kit
        self._exchange = exchange
        self._believed = TokenAuthenticator(kit.local, kit.store)
        with kit.store.read() as tx:
            self._node = peers.pinned(tx, node)

    def handle(self, request: Request) -> Response:
        """Sign what the kit sends, and nothing else; give back the node's reply, checked."""
        if request.token != STATIC:
            return Response(401)
        local, node = self._kit.local, self._node.id
        with self._kit.store.write() as tx:
            envelope = envelope_for(tx, local, node)
            signed = token.seal_request(
                envelope,
                request.method,
                request.target,
                request.content_type,
                _named(request.body, local.identity.id),
                local.signers.message,
            )
            said = _entry(node, record.OUT, envelope.seq, envelope.id, signed)
            record.append(tx, said)
        response = self._exchange.handle(signed)
        _, claims = self._believed.response(response, signed, self._node)
        with self._kit.store.write() as tx:
            record.append(tx, _answer(said, record.IN, claims.seq, claims.jti, response))
        return response


@dataclass
class WayOut:
    """Takes the node's requests to the kit's plain server; implements `Endpoint`."""

    kit: Node
    server: str
    """The kit's own server: http, host and port."""
    seconds: Callable[[], float] = time.monotonic
    _waiting_since: dict[str, float] = field(default_factory=dict)
    _client: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False, follow_redirects=False, timeout=20)
    )

    def handle(self, request: Request) -> Response:
        """Check the node's signature, hand the kit the node's own bytes, and sign its answer.

        Raises PEER_UNREACHABLE where the kit has no handler yet, or closed without an answer.
        """
        believed = TokenAuthenticator(self.kit.local, self.kit.store)
        node, claims = believed.request(request)
        try:
            reply = self._client.request(
                request.method,
                # The kit serves at its root.
                self.server + request.target.removeprefix(DSP),
                content=request.body,
                headers={"Content-Type": request.content_type or "application/json"},
            )
        except httpx.TransportError:
            raise ComityError(Code.PEER_UNREACHABLE, peer=self.kit.id, reason="broken") from None
        if reply.status_code == 404 and self._too_early(claims.jti):
            raise ComityError(Code.PEER_UNREACHABLE, peer=self.kit.id, reason="refused")
        with self.kit.store.write() as tx:
            said = _entry(node.id, record.IN, claims.seq, claims.jti, request)
            record.append(tx, said)
            envelope = envelope_for(tx, self.kit.local, node.id)
            content_type = reply.headers.get("Content-Type", "")
            response = token.seal_response(
                envelope,
                reply.status_code,
                content_type,
                reply.content,
                request.token,
                self.kit.local.signers.message,
            )
            record.append(tx, _answer(said, record.OUT, envelope.seq, envelope.id, response))
        return response

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _too_early(self, jti: str) -> bool:
        """Tell whether the kit may still be about to expect this message."""
        since = self._waiting_since.setdefault(jti, self.seconds())
        return self.seconds() - since < PATIENCE_SECONDS


def _named(body: bytes, did: str) -> bytes:
    """Put the pinned id where the kit writes its constant."""
    return body.replace(f'"{PARTICIPANT}"'.encode(), f'"{did}"'.encode())


def _entry(peer: str, direction: str, seq: int, jti: str, request: Request) -> Message:
    """Return the entry of a request in the record of the kit's side."""
    return Message(
        peer=peer,
        direction=direction,
        seq=seq,
        jti=jti,
        kind="request",
        token=request.token,
        method=request.method,
        target=request.target,
        status=0,
        content_type=request.content_type,
        body=request.body,
        size=len(request.body),
        reply_to="",
        what="kit",
        refused="",
        leaf=record.leaf_of(request.token),
        at=int(time.time()),
    )


def _answer(said: Message, direction: str, seq: int, jti: str, response: Response) -> Message:
    """Return the entry of the response to a request."""
    return replace(
        said,
        direction=direction,
        seq=seq,
        jti=jti,
        kind="response",
        token=response.token,
        status=response.status,
        content_type=response.content_type,
        body=response.body,
        size=len(response.body),
        reply_to=said.jti,
        leaf=record.leaf_of(response.token),
    )
