"""Records as they are kept, and the root that questions name."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.holdings import Outline, Records, decode, encode, outline, root
from comity.core.merkle import EMPTY_ROOT, Frontier, leaf_hash
from comity.core.records import Family, Identifier, Kind, Record, Status

_text = st.text(max_size=20)
_texts = st.lists(_text, max_size=3).map(tuple)
RECORDS = st.builds(
    Record,
    id=st.text(min_size=1, max_size=20),
    kind=st.sampled_from(Kind),
    names=_texts,
    identifiers=st.lists(
        st.builds(Identifier, st.sampled_from(Family), _text, st.sampled_from(["", "MX"])),
        max_size=3,
    ).map(tuple),
    statuses=st.lists(st.builds(Status, _text, st.none() | st.dates()), max_size=3).map(tuple),
    birth_dates=_texts,
    addresses=_texts,
    programs=_texts,
    notes=_texts,
    withheld=st.booleans(),
)


@given(RECORDS)
def test_round_trip(record: Record) -> None:
    assert decode(encode(record), withheld=record.withheld) == record


def test_whether_a_record_is_withheld_is_not_in_it() -> None:
    record = Record("1", Kind.PERSON, ("Ana",), statuses=(Status("listed", date(2020, 1, 2)),))
    hidden = Record("1", Kind.PERSON, ("Ana",), statuses=record.statuses, withheld=True)
    assert encode(record) == encode(hidden)


def test_the_root_is_over_salted_digests_in_order() -> None:
    salts, bodies = [bytes([n]) * 16 for n in range(3)], [b"a", b"b", b"c"]
    digests = [
        sha256(b"comity-record-1\0" + salt + body).digest()
        for salt, body in zip(salts, bodies, strict=True)
    ]
    expected = Frontier().extend(map(leaf_hash, digests)).root()
    assert root(salts, bodies) == expected
    assert root(salts, bodies[::-1]) != expected
    assert root(salts[::-1], bodies) != expected
    assert root([], []) == EMPTY_ROOT


def test_a_salt_for_each_record() -> None:
    with pytest.raises(ValueError, match="longer"):
        root([bytes(16)], [b"a", b"b"])


@given(RECORDS)
def test_outline(record: Record) -> None:
    families = tuple(item.family for item in record.identifiers)
    assert outline(encode(record)) == Outline(len(record.names), families, record.statuses)


@given(st.lists(RECORDS, max_size=6), st.lists(RECORDS, max_size=3))
def test_records_in_one_buffer(made: list[Record], instead: list[Record]) -> None:
    found, expected = Records(made), list(made)
    for number, other in enumerate(instead[: len(made)]):
        expected[number] = replace(other, id=made[number].id)
        found.replace(number, expected[number])
    assert found == expected
    assert found != [*expected, *expected[:1], *made[:1]] or not made
    assert found.ids == [record.id for record in expected]
    assert [found.body(n) for n in range(len(made))] == [encode(record) for record in expected]
    assert [found.withheld(n) for n in range(len(made))] == [each.withheld for each in expected]
    assert found[-2:] == expected[-2:]
    with pytest.raises(IndexError):
        found[len(made)]
