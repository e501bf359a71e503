"""Pinned peers."""

from functools import lru_cache

from sqlalchemy import Connection, select

from comity.core import identity
from comity.core.identity import Identity, Pinned
from comity.errors import Code, ComityError
from comity.store.rows import Peer, many, one
from comity.store.schema import peers as table
from comity.store.statements import Statement

_IDS = Statement(select(table.c.id).order_by(table.c.id))


@lru_cache(maxsize=256)
def _read(document: str) -> Identity:
    # A pinned document is immutable text, and reading it means checking a signature.
    return identity.read(document)


def pinned(tx: Connection, peer: str) -> Pinned:
    """Return a pinned peer. Raises PEER_UNKNOWN."""
    found = one(tx, Peer, id=peer)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return Pinned(_read(found.document), found.document)


def everyone(tx: Connection) -> list[Pinned]:
    """Return all pinned peers, by id."""
    return [Pinned(_read(found.document), found.document) for found in many(tx, Peer, order="id")]


def ids(tx: Connection) -> list[str]:
    """Return the ids of all pinned peers."""
    return [id for (id,) in _IDS.rows(tx, {})]
