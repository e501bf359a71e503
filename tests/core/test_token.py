"""Message tokens: each thing that one binds, bound; each flaw of a hostile one, refused."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as independent
from joserfc.jwk import OKPKey

from comity.api import Request, Response
from comity.core import jws, token
from comity.core.canonical import b64url, canonical
from comity.core.keys import Ed25519Signer
from comity.core.token import REQUEST, RESPONSE, Envelope, Seen
from comity.errors import Code
from comity.limits import (
    CLOCK_SKEW_SECONDS,
    ID_CHARS,
    MESSAGE_LIFETIME_SECONDS,
    TARGET_BYTES,
    TOKEN_BYTES,
)
from refusals import refuses

MX, US = "did:web:mx.example", "did:web:us.example"
ASKER = Ed25519Signer(bytes(range(32)))
HOLDER = Ed25519Signer(bytes(range(1, 33)))
NOW = 1_790_000_000
SEEN = Seen(size=3, root=b64url(bytes(32)))
ENVELOPE = Envelope(US, MX, b64url(bytes(16)), 7, bytes(16), NOW, MESSAGE_LIFETIME_SECONDS, SEEN)
BODY = b'{"a":1}'
ASKED = token.seal_request(ENVELOPE, "POST", "/dsp/x?y=1", "application/json", BODY, ASKER)
BACK = replace(ENVELOPE, issuer=MX, audience=US, id=b64url(bytes([1]) * 16))
REPLIED = token.seal_response(BACK, 201, "application/json", b"{}", ASKED.token, HOLDER)


def payload(of: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(jws.payload(of))
    return found


def resigned(without: str = "", **claims: object) -> Request:
    """Return the request with other claims, signed by its sender: well-formed and a lie."""
    said = {**payload(ASKED.token), **claims}
    said.pop(without, None)
    return replace(ASKED, token=jws.sign(REQUEST, canonical(said), ASKER))


def answered(typ: str = RESPONSE, signer: Ed25519Signer = HOLDER, **claims: object) -> Response:
    said = {**payload(REPLIED.token), **claims}
    return replace(REPLIED, token=jws.sign(typ, canonical(said), signer))


def open_request(request: Request, now: int = NOW) -> token.RequestClaims:
    return token.open_request(request, MX, ASKER.public, now)


def open_response(response: Response, request: Request = ASKED) -> token.ResponseClaims:
    return token.open_response(response, request, MX, US, HOLDER.public)


def test_what_a_request_token_says() -> None:
    claims = open_request(ASKED)
    assert (claims.iss, claims.aud, claims.seq, claims.log) == (US, MX, 7, SEEN)
    assert (claims.htm, claims.htu, claims.exp - claims.iat) == ("POST", "/dsp/x?y=1", 7 * 86_400)
    assert token.issuer(ASKED.token) == US


def test_what_a_response_token_says() -> None:
    claims = open_response(REPLIED)
    assert (claims.iss, claims.aud, claims.sta) == (MX, US, 201)
    assert claims.req == token.digest(ASKED.token.encode())
    assert token.body_digest(REPLIED.token) == token.digest(b"{}") == claims.dig


@pytest.mark.parametrize(
    ("signed", "signer", "typ"),
    [(ASKED.token, ASKER, REQUEST), (REPLIED.token, HOLDER, RESPONSE)],
)
def test_any_jose_library_can_check_the_evidence(
    signed: str, signer: Ed25519Signer, typ: str
) -> None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64url(signer.public)})
    read = independent.deserialize_compact(signed, key, algorithms=["Ed25519"])
    assert read.headers()["typ"] == typ
    assert read.payload == canonical(payload(signed))


@pytest.mark.parametrize(
    ("flaw", "request_"),
    [
        ("wrong audience", resigned(aud=US)),
        ("no audience", resigned(without="aud")),
        ("audiences", resigned(aud=[MX, US])),
        ("wrong method", replace(ASKED, method="GET")),
        ("a method that nobody sends", replace(resigned(htm="PUT"), method="PUT")),
        ("wrong target", replace(ASKED, target="/dsp/y?y=1")),
        ("other spelling of the target", replace(ASKED, target="/dsp/%78?y=1")),
        ("query left out", replace(ASKED, target="/dsp/x")),
        ("wrong content type", replace(ASKED, content_type="text/plain")),
        ("content type with a parameter", replace(ASKED, content_type="application/json;q=1")),
        ("wrong body", replace(ASKED, body=b'{"a":2}')),
        ("the same JSON in other bytes", replace(ASKED, body=b'{"a": 1}')),
        ("no body", replace(ASKED, body=b"")),
        ("lifetime too long", resigned(exp=NOW + MESSAGE_LIFETIME_SECONDS + 1)),
        ("no expiry", resigned(without="exp")),
        ("expiry is text", resigned(exp=str(NOW + 1))),
        ("expiry has a fraction", resigned(exp=NOW + 0.5)),
        ("expiry in another unit", resigned(exp=(NOW + 60) * 1_000)),
        ("unknown claim", resigned(nbf=NOW)),
        ("unknown claim about the log", resigned(log={**SEEN.model_dump(), "key": ""})),
        ("negative sequence", resigned(seq=-1)),
        ("sequence past what JSON holds exactly", resigned(seq=2.0**53)),
        ("sequence is true", resigned(seq=True)),
        ("id too short", resigned(jti="AAAA")),
        ("id of other characters", resigned(jti="/" * 22)),
        ("salt left out", resigned(without="slt")),
        ("issuer too long", resigned(iss="d" * (ID_CHARS + 1))),
        ("target too long", resigned(htu="/" * (TARGET_BYTES + 1))),
        ("a response as a request", replace(ASKED, token=REPLIED.token)),
        ("a manifest as a request", replace(ASKED, token=jws.sign("jwt", BODY, ASKER))),
        ("signed by somebody else", replace(ASKED, token=jws.sign(REQUEST, BODY, HOLDER))),
        ("no token", replace(ASKED, token="")),
        (
            "duplicate claims",
            replace(
                ASKED,
                token=jws.sign(REQUEST, jws.payload(ASKED.token)[:-1] + b',"seq":8}', ASKER),
            ),
        ),
        ("claims are a list", replace(ASKED, token=jws.sign(REQUEST, b"[]", ASKER))),
        (
            "claims past the limit",
            replace(
                ASKED, token=jws.sign(REQUEST, b" " * TOKEN_BYTES + jws.payload(ASKED.token), ASKER)
            ),
        ),
    ],
)
def test_hostile_requests(flaw: str, request_: Request) -> None:
    assert request_ != ASKED
    with refuses(Code.NOT_AUTHENTIC):
        open_request(request_)


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (NOW - CLOCK_SKEW_SECONDS - 1, False),  # from the future
        (NOW - CLOCK_SKEW_SECONDS, True),
        (NOW + MESSAGE_LIFETIME_SECONDS, True),
        (NOW + MESSAGE_LIFETIME_SECONDS + 1, False),  # stale
    ],
)
def test_time(now: int, taken: bool) -> None:
    if taken:
        open_request(ASKED, now)
        return
    with refuses(Code.NOT_AUTHENTIC):
        open_request(ASKED, now)


def test_expired_before_it_was_issued() -> None:
    with refuses(Code.NOT_AUTHENTIC):
        open_request(resigned(exp=NOW - 1))


@pytest.mark.parametrize("of", ["", "a.b.c", REPLIED.token, ASKED.token + "=", "."])
def test_no_issuer_without_a_request_token(of: str) -> None:
    with refuses(Code.NOT_AUTHENTIC):
        token.issuer(of)


LATER = token.seal_request(replace(ENVELOPE, seq=8), "POST", "/dsp/x?y=1", "", BODY, ASKER)


@pytest.mark.parametrize(
    ("flaw", "make"),
    [
        ("response to another request", lambda: (REPLIED, LATER)),
        ("wrong status", lambda: (replace(REPLIED, status=200), ASKED)),
        ("status that is none", lambda: (replace(answered(sta=99), status=99), ASKED)),
        ("wrong audience", lambda: (answered(aud=MX), ASKED)),
        ("from somebody else", lambda: (answered(iss=US), ASKED)),
        ("signed with another key", lambda: (answered(signer=ASKER), ASKED)),
        ("a request as a response", lambda: (replace(REPLIED, token=ASKED.token), ASKED)),
        ("other typ", lambda: (answered(typ=REQUEST), ASKED)),
        ("wrong body", lambda: (replace(REPLIED, body=b"{ }"), ASKED)),
        ("wrong content type", lambda: (replace(REPLIED, content_type="text/html"), ASKED)),
        ("unknown claim", lambda: (answered(htm="POST"), ASKED)),
        ("no token", lambda: (replace(REPLIED, token=""), ASKED)),
    ],
)
def test_hostile_responses(flaw: str, make: Callable[[], tuple[Response, Request]]) -> None:
    response, request = make()
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        open_response(response, request)


def test_a_response_is_as_fresh_as_its_request() -> None:
    assert open_response(answered(iat=0, exp=0)).exp == 0


def test_no_two_messages_have_one_token() -> None:
    salted = replace(ENVELOPE, salt=bytes([1]) * 16)
    again = token.seal_request(salted, "POST", "/dsp/x?y=1", "application/json", BODY, ASKER)
    assert again.token != ASKED.token
    assert open_request(again).jti == open_request(ASKED).jti


def test_the_largest_token_stays_under_its_limit() -> None:
    envelope = replace(ENVELOPE, issuer="d" * ID_CHARS, audience="d" * ID_CHARS, seq=2**53 - 1)
    sealed = token.seal_request(envelope, "POST", "/" * TARGET_BYTES, "x" * 100, BODY, ASKER)
    assert len(sealed.token) < TOKEN_BYTES


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ['a","dig":"b', "\\", "\x7f", "\u00e9", "text/plain"]
)
COUNTS = st.integers(0, 2**53 - 1)


@given(TEXTS, TEXTS, COUNTS, st.binary(max_size=40))
def test_what_is_signed_is_canonical(content_type: str, issuer: str, seq: int, body: bytes) -> None:
    envelope = replace(ENVELOPE, issuer=issuer, seq=seq)
    request = token.seal_request(envelope, "POST", "/x", content_type, body, ASKER)
    response = token.seal_response(envelope, 200, content_type, body, request.token, ASKER)
    for signed in (request.token, response.token):
        said = jws.payload(signed)
        assert said == canonical(json.loads(said))
        assert (json.loads(said)["cty"], json.loads(said)["iss"]) == (content_type, issuer)


SPELLINGS = (
    (b'"seq":', b'"seq":0'),
    (b'"seq":', b'"seq":-'),
    (b'"seq":', b'"seq":1e'),
    (b'"seq":', b'"seq":1.'),
    (b'{"aud"', b'{"aud":"x","aud"'),
    (b'"htm":"', b'"htm":"\\u0050'),
    (b'"log":{', b'"log":{"x":1,'),
    (b"}", b"}}"),
    (b'"exp":', b'"exp":9999999999999999'),
    (b'"iss":"', b'"iss":"\x00'),
    (b'"iss":"', b'"iss":"' + b"x" * 300),
)


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_another_spelling_is_read_as_strictly(old: bytes, new: bytes) -> None:
    """What our own form does not fit, the strict reader reads, and says the same of."""
    said = jws.payload(ASKED.token)
    assert old in said
    assert open_request(ASKED)
    with refuses(Code.NOT_AUTHENTIC):
        open_request(replace(ASKED, token=jws.sign(REQUEST, said.replace(old, new, 1), ASKER)))


def test_white_space_says_the_same() -> None:
    said = jws.payload(ASKED.token).replace(b'"aud":', b'"aud" : ')
    other = replace(ASKED, token=jws.sign(REQUEST, said, ASKER))
    assert open_request(other) == open_request(ASKED)
