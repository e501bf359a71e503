"""One record of theirs for one of ours."""

from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.assignment import Pair, one_to_one

PAIRS = st.lists(
    st.builds(
        Pair,
        st.sampled_from("abcd"),
        st.sampled_from("wxyz"),
        st.integers(0, 5).map(float),
    ),
    unique_by=lambda pair: (pair.ours, pair.theirs),
)


def test_the_best_first_and_then_what_is_left() -> None:
    best, second, left = Pair("a", "x", 20.0), Pair("a", "y", 15.0), Pair("b", "y", 12.0)
    assert one_to_one([left, second, best, Pair("b", "x", 19.0)]) == (best, left)


def test_what_is_right_does_not_give_way_to_a_higher_sum() -> None:
    pairs = [Pair("a", "x", 20.0), Pair("a", "y", 18.0), Pair("b", "x", 18.0)]
    assert one_to_one(pairs) == (pairs[0],)


def test_ties_are_left_to_a_person() -> None:
    pairs = [Pair("a", "x", 20.0), Pair("a", "y", 20.0 + 1e-9), Pair("b", "y", 5.0)]
    assert set(one_to_one(pairs)) == set(pairs[:2])


@given(PAIRS, st.data())
def test_nothing_depends_on_the_order(pairs: list[Pair], data: st.DataObject) -> None:
    assert one_to_one(data.draw(st.permutations(pairs))) == one_to_one(pairs)


@given(PAIRS)
def test_what_is_dropped_has_given_way(pairs: list[Pair]) -> None:
    kept = one_to_one(pairs)
    assert set(kept) <= set(pairs)
    for pair in set(pairs) - set(kept):
        assert any(
            each.total > pair.total and (each.ours == pair.ours or each.theirs == pair.theirs)
            for each in kept
        )
    for pair in kept:
        for each in kept:
            if pair != each and (pair.ours == each.ours or pair.theirs == each.theirs):
                assert pair.total == each.total
