"""The SAT's list: every quirk it has."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport, Tally
from comity.formats.sat_69b import parse
from comity.formats.sat_dates import latest_date, title_date
from comity.formats.tables import Source
from lists import SAT_HEADER, SAT_ROWS, SAT_TITLES, sat, sat_row
from outcomes import outcome
from refusals import refuses


def silent(step: str, done: int, total: int) -> None:
    assert step == "read"


def load(source: Source, as_of: date | None = None) -> tuple[list[Record], LoadReport]:
    return parse(source, as_of, silent)


def test_plain_rows() -> None:
    records, report = load(sat(*SAT_ROWS))
    assert records[1] == Record(
        id="CNU130416UJ3",
        kind=Kind.ORGANISATION,
        names=("CONSORCIO NUJOMA, S.C.",),
        identifiers=(Identifier(Family.RFC, "CNU130416UJ3", "MX"),),
        statuses=(Status("definitivo", date(2018, 5, 16)),),
        programs=("CFF 69-B",),
        notes=(
            "presunto SAT: oficio 01/06/2018; 01/06/2018",
            "presunto DOF: oficio DOF; 31/12/2020",
            "definitivo SAT: oficio 16/05/2018; 16/05/2018",
            "definitivo DOF: oficio DOF; 31/12/2020",
        ),
    )
    assert [record.id for record in records] == ["AAA080808HL8", "CNU130416UJ3"]
    assert (report.rows, report.records, report.encoding) == (3, 2, "windows-1252")
    assert report.set_aside == (Tally("rfc-suppressed", 1, ("3",)),)
    assert report.warnings == ()
    assert report.as_of is None


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        (sat(*SAT_ROWS, header=f"{SAT_TITLES}\r\n{SAT_HEADER}", encoding="utf-8-sig"), "utf-8-bom"),
        (sat(*SAT_ROWS, header=f"{SAT_TITLES}\r\n{SAT_HEADER}"), "windows-1252"),
        (sat(*SAT_ROWS, header=f"{SAT_TITLES}\r\n{SAT_HEADER}", encoding="utf-8"), "utf-8"),
    ],
    ids=["UTF-8 with BOM", "Windows-1252", "UTF-8"],
)
def test_later_editions(source: Source, encoding: str) -> None:
    records, report = load(source, date(2000, 1, 1))
    assert records == load(sat(*SAT_ROWS))[0]
    assert (report.encoding, report.as_of) == (encoding, date(2026, 5, 31))


def test_empty_columns_of_a_spreadsheet() -> None:
    rows = [f"{row},,," for row in SAT_ROWS]
    header = SAT_HEADER.replace("No,", "No.,", 1) + ",,,"
    assert load(sat(*rows, header=header))[0] == load(sat(*SAT_ROWS))[0]


def test_one_record_for_each_rfc() -> None:
    records, report = load(
        sat(
            sat_row(
                *(1, "AAS110331G59", "ABIRA & SAFFI, S.C. // En cumplimiento a la sentencia"),
                "Definitivo",
                definitivo="19/06/2020",
            ),
            sat_row(2, "AAA080808HL8", "OTRA, S.C.", "Presunto"),
            sat_row(
                *(3, "AAS110331G59", "ABIRA & SAFFI, S.C.", "Sentencia Favorable"),
                definitivo="27/11/2017",
                sentencia="20/12/2019",
            ),
            sat_row(
                4, "AAS110331G59", "ABIRA Y SAFFI, S.C.", "Definitivo", definitivo="19/06/2020"
            ),
        )
    )
    merged = records[0]
    assert [record.id for record in records] == ["AAS110331G59", "AAA080808HL8"]
    assert merged.names == ("ABIRA & SAFFI, S.C.", "ABIRA Y SAFFI, S.C.")
    assert merged.statuses == (
        Status("sentencia-favorable", date(2019, 12, 20)),
        Status("definitivo", date(2020, 6, 19)),
    )
    assert merged.notes[0] == "En cumplimiento a la sentencia"
    assert "sentencia-favorable SAT: oficio 20/12/2019; 20/12/2019" in merged.notes
    assert (report.rows, report.records, report.aliases) == (4, 2, 1)
    assert report.warnings == (
        Tally("repeated-id", 1, ("AAS110331G59",)),
        Tally("conflicting-status", 1, ("AAS110331G59",)),
        Tally("name-note-split", 1, ("1",)),
    )


def test_people_have_thirteen_characters() -> None:
    records, _ = load(sat(sat_row(1, "AUGM501102PM3", "AUGE GARCIA MARIA", "Presunto")))
    assert records[0].kind is Kind.PERSON


def test_rows_that_cannot_be_records_are_counted() -> None:
    records, report = load(
        sat(
            SAT_ROWS[0],
            "," * 19,
            sat_row(2, "ABC131301AB1", "MES TRECE, S.C.", "Presunto"),
            sat_row(3, "CNU130416UJ3", " // solo una nota", "Presunto"),
            "",
        )
    )
    assert len(records) == 1
    assert report.set_aside == (
        Tally("row-blank", 2, ("3", "6")),
        Tally("rfc-invalid", 1, ("2",)),
        Tally("name-missing", 1, ("3",)),
    )


DATED = sat_row(1, "AAA080808HL8", "ALFA", "Presunto")
ONLY_DOF = DATED.replace("oficio 01/06/2018,01/06/2018", ",")


@pytest.mark.parametrize(
    ("row", "since", "warned"),
    [
        (DATED, date(2018, 6, 1), ()),
        (ONLY_DOF, date(2020, 12, 31), ()),
        (ONLY_DOF.replace("31/12/2020", ""), None, ("status-undated",)),
        (DATED.replace(",01/06/2018,", ",mañana,"), date(2020, 12, 31), ("date-unreadable",)),
    ],
    ids=["page", "only DOF", "neither", "unreadable"],
)
def test_date_of_the_status(row: str, since: date | None, warned: tuple[str, ...]) -> None:
    records, report = load(sat(row))
    assert records[0].statuses == (Status("presunto", since),)
    assert tuple(tally.code for tally in report.warnings) == warned


@pytest.mark.parametrize(
    ("cell", "found", "warned"),
    [
        ("01/06/2018", date(2018, 6, 1), ()),
        ("22/06/2018 - 10/10/2018", date(2018, 10, 10), ("date-several",)),
        ("17/10/2019    27/08/2018", date(2019, 10, 17), ("date-several",)),
        ("05/09/19 - 08/10/2018", date(2019, 9, 5), ("date-short-year", "date-several")),
        ("44029", date(2020, 7, 17), ("date-serial",)),
        ("31/02/2018", None, ("date-unreadable",)),
        ("12345", None, ("date-unreadable",)),
        ("01/06/2018 aprox.", None, ("date-unreadable",)),
        ("pendiente", None, ("date-unreadable",)),
        ("٠١/٠٦/٢٠١٨٠", None, ("date-unreadable",)),
    ],
)
def test_dates_in_cells(cell: str, found: date | None, warned: tuple[str, ...]) -> None:
    assert latest_date(cell) == (found, warned)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Información actualizada al 31 de mayo de 2026; los listados", date(2026, 5, 31)),
        ("INFORMACION ACTUALIZADA AL 1 DE ENERO DE 2024", date(2024, 1, 1)),
        ("Información actualizada al 31 de febrero de 2026", None),
        ("Información actualizada al 31 de brumario de 2026", None),
        ("Listado completo", None),
    ],
)
def test_dates_in_titles(title: str, found: date | None) -> None:
    assert title_date(title) == found


@given(st.text(max_size=20))
def test_any_cell_has_a_date_or_a_warning(cell: str) -> None:
    found, warned = latest_date(cell)
    assert found or warned


GOOD = sat(*SAT_ROWS).data
HOSTILE = {
    "empty": (b"", Code.FILE_EMPTY, {}),
    "header only": (sat().data, Code.FILE_EMPTY, {}),
    "suppressed rows only": (sat(SAT_ROWS[2]).data, Code.FILE_EMPTY, {}),
    "cut in the last line": (GOOD[:-9], Code.FILE_TRUNCATED, {"line": 4}),
    "cut in a cell with quotes": (
        GOOD[: GOOD.index(b"suprimida")],
        Code.FILE_TRUNCATED,
        {"line": 4},
    ),
    "cut at the end of a line": (
        GOOD[: GOOD.rindex(b"oficio DOF")] + b"\r\n",
        Code.FILE_COLUMNS,
        {"line": 4, "found": 7, "expected": 20},
    ),
    "encoded twice": (
        sat(*SAT_ROWS).data.decode("windows-1252").encode().decode("latin-1").encode(),
        Code.FILE_ENCODING,
        {"line": 2},
    ),
    "BOM before Windows-1252": (b"\xef\xbb\xbf" + GOOD, Code.FILE_ENCODING, {"line": 1}),
    "row of another encoding": (
        GOOD + sat_row(4, "AAA080808HL8", "AÑO", "Presunto").encode() + b"\r\n",
        Code.FILE_ENCODING,
        {"line": 5},
    ),
    "NUL": (GOOD.replace(b"NUJOMA", b"NUJ\0MA"), Code.FILE_ENCODING, {"line": 3}),
    "quote never closed": (
        GOOD.replace(b'NUJOMA, S.C."', b"NUJOMA S.C."),
        Code.FILE_ROW_INVALID,
        {"line": 3, "reason": "quotes"},
    ),
    "column missing": (GOOD.replace(b"No,RFC,", b"RFC,"), Code.FILE_COLUMNS, {"line": 1}),
    "columns swapped": (GOOD.replace(b"No,RFC,", b"RFC,No,"), Code.FILE_COLUMNS, {"line": 1}),
    "no header": (GOOD.split(b"\r\n", 1)[1], Code.FILE_COLUMNS, {"line": 3}),
    "three titles": (
        b"t1,\r\nt2,\r\nt3,\r\n" + GOOD,
        Code.FILE_COLUMNS,
        {"line": 3},
    ),
    "a cell too many": (
        GOOD.replace(b"3,XXXXXXXXXXXX", b"3,,XXXXXXXXXXXX"),
        Code.FILE_COLUMNS,
        {"line": 4, "found": 21, "expected": 20},
    ),
    "unknown status": (
        GOOD.replace(b"Definitivo,", b"Perdonado,", 1),
        Code.FILE_ROW_INVALID,
        {"line": 3, "reason": "situacion"},
    ),
    "huge line": (
        GOOD.replace(b"NUJOMA", b"A" * 300_000),
        Code.FILE_ROW_INVALID,
        {"line": 3, "reason": "line-too-long"},
    ),
}


@pytest.mark.parametrize(("data", "code", "params"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_lists(data: bytes, code: Code, params: dict[str, str | int]) -> None:
    with refuses(code, file="lista.csv", **params):
        load(Source("lista.csv", data))


@given(st.lists(st.text(st.sampled_from('A1"; /,é\r\n'), max_size=20), max_size=4))
def test_any_rows_load_or_are_refused(rows: list[str]) -> None:
    source = sat(SAT_ROWS[0], *rows)
    said = outcome(lambda: load(source))
    if isinstance(said, ComityError):
        assert said.params["file"] == "lista.csv"
    else:
        records, report = said
        assert [record.id for record in records] == ["AAA080808HL8"]
        assert report.rows == 1 + sum(tally.count for tally in report.set_aside)
