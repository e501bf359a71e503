"""A peer that cannot sign message tokens, and who stands in for it.

A connector of another make, or a conformance kit, knows nothing of our tokens (DESIGN D3). The
node under test believes nothing else, and no setting of it says otherwise. So the stand-in holds
the key of the identity that is pinned for such a peer, and signs in its name: what it asks the
node, on the way in, and what it answers the node, on the way back. It changes no byte of a body.

This is what such a run does not show: authentication. Our own tests do.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

from comity.api import Endpoint, Request, Response
from comity.core import identity, token
from comity.core.canonical import b64url, unb64url
from comity.core.identity import Identity
from comity.core.keys import Signer
from comity.core.merkle import EMPTY_ROOT
from comity.core.token import Envelope, Seen
from comity.edge import keyfiles
from comity.edge.config import NodeConfig
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.node import IDENTITY_FILE, Node, SystemClock
from comity.operations import Caller, setup
from comity.operations.peers import PeerAdd, peer_add

_NOTHING_SEEN: Final = Seen(size=0, root=b64url(EMPTY_ROOT))


@dataclass(frozen=True, slots=True)
class Heard:
    """One exchange between the node and the peer, as it was before anybody signed it."""

    inward: bool
    """Whether the peer asked the node, or the node the peer."""
    request: Request
    response: Response


class StandIn:
    """Signs in the name of one peer, towards one node."""

    def __init__(self, id: str, address: str, node: Identity, signer: Signer) -> None:
        self.address = address
        """The pinned address of the peer."""
        self._id = id
        self._node = node
        self._node_key = unb64url(node.keys.message)
        self._signer = signer
        self._next = 0
        self._lock = Lock()
        self.heard: list[Heard] = []
        """All exchanges so far, in the order in which they ended."""

    def inward(self, target: Endpoint) -> Endpoint:
        """Return the endpoint that stands before the node: what has no token gets one.

        A message that brings a token of its own goes on as it is.
        """
        return _Inward(self, target)

    def outward(self, carry: Callable[[Request], Response]) -> Endpoint:
        """Return the endpoint that the node reaches the peer by; `carry` does it over plain HTTP.

        What `carry` returns is signed as the peer's reply.
        """
        return _Outward(self, carry)

    def check_request(self, request: Request) -> None:
        """Check that a request is the node's. Raises NOT_AUTHENTIC."""
        token.open_request(request, self._id, self._node_key, _now())

    def check_response(self, response: Response, request: Request) -> None:
        """Check that a response is the node's, to this request. Raises PEER_ANSWER_INVALID."""
        if response.token:
            token.open_response(response, request, self._node.id, self._id, self._node_key)

    def sign_request(self, request: Request) -> Request:
        """Return a request of the peer, with a message token."""
        return token.seal_request(
            self._envelope(),
            request.method,
            request.target,
            request.content_type,
            request.body,
            self._signer,
        )

    def sign_response(self, request: Request, response: Response) -> Response:
        """Return a reply of the peer to a request of the node, with a message token."""
        return token.seal_response(
            self._envelope(),
            response.status,
            response.content_type,
            response.body,
            request.token,
            self._signer,
        )

    def _envelope(self) -> Envelope:
        """Take the next number of the peer's log. It says it has seen nothing of the node's."""
        with self._lock:
            seq, self._next = self._next, self._next + 1
        return Envelope(
            issuer=self._id,
            audience=self._node.id,
            id=b64url(secrets.token_bytes(16)),
            seq=seq,
            salt=secrets.token_bytes(token.SALT_BYTES),
            issued=_now(),
            lifetime=MESSAGE_LIFETIME_SECONDS,
            seen=_NOTHING_SEEN,
        )


def _now() -> int:
    return int(SystemClock().now().timestamp())


class _Inward:
    def __init__(self, by: StandIn, target: Endpoint) -> None:
        self._by = by
        self._target = target

    def handle(self, request: Request) -> Response:
        """Sign a request that has no token, take it to the node, and check the reply."""
        signed = request if request.token else self._by.sign_request(request)
        response = self._target.handle(signed)
        self._by.check_response(response, signed)
        self._by.heard.append(Heard(True, replace(request, token=""), response))
        return response


class _Outward:
    def __init__(self, by: StandIn, carry: Callable[[Request], Response]) -> None:
        self._by = by
        self._carry = carry

    def handle(self, request: Request) -> Response:
        """Check a request of the node, carry it to the peer, and sign what that answers."""
        self._by.check_request(request)
        response = self._carry(request)
        self._by.heard.append(Heard(False, replace(request, token=""), response))
        return self._by.sign_response(request, response)


def pin(node: Node, config: NodeConfig, folder: Path, officer: Caller) -> StandIn:
    """Make an identity for a peer that has none, let the node pin it, and return its stand-in.

    `folder` is made, and holds the keys and the certificate of the peer's address.
    """
    setup.init(folder, config, officer.officer, folder.with_suffix(".recovery"))
    document = (folder / IDENTITY_FILE).read_text("ascii")
    args = PeerAdd(document=document, fingerprint=identity.fingerprint(document))
    peer_add.run(node, officer, args, lambda *_: None)
    signer = keyfiles.read_signer(folder / "keys" / "message.key")
    return StandIn(config.id, config.address, node.local.identity, signer)
