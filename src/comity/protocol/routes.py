"""The closed set: every message that a peer can send, and nothing else (DESIGN T4)."""

from typing import Final

from comity.errors import Code, ComityError
from comity.protocol import catalog, negotiation, questions, recording, requests, transfer
from comity.protocol.base import AnyRoute, match_path

ROUTES: Final[tuple[AnyRoute, ...]] = (
    *catalog.ROUTES,
    *negotiation.ROUTES,
    *transfer.ROUTES,
    *questions.ROUTES,
    *requests.ROUTES,
    *recording.ROUTES,
)


def find_route(method: str, target: str, under: str = "") -> tuple[AnyRoute, tuple[str, ...]]:
    """Return the route of a request, and the ids in its path. Raises MESSAGE_UNKNOWN.

    `under` is the path of the node's address, below which all of them are.
    """
    path = target.removeprefix(under) if target.startswith(f"{under}/") else ""
    for route in ROUTES:
        if route.method == method:
            params = match_path(route.path, path)
            if params is not None:
                return route, params
    raise ComityError(Code.MESSAGE_UNKNOWN)
