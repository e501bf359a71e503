"""How a peer is reached: by a client of its listener, or only by what somebody carries."""

from collections.abc import Callable

from comity.api import Endpoint, Request, Response
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.store import links
from comity.store.engine import Store
from comity.store.links import Kind


class Reach:
    """Gives the endpoint of a peer, as its link says."""

    def __init__(self, store: Store, call: Callable[[Pinned], Endpoint]) -> None:
        """`call` gives the client of a peer that is called over HTTP."""
        self._store = store
        self._call = call
        self._kinds: dict[str, str] = {}

    def of(self, peer: Pinned) -> Endpoint:
        """Return the endpoint of a peer."""
        if self.kind(peer.id) == Kind.COURIER:
            return Carried(peer.id)
        return self._call(peer)

    def kind(self, peer: str) -> str:
        """Return the kind of the link to a peer. It is asked for each message, so it is kept."""
        if peer not in self._kinds:
            with self._store.read() as tx:
                self._kinds[peer] = links.of(tx, peer).kind
        return self._kinds[peer]

    def changed(self, peer: str) -> None:
        """Look again: somebody has set another link."""
        self._kinds.pop(peer, None)


class Carried:
    """A peer that is never called: what is for it waits for the courier."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def handle(self, request: Request) -> Response:
        """Raise COURIER_WAITS (peer): the request stays in the outbox."""
        raise ComityError(Code.COURIER_WAITS, peer=self._peer)
