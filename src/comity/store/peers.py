"""Pinned peers, and the documents that were in force before."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, select

from comity.core import identity, jws
from comity.core.canonical import unb64url
from comity.core.identity import Identity, Pinned
from comity.errors import Code, ComityError
from comity.store.rows.moving import many, one
from comity.store.rows.peers import IdentityRow, Peer
from comity.store.schema.peers import peers as table
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
    return _pinned(found)


def everyone(tx: Connection) -> list[Pinned]:
    """Return all pinned peers, by id."""
    return [_pinned(found) for found in many(tx, Peer, order="id")]


def ids(tx: Connection) -> list[str]:
    """Return the ids of all pinned peers."""
    return [id for (id,) in _IDS.rows(tx, {})]


def _pinned(found: Peer) -> Pinned:
    return Pinned(_read(found.document), found.document, bool(found.revoked))


def history(tx: Connection, id: str) -> Sequence[IdentityRow]:
    """Return all documents of a participant that were in force here, the first one first."""
    return many(tx, IdentityRow, id=id, order="n")


def described(row: IdentityRow) -> Identity:
    """Return what a document says that was, or is, in force here."""
    return _read(row.document)


def signed_under(tx: Connection, peer: str, typ: str, token: str) -> IdentityRow | None:
    """Return the latest document of a peer whose message key a token names, or None.

    Nothing is verified by that.
    """
    for row in reversed(history(tx, peer)):
        if jws.names(typ, token, message_key(row)):
            return row
    return None


def message_key(row: IdentityRow) -> bytes:
    """Return the raw public key that messages are checked with under a document."""
    return unb64url(_read(row.document).keys.message)


def key_of(tx: Connection, peer: Pinned, typ: str, token: str) -> bytes:
    """Return the key to check what a peer signed once and gives again: a manifest, an agreement.

    That of the document in force, or of one before it whose keys were not revoked. The message that
    brings it says when; that its key has been replaced since does not make it untrue.
    """
    key = unb64url(peer.identity.keys.message)
    if jws.names(typ, token, key):
        return key
    found = signed_under(tx, peer.id, typ, token)
    return key if found is None or found.revoked else message_key(found)
