"""What scores are called, and how often they are wrong."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.bands import LEAST, PROBABLY, SAME, Band, Chance, band, floor

HELD = 15_000
ORDER = (Band.NONE, Band.POSSIBLY, Band.PROBABLY, Band.SAME)


def named(total: float, **facts: bool) -> Band:
    given_ = {"corroborated": True, "surname_missing": False, "doubted": False, **facts}
    return band(total, HELD, **given_)


def test_bands_begin_where_a_coincidence_is_rare() -> None:
    least = log(HELD)
    assert floor(HELD) == least
    assert floor(0) == floor(1) == LEAST
    assert named(least - 0.01) is Band.NONE
    assert named(least) is Band.POSSIBLY
    assert named(least + PROBABLY - 0.01) is Band.POSSIBLY
    assert named(least + PROBABLY) is Band.PROBABLY
    assert named(least + SAME - 0.01) is Band.PROBABLY
    assert named(least + SAME) is Band.SAME


def test_the_same_needs_more_than_a_name_and_no_conflict() -> None:
    assert named(100, corroborated=False) is Band.PROBABLY
    assert named(100, doubted=True) is Band.PROBABLY
    assert named(100, corroborated=False, surname_missing=True) is Band.NONE
    assert named(100, surname_missing=True) is Band.SAME


@given(st.floats(-50, 50), st.floats(0, 50), st.integers(0, 10**7), st.booleans())
def test_more_is_never_less(total: float, more: float, held: int, corroborated: bool) -> None:
    facts = {"corroborated": corroborated, "surname_missing": False, "doubted": False}
    low, high = band(total, held, **facts), band(total + more, held, **facts)
    assert ORDER.index(low) <= ORDER.index(high)


def test_expected_errors_grow_with_both_lists() -> None:
    chance = Chance(1_000_000, {Band.POSSIBLY: 9})
    assert chance.false_hits(Band.POSSIBLY, 1_000, 10_000) == pytest.approx(100)
    assert chance.false_hits(Band.SAME, 1_000, 10_000) == pytest.approx(10)
    assert chance.error_rate(Band.POSSIBLY, 400, 1_000, 10_000) == pytest.approx(0.25)
    assert chance.error_rate(Band.POSSIBLY, 50, 1_000, 10_000) == 1
    assert chance.error_rate(Band.POSSIBLY, 0, 1_000, 10_000) == 0
    assert Chance(0, {}).false_hits(Band.SAME, 1, 1) == 1
