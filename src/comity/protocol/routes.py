"""The closed set: every message that a peer can send, and nothing else (DESIGN T4)."""

from functools import lru_cache
from typing import Final

from comity.errors import Code, ComityError
from comity.protocol import (
    attesting,
    catalog,
    collecting,
    consent,
    cosigning,
    ledgers,
    negotiation,
    questions,
    reading,
    recall,
    requests,
    resuming,
    transfer,
)
from comity.protocol.base import AnyRoute, match_path

ROUTES: Final[tuple[AnyRoute, ...]] = (
    *catalog.ROUTES,
    *negotiation.ROUTES,
    *consent.ROUTES,
    *transfer.ROUTES,
    *questions.ROUTES,
    *requests.ROUTES,
    *attesting.ROUTES,
    *recall.ROUTES,
    *resuming.ROUTES,
)

CONTACTS: Final[tuple[AnyRoute, ...]] = (
    *cosigning.CONTACTS,
    *reading.CONTACTS,
    *resuming.CONTACTS,
    *collecting.CONTACTS,
    *ledgers.CONTACTS,
)
"""What a peer can say about the record, outside of it (decision 0029)."""

BRIEF: Final = frozenset(route.what for route in ROUTES if route.is_brief)
"""The messages that are answered from the database alone."""


@lru_cache(maxsize=256)
def find_route(method: str, target: str, under: str = "") -> tuple[AnyRoute, tuple[str, ...], str]:
    """Return the route of a request, the ids in its path, and its query. Raises MESSAGE_UNKNOWN.

    `under` is the path of the node's address, below which all of them are. A query belongs to the
    name of a thing unless the route has pages.
    """
    below = target.removeprefix(under) if target.startswith(f"{under}/") else ""
    path, _, query = below.partition("?")
    for route in ROUTES:
        if route.method == method and (route.links or not query):
            params = match_path(route.path, path if route.links else below)
            if params is not None:
                return route, params, query
    raise ComityError(Code.MESSAGE_UNKNOWN)


def find_contact(method: str, target: str, under: str = "") -> AnyRoute:
    """Return the route of a contact message; none has an id in its path. Raises MESSAGE_UNKNOWN."""
    for route in CONTACTS:
        if (method, target) == (route.method, under + route.path):
            return route
    raise ComityError(Code.MESSAGE_UNKNOWN)
