"""Token inputs: the exact bytes, and that no two tokens share them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Kind
from comity.core.tokens import Token, canaries, canary
from comity.errors import Code, ComityError
from comity.limits import CANARIES, TOKEN_INPUT_BYTES

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
TOKENS = st.builds(Token, st.sampled_from(Family), st.none() | st.sampled_from(Kind), VALUES)


def test_layout() -> None:
    assert Token(Family.RFC, None, "CNU130416UJ3").input() == (
        b"comity-token-1\0rfc\0\0CNU130416UJ3"
    )
    assert Token(Family.NAME, Kind.VESSEL, "niño").input() == (
        b"comity-token-1\0name\0vessel\0ni\xc3\xb1o"
    )


@given(TOKENS, TOKENS)
def test_different_tokens_have_different_inputs(one: Token, other: Token) -> None:
    assert (one.input() == other.input()) == (one == other)


@pytest.mark.parametrize("value", ["", "a\0b", "\ud800"], ids=["empty", "NUL", "half a character"])
def test_values_that_are_none(value: str) -> None:
    with pytest.raises(ComityError) as error:
        Token(Family.NAME, Kind.PERSON, value)
    assert error.value.code is Code.INPUT_INVALID


def test_token_input_bytes() -> None:
    room = TOKEN_INPUT_BYTES - len(Token(Family.NAME, Kind.PERSON, "x").input())
    assert len(Token(Family.NAME, Kind.PERSON, "x" * (room + 1)).input()) == TOKEN_INPUT_BYTES
    with pytest.raises(ComityError) as error:
        Token(Family.NAME, Kind.PERSON, "x" * (room + 2))
    assert error.value.code is Code.INPUT_INVALID


def test_canaries_are_distinct_and_no_token() -> None:
    every = [one for family in Family for one in canaries(family)]
    assert len(set(every)) == len(every) == CANARIES * len(Family)
    assert canary(Family.IMO, 3) == b"comity-canary-1\0imo\0\0\3"
    prefix = Token(Family.IMO, None, "x").input()[: len(b"comity-canary-1")]
    assert not any(one.startswith(prefix) for one in every)
