"""Whose message is this? Asked at one place for what comes in, as request or as reply.

A message is checked with the key of the document in force. One that names the key of a document
before it is believed if it was signed before that was replaced: such messages are on their way for
as long as a message lives. What a revoked key signed is no news any more: it may fill the place in
the record that it was given, and nothing else (docs/decisions/0034-keys.md).
"""

from dataclasses import replace
from typing import Final, Protocol, TypeAlias

from comity.api import Request, Response
from comity.core import jws, token
from comity.core.canonical import unb64url
from comity.core.identity import Pinned
from comity.core.token import RequestClaims, ResponseClaims
from comity.errors import Code, ComityError
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.protocol.base import Local
from comity.store import links, peers, record
from comity.store.engine import Store
from comity.store.rows.peers import IdentityRow

REVOKED: Final = "revoked"
"""Why a reply that verifies is none."""
Known: TypeAlias = dict[str, Pinned]
"""Pinned peers by id."""


class Authenticator(Protocol):
    """Tells who sent a message, or refuses it."""

    def request(self, request: Request, known: Known | None = None) -> tuple[Pinned, RequestClaims]:
        """Return the pinned peer that sent a request, and what its token says.

        `known` is what was looked up for requests that came at the same time. Whether its time has
        passed is for the caller to see, and so is a peer that is marked as revoked: its message is
        no news. Raises NOT_AUTHENTIC or PEER_UNKNOWN.
        """
        ...

    def response(
        self, response: Response, request: Request, peer: Pinned
    ) -> tuple[Pinned, ResponseClaims]:
        """Check that a response is the peer's, to that request.

        The peer that is returned is marked where a revoked key signed. Raises PEER_REFUSED where
        nobody signed it, or PEER_ANSWER_INVALID (reason: revoked, where one by a revoked key does
        not fill a place that the record misses).
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
        key, former = self._under(token.REQUEST, request.token, peer)
        now, own, longest = self._local.now(), self._local.identity.id, MESSAGE_LIFETIME_SECONDS
        said = token.claimed(request.token)
        if said.exp - said.iat > longest:
            # Only what a courier carries may take longer.
            with self._store.read() as tx:
                longest = links.lifetime(tx, sender)
        claims = token.open_request(request, own, key, now, late=True, lifetime=longest)
        if not _counts(former, claims.iat):
            raise ComityError(Code.NOT_AUTHENTIC)
        return _marked(peer, former), claims

    def response(
        self, response: Response, request: Request, peer: Pinned
    ) -> tuple[Pinned, ResponseClaims]:
        """Verify a response's token, and that it answers this request."""
        if not response.token:
            raise ComityError(Code.PEER_REFUSED, peer=peer.id, status=response.status)
        key, former = self._under(token.RESPONSE, response.token, peer)
        own = self._local.identity.id
        claims = token.open_response(response, request, peer.id, own, key)
        if not _counts(former, claims.iat):
            raise ComityError(Code.PEER_ANSWER_INVALID, reason="token")
        signer = _marked(peer, former)
        if signer.revoked:
            self._check_missed(peer, claims.seq)
        return signer, claims

    def _check_missed(self, peer: Pinned, seq: int) -> None:
        """Refuse a reply by a revoked key, unless the record lacks exactly that."""
        with self._store.read() as tx:
            if not record.lacks(tx, peer.id, seq):
                raise ComityError(Code.PEER_ANSWER_INVALID, peer=peer.id, reason=REVOKED)

    def _under(self, typ: str, signed: str, peer: Pinned) -> tuple[bytes, IdentityRow | None]:
        """Return the key to check with, and the document before that it is of, if it is."""
        key = unb64url(peer.identity.keys.message)
        if jws.names(typ, signed, key):
            return key, None
        with self._store.read() as tx:
            former = peers.signed_under(tx, peer.id, typ, signed)
        return (peers.message_key(former), former) if former else (key, None)


def _counts(former: IdentityRow | None, issued: int) -> bool:
    """Tell whether a key still signed for its owner at that time, or was revoked altogether."""
    return former is None or bool(former.revoked) or issued <= former.until


def _marked(peer: Pinned, former: IdentityRow | None) -> Pinned:
    return replace(peer, revoked=True) if former and former.revoked else peer
