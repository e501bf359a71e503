"""How many tokens are asked is padded, and padding is no token."""

from hypothesis import given
from hypothesis import strategies as st

from comity.core.padding import SEED_BYTES, STEP, is_of_a_record, padded_count, paddings
from comity.core.records import Family, Kind
from comity.core.tokens import Token, canaries


@given(st.integers(1, 2_000_000))
def test_padding_is_little_and_sizes_are_few(count: int) -> None:
    padded = padded_count(count)
    assert count <= padded < count + max(STEP, -(-count // 16))
    assert padded_count(padded) == padded
    assert padded % STEP == 0


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_is_never_less(one: int, other: int) -> None:
    assert (one <= other) <= (padded_count(one) <= padded_count(other))


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    assert padded_count(0) == 0
    assert paddings(Family.NAME, b"") == []


def test_padding_agrees_with_nothing() -> None:
    made = paddings(Family.NAME, bytes(SEED_BYTES) + b"\1" * SEED_BYTES)
    assert made == [b"comity-padding-1\0name\0" + each * SEED_BYTES for each in (b"\0", b"\1")]
    token = Token(Family.NAME, Kind.PERSON, "comity-padding-1").input()
    assert is_of_a_record(token)
    assert not any(map(is_of_a_record, [*made, *canaries(Family.NAME)]))
