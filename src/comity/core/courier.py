"""Courier files: what their sender signs, and how large they are made.

A bundle is cut into parts, each in a file of its own. What stands in a part is signed with the
message key, under a type of its own: who wrote it to whom, which file and part it is, how long and
what the piece of the bundle is, and until when it is good. So each part is authentic by itself, and
none passes for a message. A file is then filled up to one of few sizes and encrypted to the
receiver's key (`comity.edge.courier_file`); outside of the encryption it says whose key opens it.
"""

from hashlib import sha256
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from comity.core import jws
from comity.core.canonical import b64url, canonical, model
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.limits import (
    CLOCK_SKEW_SECONDS,
    COURIER_LIFETIME_SECONDS,
    COURIER_PARTS,
    ID_CHARS,
    TOKEN_BYTES,
)

TYP: Final = "comity-courier+jwt"
MAGIC: Final = b"comity-courier-1\n"
HINT_BYTES: Final = 8
CHUNK_BYTES: Final = 65_536
"""Plaintext of one chunk; the smallest file has one."""
TAG_BYTES: Final = 16
WRAPPED_BYTES: Final = 32 + 32 + TAG_BYTES
"""HPKE: the encapsulated key, and the file key with its tag."""
OUTSIDE_BYTES: Final = len(MAGIC) + HINT_BYTES + WRAPPED_BYTES
_STEPS: Final = 4
"""Two to that power: so many sizes between a power of two and the next."""

_Text = Annotated[str, Field(max_length=ID_CHARS)]
_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Part = Annotated[int, Field(ge=1, le=COURIER_PARTS)]


class PartClaims(BaseModel):
    """What the sender of a part says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    iss: _Text
    aud: _Text
    iat: _Count
    exp: _Count
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    """The id of the bundle, the same in all its parts."""
    num: _Count
    """Counts the bundles of one sender to one receiver, from 1."""
    prt: _Part
    tot: _Part
    """How many parts there are."""
    len: _Count
    """Bytes of the piece of the bundle that is in this part."""
    dig: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    """SHA-256 of that piece."""


def hint(public: bytes) -> bytes:
    """Return what a file says of the key that opens it: eight bytes of its SHA-256."""
    return sha256(public).digest()[:HINT_BYTES]


def sign(claims: PartClaims, signer: Signer) -> bytes:
    """Return what stands before the piece of a part: the signature's line."""
    return jws.sign(TYP, canonical(claims.model_dump()), signer).encode() + b"\n"


def signed_line(plain: bytes) -> tuple[str, int]:
    """Return the token in front of a part, and where its piece begins. Raises COURIER_CHANGED."""
    line, end, _ = plain[: TOKEN_BYTES + 1].partition(b"\n")
    if not end or not line.isascii():
        raise ComityError(Code.COURIER_CHANGED)
    return line.decode("ascii"), len(line) + 1


def claimed(token: str) -> PartClaims:
    """Return what a part says, unverified: good to learn whose key to try.

    Raises COURIER_CHANGED.
    """
    try:
        claims = model(PartClaims, jws.payload(token), TOKEN_BYTES)
    except ComityError:
        raise ComityError(Code.COURIER_CHANGED) from None
    if claims.prt > claims.tot:
        raise ComityError(Code.COURIER_CHANGED)
    return claims


def check(token: str, audience: str, public: bytes, now: int) -> None:
    """Check the signature of a part, whom it is for, and its time.

    Raises COURIER_CHANGED, COURIER_FOR_ANOTHER, COURIER_EXPIRED (at).
    """
    try:
        jws.check(TYP, token, public)
    except ComityError:
        raise ComityError(Code.COURIER_CHANGED) from None
    claims = claimed(token)
    if claims.aud != audience:
        raise ComityError(Code.COURIER_FOR_ANOTHER)
    if claims.exp - claims.iat > COURIER_LIFETIME_SECONDS or now < claims.iat - CLOCK_SKEW_SECONDS:
        raise ComityError(Code.COURIER_CHANGED)
    if now > claims.exp:
        raise ComityError(Code.COURIER_EXPIRED, at=claims.exp)


def digest(data: bytes) -> str:
    """Return the SHA-256 of a piece, base64url."""
    return b64url(sha256(data).digest())


def padded(size: int) -> int:
    """Return the size that so many bytes are filled up to: at most a sixteenth more.

    There are sixteen sizes between a power of two and the next, and none below a chunk.
    """
    if size <= CHUNK_BYTES:
        return CHUNK_BYTES
    step = 1 << max((size - 1).bit_length() - 1 - _STEPS, 0)
    return -(-size // step) * step


def file_bytes(plain: int) -> int:
    """Return how long a file is whose plaintext has so many bytes."""
    return OUTSIDE_BYTES + plain + -(-plain // CHUNK_BYTES) * TAG_BYTES


def room(part_size: int) -> int:
    """Return how much of a bundle fits into a file of at most so many bytes.

    Raises ARGUMENT_INVALID where not even the smallest file does.
    """
    if part_size < file_bytes(CHUNK_BYTES):
        raise ComityError(Code.ARGUMENT_INVALID, where="part_size")
    chunks = part_size // (CHUNK_BYTES + TAG_BYTES) + 1
    plain = chunks * CHUNK_BYTES
    while padded(plain) != plain or file_bytes(plain) > part_size:
        plain -= CHUNK_BYTES // (1 << _STEPS)
    return plain - TOKEN_BYTES - 1


def is_whole(length: int) -> bool:
    """Tell whether a file can have that length; one that was cut short hardly ever can."""
    inside = length - OUTSIDE_BYTES
    plain = inside - -(-inside // (CHUNK_BYTES + TAG_BYTES)) * TAG_BYTES
    return plain > 0 and padded(plain) == plain
