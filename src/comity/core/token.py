"""Message tokens: what binds every request and response to its sender (DESIGN D3).

A token is a compact JWS over everything that gives a message its meaning: who, to whom, when,
the exact method, target, media type and body, its place in the sender's log, and for a response
the status and the request that it answers. Ids are unique for ever, and so are sequence numbers;
freshness is a signed expiry, the same over HTTP and by courier.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from comity.api import Request, Response
from comity.core import jws
from comity.core.canonical import b64url, canonical, model, parse
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.limits import (
    CLOCK_SKEW_SECONDS,
    ID_CHARS,
    MESSAGE_LIFETIME_SECONDS,
    TARGET_BYTES,
    TOKEN_BYTES,
)

REQUEST: Final = "comity-request+jwt"
RESPONSE: Final = "comity-response+jwt"
SALT_BYTES: Final = 16

_Text = Annotated[str, Field(max_length=ID_CHARS)]
_Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Seen(BaseModel):
    """How much of the other side's log the sender holds and has checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    size: _Count
    root: _Hash


class _Common(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    iss: _Text
    aud: _Text
    iat: _Count
    exp: _Count
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    seq: _Count
    """Index of this message in the sender's log for this peer."""
    slt: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    """Salt: whoever lacks the token cannot guess the leaf that commits to it."""
    cty: _Text
    dig: _Hash
    """SHA-256 of the exact body."""
    log: Seen
    inc: _Count = 1
    """The sender's incarnation for this peer: a restored node has a higher one than it had."""


ClaimsT = TypeVar("ClaimsT", bound=_Common)


class RequestClaims(_Common):
    """What a request token says."""

    htm: Literal["GET", "POST"]
    htu: Annotated[str, Field(max_length=TARGET_BYTES)]


class ResponseClaims(_Common):
    """What a response token says. `req` is the SHA-256 of the request's token."""

    sta: Annotated[int, Field(ge=200, le=599)]
    req: _Hash


_COUNTS: Final = frozenset({"exp", "iat", "inc", "seq", "size", "sta"})


def _written(*names: str) -> re.Pattern[bytes]:
    """Return the canonical form (RFC 8785) of claims whose texts need no escape."""
    text, count = rb'"(?P<%s>[ !#-\[\]-~]*)"', rb"(?P<%s>0|[1-9][0-9]{0,14})"

    def member(name: str) -> bytes:
        key = name.encode()
        if name == "log":
            return rb'"log":\{"root":%s,"size":%s\}' % (text % b"root", count % b"size")
        return b'"%s":%s' % (key, (count if name in _COUNTS else text) % key)

    return re.compile(rb"\{" + b",".join(map(member, sorted(names))) + rb"\}")


_EVERY: Final = ("aud", "cty", "dig", "exp", "iat", "inc", "iss", "jti", "log", "seq", "slt")
_WRITTEN: Final[dict[type[_Common], re.Pattern[bytes]]] = {
    RequestClaims: _written(*_EVERY, "htm", "htu"),
    ResponseClaims: _written(*_EVERY, "req", "sta"),
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every token of ours needs to know, whichever kind it is."""

    issuer: str
    audience: str
    id: str
    seq: int
    salt: bytes
    issued: int
    lifetime: int
    seen: Seen
    incarnation: int = 1


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, base64url."""
    return b64url(sha256(data).digest())


def seal_request(
    envelope: Envelope, method: str, target: str, content_type: str, body: bytes, signer: Signer
) -> Request:
    """Sign a request."""
    claims = {**_common(envelope, content_type, body), "htm": method, "htu": target}
    token = jws.sign(REQUEST, _spelled(RequestClaims, claims), signer)
    return Request(method, target, token, content_type, body)


def seal_response(
    envelope: Envelope, status: int, content_type: str, body: bytes, request: str, signer: Signer
) -> Response:
    """Sign a response to the request that carried the token `request`."""
    claims = {
        **_common(envelope, content_type, body),
        "sta": status,
        "req": digest(request.encode()),
    }
    return Response(
        status, jws.sign(RESPONSE, _spelled(ResponseClaims, claims), signer), content_type, body
    )


def issuer(token: str) -> str:
    """Return whom a request token claims to be from, unverified. Raises NOT_AUTHENTIC."""
    return claimed(token).iss


def claimed(token: str) -> RequestClaims:
    """Return what a request token claims, unverified. Raises NOT_AUTHENTIC."""
    try:
        return _request_claims(jws.payload(token))
    except ComityError:
        raise ComityError(Code.NOT_AUTHENTIC) from None


class Stated(BaseModel):
    """What a token says of its place in the record, whichever kind it is."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    iat: _Count
    exp: _Count
    seq: _Count
    log: Seen
    inc: _Count = 1


def stated(token: str) -> Stated:
    """Return what a token that was checked before says of its place in the record."""
    return model(Stated, jws.payload(token), TOKEN_BYTES)


def issued_at(token: str) -> int:
    """Return when a token that was checked before was issued, in seconds since 1970-01-01 UTC."""
    payload = jws.payload(token)
    for written in _WRITTEN.values():
        if found := written.fullmatch(payload):
            return int(found["iat"])
    return stated(token).iat


def open_entry(
    token: str, kind: str, issuer: str, audience: str, public: bytes
) -> RequestClaims | ResponseClaims:
    """Check the token of an entry without its body: the signature, and who wrote it to whom.

    `kind` is `request` or `response`. Raises NOT_AUTHENTIC.
    """
    claims: RequestClaims | ResponseClaims
    try:
        if kind == "request":
            claims = _read(RequestClaims, jws.check(REQUEST, token, public))
        else:
            claims = _read(ResponseClaims, jws.check(RESPONSE, token, public))
    except ComityError:
        raise ComityError(Code.NOT_AUTHENTIC) from None
    if (claims.iss, claims.aud) != (issuer, audience):
        raise ComityError(Code.NOT_AUTHENTIC)
    return claims


def body_digest(token: str) -> str:
    """Return the digest of the body in a token that was checked before."""
    return str(parse(jws.payload(token), TOKEN_BYTES)["dig"])


def answered(token: str) -> str:
    """Return the digest of the request that a reply's token names; it was checked before."""
    return str(parse(jws.payload(token), TOKEN_BYTES)["req"])


def open_request(
    request: Request,
    audience: str,
    public: bytes,
    now: int,
    *,
    late: bool = False,
    lifetime: int = MESSAGE_LIFETIME_SECONDS,
) -> RequestClaims:
    """Check a request against its token: signature, audience, time, and every bound byte.

    With `late`, one whose time has passed is returned, too; none may be good for longer than
    `lifetime` seconds. Raises NOT_AUTHENTIC and says no more:
    what failed is nobody's business but ours.
    """
    try:
        claims = _request_claims(jws.check(REQUEST, request.token, public))
    except ComityError:
        raise ComityError(Code.NOT_AUTHENTIC) from None
    if (claims.htm, claims.htu) != (request.method, request.target):
        raise ComityError(Code.NOT_AUTHENTIC)
    _check_common(claims, audience, request.content_type, request.body)
    if now < claims.iat - CLOCK_SKEW_SECONDS or (now > claims.exp and not late):
        raise ComityError(Code.NOT_AUTHENTIC)
    if claims.exp - claims.iat > lifetime:
        raise ComityError(Code.NOT_AUTHENTIC)
    return claims


def open_response(
    response: Response, request: Request, issuer: str, audience: str, public: bytes
) -> ResponseClaims:
    """Check a response against its token and the request that it answers.

    A response is as fresh as its request, which it names; its own times are only evidence.
    Raises PEER_ANSWER_INVALID.
    """
    try:
        claims = _read(ResponseClaims, jws.check(RESPONSE, response.token, public))
        if claims.iss != issuer or claims.sta != response.status:
            raise ComityError(Code.NOT_AUTHENTIC)
        if claims.req != digest(request.token.encode()):
            raise ComityError(Code.NOT_AUTHENTIC)
        _check_common(claims, audience, response.content_type, response.body)
    except ComityError:
        raise ComityError(Code.PEER_ANSWER_INVALID, reason="token") from None
    return claims


@lru_cache(maxsize=256)
def _request_claims(payload: bytes) -> RequestClaims:
    """Read the claims of a request; it is done twice, before and after the signature is checked."""
    return _read(RequestClaims, payload)


def _read(cls: type[ClaimsT], payload: bytes) -> ClaimsT:
    """Read claims as `canonical.model` does; faster where they are written as we write them."""
    if len(payload) <= TOKEN_BYTES and (found := _WRITTEN[cls].fullmatch(payload)):
        # What has this form has no name twice and no second spelling of anything.
        value: dict[str, object] = {
            name: int(text) if name in _COUNTS else text.decode("ascii")
            for name, text in found.groupdict().items()
        }
        value["log"] = {"root": value.pop("root"), "size": value.pop("size")}
        try:
            return cls.model_validate(value, strict=True)
        except ValueError:
            pass
    return model(cls, payload, TOKEN_BYTES)


def _spelled(cls: type[_Common], claims: dict[str, object]) -> bytes:
    """Return claims as canonical JSON; faster where no text needs an escape."""
    members = ",".join(f'"{name}":{_value(claims[name])}' for name in sorted(claims))
    written = f"{{{members}}}".encode()
    # A text with a quotation mark or a backslash in it does not have this form.
    return written if _WRITTEN[cls].fullmatch(written) else canonical(claims)


def _value(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return f'{{"root":"{value["root"]}","size":{value["size"]}}}'
    return str(value)


def _common(envelope: Envelope, content_type: str, body: bytes) -> dict[str, object]:
    return {
        "iss": envelope.issuer,
        "aud": envelope.audience,
        "iat": envelope.issued,
        "exp": envelope.issued + envelope.lifetime,
        "jti": envelope.id,
        "seq": envelope.seq,
        "slt": b64url(envelope.salt),
        "cty": content_type,
        "dig": digest(body),
        "inc": envelope.incarnation,
        "log": {"root": envelope.seen.root, "size": envelope.seen.size},
    }


def _check_common(claims: _Common, audience: str, content_type: str, body: bytes) -> None:
    if (claims.aud, claims.cty, claims.dig) != (audience, content_type, digest(body)):
        raise ComityError(Code.NOT_AUTHENTIC)
