"""Identity documents: whole or refused, and addresses that every parser reads the same way."""

from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core import jws
from comity.core.canonical import b64url, canonical, parse
from comity.core.identity import (
    TYP,
    Identity,
    Keys,
    check_address,
    check_id,
    check_territory,
    fingerprint,
    issue,
    read,
)
from comity.core.keys import Ed25519Signer
from comity.errors import Code
from comity.limits import ID_CHARS, IDENTITY_BYTES
from outcomes import outcome
from refusals import refuses

SIGNER = Ed25519Signer(bytes(range(32)))
OTHER = Ed25519Signer(bytes(range(1, 33)))
IDENTITY = Identity(
    id="did:web:sat.example",
    name="Servicio de Administración Tributaria",
    territory="MX",
    version=1,
    issued=1_790_000_000,
    address="https://sat.example:8443/comity",
    certificate=b64url(b"a certificate"),
    keys=Keys(
        message=b64url(SIGNER.public),
        checkpoint=b64url(OTHER.public),
        cosignature=b64url(OTHER.public),
        encryption=b64url(OTHER.public),
    ),
    recovery=b64url(sha256(b"recovery").digest()),
)
DOCUMENT = issue(IDENTITY, SIGNER)


def altered(**changes: object) -> bytes:
    """Return the content of a document with other members."""
    return canonical({**parse(canonical(IDENTITY.model_dump(mode="json")), 10_000), **changes})


def test_round_trip() -> None:
    assert read(DOCUMENT) == IDENTITY
    assert read(f"  {DOCUMENT}\n") == IDENTITY


def test_every_altered_character_is_refused() -> None:
    for at in range(len(DOCUMENT)):
        other = "A" if DOCUMENT[at] != "A" else "B"
        with refuses(Code.IDENTITY_INVALID):
            read(DOCUMENT[:at] + other + DOCUMENT[at + 1 :])


@pytest.mark.parametrize(
    ("flaw", "document"),
    [
        ("signed with a key that it does not name", issue(IDENTITY, OTHER)),
        ("another type of token", jws.sign("jwt", altered(), SIGNER)),
        ("unknown member", jws.sign(TYP, altered(accounts=["admin"]), SIGNER)),
        ("no name", jws.sign(TYP, altered(name=""), SIGNER)),
        ("name on two lines", jws.sign(TYP, altered(name="SAT\nOFAC"), SIGNER)),
        ("version is text", jws.sign(TYP, altered(version="1"), SIGNER)),
        ("key too short", jws.sign(TYP, altered(recovery="AAAA"), SIGNER)),
        ("certificate is not base64url", jws.sign(TYP, altered(certificate="*"), SIGNER)),
        ("address with a user", jws.sign(TYP, altered(address="https://a@b"), SIGNER)),
        ("id is no DID", jws.sign(TYP, altered(id="https://sat.example"), SIGNER)),
        ("unsigned", DOCUMENT.rpartition(".")[0] + "."),
        ("two documents", f"{DOCUMENT}\n{DOCUMENT}"),
        ("empty", ""),
        ("duplicate member", jws.sign(TYP, b'{"id":"a",' + altered()[1:], SIGNER)),
    ],
)
def test_hostile_documents(flaw: str, document: str) -> None:
    with refuses(Code.IDENTITY_INVALID):
        read(document)


def test_a_document_past_the_limit_is_refused_unread() -> None:
    padding = IDENTITY_BYTES - len(DOCUMENT)
    assert read(DOCUMENT + " " * (padding + 1)) == IDENTITY  # blanks around it do not count
    with refuses(Code.IDENTITY_INVALID):
        read(DOCUMENT.replace(".", "." + "A" * padding, 1) + "A")


def test_the_fingerprint_is_of_the_whole_document() -> None:
    groups = fingerprint(DOCUMENT).split(" ")
    assert [len(group) for group in groups] == [5] * 8
    assert all(group.isascii() and group.isdigit() for group in groups)
    assert fingerprint(DOCUMENT) == fingerprint(f"\n{DOCUMENT} ")
    number = int.from_bytes(sha256(DOCUMENT.encode()).digest()) % 10**40
    assert int("".join(groups)) == number
    newer = issue(IDENTITY.model_copy(update={"version": 2}), SIGNER)
    assert fingerprint(newer) != fingerprint(DOCUMENT)


@pytest.mark.parametrize(
    "address",
    [
        "https://sat.example",
        "https://sat.example:8443",
        "https://SAT.example/a/b.c/~d",
        "https://127.0.0.1:18443",
        "https://[::1]:8443/comity",
        "https://node-1",
    ],
)
def test_plain_addresses(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    ("flaw", "address"),
    [
        ("userinfo", "https://sat.example@evil.example"),
        ("empty userinfo", "https://@sat.example"),
        ("query", "https://sat.example/a?b=c"),
        ("empty query", "https://sat.example/a?"),
        ("fragment", "https://sat.example#a"),
        ("empty fragment", "https://sat.example/a#"),
        ("trailing slash", "https://sat.example/"),
        ("trailing slash after a path", "https://sat.example/a/"),
        ("empty segment", "https://sat.example//a"),
        ("http", "http://sat.example"),
        ("scheme in capitals", "HTTPS://sat.example"),
        ("no scheme", "sat.example"),
        ("another scheme", "file:///etc/passwd"),
        ("dot segment", "https://sat.example/./a"),
        ("two dots", "https://sat.example/a/../b"),
        ("escaped dots", "https://sat.example/%2e%2e/b"),
        ("empty port", "https://sat.example:"),
        ("empty port before a path", "https://sat.example:/a"),
        ("port 0", "https://sat.example:0"),
        ("port with a leading zero", "https://sat.example:0443"),
        ("port past the last", "https://sat.example:65536"),
        ("port with a sign", "https://sat.example:+443"),
        ("port in another script", "https://sat.example:\u0664\u0664\u0663"),
        ("host in another script", "https://s\u0430t.example"),  # CYRILLIC SMALL LETTER A
        ("full stop of another script", "https://sat\u3002example"),
        ("escaped host", "https://sat%2eexample"),
        ("no host", "https://:8443"),
        ("backslash", "https://sat.example\\@evil.example"),
        ("space", "https://sat example"),
        ("tab, which parsers drop", "https://sat.exa\tmple"),
        ("line end", "https://sat.example\n"),
        ("trailing dot", "https://sat.example."),
        ("no IPv6 in the brackets", "https://[sat]:8443"),
        ("IPv6 that is none", "https://[1::2::3]"),
        ("zone", "https://[fe80::1%25eth0]"),
        ("too long", "https://sat.example/" + "a" * ID_CHARS),
        ("empty", ""),
    ],
)
def test_hostile_addresses(flaw: str, address: str) -> None:
    with refuses(Code.ADDRESS_INVALID):
        check_address(address)


@given(st.from_regex(r"https://[a-z0-9.:@/?#\[\]%\\-]{1,30}", fullmatch=True))
def test_an_address_that_is_taken_has_one_reading(address: str) -> None:
    if outcome(lambda: check_address(address)) == address:
        parts = urlsplit(address)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = "" if parts.port is None else f":{parts.port}"
        assert address == f"https://{host}{port}{parts.path}"


@pytest.mark.parametrize("did", ["did:web:sat.example", "did:web:a%3A8443:b", "did:key:z6Mk_-."])
def test_participant_ids(did: str) -> None:
    assert check_id(did) == did


@pytest.mark.parametrize(
    "text",
    [
        "", "did:web", "did:web:", "DID:web:a", "did:WEB:a", "did:web:a b", "did:web:a/b",
        "did:web:a#key", "did:web:a?b", "did:web:\u0430", "urn:uuid:1", "did:web:a:",
        "did:web:a\n", "did:web:" + "a" * ID_CHARS,
    ],
)  # fmt: skip
def test_other_ids(text: str) -> None:
    with refuses(Code.ID_INVALID):
        check_id(text)


@pytest.mark.parametrize("text", ["MX", "US-TX", "MX-CMX", "GB-1"])
def test_territories(text: str) -> None:
    assert check_territory(text) == text


@pytest.mark.parametrize("text", ["", "M", "mx", "MEX", "MX-", "MX-ABCD", "M\u00d1", "MX\n"])
def test_other_territories(text: str) -> None:
    with refuses(Code.TERRITORY_INVALID):
        check_territory(text)


def test_a_signature_under_a_key_of_small_order_proves_nothing() -> None:
    one = bytes([1]) + bytes(31)  # the neutral element: R = one, S = 0 fits every message
    keys = dict.fromkeys(("message", "checkpoint", "cosignature"), b64url(one))
    header = {"alg": "Ed25519", "kid": jws.thumbprint(one), "typ": TYP}
    parts = (canonical(header), altered(keys=keys), one + bytes(32))
    with refuses(Code.IDENTITY_INVALID):
        read(".".join(map(b64url, parts)))
