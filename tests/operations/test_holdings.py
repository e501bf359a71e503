"""Lists as holdings: all of a list or nothing, and records that nobody may learn of."""

import pytest

from comity.core.records import Family
from comity.errors import Code
from comity.operations import holdings, records
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import many
from nodes import Pair, run
from refusals import refuses
from stages import HEADER, MAP, MX_LIST, MX_ROWS, load


def test_a_list_and_its_report(loaded: Pair) -> None:
    (shown,) = run(holdings.holdings_list, loaded.mx).holdings
    assert (shown.dataset, shown.records, shown.withheld) == (MX_LIST, 10, 1)
    assert shown.report.rows == len(MX_ROWS)
    found = run(holdings.show, loaded.mx, dataset=MX_LIST, record="m1").record
    assert found.names == ("Consorcio Nujoma, S.C.",)
    assert [(item.family, item.value) for item in found.identifiers] == [
        (Family.RFC, "CNU130416UJ3")
    ]
    assert [(status.value, str(status.as_of)) for status in found.statuses] == [
        ("definitivo", "2018-05-16")
    ]


def test_what_the_list_marks_as_withheld_is_withheld(loaded: Pair) -> None:
    assert run(holdings.show, loaded.mx, dataset=MX_LIST, record="m8").record.withheld
    assert not run(holdings.show, loaded.mx, dataset=MX_LIST, record="m7").record.withheld


def test_a_list_with_a_bad_row_is_not_loaded_at_all(loaded: Pair) -> None:
    bad = "x1,Name,,planet,,,,,,,,,,,,"
    with refuses(Code.FILE_ROW_INVALID):
        load(loaded.mx, "bad", *MX_ROWS, bad)
    with refuses(Code.FILE_ROW_INVALID):
        load(loaded.mx, MX_LIST, *MX_ROWS, bad, replace=True)
    (shown,) = run(holdings.holdings_list, loaded.mx).holdings
    assert (shown.dataset, shown.records) == (MX_LIST, 10)


def test_a_list_loaded_anew_takes_the_place_of_the_old_one(loaded: Pair) -> None:
    with loaded.mx.store.read() as tx:
        (before,) = many(tx, Dataset)
    assert load(loaded.mx, MX_LIST, *MX_ROWS[:2], replace=True, title="Lista").records == 2
    with loaded.mx.store.read() as tx:
        (after,) = many(tx, Dataset)
        assert [row.id for row in many(tx, Held, order="n")] == ["m1", "m2"]
    assert (after.title, after.root == before.root) == ("Lista", False)


def test_two_lists_stand_side_by_side(loaded: Pair) -> None:
    load(loaded.mx, "a-list", *MX_ROWS[:1])
    assert [item.dataset for item in run(holdings.holdings_list, loaded.mx).holdings] == [
        "a-list",
        MX_LIST,
    ]


@pytest.mark.parametrize("name", ["", "a/b", "x" * 101])
def test_names_that_are_no_datasets(loaded: Pair, name: str) -> None:
    path = loaded.folder / "list.csv"
    path.write_text("\n".join((HEADER, *MX_ROWS)))
    with refuses(Code.ARGUMENT_INVALID, where="dataset"):
        run(holdings.load, loaded.mx, path=str(path), format="csv", dataset=name, mapping=MAP)


def test_records_that_are_not_there(loaded: Pair) -> None:
    with refuses(Code.RECORD_UNKNOWN, record="x"):
        load(loaded.mx, "other", *MX_ROWS, withhold=("m1", "x"))
    with refuses(Code.RECORD_UNKNOWN, record="x"):
        run(holdings.withhold, loaded.mx, dataset=MX_LIST, record="x")
    with refuses(Code.RECORD_UNKNOWN, record="m1"):
        run(holdings.show, loaded.mx, dataset="other", record="m1")


def test_who_withheld_what_is_noted(loaded: Pair) -> None:
    for state in ("withheld", "shared"):
        run(holdings.withhold, loaded.mx, dataset=MX_LIST, record="m1", state=state)
    noted = [
        (entry.action, entry.detail) for entry in run(records.journal_show, loaded.mx).entries[-2:]
    ]
    detail = {"dataset": MX_LIST, "record": "m1"}
    assert noted == [("holdings.withheld", detail), ("holdings.shared", detail)]


def test_no_two_records_have_one_salt(loaded: Pair) -> None:
    with loaded.mx.store.read() as tx:
        held = many(tx, Held)
    assert len({row.salt for row in held}) == len(held) == 10
    assert {len(row.salt) for row in held} == {16}
