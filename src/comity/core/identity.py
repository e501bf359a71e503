"""Identity documents: who a participant is, pinned by its peers and never resolved (DESIGN D2).

A document is a compact JWS (`typ` comity-identity+jwt), signed with the message key that it
names. It is exchanged out of band; people compare the fingerprint of the whole document.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from comity.core import jws
from comity.core.canonical import canonical, model, unb64url
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.limits import ID_CHARS, IDENTITY_BYTES

TYP: Final = "comity-identity+jwt"
_DID: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._%-]+(?::[A-Za-z0-9._%-]+)*")
_TERRITORY: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_ADDRESS: Final = re.compile(
    r"https://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)"
    r"(?::[1-9][0-9]{0,4})?(?P<path>(?:/[A-Za-z0-9._~-]+)*)"
)
_FINGERPRINT_DIGITS: Final = 40


def _did(text: str) -> str:
    if len(text) > ID_CHARS or not _DID.fullmatch(text):
        raise ComityError(Code.ID_INVALID)
    return text


def _territory(text: str) -> str:
    if not _TERRITORY.fullmatch(text):
        raise ComityError(Code.TERRITORY_INVALID)
    return text


def check_address(text: str) -> str:
    """Return a peer listener's base address: https, ASCII host, optional port and plain path.

    One spelling, that every parser of URLs reads the same way. Raises ADDRESS_INVALID for
    everything else: userinfo, query, fragment, escapes, dot segments, an empty port, a trailing
    slash, another scheme.
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= ID_CHARS else None
    if found is None or {".", ".."} & set(found["path"].split("/")):
        raise ComityError(Code.ADDRESS_INVALID)
    try:
        _ = urlsplit(text).port
    except ValueError:
        # A port past 65535, or brackets around what is no IPv6 address.
        raise ComityError(Code.ADDRESS_INVALID) from None
    return text


def _key(text: str) -> str:
    unb64url(text, 32)
    return text


def _as_value_error(check: Callable[[str], str]) -> AfterValidator:
    def validator(text: str) -> str:
        try:
            return check(text)
        except ComityError as error:
            raise ValueError(str(error.code)) from error

    return AfterValidator(validator)


Did = Annotated[str, _as_value_error(_did)]
Territory = Annotated[str, _as_value_error(_territory)]
Address = Annotated[str, _as_value_error(check_address)]
PublicKey = Annotated[str, _as_value_error(_key)]


class Keys(BaseModel):
    """Raw public keys, base64url: one for each use, so that none stands in for another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    message: PublicKey
    checkpoint: PublicKey
    cosignature: PublicKey
    encryption: PublicKey
    """X25519 (RFC 7748): files for this participant are encrypted to it. The others are Ed25519."""


class Identity(BaseModel):
    """What a participant says of itself. `recovery` commits to a key that is kept offline."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["comity-identity-1"] = "comity-identity-1"
    id: Did
    name: Annotated[str, Field(min_length=1, max_length=ID_CHARS, pattern=r"^[^\x00-\x1f\x7f]+$")]
    territory: Territory
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    issued: Annotated[int, Field(ge=0)]
    """Seconds since 1970-01-01, UTC."""
    address: Address
    certificate: Annotated[str, Field(max_length=8_192)]
    """The peer listener's self-signed certificate, DER, base64url."""
    keys: Keys
    recovery: PublicKey
    """SHA-256 of the raw recovery public key, base64url."""
    reach: Literal["listens", "polls"] = "listens"
    """Whether it can be reached at its address, or accepts no connection and collects what waits
    for it at its peers. Then the address is only a name for its paths."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A peer as its pinned identity document describes it."""

    identity: Identity
    document: str
    revoked: bool = False
    """Whether nothing that it signs counts any more, or the key of a message that came was such."""

    @property
    def id(self) -> str:
        """The participant id."""
        return self.identity.id


def check_id(text: str) -> str:
    """Return a well-formed participant id (a DID). Raises ID_INVALID."""
    return _did(text)


def check_territory(text: str) -> str:
    """Return a well-formed ISO 3166-1 alpha-2 territory. Raises TERRITORY_INVALID."""
    return _territory(text)


def issue(identity: Identity, signer: Signer) -> str:
    """Sign a document with the message key that it names."""
    said = identity.model_dump(mode="json")
    if said["reach"] == "listens":
        # As documents were before there was anything else.
        del said["reach"]
    return jws.sign(TYP, canonical(said), signer)


def read(document: str) -> Identity:
    """Parse a document and check its own signature. Raises IDENTITY_INVALID.

    This says only that the document is whole. Whose it is, people find out by comparing the
    fingerprint over another channel.
    """
    document = document.strip()
    try:
        if len(document) > IDENTITY_BYTES:
            raise ComityError(Code.IDENTITY_INVALID)
        identity = model(Identity, jws.payload(document), IDENTITY_BYTES)
        unb64url(identity.certificate)
        jws.check(TYP, document, unb64url(identity.keys.message))
    except ComityError:
        raise ComityError(Code.IDENTITY_INVALID) from None
    return identity


def fingerprint(document: str) -> str:
    """Return the fingerprint of a whole document: 40 digits (132 bits) in groups of five.

    Digits, since they are read aloud the same way in every language.
    """
    number = int.from_bytes(sha256(document.strip().encode()).digest()) % 10**_FINGERPRINT_DIGITS
    digits = f"{number:0{_FINGERPRINT_DIGITS}d}"
    return " ".join(digits[at : at + 5] for at in range(0, _FINGERPRINT_DIGITS, 5))
