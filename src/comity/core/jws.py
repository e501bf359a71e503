"""Compact JWS (RFC 7515) with the one algorithm there is here: Ed25519 (RFC 9864).

The protected header is not negotiated. For a key and a kind of object there is exactly one
header, the RFC 8785 form of `{"alg": "Ed25519", "kid": ..., "typ": ...}`, and a token that has
another is refused unread: `none`, another algorithm, an embedded key or a `crit` extension never
reach a decision. `kid` is the RFC 7638 thumbprint of the key.
"""

from functools import lru_cache
from hashlib import sha256

from comity.core.canonical import b64url, canonical, unb64url
from comity.core.keys import Signer, verify
from comity.errors import Code, ComityError


def thumbprint(public: bytes) -> str:
    """Return the RFC 7638 thumbprint (SHA-256) of a raw 32-byte Ed25519 public key."""
    return b64url(sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": b64url(public)})).digest())


def sign(typ: str, payload: bytes, signer: Signer) -> str:
    """Return the compact JWS of `payload`."""
    signing_input = f"{_header(typ, signer.public)}.{b64url(payload)}"
    return f"{signing_input}.{b64url(signer.sign(signing_input.encode()))}"


def payload(token: str) -> bytes:
    """Return the payload of a compact JWS, unverified: good only to learn whose key to try.

    Raises SIGNATURE_INVALID where the token is not three strict base64url parts.
    """
    return _parts(token)[1]


def check(typ: str, token: str, public: bytes) -> bytes:
    """Verify a compact JWS and return its payload. Raises SIGNATURE_INVALID."""
    header, body, signature = _parts(token)
    if header != _header(typ, public):
        raise ComityError(Code.SIGNATURE_INVALID)
    verify(public, signature, token.rpartition(".")[0].encode())
    return body


def names(typ: str, token: str, public: bytes) -> bool:
    """Tell whether a token says that it is of that kind and by that key; nothing is verified."""
    return token.partition(".")[0] == _header(typ, public)


@lru_cache(maxsize=1024)
def _header(typ: str, public: bytes) -> str:
    return b64url(canonical({"alg": "Ed25519", "kid": thumbprint(public), "typ": typ}))


@lru_cache(maxsize=256)
def _parts(token: str) -> tuple[str, bytes, bytes]:
    parts = token.split(".")
    try:
        if len(parts) == 3:
            return parts[0], unb64url(parts[1]), unb64url(parts[2], 64)
    except ComityError:
        pass
    raise ComityError(Code.SIGNATURE_INVALID)
