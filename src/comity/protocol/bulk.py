"""Bulk bodies: what the record keeps by digest only, and what is read again where it is needed."""

from sqlalchemy import Connection

from comity.api import Request, Response
from comity.core import token
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.protocol.base import Inbound, Local, prefix
from comity.protocol.routes import find_route


def read_again(
    tx: Connection, local: Local, peer: Pinned, request: Request, stored: Response
) -> bytes:
    """Return the bulk body of a reply that was given to a request of a peer before.

    Raises TAG_SET_INVALID or MESSAGE_UNKNOWN where it is no longer here: nothing else can be said,
    since the stored token commits to it.
    """
    route, params, query = find_route(request.method, request.target, prefix(local.identity))
    if route.again is None:
        raise ComityError(Code.MESSAGE_UNKNOWN)
    inbound = Inbound(local, peer, "", local.now(), params, query)
    return route.again(inbound, tx, token.body_digest(stored.token))
