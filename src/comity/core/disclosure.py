"""Answers whose fields can be withheld one by one, in the manner of SD-JWT (RFC 9901 section 4.2).

Each field becomes a disclosure: base64url of the JSON array [salt, name, value]. The answer's body
has only the digests of the disclosures, sorted so that their order tells nothing, and that body is
what is signed and logged. The fields released travel beside it. What is withheld is hidden by its
salt; how many fields there are is not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.api import Entropy
from comity.core.canonical import JsonValue, b64url, canonical, parse_value, unb64url
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES

SALT_BYTES: Final = 16
"""128 bits, as RFC 9901 section 9.3 recommends."""
_SALT_CHARS: Final = len(b64url(bytes(SALT_BYTES)))
_DIGEST_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer."""

    name: str
    """Not empty, and once in an answer."""
    value: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concealed:
    """A whole answer as its giver keeps it: never to be sent as it is."""

    digests: tuple[str, ...]
    """SHA-256 of each disclosure in base64url, sorted."""
    disclosures: tuple[str, ...]
    """All of them, in the order of the fields."""


@dataclass(frozen=True, slots=True)
class Released:
    """What is sent: all digests, and the disclosures of the fields released."""

    digests: tuple[str, ...]
    disclosures: tuple[str, ...]


def conceal(fields: Sequence[Field], random: Entropy) -> Concealed:
    """Salt and hash each field.

    Raises ANSWER_INVALID (reason: name for one empty or twice, form for text that is no Unicode).
    """
    _check_names(fields)
    disclosures = tuple(_disclosure(field, random(SALT_BYTES)) for field in fields)
    return Concealed(tuple(sorted(map(digest, disclosures))), disclosures)


def reveal(concealed: Concealed, names: Collection[str]) -> Released:
    """Pick the disclosures of the named fields, in the order of the answer.

    Raises ANSWER_INVALID (reason: name) where the answer has no such field.
    """
    named = {_field(item).name: item for item in concealed.disclosures}
    if not named.keys() >= set(names):
        raise ComityError(Code.ANSWER_INVALID, reason="name")
    released = tuple(item for name, item in named.items() if name in names)
    return Released(concealed.digests, released)


def verify(digests: Sequence[str], disclosures: Sequence[str]) -> tuple[Field, ...]:
    """Check disclosures against the digests that were signed, and return their fields.

    Raises ANSWER_INVALID (reason: digests where these are not sorted, distinct and well-formed;
    unknown for a disclosure that none of them commits to; form; name for one empty or twice).
    """
    _check_digests(digests)
    known = set(digests)
    if not all(digest(item) in known for item in disclosures):
        raise ComityError(Code.ANSWER_INVALID, reason="unknown")
    fields = tuple(_field(item) for item in disclosures)
    _check_names(fields)
    return fields


def digest(disclosure: str) -> str:
    """Return the digest of a disclosure, base64url (RFC 9901 section 4.2.3).

    Raises ANSWER_INVALID (reason: form) for a disclosure that is not ASCII.
    """
    if not disclosure.isascii():
        raise ComityError(Code.ANSWER_INVALID, reason="form")
    return b64url(sha256(disclosure.encode("ascii")).digest())


def _disclosure(field: Field, salt: bytes) -> str:
    try:
        return b64url(canonical([b64url(salt), field.name, field.value]))
    except ComityError:
        raise ComityError(Code.ANSWER_INVALID, reason="form") from None


def _field(disclosure: str) -> Field:
    """Read a disclosure; how its JSON is spelled is free, since the digest is over the spelling."""
    try:
        value = parse_value(unb64url(disclosure), BODY_BYTES)
    except ComityError:
        raise ComityError(Code.ANSWER_INVALID, reason="form") from None
    match value:
        case [str(salt), str(name), str(text)] if len(salt) >= _SALT_CHARS:
            return Field(name, text)
        case [str(salt), str(name), list(items)] if len(salt) >= _SALT_CHARS:
            return Field(name, _texts(items))
    raise ComityError(Code.ANSWER_INVALID, reason="form")


def _texts(items: list[JsonValue]) -> tuple[str, ...]:
    texts = tuple(item for item in items if isinstance(item, str))
    if len(texts) != len(items):
        raise ComityError(Code.ANSWER_INVALID, reason="form")
    return texts


def _check_names(fields: Sequence[Field]) -> None:
    names = [field.name for field in fields]
    if "" in names or len(set(names)) != len(names):
        raise ComityError(Code.ANSWER_INVALID, reason="name")


def _check_digests(digests: Sequence[str]) -> None:
    try:
        for item in digests:
            unb64url(item, _DIGEST_BYTES)
    except ComityError:
        raise ComityError(Code.ANSWER_INVALID, reason="digests") from None
    if sorted(set(digests)) != list(digests):
        raise ComityError(Code.ANSWER_INVALID, reason="digests")
