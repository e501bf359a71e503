"""How rare features are in the asker's own list."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.evidence import Feature, Field
from comity.core.fuzzy.frequencies import HIGHEST, LEAST_RECORDS, Frequencies
from comity.core.fuzzy.subject import Subject
from comity.core.records import Kind, Place, Record

COMMON, RARE = Feature(Field.PART, "grp"), Feature(Field.PART, "frdtv")


def subjects(*names: str) -> list[Subject]:
    return [Subject.of(Record("1", Kind.ORGANISATION, (name,))) for name in names]


def test_what_is_common_weighs_less() -> None:
    found = Frequencies.of(subjects("Grupo Alfa", "Grupo Beta", "Grupo Fordtwoo"))
    assert found.weight(Kind.ORGANISATION, COMMON) == pytest.approx(log(LEAST_RECORDS / 3.5))
    assert found.weight(Kind.ORGANISATION, RARE) == pytest.approx(log(LEAST_RECORDS / 1.5))


def test_what_is_not_there_counts_as_once() -> None:
    found = Frequencies.of(subjects("Grupo Fordtwoo"))
    unknown = Feature(Field.PART, "sbk")
    assert found.weight(Kind.ORGANISATION, unknown) == found.weight(Kind.ORGANISATION, RARE)
    assert found.weight(Kind.PERSON, RARE) == found.weight(Kind.PERSON, unknown)


def test_kinds_are_counted_apart_and_a_record_counts_once() -> None:
    record = Record("1", Kind.PERSON, ("Ali Ali", "Ali Hassan"), birth_dates=("1976-04-19",) * 2)
    found = Frequencies.of([Subject.of(record)])
    assert found.counts[Kind.PERSON, Feature(Field.PART, "al")] == 1
    assert (Kind.ORGANISATION, Feature(Field.PART, "al")) not in found.counts


def test_dates_and_addresses_are_counted() -> None:
    record = Record(
        "1",
        Kind.PERSON,
        ("Ali",),
        birth_dates=("1976-04-19",),
        places=(Place("7", "Smith Street", "Perm", "2146"),),
    )
    found = Frequencies.of([Subject.of(record)])
    assert {feature.field for _, feature in found.counts} == set(Field) - {Field.ROOT}


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_weights_are_bounded(count: int, records: int) -> None:
    found = Frequencies(records, {(Kind.PERSON, RARE): count})
    assert 0 <= found.weight(Kind.PERSON, RARE) <= HIGHEST
