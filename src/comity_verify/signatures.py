"""Ed25519 signatures (RFC 8032), and the compact JWS (RFC 7515, RFC 9864) that carry some."""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity_verify.encoding import from_url, to_url
from comity_verify.failure import Flaw, VerificationFailure

_PRIME: Final = 2**255 - 19
_EIGHTH: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""The y coordinate of two of the points of order 8."""
_SMALL: Final = {0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH}


def check(public: bytes, signature: bytes, message: bytes, flaw: Flaw) -> None:
    """Check a signature by a raw public key of 32 bytes. Raises the flaw.

    A key of small order, or one that is not spelled in the one canonical way, is refused: one
    signature would fit many messages under it.
    """
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if len(public) != 32 or len(signature) != 64 or y >= _PRIME or y in _SMALL:
        raise VerificationFailure(flaw)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise VerificationFailure(flaw) from None


def open_jws(typ: str, token: str, public: bytes, flaw: Flaw) -> bytes:
    """Check a compact JWS and return its payload. Raises the flaw.

    There is one header for a kind and a key, so it is compared and not interpreted: no `none`, no
    other algorithm, no key out of the token.
    """
    header, payload, signature = _parts(token, flaw)
    x = to_url(public)
    kid = to_url(sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())
    expected = f'{{"alg":"Ed25519","kid":"{kid}","typ":"{typ}"}}'
    if header != to_url(expected.encode()):
        raise VerificationFailure(flaw)
    check(public, from_url(signature, flaw), f"{header}.{payload}".encode(), flaw)
    return from_url(payload, flaw)


def unverified(token: str, flaw: Flaw) -> bytes:
    """Return the payload of a compact JWS: good only to learn whose key to try."""
    return from_url(_parts(token, flaw)[1], flaw)


def _parts(token: str, flaw: Flaw) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise VerificationFailure(flaw)
    return parts[0], parts[1], parts[2]
