"""Any list in CSV, by its mapping."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.csv_list import parse
from comity.formats.csv_map import parse_mapping
from comity.formats.report import LoadReport, Tally
from comity.formats.tables import Source
from outcomes import outcome
from refusals import refuses

MAP = (
    "id=Ref;name=Company;alias=Also;split=|;kind=Type;rfc=RFC;imo=IMO;tax-id=Tax@Of;status=Status;"
    "as_of=Date;withheld=Secret"
)
HEADER = "Ref,Company,Also,Type,RFC,IMO,Tax,Of,Status,Date,Secret"


def silent(step: str, done: int, total: int) -> None:
    assert step == "read"


def load(
    *rows: str, header: str = HEADER, mapping: str = MAP, as_of: date | None = None
) -> tuple[Sequence[Record], LoadReport]:
    data = "".join(f"{row}\n" for row in (header, *rows)).encode()
    return parse(Source("list.csv", data), parse_mapping(mapping), as_of, silent)


FULL = '7,"Peña, S.C.",Una| Dos ,organisation,CNU-130416-UJ3,,800-1,Colombia,In Force,2024-05-03,no'


def test_a_full_row() -> None:
    records, report = load(FULL)
    assert records == [
        Record(
            id="7",
            kind=Kind.ORGANISATION,
            names=("Peña, S.C.", "Una", "Dos"),
            identifiers=(Identifier(Family.RFC, "CNU130416UJ3", "MX"),),
            statuses=(Status("in-force", date(2024, 5, 3)),),
        )
    ]
    assert report.set_aside == (Tally("identifier-invalid", 1, ("7",)),)  # four digits
    assert (report.format, report.rows, report.aliases) == ("csv", 1, 2)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(delimiter: str) -> None:
    row = FULL.replace('"Peña, S.C."', "Alfa").replace(",", delimiter)
    records, _ = load(row, header=HEADER.replace(",", delimiter))
    assert records[0].names == ("Alfa", "Una", "Dos")


def test_rows_of_one_id_are_one_record() -> None:
    records, report = load(
        "7,Alfa,,organisation,,,100036386,RS,cleared,2024-05-03,",
        "8,Beta,,organisation,,,,,,,",
        "7,Alpha,Alfa,organisation,,,100036386,Serbia,listed,2023-01-01,yes",
        as_of=date(2025, 1, 1),
    )
    assert records[0] == Record(
        id="7",
        kind=Kind.ORGANISATION,
        names=("Alfa", "Alpha"),
        identifiers=(Identifier(Family.TAX_ID, "100036386", "RS"),),
        statuses=(Status("listed", date(2023, 1, 1)), Status("cleared", date(2024, 5, 3))),
        withheld=True,
    )
    assert records[1].statuses == (Status("listed", date(2025, 1, 1)),)
    assert report.warnings == (
        Tally("repeated-id", 1, ("7",)),
        Tally("conflicting-status", 1, ("7",)),
    )


def test_what_is_set_aside_and_warned_of() -> None:
    records, report = load(
        "1,Aurora,,vessel,,9187629,,,,,",
        "2,Shipping Co,,organisation,AEGG560925,5342883,A12345,Atlantis,,,",
        ",No id,,person,,,,,,,",
        "4,...,,person,,,,,,,",
        ",,,,,,,,,,",
        "",
        "6,Wrong digit,,organisation,ACC071123LL9,,A12345,,,,",
    )
    assert [record.id for record in records] == ["1", "2", "6"]
    assert records[1].identifiers == (Identifier(Family.TAX_ID, "A12345"),)
    assert {tally.code: tally.examples for tally in report.set_aside + report.warnings} == {
        "row-blank": ("6", "7"),
        "name-missing": ("4",),
        "id-missing": ("4",),
        "identifier-incomplete": ("2",),
        "imo-of-company": ("2",),
        "check-digit-wrong": ("6",),
        "country-missing": ("6",),
        "country-unknown": ("2",),
    }


def test_rows_numbered_and_dates_in_other_orders() -> None:
    mapping = "id=#;name=Name;kind=person;birth_date=Born;dates=dmy"
    rows = ("A. Alfa,03/05/1976", "B. Beta,about 1976", "C. Gama,31/02/1976")
    records, _ = load(*rows, header="Name,Born", mapping=mapping)
    assert [(record.id, record.birth_dates) for record in records] == [
        ("row-1", ("1976-05-03",)),
        ("row-2", ("about 1976",)),
        ("row-3", ("31/02/1976",)),
    ]
    american, _ = load(*rows, header="Name,Born", mapping=mapping.replace("dmy", "mdy"))
    assert american[0].birth_dates == ("1976-03-05",)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7,Alfa,,spaceship,,,,,,,", "kind"),
        ("7,Alfa,,,,,,,,,", "kind"),
        ("7,Alfa,,person,,,,,,03/05/2024,", "as_of"),
        ("7,Alfa,,person,,,,,,2024-02-31,", "as_of"),
        ("7,Alfa,,person,,,,,,,maybe", "withheld"),
        (f"7,Alfa,,person,,,,,{'long' * 60},,", "status"),
        (f"{'7' * 201},Alfa,,person,,,,,,,", "id"),
        ("1,Other kind,,vessel,,,,,,,", "kind"),
        ('7,"Alfa,,person,,,,,,,', "quotes"),
    ],
)
def test_rows_that_stop_the_load(row: str, reason: str) -> None:
    with refuses(Code.FILE_ROW_INVALID, file="list.csv", line=3, reason=reason):
        load("1,Good,,person,,,,,,,", row)


def test_more_statuses_than_labels_can_tell_apart() -> None:
    rows = [f"{n},Alfa,,person,,,,,status {n},," for n in range(257)]
    with refuses(Code.FILE_ROW_INVALID, file="list.csv", line=258, reason="status"):
        load(*rows)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (HEADER.replace("RFC", "R.F.C."), "RFC"),
        (f"{HEADER},RFC", "RFC"),
        (HEADER.replace(",", "|"), "Ref"),
    ],
    ids=["missing", "repeated", "unknown delimiter"],
)
def test_columns_that_are_not_there(header: str, column: str) -> None:
    with refuses(Code.FILE_COLUMNS, file="list.csv", line=1, column=column):
        load(FULL, header=header)


def test_row_of_another_width() -> None:
    with refuses(Code.FILE_COLUMNS, file="list.csv", line=2, found=12, expected=11):
        load(f"{FULL},more")


def test_header_only() -> None:
    with refuses(Code.FILE_EMPTY, file="list.csv"):
        load()


HOSTILE = {
    "empty": (b"", Code.FILE_EMPTY),
    "cut": (f"{HEADER}\n{FULL}".encode(), Code.FILE_TRUNCATED),
    "NUL": (f"{HEADER}\n7\0\n".encode(), Code.FILE_ENCODING),
    "two encodings": (f"{HEADER}\nñ".encode() + b"\xf1\n", Code.FILE_ENCODING),
    "huge line": (f"{HEADER}\n{'7' * 300_000}\n".encode(), Code.FILE_ROW_INVALID),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Code.FILE_ENCODING),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files(data: bytes, code: Code) -> None:
    with refuses(code):
        parse(Source("list.csv", data), parse_mapping(MAP), None, silent)


CELLS = st.text(st.sampled_from('A1"; |-é@'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=4).map(",".join), min_size=1, max_size=4))
def test_any_rows_load_or_are_refused(rows: list[str]) -> None:
    mapping = "id=a;name=b;kind=person;rfc=c;passport=d@MX;split=|"
    said = outcome(lambda: load(*rows, header="a,b,c,d", mapping=mapping))
    if isinstance(said, ComityError):
        assert said.params["file"] == "list.csv"
    else:
        assert said[1].records == len(said[0]) > 0
