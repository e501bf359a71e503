"""From a VOPRF output to an entry of the tag set, and back.

These are the definitions. A kernel may compute them faster, but must give the same bytes.

For the j-th record that has a token, with `output` the token's VOPRF output (64 bytes), `context`
the manifest's binding (32 bytes) and `ordinal` j counted from 0:

    prk   = HKDF-Extract(salt = context, ikm = output)                          RFC 5869, SHA-512
    index = HKDF-Expand(prk, "comity-index-1" || uint16be(ordinal), 10)
    key   = HKDF-Expand(prk, "comity-label-1" || uint16be(ordinal), 32)
    entry = index || ChaCha20-Poly1305(key, nonce = 0, aad = index, label)      RFC 8439

The ordinal makes records that share a token unequal in the set, so the set does not show how
often a token occurs. The nonce is zero because a key seals exactly one label: it depends on
the token (through the output), on the ordinal, and on the manifest, whose random salt no other
set has (docs/decisions/0003-manifest-binding.md).
"""

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CONTEXT_BYTES: Final = 32
INDEX_BYTES: Final = 10
LABEL_BYTES: Final = 32
SEALED_BYTES: Final = LABEL_BYTES + 16
"""A label and its Poly1305 tag."""
ENTRY_BYTES: Final = INDEX_BYTES + SEALED_BYTES

_NONCE: Final = bytes(12)


def _extract(output: bytes, context: bytes) -> bytes:
    return hmac.digest(context, output, "sha512")


def _expand(prk: bytes, purpose: bytes, ordinal: int, size: int) -> bytes:
    # `size` never exceeds the 64 bytes of one block, so T(1) is all of the output.
    return hmac.digest(prk, purpose + ordinal.to_bytes(2, "big") + b"\x01", "sha512")[:size]


def index(output: bytes, context: bytes, ordinal: int) -> bytes:
    """Return where a token's ordinal-th record stands in the set: 10 bytes."""
    return _expand(_extract(output, context), b"comity-index-1", ordinal, INDEX_BYTES)


def seal(output: bytes, context: bytes, ordinal: int, label: bytes) -> bytes:
    """Return the entry of 58 bytes for a label of 32: its index, then the sealed label."""
    prk = _extract(output, context)
    place = _expand(prk, b"comity-index-1", ordinal, INDEX_BYTES)
    key = _expand(prk, b"comity-label-1", ordinal, 32)
    return place + ChaCha20Poly1305(key).encrypt(_NONCE, label, place)


def unseal(output: bytes, context: bytes, ordinal: int, sealed: bytes) -> bytes | None:
    """Open a sealed label of 48 bytes: the label, or None where it is not this token's."""
    prk = _extract(output, context)
    place = _expand(prk, b"comity-index-1", ordinal, INDEX_BYTES)
    key = _expand(prk, b"comity-label-1", ordinal, 32)
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, sealed, place)
    except InvalidTag:
        return None
