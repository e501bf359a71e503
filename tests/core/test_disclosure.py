import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.api import Entropy
from comity.core.canonical import b64url
from comity.core.disclosure import Concealed, Field, conceal, digest, reveal, verify
from comity.errors import Code
from refusals import refuses

# RFC 9901 sections 4.2.1 and 4.2.3.
RFC_DISCLOSURE = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
RFC_DIGEST = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"

FIELDS = (
    Field("name", "Peñón SA"),
    Field("aliases", ("El Peñón", "Peñón del Norte")),
    Field("address", "Mazatlán"),
    Field("programs", ()),
)

fields = st.lists(
    st.builds(
        Field,
        st.text(min_size=1, max_size=8),
        st.text(max_size=20) | st.lists(st.text(max_size=8), max_size=3).map(tuple),
    ),
    unique_by=lambda field: field.name,
    max_size=6,
)


def counter() -> Entropy:
    """Different bytes at each call, the same ones in each test."""
    calls = iter(range(1_000_000))
    return lambda size: sha256(next(calls).to_bytes(4, "big")).digest()[:size]


def spelled(value: object) -> str:
    return b64url(json.dumps(value).encode())


def test_example_of_rfc_9901() -> None:
    assert digest(RFC_DISCLOSURE) == RFC_DIGEST
    assert verify([RFC_DIGEST], [RFC_DISCLOSURE]) == (Field("family_name", "Möbius"),)


def test_hand_computed_vector() -> None:
    # printf '["AAECAwQFBgcICQoLDA0ODw","name","Peñón SA"]' | basenc --base64url | tr -d =
    # and of that: openssl dgst -sha256 -binary | basenc --base64url | tr -d =
    concealed = conceal(FIELDS[:1], lambda size: bytes(range(size)))
    assert concealed == Concealed(
        ("Bsh1lmUckk1oq38K1_8pWMwaD9PwQ4frRyYJsBgNhkE",),
        ("WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R3IiwibmFtZSIsIlBlw7HDs24gU0EiXQ",),
    )


@settings(deadline=None)
@given(fields, st.data())
def test_whatever_is_withheld_the_rest_verifies(whole: list[Field], data: st.DataObject) -> None:
    concealed = conceal(whole, counter())
    names = [field.name for field in whole]
    chosen = data.draw(st.sets(st.sampled_from(names))) if names else set[str]()
    released = reveal(concealed, chosen)
    assert released.digests == concealed.digests
    assert len(released.digests) == len(whole)
    shown = verify(released.digests, released.disclosures)
    assert shown == tuple(field for field in whole if field.name in chosen)


@settings(deadline=None)
@given(st.data())
def test_any_altered_bit_is_refused(data: st.DataObject) -> None:
    concealed = conceal(FIELDS, counter())
    text = list(concealed.disclosures)
    place = data.draw(st.integers(0, len(text) - 1))
    at = data.draw(st.integers(0, len(text[place]) - 1))
    bit = data.draw(st.integers(0, 7))
    altered = chr(ord(text[place][at]) ^ 1 << bit)
    text[place] = text[place][:at] + altered + text[place][at + 1 :]
    with refuses(Code.ANSWER_INVALID, reason="unknown" if altered.isascii() else "form"):
        verify(concealed.digests, text)


def test_digests_tell_neither_order_nor_values() -> None:
    concealed = conceal(FIELDS, counter())
    assert list(concealed.digests) == sorted(concealed.digests)
    assert concealed.digests != tuple(digest(item) for item in concealed.disclosures)
    again = conceal(FIELDS, lambda size: bytes(size))
    assert not set(again.digests) & set(concealed.digests)


def test_equal_fields_have_unequal_digests() -> None:
    random = counter()
    one, other = conceal(FIELDS[:1], random), conceal(FIELDS[:1], random)
    assert one.digests != other.digests


def test_withheld_field_is_in_nothing_that_is_sent() -> None:
    concealed = conceal(FIELDS, counter())
    released = reveal(concealed, {"name"})
    assert released.disclosures == concealed.disclosures[:1]


def test_disclosure_of_another_answer_is_refused() -> None:
    random = counter()
    one, other = conceal(FIELDS, random), conceal(FIELDS, random)
    with refuses(Code.ANSWER_INVALID, reason="unknown"):
        verify(one.digests, other.disclosures)
    with refuses(Code.ANSWER_INVALID, reason="unknown"):
        verify([], one.disclosures)


def test_same_disclosure_twice_is_refused() -> None:
    concealed = conceal(FIELDS, counter())
    with refuses(Code.ANSWER_INVALID, reason="name"):
        verify(concealed.digests, concealed.disclosures[:1] * 2)


def test_one_name_with_two_values_is_refused() -> None:
    salt = b64url(bytes(16))
    both = [spelled([salt, "status", "listed"]), spelled([salt, "status", "cleared"])]
    with refuses(Code.ANSWER_INVALID, reason="name"):
        verify(sorted(map(digest, both)), both)
    assert verify(sorted(map(digest, both)), both[1:]) == (Field("status", "cleared"),)


@pytest.mark.parametrize("names", [["name", "name"], [""]])
def test_answer_with_an_unfit_name_is_not_made(names: list[str]) -> None:
    with refuses(Code.ANSWER_INVALID, reason="name"):
        conceal([Field(name, "x") for name in names], counter())


def test_text_that_is_no_unicode_is_not_concealed() -> None:
    with refuses(Code.ANSWER_INVALID, reason="form"):
        conceal([Field("name", "half \ud800")], counter())


def test_field_the_answer_does_not_have_is_not_revealed() -> None:
    with refuses(Code.ANSWER_INVALID, reason="name"):
        reveal(conceal(FIELDS, counter()), {"name", "birth date"})


SALT = b64url(bytes(16))


def test_fixtures_below_differ_from_a_good_disclosure() -> None:
    good = spelled([SALT, "name", ["value"]])
    assert verify([digest(good)], [good]) == (Field("name", ("value",)),)


@pytest.mark.parametrize(
    "disclosure",
    [
        pytest.param("", id="empty"),
        pytest.param("!", id="no-base64url"),
        pytest.param(spelled([SALT, "name", "value"]) + "=", id="padding"),
        pytest.param(b64url(b'["' + SALT.encode()), id="truncated-json"),
        pytest.param(spelled([SALT, "name"]), id="two-parts"),
        pytest.param(spelled([SALT, "name", "value", "more"]), id="four-parts"),
        pytest.param(spelled({"salt": SALT, "name": "value"}), id="object"),
        pytest.param(spelled([SALT[1:], "name", "value"]), id="short-salt"),
        pytest.param(spelled([1, "name", "value"]), id="number-for-salt"),
        pytest.param(spelled([SALT, None, "value"]), id="null-for-name"),
        pytest.param(spelled([SALT, "name", 7]), id="number-for-value"),
        pytest.param(spelled([SALT, "name", {"a": "b"}]), id="object-for-value"),
        pytest.param(spelled([SALT, "name", ["value", 7]]), id="number-in-value"),
        pytest.param(spelled([SALT, "name", ["value", ["x"]]]), id="list-in-value"),
        pytest.param(spelled([SALT, "name", "\ud800"]), id="lone-surrogate"),
        pytest.param(b64url(f'["{SALT}","name",{{"a":1,"a":2}}]'.encode()), id="duplicate-key"),
    ],
)
def test_malformed_disclosures_are_refused(disclosure: str) -> None:
    with refuses(Code.ANSWER_INVALID, reason="form"):
        verify([digest(disclosure)], [disclosure])


GOOD_DIGESTS = conceal(FIELDS, counter()).digests


@pytest.mark.parametrize(
    "digests",
    [
        pytest.param(GOOD_DIGESTS[::-1], id="not-sorted"),
        pytest.param((GOOD_DIGESTS[0], *GOOD_DIGESTS), id="one-twice"),
        pytest.param((GOOD_DIGESTS[0][:-1],), id="too-short"),
        pytest.param((GOOD_DIGESTS[0] + "=",), id="padding"),
        pytest.param(("é" * 43,), id="not-ascii"),
        pytest.param((b64url(bytes(31)),), id="31-bytes"),
    ],
)
def test_malformed_digests_are_refused(digests: tuple[str, ...]) -> None:
    assert verify(GOOD_DIGESTS, []) == ()
    with refuses(Code.ANSWER_INVALID, reason="digests"):
        verify(digests, [])
