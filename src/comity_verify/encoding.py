"""Bytes in text, and JSON, read strictly: each has one spelling, and every other one is refused."""

import base64
import json
from hashlib import sha256
from typing import Any, NoReturn

from comity_verify.failure import Flaw, VerificationFailure


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in base64url."""
    return to_url(sha256(data).digest())


def to_url(data: bytes) -> str:
    """Encode bytes in base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_url(text: str, flaw: Flaw) -> bytes:
    """Decode base64url without padding. Raises the flaw."""
    padded = text + "=" * (-len(text) % 4)
    data = _decoded(padded.translate({45: "+", 95: "/", 43: "!", 47: "!"}), flaw)
    if to_url(data) != text:
        raise VerificationFailure(flaw)
    return data


def to_base64(data: bytes) -> str:
    """Encode bytes in base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, flaw: Flaw) -> bytes:
    """Decode base64 with padding. Raises the flaw."""
    data = _decoded(text, flaw)
    if to_base64(data) != text:
        raise VerificationFailure(flaw)
    return data


def read_object(data: bytes, flaw: Flaw) -> dict[str, Any]:
    """Read a JSON object in UTF-8 whose members are named once. Raises the flaw."""
    value = read_json(data, flaw)
    if not isinstance(value, dict):
        raise VerificationFailure(flaw)
    return value


def read_json(data: bytes, flaw: Flaw) -> Any:
    """Read a JSON value in UTF-8 in which no member is named twice. Raises the flaw."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
        # Halves of characters cannot be signed, hashed or printed.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise VerificationFailure(flaw) from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(constant: str) -> NoReturn:
    # NaN and the infinities, which Python would take.
    raise ValueError(constant)


def _decoded(text: str, flaw: Flaw) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise VerificationFailure(flaw) from None
