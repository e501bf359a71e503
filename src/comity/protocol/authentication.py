"""Whose message is this? Asked at one place for what comes in, as request or as reply."""

from typing import Protocol, TypeAlias

from comity.api import Request, Response
from comity.core import token
from comity.core.canonical import unb64url
from comity.core.identity import Pinned
from comity.core.token import RequestClaims, ResponseClaims
from comity.errors import Code, ComityError
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.protocol.base import Local
from comity.store import links, peers
from comity.store.engine import Store

Known: TypeAlias = dict[str, Pinned]
"""Pinned peers by id."""


class Authenticator(Protocol):
    """Tells who sent a message, or refuses it."""

    def request(self, request: Request, known: Known | None = None) -> tuple[Pinned, RequestClaims]:
        """Return the pinned peer that sent a request, and what its token says.

        `known` is what was looked up for requests that came at the same time. Whether its time has
        passed is for the caller to see. Raises NOT_AUTHENTIC or PEER_UNKNOWN.
        """
        ...

    def response(self, response: Response, request: Request, peer: Pinned) -> ResponseClaims:
        """Check that a response is the peer's, to that request.

        Raises PEER_REFUSED where nobody signed it, or PEER_ANSWER_INVALID.
        """
        ...


class TokenAuthenticator:
    """Believes message tokens, and nothing else (DESIGN D3)."""

    def __init__(self, local: Local, store: Store) -> None:
        self._local = local
        self._store = store

    def request(self, request: Request, known: Known | None = None) -> tuple[Pinned, RequestClaims]:
        """Verify a request's token with the key of the peer that it claims to be from."""
        sender = token.issuer(request.token)
        peer = known.get(sender) if known else None
        if peer is None:
            with self._store.read() as tx:
                peer = peers.pinned(tx, sender)
        if known is not None:
            known[sender] = peer
        key = unb64url(peer.identity.keys.message)
        now, own, longest = self._local.now(), self._local.identity.id, MESSAGE_LIFETIME_SECONDS
        said = token.claimed(request.token)
        if said.exp - said.iat > longest:
            # Only what a courier carries may take longer.
            with self._store.read() as tx:
                longest = links.lifetime(tx, sender)
        claims = token.open_request(request, own, key, now, late=True, lifetime=longest)
        return peer, claims

    def response(self, response: Response, request: Request, peer: Pinned) -> ResponseClaims:
        """Verify a response's token, and that it answers this request."""
        if not response.token:
            raise ComityError(Code.PEER_REFUSED, peer=peer.id, status=response.status)
        key = unb64url(peer.identity.keys.message)
        return token.open_response(response, request, peer.id, self._local.identity.id, key)
