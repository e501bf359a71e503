"""Tokens of contact messages: what two nodes say to each other about the record, and not in it.

Comparing a log must not change it, and a node that has lost its place in its own log must be able
to ask for it. So these messages have no number and no place in either log. They are signed and
bound like all others, under types of their own, so that none passes for an entry; they live for
minutes, only read or confirm, and may be repeated (docs/decisions/0029-contact).
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from comity.api import Request, Response
from comity.core import jws
from comity.core.canonical import canonical, model
from comity.core.keys import Signer
from comity.core.token import digest
from comity.errors import Code, ComityError
from comity.limits import (
    CLOCK_SKEW_SECONDS,
    CONTACT_LIFETIME_SECONDS,
    ID_CHARS,
    TARGET_BYTES,
    TOKEN_BYTES,
)

REQUEST: Final = "comity-contact+jwt"
RESPONSE: Final = "comity-contact-reply+jwt"

_Text = Annotated[str, Field(max_length=ID_CHARS)]
_Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    iss: _Text
    aud: _Text
    iat: _Count
    exp: _Count
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    cty: _Text
    dig: _Hash
    """SHA-256 of the exact body."""


class ContactClaims(_Claims):
    """What the token of a contact request says."""

    htm: Literal["POST"]
    htu: Annotated[str, Field(max_length=TARGET_BYTES)]


class ContactReplyClaims(_Claims):
    """What the token of its reply says. `req` is the SHA-256 of the request's token."""

    sta: Annotated[int, Field(ge=200, le=599)]
    req: _Hash


ClaimsT = TypeVar("ClaimsT", bound=_Claims)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom."""

    issuer: str
    audience: str


def seal_request(
    parties: Parties, id: str, now: int, target: str, content_type: str, body: bytes, signer: Signer
) -> Request:
    """Sign a contact request; its method is POST."""
    claims = _common(parties, id, now, content_type, body)
    token = jws.sign(REQUEST, canonical({**claims, "htm": "POST", "htu": target}), signer)
    return Request("POST", target, token, content_type, body)


def seal_response(
    parties: Parties,
    id: str,
    now: int,
    status: int,
    content_type: str,
    body: bytes,
    request: str,
    signer: Signer,
) -> Response:
    """Sign the reply to the contact request that carried the token `request`."""
    claims = _common(parties, id, now, content_type, body)
    answer = {"sta": status, "req": digest(request.encode())}
    token = jws.sign(RESPONSE, canonical({**claims, **answer}), signer)
    return Response(status, token, content_type, body)


def issuer(token: str) -> str:
    """Return whom a token claims to be from, unverified. Raises NOT_AUTHENTIC."""
    try:
        return model(ContactClaims, jws.payload(token), TOKEN_BYTES).iss
    except ComityError:
        raise ComityError(Code.NOT_AUTHENTIC) from None


def open_request(request: Request, audience: str, public: bytes, now: int) -> ContactClaims:
    """Check a contact request: signature, audience, time, and every bound byte.

    Raises NOT_AUTHENTIC and says no more.
    """
    try:
        claims = model(ContactClaims, jws.check(REQUEST, request.token, public), TOKEN_BYTES)
        _check(claims, audience, request.content_type, request.body, now)
    except ComityError:
        raise ComityError(Code.NOT_AUTHENTIC) from None
    if (claims.htm, claims.htu) != (request.method, request.target):
        raise ComityError(Code.NOT_AUTHENTIC)
    return claims


def open_response(
    response: Response, request: Request, parties: Parties, public: bytes, now: int
) -> ContactReplyClaims:
    """Check a reply against its token and the request that it answers; `parties` wrote it.

    Raises PEER_ANSWER_INVALID.
    """
    try:
        claims = model(ContactReplyClaims, jws.check(RESPONSE, response.token, public), TOKEN_BYTES)
        _check(claims, parties.audience, response.content_type, response.body, now)
    except ComityError:
        raise ComityError(Code.PEER_ANSWER_INVALID, reason="token") from None
    said = (claims.iss, claims.sta, claims.req)
    if said != (parties.issuer, response.status, digest(request.token.encode())):
        raise ComityError(Code.PEER_ANSWER_INVALID, reason="token")
    return claims


def _common(
    parties: Parties, id: str, now: int, content_type: str, body: bytes
) -> dict[str, str | int]:
    return {
        "iss": parties.issuer,
        "aud": parties.audience,
        "iat": now,
        "exp": now + CONTACT_LIFETIME_SECONDS,
        "jti": id,
        "cty": content_type,
        "dig": digest(body),
    }


def _check(claims: _Claims, audience: str, content_type: str, body: bytes, now: int) -> None:
    if (claims.aud, claims.cty, claims.dig) != (audience, content_type, digest(body)):
        raise ComityError(Code.NOT_AUTHENTIC)
    if not claims.iat - CLOCK_SKEW_SECONDS <= now <= claims.exp + CLOCK_SKEW_SECONDS:
        raise ComityError(Code.NOT_AUTHENTIC)
    if claims.exp - claims.iat > CONTACT_LIFETIME_SECONDS:
        raise ComityError(Code.NOT_AUTHENTIC)
