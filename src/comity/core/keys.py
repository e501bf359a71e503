"""Ed25519 keys (RFC 8032): what signs, and how a signature is checked.

A signer is anything that holds a private key and never shows it: the key in memory here, a
hardware module elsewhere. Public keys are the raw 32 bytes of RFC 8032 section 5.1.5.
"""

from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from comity.errors import Code, ComityError

PRIVATE_BYTES: Final = 32
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_PRIME: Final = 2**255 - 19
_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})
"""The y coordinates of the eight points whose order divides the cofactor."""


class Signer(Protocol):
    """One Ed25519 private key, wherever it is kept."""

    @property
    def public(self) -> bytes:
        """The raw public key: 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: 64 bytes."""
        ...


class Ed25519Signer:
    """A private key in memory."""

    __slots__ = ("_key", "_public")

    def __init__(self, private: bytes) -> None:
        """Take the 32-byte seed of RFC 8032 section 5.1.5. Raises KEY_FILE_INVALID."""
        if len(private) != PRIVATE_BYTES:
            raise ComityError(Code.KEY_FILE_INVALID)
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self._public = self._key.public_key().public_bytes_raw()

    @property
    def public(self) -> bytes:
        """The raw public key: 32 bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: 64 bytes, the same each time (RFC 8032 5.1.6)."""
        return self._key.sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Check a signature (RFC 8032 section 5.1.7). Raises SIGNATURE_INVALID.

    A public key that is a point of small order, or written in a way that is not the canonical one,
    is refused too: under it, one signature fits many messages, so it would prove nothing.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise ComityError(Code.SIGNATURE_INVALID)
    try:
        _public_key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise ComityError(Code.SIGNATURE_INVALID) from None


@lru_cache(maxsize=1024)
def _public_key(public: bytes) -> Ed25519PublicKey:
    """Return a key to verify with. Raises SIGNATURE_INVALID, or ValueError for what is no point."""
    if len(public) != PUBLIC_BYTES:
        raise ComityError(Code.SIGNATURE_INVALID)
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _PRIME or y in _SMALL_ORDER:
        raise ComityError(Code.SIGNATURE_INVALID)
    return Ed25519PublicKey.from_public_bytes(public)
