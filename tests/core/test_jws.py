"""Compact JWS with one algorithm and one header: what joserfc reads too, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as independent
from joserfc.jwk import OKPKey

from comity.core import jws
from comity.core.canonical import b64url, canonical
from comity.core.keys import Ed25519Signer
from comity.errors import Code
from refusals import refuses

SIGNER = Ed25519Signer(bytes(range(32)))
OTHER = Ed25519Signer(bytes(range(1, 33)))
TYP = "comity-test+jwt"
TOKEN = jws.sign(TYP, b'{"a":1}', SIGNER)

# RFC 8037 appendix A.3: this key, and its thumbprint.
RFC_8037_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
RFC_8037_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def key(signer: Ed25519Signer) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64url(signer.public)})


def forged(header: object, payload: bytes = b'{"a":1}', signer: Ed25519Signer = SIGNER) -> str:
    """Return a token whose signature is right and whose header is not ours."""
    spelled = header if isinstance(header, bytes) else canonical(header)
    signing_input = f"{b64url(spelled)}.{b64url(payload)}"
    return f"{signing_input}.{b64url(signer.sign(signing_input.encode()))}"


OURS = {"alg": "Ed25519", "kid": jws.thumbprint(SIGNER.public), "typ": TYP}


def test_thumbprint_of_rfc_8037() -> None:
    assert jws.thumbprint(RFC_8037_KEY) == RFC_8037_THUMBPRINT


@given(st.binary(max_size=200))
def test_an_independent_library_takes_our_tokens(payload: bytes) -> None:
    token = jws.sign(TYP, payload, SIGNER)
    read = independent.deserialize_compact(token, key(SIGNER), algorithms=["Ed25519"])
    assert read.payload == payload == jws.check(TYP, token, SIGNER.public) == jws.payload(token)
    assert read.headers() == OURS
    assert key(SIGNER).thumbprint() == OURS["kid"]


def test_we_take_what_an_independent_library_signs_in_our_form() -> None:
    private = OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "x": b64url(SIGNER.public), "d": b64url(bytes(range(32)))}
    )
    token = independent.serialize_compact(OURS, b'{"a":1}', private, algorithms=["Ed25519"])
    assert token == TOKEN
    assert jws.check(TYP, token, SIGNER.public) == b'{"a":1}'


@pytest.mark.parametrize(
    ("flaw", "token"),
    [
        ("alg none", f"{b64url(canonical({**OURS, 'alg': 'none'}))}.{b64url(b'{}')}."),
        ("alg none, signed", forged({**OURS, "alg": "none"})),
        ("alg EdDSA, which names no curve", forged({**OURS, "alg": "EdDSA"})),
        ("alg in other letters", forged({**OURS, "alg": "ed25519"})),
        ("alg HS256", forged({**OURS, "alg": "HS256"})),
        ("other typ", forged({**OURS, "typ": "jwt"})),
        ("typ with a prefix", forged({**OURS, "typ": f"application/{TYP}"})),
        ("no typ", forged({"alg": "Ed25519", "kid": OURS["kid"]})),
        ("other kid", forged({**OURS, "kid": jws.thumbprint(OTHER.public)})),
        ("no kid", forged({"alg": "Ed25519", "typ": TYP})),
        ("embedded jwk", forged({**OURS, "jwk": {"kty": "OKP", "crv": "Ed25519"}})),
        ("key to be fetched", forged({**OURS, "jku": "https://evil.example/keys"})),
        ("crit", forged({**OURS, "crit": ["exp"], "exp": 1})),
        ("payload not encoded (RFC 7797)", forged({**OURS, "b64": False, "crit": ["b64"]})),
        ("header with a blank", forged(canonical(OURS).replace(b",", b", ", 1))),
        ("header with a member twice", forged(canonical(OURS)[:-1] + b',"alg":"Ed25519"}')),
        ("signed with another key", forged(OURS, signer=OTHER)),
        ("other payload", TOKEN.replace(b64url(b'{"a":1}'), b64url(b'{"a":2}'))),
        ("two parts", TOKEN.rpartition(".")[0]),
        ("no dots", TOKEN.replace(".", "")),
        ("two dots together", TOKEN.replace(".", "..", 1)),
        ("four parts", f"{TOKEN}.AAAA"),
        ("padding", f"{TOKEN}=="),
        ("line end", f"{TOKEN}\n"),
        ("standard base64", TOKEN.replace("-", "+").replace("_", "/")),
        ("not ASCII", TOKEN.replace("e", "\u0435", 1)),
        ("signature too short", TOKEN[:-4]),
        ("signature too long", f"{TOKEN}AAAA"),
        ("empty", ""),
        ("a megabyte of dots", "." * 2**20),
    ],
)
def test_hostile_tokens(flaw: str, token: str) -> None:
    assert token != TOKEN
    with refuses(Code.SIGNATURE_INVALID):
        jws.check(TYP, token, SIGNER.public)


def test_a_token_of_one_kind_is_none_of_another() -> None:
    with refuses(Code.SIGNATURE_INVALID):
        jws.check("comity-other+jwt", TOKEN, SIGNER.public)
    with refuses(Code.SIGNATURE_INVALID):
        jws.check(TYP, TOKEN, OTHER.public)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_any_other_character_is_refused(at: int, char: str) -> None:
    altered = TOKEN[:at] + char + TOKEN[at + 1 :]
    if altered != TOKEN:
        with refuses(Code.SIGNATURE_INVALID):
            jws.check(TYP, altered, SIGNER.public)
