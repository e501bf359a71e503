"""From a VOPRF output to an entry of the tag set, and back.

These are the definitions. A kernel may compute them faster, but must give the same bytes.

For the j-th record that has a token, with `output` the token's VOPRF output (64 bytes), `context`
the manifest's binding (32 bytes) and `ordinal` j counted from 0:

    info        = "comity-2" || context || uint16be(ordinal)                   42 bytes
    key, index  = the first 32 bytes, and the 10 after them, of
                  SHA-512(uint32be(1) || output || info)    NIST SP 800-56C, one-step, section 4.1
    entry       = index || ChaCha20-Poly1305(key, nonce = 0, aad = index, label)      RFC 8439

The ordinal makes records that share a token unequal in the set, so the set does not show how
often a token occurs. The nonce is zero because a key seals exactly one label: it depends on
the token (through the output), on the ordinal, and on the manifest, whose random salt no other
set has (docs/decisions/0003-manifest-binding.md). The output is uniform already, and what is hashed
is one block, so one compression does what an extract-and-expand derivation takes eight for
(docs/decisions/0038-one-step-derivation.md).
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

CONTEXT_BYTES: Final = 32
INDEX_BYTES: Final = 10
LABEL_BYTES: Final = 32
SEALED_BYTES: Final = LABEL_BYTES + 16
"""A label and its Poly1305 tag."""
ENTRY_BYTES: Final = INDEX_BYTES + SEALED_BYTES

_KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)


def _derive(output: bytes, context: bytes, ordinal: int) -> tuple[bytes, bytes]:
    """Return a label's key (32 bytes) and its index."""
    info = b"comity-2" + context + ordinal.to_bytes(2, "big")
    found = ConcatKDFHash(SHA512(), _KEY_BYTES + INDEX_BYTES, info).derive(output)
    return found[:_KEY_BYTES], found[_KEY_BYTES:]


def index(output: bytes, context: bytes, ordinal: int) -> bytes:
    """Return where a token's ordinal-th record stands in the set: 10 bytes."""
    return _derive(output, context, ordinal)[1]


def seal(output: bytes, context: bytes, ordinal: int, label: bytes) -> bytes:
    """Return the entry of 58 bytes for a label of 32: its index, then the sealed label."""
    key, place = _derive(output, context, ordinal)
    return place + ChaCha20Poly1305(key).encrypt(_NONCE, label, place)


def unseal(output: bytes, context: bytes, ordinal: int, sealed: bytes) -> bytes | None:
    """Open a sealed label of 48 bytes: the label, or None where it is not this token's."""
    key, place = _derive(output, context, ordinal)
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, sealed, place)
    except InvalidTag:
        return None
