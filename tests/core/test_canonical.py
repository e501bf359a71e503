import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.canonical import (
    JsonValue,
    b64url,
    canonical,
    digest,
    parse,
    parse_value,
    unb64url,
)
from comity.errors import Code, ComityError
from comity.limits import BATCH_BODY_BYTES, BODY_BYTES, JSON_DEPTH
from refusals import refuses

texts = st.text(max_size=20)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
fractions = st.floats(-(2.0**53) + 1, 2.0**53 - 1)
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | numbers | fractions | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int, opening: bytes = b'{"a":', closing: bytes = b"}") -> bytes:
    return opening * depth + b"1" + closing * depth


def parsed_or_code(data: bytes) -> dict[str, JsonValue] | Code:
    try:
        return parse(data, BODY_BYTES)
    except ComityError as error:
        return error.code


# --- reading ------------------------------------------------------------------------------------


def test_reads_an_object() -> None:
    data = ' {"a": [1, -2.5, true, null, "Peñón 🏛"], "b": {"a": "\\u00e9\\ud83c\\udfdb"}} '.encode()
    assert parse(data, BODY_BYTES) == {
        "a": [1, -2.5, True, None, "Peñón 🏛"],
        "b": {"a": "é🏛"},
    }


def test_size_is_capped_before_anything_else() -> None:
    assert parse(b'{"a":1}', 7) == {"a": 1}
    with refuses(Code.BODY_TOO_LARGE, size=8, limit=7):
        parse(b"\xff" * 8, 7)


def test_depth_is_capped() -> None:
    assert parse(nested(JSON_DEPTH), BODY_BYTES)
    for opening, closing in ((b'{"a":', b"}"), (b"[", b"]")):
        with refuses(Code.JSON_TOO_DEEP, limit=JSON_DEPTH):
            parse_value(nested(JSON_DEPTH + 1, opening, closing), BODY_BYTES)


def test_depth_is_not_breadth() -> None:
    wide = {"a": [[["x"]] for _ in range(200)], "b": {"[" * 100: ']}\\"[[['}}
    assert parse(json.dumps(wide).encode(), BODY_BYTES) == wide


@pytest.mark.parametrize(
    "data",
    [
        b"[" * BODY_BYTES,
        b'{"a":' * 50_000,
        b"]" * 100 + b"[" * 1000,
    ],
    ids=["only-opening", "objects-never-closed", "closed-before-opened"],
)
def test_depth_bombs_are_refused(data: bytes) -> None:
    with refuses(Code.JSON_TOO_DEEP):
        parse(data, BODY_BYTES)


def test_scan_for_depth_is_linear_on_a_string_that_never_ends() -> None:
    # With a scan that starts over at each quote this takes minutes.
    with refuses(Code.JSON_INVALID):
        parse(b"[" * 20 + b"]" * 20 + b"{}" * 20 + b'"' + b'\\"' * 120_000, BODY_BYTES)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"x":[{"y":{"a":1,"b":2,"a":3}}]}',
    ],
    ids=["same-value-twice", "spelled-with-an-escape", "deep-inside"],
)
def test_duplicate_keys_are_refused(data: bytes) -> None:
    with refuses(Code.JSON_DUPLICATE_KEY):
        parse(data, BODY_BYTES)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="array-at-the-top"),
        pytest.param(b"null", id="null-at-the-top"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', id="byte-order-mark"),
        pytest.param('{"a":1}'.encode("utf-16"), id="utf-16"),
        pytest.param(b'{"a":"\xe9"}', id="latin-1"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', id="surrogate-in-utf-8"),
        pytest.param(b'{"a":"\xc0\xaf"}', id="overlong-utf-8"),
        pytest.param(b'{"a":"\\ud800"}', id="lone-surrogate"),
        pytest.param(b'{"\\udc00\\ud800":1}', id="surrogates-swapped-in-a-key"),
        pytest.param(b'{"a":NaN}', id="nan"),
        pytest.param(b'{"a":[Infinity]}', id="infinity"),
        pytest.param(b'{"a":-Infinity}', id="minus-infinity"),
        pytest.param(b'{"a":1e400}', id="number-past-doubles"),
        pytest.param(b'{"a":1e300}', id="double-past-integers"),
        pytest.param(b'{"a":9007199254740992}', id="integer-past-2^53-1"),
        pytest.param(b'{"a":-9007199254740992}', id="integer-past-minus-2^53-1"),
        pytest.param(b'{"a":9007199254740992.0}', id="integer-as-fraction"),
        pytest.param(b'{"a":' + b"9" * 100_000 + b"}", id="integer-of-100000-digits"),
        pytest.param(b'{"a":0.' + b"1" * 100_000 + b"}", id="fraction-of-100000-digits"),
        pytest.param(b'{"a":01}', id="leading-zero"),
        pytest.param('{"a":١}'.encode(), id="arabic-digit"),
        pytest.param(b'{"a":1,}', id="trailing-comma"),
        pytest.param(b"{'a':1}", id="single-quotes"),
        pytest.param(b'{"a":1}{"a":2}', id="two-objects"),
        pytest.param(b'{"a":1}\x00', id="nul-after-the-end"),
        pytest.param(b'{"a":"\n"}', id="raw-newline-in-a-string"),
        pytest.param(b'{"a":1}//', id="comment"),
        pytest.param('\u00a0{"a":1}'.encode(), id="other-white-space"),
    ],
)
def test_what_is_not_strict_json_is_refused(data: bytes) -> None:
    with refuses(Code.JSON_INVALID):
        parse(data, BODY_BYTES)


def test_largest_integers_are_read() -> None:
    data = b'{"a":9007199254740991,"b":-9007199254740991}'
    assert parse(data, BODY_BYTES) == {"a": 2**53 - 1, "b": 1 - 2**53}


def test_other_values_are_read_where_asked_for() -> None:
    assert parse_value(b'["salt","name"]', 100) == ["salt", "name"]
    assert parse_value(b'"a"', 100) == "a"


@settings(deadline=None)
@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()[:-1]))
def test_whatever_comes_in_is_read_or_refused(data: bytes) -> None:
    codes = (Code.JSON_INVALID, Code.JSON_DUPLICATE_KEY, Code.JSON_TOO_DEEP)
    outcome = parsed_or_code(data)
    assert outcome in codes or outcome == json.loads(data)


def test_a_full_batch_is_read() -> None:
    element = b64url(bytes(32))
    data = json.dumps({"blinded": [element] * 10_000}).encode()
    assert len(data) < BATCH_BODY_BYTES
    assert parse(data, BATCH_BODY_BYTES) == {"blinded": [element] * 10_000}


# --- writing ------------------------------------------------------------------------------------


def test_example_of_rfc_8785_section_3_2_4() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert (
        canonical(value)
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


def test_keys_sort_by_utf_16_as_in_rfc_8785_section_3_2_3() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = parse(canonical(dict.fromkeys(keys, "")), 1000)
    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@settings(deadline=None)
@given(values)
def test_what_is_written_is_read_back_the_same(value: JsonValue) -> None:
    written = canonical(value)
    assert parse_value(written, BODY_BYTES) == value
    assert canonical(parse_value(written, BODY_BYTES)) == written


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="nan"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(2**53, id="integer-past-2^53-1"),
        pytest.param("\ud800", id="lone-surrogate"),
        pytest.param({"\ud800": 1}, id="lone-surrogate-in-a-key"),
        pytest.param({1: 1}, id="number-for-a-key"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param({"a": date(2026, 2, 3)}, id="date"),
        pytest.param({"a"}, id="set"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with refuses(Code.JSON_INVALID):
        canonical(value)


def test_digest_is_that_of_the_canonical_bytes() -> None:
    # printf '{"a":1,"b":[]}' | sha256sum
    expected = "f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c"
    assert digest({"b": [], "a": 1}).hex() == expected


# --- base64url ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")],
)
def test_base64url_without_padding(data: bytes, text: str) -> None:
    assert b64url(data) == text
    assert unb64url(text, len(data)) == data


@pytest.mark.parametrize(
    "text",
    ["Zg==", "Zh", "Z", "Zm9v\n", " Zm9v", "Zm 9v", "+/8", "Zm9vé", "Zm9v=", "Zm.v", "Zm9vZ"],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with refuses(Code.JSON_INVALID):
        unb64url(text)


def test_another_size_is_refused() -> None:
    for size in (2, 4, 0):
        with refuses(Code.JSON_INVALID):
            unb64url("Zm9v", size)


@given(st.text(alphabet="ABab01-_=+/ é", max_size=8))
def test_bytes_have_one_spelling(text: str) -> None:
    try:
        spelled = b64url(unb64url(text))
    except ComityError as error:
        spelled = error.code
    assert spelled in (text, Code.JSON_INVALID)
