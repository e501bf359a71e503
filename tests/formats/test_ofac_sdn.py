"""OFAC's four files, joined."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.ofac_sdn import REMARK_CHARS, OfacFiles, parse
from comity.formats.report import FamilyCount, LoadReport, Tally
from comity.formats.tables import Source
from lists import ofac, ofac_row, sdn_row
from outcomes import outcome
from refusals import refuses


def silent(step: str, done: int, total: int) -> None:
    assert step == "read"
    assert 0 < done <= total


def load(files: OfacFiles, as_of: date | None = None) -> tuple[list[Record], LoadReport]:
    return parse(files, as_of, silent)


def tallies(report: LoadReport) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {
        tally.code: (tally.count, tally.examples) for tally in report.set_aside + report.warnings
    }


def test_an_entry_with_everything() -> None:
    files = OfacFiles(
        ofac(
            "sdn.csv",
            ofac_row(
                *("36", "PEREZ, Juan", "individual", "SDGT] [IFSR", "Boss", *[""] * 6),
                "DOB 19 Apr 1976; Passport A1234567 (Iran); a.k.a. 'EL JUAN'.",
            ),
        ),
        ofac("alt.csv", ofac_row("36", "1", "aka", "JUAN PEREZ", "")),
        ofac("add.csv", ofac_row("36", "2", "Calle 1", "Cali 760", "Colombia", "")),
        ofac("sdn_comments.csv", ofac_row("99", "unrelated")),
    )
    records, report = load(files, date(2024, 5, 3))
    assert records == [
        Record(
            id="36",
            kind=Kind.PERSON,
            names=("PEREZ, Juan", "JUAN PEREZ", "EL JUAN"),
            identifiers=(Identifier(Family.PASSPORT, "A1234567", "IR"),),
            statuses=(Status("listed", date(2024, 5, 3)),),
            birth_dates=("1976-04-19",),
            addresses=("Calle 1, Cali 760, Colombia",),
            programs=("SDGT", "IFSR"),
            notes=(
                "title: Boss",
                "DOB 19 Apr 1976; Passport A1234567 (Iran); a.k.a. 'EL JUAN'.",
            ),
        )
    ]
    assert (report.rows, report.records, report.aliases) == (1, 1, 2)
    assert report.identifiers == (FamilyCount(Family.PASSPORT, 1),)
    assert report.as_of == date(2024, 5, 3)
    assert report.encoding == "ascii"
    assert [(read.name, read.rows) for read in report.files] == [
        ("sdn.csv", 1),
        ("alt.csv", 1),
        ("add.csv", 1),
        ("sdn_comments.csv", 1),
    ]
    assert report.set_aside == (Tally("remark-without-entry", 1, ("99",)),)
    assert report.warnings == ()


def test_kinds_and_missing_companions() -> None:
    records, report = load(
        OfacFiles(
            ofac(
                "sdn.csv",
                sdn_row(1, "ACME"),
                sdn_row(2, "PEREZ, Juan", "individual"),
                sdn_row(3, "AURORA", "vessel"),
                sdn_row(4, "EP-MNA", "aircraft"),
            )
        )
    )
    assert [record.kind for record in records] == [
        Kind.ORGANISATION,
        Kind.PERSON,
        Kind.VESSEL,
        Kind.AIRCRAFT,
    ]
    assert records[0].statuses == (Status("listed"),)
    assert tallies(report) == {"companion-missing": (3, ("alt.csv", "add.csv", "sdn_comments.csv"))}


def test_rows_of_entries_that_are_not_there_are_set_aside() -> None:
    _, report = load(
        OfacFiles(
            ofac("sdn.csv", sdn_row(1, "ACME")),
            ofac("alt.csv", ofac_row("2", "1", "aka", "X", ""), ofac_row("2", "2", "aka", "Y", "")),
            ofac("add.csv", ofac_row("3", "1", "", "", "Cuba", "")),
            ofac("sdn_comments.csv", ofac_row("1", "more"), ofac_row("4", "more")),
        )
    )
    assert tallies(report) == {
        "alias-without-entry": (2, ("2",)),
        "address-without-entry": (1, ("3",)),
        "remark-without-entry": (1, ("4",)),
        "remark-not-continued": (1, ("1",)),
    }


CUT = "Passport A1234567 (Iran); R.F.C. CNU13"
FILLER = "x" * (REMARK_CHARS - len(CUT) - 2) + "; "


def test_remark_goes_on_in_the_comments() -> None:
    records, report = load(
        OfacFiles(
            ofac("sdn.csv", sdn_row(1, "ACME", remarks=FILLER + CUT)),
            ofac("alt.csv", ofac_row("1", "1", "aka", "A", "")),
            ofac("add.csv", ofac_row("1", "1", "", "", "Cuba", "")),
            ofac("sdn_comments.csv", ofac_row("1", "0416UJ3 (Mexico); DOB 1951.")),
        )
    )
    assert records[0].identifiers == (
        Identifier(Family.PASSPORT, "A1234567", "IR"),
        Identifier(Family.RFC, "CNU130416UJ3", "MX"),
    )
    assert records[0].birth_dates == ("1951",)
    assert tallies(report) == {"remark-continued": (1, ("1",))}


def test_remark_that_should_go_on_and_does_not() -> None:
    records, report = load(OfacFiles(ofac("sdn.csv", sdn_row(1, "ACME", remarks=FILLER + CUT))))
    assert records[0].identifiers == (Identifier(Family.PASSPORT, "A1234567", "IR"),)
    said = tallies(report)
    assert said["remark-continuation-missing"] == (1, ("1",))
    assert said["identifier-cut"] == (1, ("1",))


GOOD = ofac("sdn.csv", sdn_row(1, "ACME"), sdn_row(2, "AURORA", "vessel"), sdn_row(3, "OMEGA"))
LINES = GOOD.data.split(b"\r\n")
HOSTILE = {
    "empty": (b"", Code.FILE_EMPTY, {}),
    "only the end": (b"\x1a", Code.FILE_EMPTY, {}),
    "without the end": (GOOD.data[:-1], Code.FILE_TRUNCATED, {"line": 3}),
    "cut in the last line": (GOOD.data[:-20], Code.FILE_TRUNCATED, {"line": 3}),
    "last line without its end": (GOOD.data[:-3] + b"\x1a", Code.FILE_TRUNCATED, {"line": 3}),
    "end in the middle": (
        LINES[0] + b"\r\n\x1a" + LINES[1] + b"\r\n\x1a",
        Code.FILE_ENCODING,
        {"line": 2},
    ),
    "NUL": (GOOD.data.replace(b"AURORA", b"AUR\0RA"), Code.FILE_ENCODING, {"line": 2}),
    "two encodings": (
        GOOD.data.replace(b"AURORA", "ÑÑ".encode()).replace(b"OMEGA", b"\xf1"),
        Code.FILE_ENCODING,
        {"line": 2},
    ),
    "quote never closed": (
        GOOD.data.replace(b'"AURORA"', b'"AURORA'),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "quotes"},
    ),
    "text after a quote": (
        GOOD.data.replace(b'AURORA",', b"AURORA "),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "quotes"},
    ),
    "wrong columns": (
        b"1,2,3\r\n\x1a",
        Code.FILE_COLUMNS,
        {"line": 1, "found": 3, "expected": 12},
    ),
    "blank line": (
        b"\r\n".join([LINES[0], b"", *LINES[1:]]),
        Code.FILE_COLUMNS,
        {"line": 2, "found": 0, "expected": 12},
    ),
    "entry without number": (
        GOOD.data.replace(b"\r\n2,", b'\r\n"II",'),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "ent_num"},
    ),
    "entry twice": (
        GOOD.data.replace(b"\r\n2,", b"\r\n1,"),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "ent_num-repeated"},
    ),
    "entry without name": (
        GOOD.data.replace(b'"AURORA"', b"-0- "),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "name"},
    ),
    "unknown type": (
        GOOD.data.replace(b'"vessel"', b'"spaceship"'),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "type"},
    ),
    "huge line": (
        GOOD.data.replace(b"AURORA", b"A" * 300_000),
        Code.FILE_ROW_INVALID,
        {"line": 2, "reason": "line-too-long"},
    ),
}


@pytest.mark.parametrize(("data", "code", "params"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_lists(data: bytes, code: Code, params: dict[str, str | int]) -> None:
    with refuses(code, file="sdn.csv", **params):
        load(OfacFiles(Source("sdn.csv", data)))


@pytest.mark.parametrize("companion", ["alt", "add", "comments"])
def test_hostile_companions_stop_the_load_too(companion: str) -> None:
    cut = Source("cut.csv", b'1,1,"aka"\r\n')
    with refuses(Code.FILE_TRUNCATED, file="cut.csv", line=1):
        load(OfacFiles(GOOD, **{companion: cut}))


CELLS = st.text(st.sampled_from('A1"; -0.()é'), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=11, max_size=13), max_size=3))
def test_any_rows_load_or_are_refused(cells: list[list[str]]) -> None:
    rows = [",".join(["1", *row]) for row in cells]
    said = outcome(lambda: load(OfacFiles(ofac("sdn.csv", *rows))))
    if isinstance(said, ComityError):
        assert said.params["file"] == "sdn.csv"
    else:
        assert said[1].records == len(said[0]) == said[1].rows


@given(st.binary(max_size=80))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ComityError, match=r"file=sdn\.csv"):
        load(OfacFiles(Source("sdn.csv", data + b"\r\n\x1a")))
