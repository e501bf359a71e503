"""Reader of Canada's consolidated autonomous sanctions list, in its XML form.

One `data-set` of `record` elements, each for a person (`LastName`, `GivenName`), a body
(`EntityOrShip`) or a ship (`EntityOrShip` with `TitleOrShip`, its type, and `ShipIMONumber`). The
list is made from the schedules of several regulations: `Country` names the regulations (the
country, or what they are about, in English and French), `Schedule` the part, `Item` the number in
it. A person's `DateOfBirthOrShipBuildDate` is mostly a full date or a year; what cannot be read is
kept as a note.

The list has no ids. `Country`, `Schedule` and `Item` together are what the regulations themselves
cite, and make the id: `RU-1-part-1-23`, `VE-7` where there is no schedule, `JVCFOR-3` where the
regulations have a short name and no country. No two records of the edition of 2025-03-20 share
them. Should two, each of these gets its name in its normal form added
(`RU-1-part-1-23-ivanov-ivan`), whatever their order in the file; with the same name as well, the
list is refused.
"""

import re
from collections import Counter
from datetime import date
from typing import Final

from comity.api import Progress
from comity.core.names import normal_name
from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.ca_names import Split, alias_names, body_names, person_name, tidy
from comity.formats.checked import check_identifier
from comity.formats.countries import country_code
from comity.formats.report import Counts, LoadReport, SetAside, Tallies, Warn, summarise
from comity.formats.tables import Source
from comity.formats.xml_records import XmlRecord, xml_records

FORMAT: Final = "ca-sema"
ROOT: Final = "data-set"
RECORD: Final = "record"
BORN: Final = "DateOfBirthOrShipBuildDate"
FIELDS: Final = (
    "Country",
    "LastName",
    "GivenName",
    "EntityOrShip",
    "TitleOrShip",
    "ShipIMONumber",
    "Aliases",
    BORN,
    "Schedule",
    "Item",
    "DateOfListing",
)
NOTED: Final = ("Schedule", "Item", "TitleOrShip")
"""Fields that become notes, each as `field: text`."""
LISTED: Final = "listed"
PROGRESS_ROWS: Final = 1_000

_SHORT_NAME = re.compile(r"\(([A-Z]{3,})\)")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_YEARS = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_SCHEDULE = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)*")


def parse(
    source: Source, as_of: date | None, progress: Progress
) -> tuple[list[Record], LoadReport]:
    """Return the records of the list and the report.

    Every record has the one status `listed`, since its `DateOfListing`. `as_of` is the date of the
    list, which its file does not tell. Raises FILE_EMPTY, FILE_ENCODING, FILE_TRUNCATED or
    FILE_ROW_INVALID, with the line; then nothing is loaded.
    """
    tallies = Tallies()
    rows = [_tidied(row) for row in xml_records(source, ROOT, RECORD, FIELDS)]
    if not rows:
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    ids = _ids(source, rows, tallies)
    records = []
    for done, (row, key) in enumerate(zip(rows, ids, strict=True), start=1):
        if record := _record(source, row, key, tallies):
            records.append(record)
        if done % PROGRESS_ROWS == 0 or done == len(rows):
            progress("read", done, len(rows))
    if not records:
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    reads = [source.read(len(rows))]
    counts = Counts(records)
    return records, summarise(FORMAT, reads, "utf-8", len(rows), counts, tallies, as_of)


def _tidied(row: XmlRecord) -> XmlRecord:
    return XmlRecord(row.line, {name: tidy(text) for name, text in row.fields.items()})


def _ids(source: Source, rows: list[XmlRecord], tallies: Tallies) -> list[str]:
    ids = [_id(source, row) for row in rows]
    shared = {key for key, count in Counter(ids).items() if count > 1}
    for index, (key, row) in enumerate(zip(ids, rows, strict=True)):
        if key in shared:
            tallies.add(Warn.ID_WITH_NAME, key)
            ids[index] = f"{key}-{_words(' '.join(_primary(row)[:1]))}"
    seen: set[str] = set()
    for key, row in zip(ids, rows, strict=True):
        if key in seen:
            raise _invalid(source, row, "id-repeated")
        seen.add(key)
    return ids


def _id(source: Source, row: XmlRecord) -> str:
    for name in ("Country", "Item", "DateOfListing"):
        if not row.fields.get(name):
            raise _invalid(source, row, name)
    country, item = _country(row), row.fields["Item"]
    if not country:
        raise _invalid(source, row, "Country")
    if not (item.isascii() and item.isdigit()):
        raise _invalid(source, row, "Item")
    schedule = _SCHEDULE.findall(row.fields.get("Schedule", "").lower())
    return "-".join((country, *schedule, item))


def _country(row: XmlRecord) -> str:
    """Return the code of the country, or the short or full name of the regulations."""
    english = row.fields["Country"].split("/")[0].strip()
    bare = english.split("(")[0]
    short = _SHORT_NAME.search(english)
    return country_code(bare) or (short[1] if short else _words(english))


def _words(text: str) -> str:
    return normal_name(text).replace(" ", "-")


def _primary(row: XmlRecord) -> tuple[str, ...]:
    if body := row.fields.get("EntityOrShip"):
        return body_names(body).names
    return person_name(row.fields.get("LastName", ""), row.fields.get("GivenName", ""))


def _record(source: Source, row: XmlRecord, key: str, tallies: Tallies) -> Record | None:
    said = row.fields
    person = bool(said.get("LastName") or said.get("GivenName"))
    if person and (said.get("EntityOrShip") or said.get("ShipIMONumber")):
        raise _invalid(source, row, "EntityOrShip")
    ship = not person and bool(said.get("TitleOrShip") or said.get("ShipIMONumber"))
    kind = Kind.PERSON if person else Kind.VESSEL if ship else Kind.ORGANISATION
    names = [name for name in _primary(row) if normal_name(name)]
    if not names:
        tallies.add(SetAside.NAME_MISSING, key)
        return None
    notes = [f"{name}: {said[name]}" for name in NOTED if said.get(name)]
    aliases = alias_names(said["Aliases"], person) if said.get("Aliases") else Split(())
    if aliases.unclear:
        tallies.add(Warn.ALIAS_UNCLEAR, key)
        notes.append(f"Aliases: {said['Aliases']}")
    born = birth_dates(said[BORN]) if person and said.get(BORN) else ()
    if said.get(BORN) and not born:
        notes.append(f"{BORN}: {said[BORN]}")
        if person:
            tallies.add(Warn.BIRTH_DATE_UNREADABLE, key)
    return Record(
        id=key,
        kind=kind,
        names=tuple(dict.fromkeys((*names, *aliases.names))),
        identifiers=_imo(said.get("ShipIMONumber", ""), kind, key, tallies),
        statuses=(Status(LISTED, _listed(source, row)),),
        birth_dates=born,
        programs=(said["Country"],),
        notes=tuple(notes),
    )


def birth_dates(text: str) -> tuple[str, ...]:
    """Return every date that a text gives as YYYY, YYYY-MM or YYYY-MM-DD, else nothing.

    Alternatives are divided by `or`; `1963-1964` are two years, and only two that follow on each
    other: a longer span says of no year that it is meant.
    """
    if span := _YEARS.fullmatch(text.strip()):
        first, last = span.groups()
        return (first, last) if int(last) - int(first) == 1 else ()
    found = [part.strip() for part in re.split(r"\s+or\s+", text.strip(), flags=re.IGNORECASE)]
    return tuple(found) if all(map(_is_date, found)) else ()


def _is_date(text: str) -> bool:
    if not (text.isascii() and _DATE.fullmatch(text)):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def _listed(source: Source, row: XmlRecord) -> date:
    text = row.fields["DateOfListing"]
    if not (_is_date(text) and len(text) == 10):
        raise _invalid(source, row, "DateOfListing")
    return date.fromisoformat(text)


def _imo(text: str, kind: Kind, key: str, tallies: Tallies) -> tuple[Identifier, ...]:
    if not text:
        return ()
    checked = check_identifier(Identifier(Family.IMO, text), kind)
    for notice in checked.notices:
        tallies.add(notice, key)
    return (checked.identifier,) if checked.identifier else ()


def _invalid(source: Source, row: XmlRecord, reason: str) -> ComityError:
    return ComityError(Code.FILE_ROW_INVALID, file=source.name, line=row.line, reason=reason)
