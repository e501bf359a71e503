"""Tokens that many records of the holder share."""

import pytest

from comity.core.fuzzy.crowded import entries_of
from comity.core.records import Family
from comity.limits import RECORDS_PER_FUZZY_TOKEN, RECORDS_PER_TOKEN


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (0, 0),
        (1, 1),
        (RECORDS_PER_FUZZY_TOKEN, RECORDS_PER_FUZZY_TOKEN),
        (RECORDS_PER_FUZZY_TOKEN + 1, 0),
    ],
)
def test_fuzzy_tokens_that_more_share_give_no_entries(records: int, expected: int) -> None:
    assert entries_of(Family.SKELETON, records) == expected


def test_terms_may_lower_it_and_not_raise_it() -> None:
    assert entries_of(Family.SKELETON, 3, most=2) == 0
    assert entries_of(Family.SKELETON, 2, most=2) == 2
    assert entries_of(Family.SKELETON, RECORDS_PER_FUZZY_TOKEN + 1, most=100) == 0


@pytest.mark.parametrize("family", [Family.RFC, Family.NAME])
def test_exact_tokens_keep_their_first_records(family: Family) -> None:
    assert entries_of(family, RECORDS_PER_FUZZY_TOKEN + 1) == RECORDS_PER_FUZZY_TOKEN + 1
    assert entries_of(family, RECORDS_PER_TOKEN + 1, most=1) == RECORDS_PER_TOKEN
