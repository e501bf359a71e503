"""What an entry of the record proves, once the keys that signed it have been replaced or revoked.

A token names its key. The document that had it is kept for ever, and says until when the key signed
for its owner. What a revoked key signed stays good evidence where its entry was here before the key
was revoked: nothing of that key has entered the record since, but to fill a place that was missed.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from comity.core import jws, token
from comity.core.canonical import model
from comity.core.token import RequestClaims, ResponseClaims
from comity.errors import Code, ComityError
from comity.limits import TOKEN_BYTES
from comity.store import peers, record
from comity.store.rows.peers import IdentityRow
from comity.store.rows.record import Message

_CLAIMS: Final[dict[str, type[RequestClaims] | type[ResponseClaims]]] = {
    "request": RequestClaims,
    "response": ResponseClaims,
}


class Signed(StrEnum):
    """With which of its keys somebody signed an entry."""

    IN_FORCE = "in-force"
    REPLACED = "replaced"
    """A key that was replaced since, before it was."""
    REVOKED = "revoked"
    """A key that was revoked since, while it still counted."""
    VOID = "void"
    """A key that was revoked before: the entry fills its place and proves nothing."""


def check(entry: Message, signer: str, known: Sequence[IdentityRow]) -> Signed:
    """Check the signature of an entry with the key that was valid for it.

    `known` is every document of the signer that was in force here. Raises SIGNATURE_INVALID where
    none of its keys signed it, or one did after it was replaced.
    """
    typ = token.REQUEST if entry.kind == "request" else token.RESPONSE
    for row in reversed(known):
        key = peers.message_key(row)
        if jws.names(typ, entry.token, key):
            payload = jws.check(typ, entry.token, key)
            claims = model(_CLAIMS[entry.kind], payload, TOKEN_BYTES)
            if (claims.iss, claims.seq) != (signer, entry.seq):
                break
            return _standing(entry, row, claims.iat)
    raise ComityError(Code.SIGNATURE_INVALID)


def _standing(entry: Message, row: IdentityRow, issued: int) -> Signed:
    if row.revoked:
        # What came later filled a gap. Of our own log we know when each entry was made.
        is_before = (
            entry.at <= row.revoked
            if entry.direction == record.OUT
            else entry.seq < row.received and entry.refused != Code.KEY_REVOKED
        )
        return Signed.REVOKED if is_before else Signed.VOID
    if not row.until:
        return Signed.IN_FORCE
    if issued > row.until:
        raise ComityError(Code.SIGNATURE_INVALID)
    return Signed.REPLACED
