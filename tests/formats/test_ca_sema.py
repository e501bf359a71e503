"""Canada's list: what each field gives, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats import xml_records
from comity.formats.ca_sema import birth_dates, parse
from comity.formats.report import LoadReport, Tally
from comity.formats.tables import Source
from outcomes import outcome
from refusals import refuses

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROOT = '<data-set xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
LEAST = {
    "Country": "Belarus / Bélarus",
    "Schedule": "1, Part 1.1",
    "Item": "7",
    "DateOfListing": "2020-09-28",
}


def record(**fields: str) -> str:
    """Return one record on one line; what is not given is that of LEAST, empty fields are left."""
    texts = {name: text for name, text in (LEAST | fields).items() if text}
    return "<record>" + "".join(f"<{n}>{t}</{n}>" for n, t in texts.items()) + "</record>\n"


def sema(*records: str) -> Source:
    return Source("sema.xml", f"{HEAD}{ROOT}{''.join(records)}</data-set>".encode())


def silent(step: str, done: int, total: int) -> None:
    assert step == "read"


def load(source: Source, as_of: date | None = None) -> tuple[list[Record], LoadReport]:
    return parse(source, as_of, silent)


ATABEKOV = record(LastName="Atabekov ", GivenName="Khazalbek")


def test_a_person() -> None:
    records, report = load(
        sema(
            record(
                LastName="KAROL\xa0",
                GivenName="Aliaksandr\nUladzimirovich ",
                TitleOrShip="Colonel",
                Aliases="Alexandr Karol, Russian: Александр Кароль",
                DateOfBirthOrShipBuildDate=" 1992-06-28 ",
            )
        ),
        date(2025, 3, 20),
    )
    assert records == [
        Record(
            id="BY-1-part-1.1-7",
            kind=Kind.PERSON,
            names=("KAROL, Aliaksandr Uladzimirovich", "Alexandr Karol", "Александр Кароль"),
            statuses=(Status("listed", date(2020, 9, 28)),),
            birth_dates=("1992-06-28",),
            programs=("Belarus / Bélarus",),
            notes=("Schedule: 1, Part 1.1", "Item: 7", "TitleOrShip: Colonel"),
        )
    ]
    assert (report.format, report.rows, report.aliases) == ("ca-sema", 1, 2)
    assert (report.encoding, report.as_of, report.warnings) == ("utf-8", date(2025, 3, 20), ())


def test_a_ship_and_a_body() -> None:
    ship = {"EntityOrShip": "Lady R", "TitleOrShip": "Ro-Ro Cargo", "ShipIMONumber": "9161003"}
    records, report = load(
        sema(
            record(**ship, DateOfBirthOrShipBuildDate="2004"),
            record(**ship | {"Item": "8", "ShipIMONumber": "9161004"}),
            record(EntityOrShip="Fulmen", Item="9"),
        )
    )
    assert [found.kind for found in records] == [Kind.VESSEL, Kind.VESSEL, Kind.ORGANISATION]
    assert records[0].identifiers == (Identifier(Family.IMO, "9161003"),)
    assert records[1].identifiers == ()
    # When a ship was built is no date of birth.
    assert records[0].birth_dates == ()
    assert "DateOfBirthOrShipBuildDate: 2004" in records[0].notes
    assert report.set_aside == (Tally("identifier-invalid", 1, ("BY-1-part-1.1-8",)),)


@pytest.mark.parametrize(
    ("country", "schedule", "expected"),
    [
        ("Belarus / Bélarus", "1, Part 1.1", "BY-1-part-1.1-7"),
        ("Belarus / Bélarus", "1,Part 3", "BY-1-part-3-7"),
        ("Venezuela ", "", "VE-7"),
        ("Myanmar (Burma) / Myanmar (Birmanie)", "Part 1", "MM-part-1-7"),
        ("Victims Regulations (JVCFOR) / Règlement (RJVDEC)", "", "JVCFOR-7"),
        ("Extremist Settler Violence / Violence", "Part 2", "extremist-settler-violence-part-2-7"),
    ],
)
def test_ids(country: str, schedule: str, expected: str) -> None:
    records, _ = load(sema(record(Country=country, Schedule=schedule, LastName="A")))
    assert records[0].id == expected


def test_ids_that_two_records_share() -> None:
    rows = [record(LastName="Ivanov", GivenName="Ivan"), record(LastName="Petrov")]
    records, report = load(sema(*rows, record(EntityOrShip="Third", Item="8")))
    ids = ["BY-1-part-1.1-7-ivanov-ivan", "BY-1-part-1.1-7-petrov"]
    assert [found.id for found in records] == [*ids, "BY-1-part-1.1-8"]
    assert report.warnings == (Tally("id-with-name", 2, ("BY-1-part-1.1-7",)),)
    assert [found.id for found in load(sema(*reversed(rows)))[0]] == ids[::-1]
    with refuses(Code.FILE_ROW_INVALID, file="sema.xml", line=4, reason="id-repeated"):
        load(sema(rows[0], rows[0]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1972", ("1972",)),
        ("1955-11", ("1955-11",)),
        ("1965-07-15 OR 1969-09-28", ("1965-07-15", "1969-09-28")),
        ("1963 or 1964", ("1963", "1964")),
        ("1963-1964", ("1963", "1964")),
        ("1955-1964", ()),
        ("1972-02-31", ()),
        ("1972-13", ()),
        ("0000", ()),
        ("Sep-99", ()),
        ("born in the early 1970s", ()),
        ("1972 or later", ()),
        ("١٩٧٢", ()),
    ],
)
def test_birth_dates(text: str, expected: tuple[str, ...]) -> None:
    assert birth_dates(text) == expected
    born = {"LastName": "A", "DateOfBirthOrShipBuildDate": text}
    records, report = load(sema(record(**born)))
    assert records[0].birth_dates == expected
    unread = () if expected else (Tally("birth-date-unreadable", 1, ("BY-1-part-1.1-7",)),)
    assert report.warnings == unread
    assert (f"DateOfBirthOrShipBuildDate: {text}" in records[0].notes) is not bool(expected)


def test_names_that_are_missing_are_counted() -> None:
    records, report = load(sema(ATABEKOV, record(Item="8"), record(Item="9", LastName="..")))
    assert [found.id for found in records] == ["BY-1-part-1.1-7"]
    assert report.set_aside == (Tally("name-missing", 2, ("BY-1-part-1.1-8", "BY-1-part-1.1-9")),)


def test_aliases_that_cannot_be_told_apart_are_a_note() -> None:
    text = "Ilia Vasilyevich or Vasilievich; Илья Ребров"
    records, report = load(sema(record(LastName="REBROV", GivenName="Ilya", Aliases=text)))
    assert records[0].names == ("REBROV, Ilya", "Ilia Vasilyevich", "Илья Ребров")
    assert f"Aliases: {text}" in records[0].notes
    assert report.warnings == (Tally("alias-unclear", 1, ("BY-1-part-1.1-7",)),)


GOOD = sema(ATABEKOV, record(EntityOrShip="Fulmen", Item="8")).data
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DTD = f'<!DOCTYPE data-set [<!ENTITY a0 "ha">{BOMB}]>\n'
FETCH = '<!DOCTYPE data-set [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'


def put(old: str, new: str) -> bytes:
    assert old.encode() in GOOD
    return GOOD.replace(old.encode(), new.encode(), 1)


def row(line: int, reason: str) -> tuple[Code, dict[str, str | int]]:
    return Code.FILE_ROW_INVALID, {"line": line, "reason": reason}


HOSTILE: dict[str, tuple[bytes, tuple[Code, dict[str, str | int]]]] = {
    "empty": (b"\xef\xbb\xbf \n", (Code.FILE_EMPTY, {})),
    "no records": (sema().data, (Code.FILE_EMPTY, {})),
    "no names at all": (sema(record()).data, (Code.FILE_EMPTY, {})),
    "entity bomb": (put(ROOT, DTD + ROOT).replace(b"Fulmen", b"&a9;"), row(2, "doctype")),
    "file by entity": (put(ROOT, FETCH + ROOT).replace(b"Fulmen", b"&x;"), row(2, "doctype")),
    "document type alone": (put(ROOT, f"<!DOCTYPE data-set>\n{ROOT}"), row(2, "doctype")),
    "entity that nobody declared": (put("Fulmen", "&x;"), row(4, "xml")),
    "instruction": (put("<data-set", "<?php x?>\n<data-set"), row(2, "instruction")),
    "cut in a field": (GOOD[: GOOD.index(b"Fulmen")], (Code.FILE_TRUNCATED, {"line": 4})),
    "cut between records": (GOOD[: GOOD.index(b"</data")], (Code.FILE_TRUNCATED, {"line": 5})),
    "cut in the last tag": (GOOD[:-1], (Code.FILE_TRUNCATED, {"line": 5})),
    "more than one root": (GOOD + GOOD[len(HEAD) :], row(5, "xml")),
    "UTF-16": (GOOD.decode().encode("utf-16"), (Code.FILE_ENCODING, {"line": 1})),
    "latin-1": (GOOD.decode().encode("latin-1"), (Code.FILE_ENCODING, {"line": 3})),
    "another encoding declared": (put("UTF-8", "latin-1"), (Code.FILE_ENCODING, {"line": 1})),
    "NUL": (put("Fulmen", "Ful\0men"), (Code.FILE_ENCODING, {"line": 4})),
    "replacement character": (put("Fulmen", "Ful\ufffdmen"), (Code.FILE_ENCODING, {"line": 4})),
    "control by reference": (put("Fulmen", "&#8;"), row(4, "xml")),
    "huge text": (put("Fulmen", "ab " * 100_000), row(4, "text-too-long")),
    "huge text in small pieces": (put("Fulmen", "&#945;" * 140_000), row(4, "text-too-long")),
    "other root": (GOOD.replace(b"data-set", b"data"), row(2, "element")),
    "unknown field": (put("<LastName>", "<Name>x</Name><LastName>"), row(3, "element")),
    "element in a field": (put("Fulmen", "<b>Fulmen</b>"), row(4, "element")),
    "attribute": (put("<record>", '<record id="1">'), row(3, "attribute")),
    "text between fields": (put("<record>", "<record>lost"), row(3, "text")),
    "field twice": (put("<Item>", "<Item>1</Item><Item>"), row(3, "Item")),
    "no country": (put("Belarus / Bélarus", " "), row(3, "Country")),
    "country without letters": (put("Belarus / Bélarus", "-"), row(3, "Country")),
    "item that is no number": (put("<Item>7", "<Item>7a"), row(3, "Item")),
    "no date of listing": (put("2020-09-28", ""), row(3, "DateOfListing")),
    "date of listing that is none": (put("2020-09-28", "2020-09-31"), row(3, "DateOfListing")),
    "year of listing": (put("2020-09-28", "2020"), row(3, "DateOfListing")),
    "person and body in one": (
        put("<LastName>", "<EntityOrShip>x</EntityOrShip><LastName>"),
        row(3, "EntityOrShip"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_lists(data: bytes, expected: tuple[Code, dict[str, str | int]]) -> None:
    code, params = expected
    with refuses(code, file="sema.xml", **params):
        load(Source("sema.xml", data))


def test_too_many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "LIST_RECORDS", 1)
    with refuses(Code.FILE_ROW_INVALID, file="sema.xml", line=4, reason="too-many-rows"):
        load(Source("sema.xml", GOOD))


NOISE = st.binary(max_size=8) | st.sampled_from([b"<", b"&", b"</record>"])


@given(st.integers(0, len(GOOD)), NOISE)
def test_any_file_loads_or_is_refused(at: int, noise: bytes) -> None:
    said = outcome(lambda: load(Source("sema.xml", GOOD[:at] + noise + GOOD[at:])))
    if isinstance(said, ComityError):
        assert said.params["file"] == "sema.xml"
    else:
        assert said[1].records == len(said[0]) > 0
