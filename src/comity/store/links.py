"""How messages get to each peer: as this side has set it."""

from enum import StrEnum

from sqlalchemy import Connection

from comity.limits import COURIER_LIFETIME_SECONDS, MESSAGE_LIFETIME_SECONDS
from comity.store.rows.delivery import Link
from comity.store.rows.moving import add, change, one


class Kind(StrEnum):
    """The ways there are."""

    HTTP = "http"
    """The node calls the peer's listener, and is called."""
    COURIER = "courier"
    """Somebody carries files. The node never calls the peer."""


def of(tx: Connection, peer: str) -> Link:
    """Return the link to a peer; HTTP where nobody has set another."""
    return one(tx, Link, peer=peer) or Link(peer, Kind.HTTP, False, 0, 0, 0, 0, 0, 0)


def save(tx: Connection, peer: str, **values: object) -> None:
    """Change what is kept of the link to a peer."""
    if one(tx, Link, peer=peer) is None:
        add(tx, of(tx, peer))
    change(tx, Link, {"peer": peer}, **values)


def lifetime(tx: Connection, peer: str) -> int:
    """Return how long a message to a peer, or from it, may be good: in seconds."""
    if of(tx, peer).kind == Kind.COURIER:
        return COURIER_LIFETIME_SECONDS
    return MESSAGE_LIFETIME_SECONDS
