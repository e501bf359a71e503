"""The judged pairs: every one is of two records, and for a reason that is explained."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from bench.quality.judged import PAIRS, Judged, Verdict, read_judged

from comity.core.records import Family, Kind, Record
from comity.formats import read
from shared import shared

RULE = (PAIRS / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z+:-]+)` \| ([a-z, ]+) \|", RULE, re.MULTILINE)
EXPLAINED = {code: set(verdicts.split(", ")) for code, verdicts in ROWS}


@pytest.fixture(scope="module")
def pairs() -> list[Judged]:
    return read_judged()


@pytest.fixture(scope="module")
def ca() -> dict[str, Record]:
    return {r.id: r for r in read(shared("data/ca_sema/sema-lmes.xml"), "ca-sema")[0]}


@pytest.fixture(scope="module")
def ofac() -> dict[str, Record]:
    return {r.id: r for r in read(shared("data/us_ofac_sdn"), "ofac-sdn")[0]}


def same(pairs: list[Judged]) -> list[Judged]:
    return [pair for pair in pairs if pair.verdict is Verdict.SAME]


def test_every_reason_is_explained_with_its_verdicts(pairs: list[Judged]) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        used[pair.reason].add(pair.verdict.value)
    assert used == EXPLAINED


def test_what_is_unsure_was_read(pairs: list[Judged]) -> None:
    assert all(p.reason.startswith("read:") for p in pairs if p.verdict is Verdict.UNSURE)


def test_one_record_is_the_same_as_several_only_where_the_rule_says_so(
    pairs: list[Judged],
) -> None:
    chapter = RULE.split("## One record and several")[1].split("\n## ")[0]
    ours = Counter(pair.ca for pair in same(pairs))
    theirs = Counter(pair.ofac for pair in same(pairs))
    assert {ca for ca, times in ours.items() if times > 1} == set(
        re.findall(r"`([^`]+-\d+)`", chapter)
    )
    assert max(ours.values()) == 2
    assert [(i, times) for i, times in theirs.items() if times > 2] == [("12956", 8)]
    assert "12956, eight" in chapter


def test_ids_are_in_the_lists(
    pairs: list[Judged], ca: dict[str, Record], ofac: dict[str, Record]
) -> None:
    assert {pair.ca for pair in pairs} <= ca.keys()
    assert {pair.ofac for pair in pairs} <= ofac.keys()


def test_the_same_are_of_one_kind(
    pairs: list[Judged], ca: dict[str, Record], ofac: dict[str, Record]
) -> None:
    assert all(ca[pair.ca].kind is ofac[pair.ofac].kind for pair in same(pairs))


def test_ships_are_the_same_where_the_number_is(
    pairs: list[Judged], ca: dict[str, Record], ofac: dict[str, Record]
) -> None:
    def holders(records: dict[str, Record]) -> set[tuple[str, str]]:
        return {
            (d.value, r.id)
            for r in records.values()
            if r.kind is Kind.VESSEL
            for d in r.identifiers
            if d.family is Family.IMO
        }

    by_number = dict(holders(ofac))
    shares = {(i, by_number[number]) for number, i in holders(ca) if number in by_number}
    ships = {(p.ca, p.ofac) for p in same(pairs) if ca[p.ca].kind is Kind.VESSEL}
    assert ships == shares
    assert len(ships) == 16


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("ca,ofac,verdict\n", 1),
        ("ca,ofac,verdict,reason\nRU-1,2,same\n", 2),
        ("ca,ofac,verdict,reason\nRU-1,2,same,\n", 2),
        ("ca,ofac,verdict,reason\nRU-1,2,perhaps,imo\n", 2),
        ("ca,ofac,verdict,reason\nRU-1,2,same,imo\nRU-1,2,different,imo\n", 3),
    ],
)
def test_what_is_no_file_of_pairs(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^line {line}:"):
        read_judged(path)
