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
from comity.core.canonical import b64url
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

    def __init__(self, id: str, address: str, node: str, signer: Signer) -> None:
        self.address = address
        """The pinned address of the peer."""
        self._id = id
        self._node = node
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
            audience=self._node,
            id=b64url(secrets.token_bytes(16)),
            seq=seq,
            salt=secrets.token_bytes(token.SALT_BYTES),
            issued=int(SystemClock().now().timestamp()),
            lifetime=MESSAGE_LIFETIME_SECONDS,
            seen=_NOTHING_SEEN,
        )


class _Inward:
    def __init__(self, by: StandIn, target: Endpoint) -> None:
        self._by = by
        self._target = target

    def handle(self, request: Request) -> Response:
        """Sign a request that has no token, and take it to the node."""
        signed = request if request.token else self._by.sign_request(request)
        response = self._target.handle(signed)
        self._by.heard.append(Heard(True, replace(request, token=""), response))
        return response


class _Outward:
    def __init__(self, by: StandIn, carry: Callable[[Request], Response]) -> None:
        self._by = by
        self._carry = carry

    def handle(self, request: Request) -> Response:
        """Carry a request of the node to the peer, and sign what it answers."""
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
    return StandIn(config.id, config.address, node.id, signer)
