"""The synthetic lists agree exactly where they say, by plain equality of tokens."""

from pathlib import Path

import pytest
from stdnum import imo
from stdnum.mx import curp, rfc

from comity.core.derivation import FAMILIES, derive
from comity.core.records import Family, Kind, Record
from comity.core.tokens import Token
from comity.errors import Code
from comity.formats import read, synthetic
from comity.formats.report import LoadReport
from comity.formats.synthetic import PLANTED, SyntheticLists
from refusals import refuses

Side = tuple[list[Record], LoadReport]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> SyntheticLists:
    return synthetic.write(tmp_path_factory.mktemp("synthetic"), size=3_000)


@pytest.fixture(scope="module")
def mx(lists: SyntheticLists) -> Side:
    records, report = read(lists.mx_path, "csv", lists.mapping)
    return list(records), report


@pytest.fixture(scope="module")
def us(lists: SyntheticLists) -> Side:
    records, report = read(lists.us_path, "csv", lists.mapping)
    return list(records), report


def test_tokens_agree_exactly_where_planted(lists: SyntheticLists, mx: Side, us: Side) -> None:
    holders: dict[Token, list[str]] = {}
    for record in mx[0]:
        for token in derive(record):
            holders.setdefault(token, []).append(record.id)
    found = [
        (token.family, holder, record.id)
        for record in us[0]
        for token in derive(record)
        for holder in holders.get(token, ())
    ]
    assert sorted(found) == sorted((pair.family, pair.mx_id, pair.us_id) for pair in lists.expected)
    assert {pair.family for pair in lists.expected} == set(FAMILIES)
    assert len(lists.expected) == 12 * PLANTED


def test_no_two_records_of_one_side_share_a_token(mx: Side, us: Side) -> None:
    for records, _ in (mx, us):
        tokens = [token for record in records for token in derive(record)]
        assert len(set(tokens)) == len(tokens)


def test_look_alikes_are_there_and_are_no_pairs(lists: SyntheticLists, mx: Side, us: Side) -> None:
    by_id = {record.id: record for record in mx[0] + us[0]}
    pairs = {(pair.mx_id, pair.us_id) for pair in lists.expected}
    assert len(lists.look_alikes) == 5 * PLANTED
    for alike in lists.look_alikes:
        one, other = by_id[alike.mx_id], by_id[alike.us_id]
        assert (one.id, other.id) not in pairs
        values = [
            [identifier.value for identifier in record.identifiers] for record in (one, other)
        ]
        if alike.sort == "rfc-one-character-apart":
            differ = [a != b for a, b in zip(values[0][0], values[1][0], strict=True)]
            assert sum(differ) == 1
        if alike.sort == "other-kind":
            assert one.names[0] == other.names[0]
            assert {one.kind, other.kind} == {Kind.ORGANISATION, Kind.VESSEL}
        if alike.sort == "passport-of-another-country":
            assert set(values[0]) & set(values[1])


def test_everything_is_well_formed(mx: Side, us: Side) -> None:
    for records, report in (mx, us):
        assert report.set_aside == report.warnings == ()
        assert report.rows == report.records == 3_000
        for record in records:
            for identifier in record.identifiers:
                match identifier.family:
                    case Family.RFC:
                        assert rfc.is_valid(identifier.value, validate_check_digits=True)
                    case Family.CURP:
                        assert curp.is_valid(identifier.value)
                    case Family.IMO:
                        assert imo.is_valid(identifier.value)
                        assert record.kind is Kind.VESSEL


def test_everything_says_that_it_is_synthetic(lists: SyntheticLists, mx: Side, us: Side) -> None:
    assert lists.mx_path.name == "synthetic-mx.csv"
    assert lists.us_path.name == "synthetic-us.csv"
    for path in (lists.mx_path, lists.us_path):
        assert path.read_text().startswith("Synthetic id,")
    for record in mx[0] + us[0]:
        assert record.id.startswith(("SYN-MX-", "SYN-US-"))
        assert record.statuses[0].value.startswith("synthetic-")


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, again, other = (
        synthetic.write(tmp_path / name, size=200, seed=seed)
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    )
    assert one.mx_path.read_bytes() == again.mx_path.read_bytes()
    assert one.us_path.read_bytes() == again.us_path.read_bytes()
    assert (one.expected, one.look_alikes) == (again.expected, again.look_alikes)
    assert one.mx_path.read_bytes() != other.mx_path.read_bytes()


def test_too_small_for_what_is_planted(tmp_path: Path) -> None:
    with refuses(Code.ARGUMENT_INVALID, argument="size", minimum=100):
        synthetic.write(tmp_path, size=99)
