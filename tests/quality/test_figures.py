"""Precision, recall and F1."""

import pytest
from bench.quality.figures import best, figures

PAIRS = [
    (9.0, ("a", "x")),
    (7.0, ("b", "y")),
    (7.0, ("c", "x")),
    (5.0, ("c", "z")),
    (1.0, ("d", "w")),
]
TRUE = {("a", "x"), ("b", "y"), ("c", "z"), ("e", "v")}


def test_from_a_total_on() -> None:
    found = figures(PAIRS, TRUE, 7.0)
    assert found.precision == pytest.approx(2 / 3)
    assert (found.recall, found.pairs) == (0.5, 3)
    assert found.f1 == pytest.approx(4 / 7)


def test_the_best_never_cuts_between_equal_totals() -> None:
    found = best(PAIRS, TRUE)
    assert (found.total, found.pairs) == (5.0, 4)
    assert found.f1 == pytest.approx(0.75)


def test_nothing_is_found_of_nothing() -> None:
    assert figures([], TRUE, 0.0).f1 == best([], TRUE).f1 == 0
    assert figures(PAIRS, set(), 0.0).recall == 0
