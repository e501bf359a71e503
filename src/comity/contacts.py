"""Both ways of a contact message: what nodes say to each other about the record, outside of it.

    asked      open the token, find the route, decide, act, seal; nothing is admitted, since nothing
               enters the record (`comity.core.contact`)
    ask        seal, send through the peer's endpoint, verify the reply

Contact messages read, or confirm what a signature shows. They may come twice, in any order, and
while other messages are under way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from comity.api import Endpoint, Request, Response
from comity.core import contact
from comity.core.canonical import canonical, unb64url
from comity.core.contact import Parties
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.limits import CONTACTS_PER_HOUR
from comity.protocol import refusals
from comity.protocol.base import CONTACT, JSON, Inbound, Local, Moved, Outcome, prefix
from comity.protocol.routes import find_contact
from comity.store import peers
from comity.store.engine import Store

_BUSY: Final = Response(429, "", JSON, canonical({"code": "slow-down"}))
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Consulted:
    """A contact message of ours, and the peer's signed reply."""

    request: Request
    response: Response

    def accepted(self, peer: Pinned) -> bytes:
        """Return the body of the reply. Raises PEER_REFUSED with the peer's code."""
        return accepted(peer, self.response.status, self.response.body)

    def shown(self) -> str:
        """Return what was said, as evidence: both tokens, and the body of the reply."""
        body = self.response.body.decode(errors="replace")
        return f"{self.request.token}\n{self.response.token}\n{body}"


class Contacts:
    """Answers the contact messages of pinned peers, and sends ours."""

    def __init__(self, local: Local, store: Store, endpoint: Callable[[Pinned], Endpoint]) -> None:
        self._local = local
        self._store = store
        self._endpoint = endpoint
        self._asked = refusals.PerHour(CONTACTS_PER_HOUR)

    def takes(self, request: Request) -> bool:
        """Tell whether a request is a contact message, whoever it is from."""
        return request.target.startswith(f"{prefix(self._local.identity)}{CONTACT}/")

    def handle(self, request: Request) -> Response:
        """Take one to its reply. Raises NOT_AUTHENTIC or PEER_UNKNOWN, and nothing else."""
        with self._store.read() as tx:
            peer = peers.pinned(tx, contact.issuer(request.token))
        if peer.revoked:
            raise ComityError(Code.NOT_AUTHENTIC)
        now, own = self._local.now(), self._local.identity.id
        claims = contact.open_request(request, own, unb64url(peer.identity.keys.message), now)
        if not self._asked.count(peer.id, now):
            return _BUSY
        inbound = Inbound(self._local, peer, claims.jti, now, (), token=request.token)
        outcome = self._outcome(request, inbound)
        _log.info("contact", peer=peer.id, jti=claims.jti, status=outcome.status)
        return contact.seal_response(
            Parties(own, peer.id),
            self._local.new_id(),
            self._local.now(),
            outcome.status,
            outcome.content_type,
            outcome.body,
            request.token,
            self._local.signers.message,
        )

    def _outcome(self, request: Request, inbound: Inbound) -> Outcome:
        route, message = None, None
        try:
            route = find_contact(request.method, request.target, prefix(self._local.identity))
            message = route.parse(request.body)
            while True:
                with self._store.read() as tx:
                    act = route.decide(inbound, tx, message)
                outcome = act()
                try:
                    if outcome.effects:
                        with self._store.write() as tx:
                            for effect in outcome.effects:
                                effect(tx)
                except Moved:
                    continue
                return outcome
        except ComityError as error:
            return refusals.outcome(route, message, error)

    def ask(self, peer: Pinned, path: str, body: bytes) -> bytes:
        """Send a contact message, and return the body of the reply.

        `path` is the route's, below the peer's address. Raises PEER_UNREACHABLE,
        PEER_ANSWER_INVALID, PEER_REFUSED with the peer's code, or KEY_REVOKED.
        """
        return self.consult(peer, path, body).accepted(peer)

    def consult(self, peer: Pinned, path: str, body: bytes) -> Consulted:
        """Send a contact message, and return it with the reply, whatever that is.

        Raises PEER_UNREACHABLE, PEER_ANSWER_INVALID, PEER_REFUSED where nobody signed it, or
        KEY_REVOKED.
        """
        if peer.revoked:
            raise ComityError(Code.KEY_REVOKED, peer=peer.id)
        own = self._local.identity.id
        request = contact.seal_request(
            Parties(own, peer.id),
            self._local.new_id(),
            self._local.now(),
            prefix(peer.identity) + path,
            JSON,
            body,
            self._local.signers.message,
        )
        response = self._endpoint(peer).handle(request)
        if not response.token:
            raise ComityError(Code.PEER_REFUSED, peer=peer.id, status=response.status)
        key = unb64url(peer.identity.keys.message)
        contact.open_response(response, request, Parties(peer.id, own), key, self._local.now())
        return Consulted(request, response)


def accepted(peer: Pinned, status: int, body: bytes) -> bytes:
    """Return the body of a reply, where the peer took the request.

    Raises PEER_REFUSED with the peer's code.
    """
    if 200 <= status < 300:
        return body
    raise ComityError(Code.PEER_REFUSED, peer=peer.id, status=status, reason=refusals.code_of(body))
