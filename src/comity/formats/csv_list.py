"""Reader of any list in CSV with a header row, given a mapping (`comity.formats.csv_map`).

Comma, semicolon or tab, whichever makes every mapped column appear in the header. Encodings as in
`comity.formats.tables`. Rows with the same id are one record with every name, identifier and
status of them; a list that gives one id to two kinds of thing is refused.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from comity.api import Progress
from comity.core.holdings import Records
from comity.core.label import STATUS_CODES
from comity.core.names import normal_name
from comity.core.records import Family, Identifier, Kind, Place, Record, Status
from comity.errors import Code, ComityError
from comity.formats.checked import check_identifier
from comity.formats.countries import country_code
from comity.formats.csv_map import ROW_NUMBER, IdentifierColumn, Mapping
from comity.formats.report import Counts, LoadReport, SetAside, Tallies, Warn, summarise
from comity.formats.tables import Row, Source, check_width, decode, invalid, rows
from comity.limits import ID_CHARS

FORMAT: Final = "csv"
DELIMITERS: Final = (",", ";", "\t")
LISTED: Final = "listed"
"""The status where the list has no column for it, or nothing in the column."""
YES: Final = frozenset({"yes", "true", "1", "x", "si", "verdadero"})
NO: Final = frozenset({"", "no", "false", "0", "falso"})
PROGRESS_ROWS: Final = 1_000

_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")


@dataclass(slots=True)
class _Entry:
    """What the rows of one id say together. Dictionaries stand for ordered sets."""

    kind: Kind
    withheld: bool = False
    names: dict[str, None] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    statuses: dict[Status, None] = field(default_factory=dict)
    birth_dates: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)
    programs: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)


def parse(
    source: Source, mapping: Mapping, as_of: date | None, progress: Progress
) -> tuple[Records, LoadReport]:
    """Return the records of the list and the report.

    `as_of` is the date of statuses whose row gives none. Raises FILE_EMPTY, FILE_TRUNCATED,
    FILE_ENCODING, FILE_COLUMNS (column) or FILE_ROW_INVALID (line, reason: the mapping's field);
    then nothing is loaded.
    """
    text, encoding = decode(source)
    delimiter, header = _header(source, text, mapping)
    reading = _Reading(source, mapping, as_of, header)
    every = rows(source, text, delimiter)
    next(every)
    total, count = max(text.count("\n"), 1), 0
    for count, row in enumerate(every, start=1):
        if any(cell.strip() for cell in row.cells):
            check_width(source, row, len(header))
            reading.add(row, count)
        else:
            reading.tallies.add(SetAside.ROW_BLANK, str(row.line))
        if count % PROGRESS_ROWS == 0:
            progress("read", count, total)
    records = reading.finish()
    if not records:
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    progress("read", total, total)
    read = [source.read(count)]
    report = summarise(FORMAT, read, encoding, count, reading.counts, reading.tallies, as_of)
    return records, report


def _header(source: Source, text: str, mapping: Mapping) -> tuple[str, list[str]]:
    missing = ""
    for delimiter in DELIMITERS:
        first = next(rows(source, text, delimiter))
        header = [" ".join(cell.split()) for cell in first.cells]
        absent = [column for column in mapping.columns() if header.count(column) != 1]
        if not absent:
            return delimiter, header
        missing = missing or absent[0]
    raise ComityError(Code.FILE_COLUMNS, file=source.name, line=1, column=missing)


class _Reading:
    """One list while it is read."""

    def __init__(
        self, source: Source, mapping: Mapping, as_of: date | None, header: list[str]
    ) -> None:
        self._source, self._mapping, self._as_of = source, mapping, as_of
        self._at = {name: position for position, name in enumerate(header)}
        self._statuses: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._records = Records()
        self._repeated: dict[int, _Entry] = {}
        """What was read so far of ids that have several rows, by their number among the records."""
        self.counts = Counts()
        self.tallies = Tallies()

    def add(self, row: Row, number: int) -> None:
        """Take one row, the `number`th after the header."""
        mapping = self._mapping
        key = f"row-{number}" if mapping.id == ROW_NUMBER else self._cell(row, mapping.id)
        if not key:
            self.tallies.add(SetAside.ID_MISSING, str(row.line))
            return
        if len(key) > ID_CHARS:
            raise invalid(self._source, row, "id")
        name = self._cell(row, mapping.name)
        if not normal_name(name):
            self.tallies.add(SetAside.NAME_MISSING, key)
            return
        kind = self._kind(row)
        known = self._numbers.setdefault(key, len(self._numbers))
        entry = _Entry(kind) if known == len(self._records) else self._opened(known)
        if entry.kind is not kind:
            raise invalid(self._source, row, "kind")
        entry.withheld |= self._withheld(row)
        entry.names |= dict.fromkeys((name, *self._cells(row, mapping.aliases)))
        entry.statuses[self._status(row)] = None
        dates = (self._date(text) for text in self._cells(row, mapping.birth_dates))
        entry.birth_dates |= dict.fromkeys(
            born.isoformat() if isinstance(born, date) else born for born in dates
        )
        entry.addresses |= dict.fromkeys(self._cells(row, mapping.addresses))
        place = [self._cell(row, column) if column else "" for column in mapping.place]
        if any(place):
            entry.places[Place(*place)] = None
        entry.programs |= dict.fromkeys(self._cells(row, mapping.programs))
        entry.notes |= dict.fromkeys(self._cells(row, mapping.notes))
        for column in mapping.identifiers:
            self._identify(row, key, column, entry)
        if known == len(self._records):
            record = _record(key, entry)
            self._records.append(record)
            self.counts.add(record)

    def finish(self) -> Records:
        """Return the records, in the order of their first rows."""
        for number, entry in sorted(self._repeated.items()):
            record = _record(self._records.ids[number], entry)
            self.tallies.add(Warn.REPEATED_ID, record.id)
            if len({status.value for status in record.statuses}) > 1:
                self.tallies.add(Warn.CONFLICTING_STATUS, record.id)
            self._records.replace(number, record)
            self.counts.add(record)
        return self._records

    def _opened(self, number: int) -> _Entry:
        """Return what was read of an id that had a row before."""
        if number not in self._repeated:
            record = self._records[number]
            self.counts.add(record, -1)
            self._repeated[number] = _entry(record)
        return self._repeated[number]

    def _cell(self, row: Row, column: str) -> str:
        return " ".join(row.cells[self._at[column]].split()) if column else ""

    def _cells(self, row: Row, columns: tuple[str, ...]) -> list[str]:
        split = self._mapping.split
        found = []
        for column in columns:
            text = row.cells[self._at[column]]
            found += [" ".join(part.split()) for part in (text.split(split) if split else [text])]
        return [text for text in found if text]

    def _kind(self, row: Row) -> Kind:
        if self._mapping.kind:
            return self._mapping.kind
        try:
            return Kind(self._cell(row, self._mapping.kind_column).lower())
        except ValueError:
            raise invalid(self._source, row, "kind") from None

    def _withheld(self, row: Row) -> bool:
        said = normal_name(self._cell(row, self._mapping.withheld))
        if said not in YES | NO:
            raise invalid(self._source, row, "withheld")
        return said in YES

    def _status(self, row: Row) -> Status:
        value = normal_name(self._cell(row, self._mapping.status)).replace(" ", "-") or LISTED
        self._statuses.add(value)
        if len(value) > ID_CHARS or len(self._statuses) > STATUS_CODES:
            raise invalid(self._source, row, "status")
        text = self._cell(row, self._mapping.as_of)
        since = self._date(text) if text else self._as_of
        if isinstance(since, str):
            raise invalid(self._source, row, "as_of")
        return Status(value, since)

    def _date(self, text: str) -> date | str:
        """Return the date that a text is in the mapping's order, or the text as it is."""
        match = _DATE.fullmatch(text)
        if not match:
            return text
        part = dict(zip(self._mapping.dates, match.groups(), strict=True))
        try:
            return (
                date(int(part["y"]), int(part["m"]), int(part["d"]))
                if len(part["y"]) == 4
                else text
            )
        except ValueError:
            return text

    def _identify(self, row: Row, key: str, column: IdentifierColumn, entry: _Entry) -> None:
        texts = self._cells(row, (column.column,))
        country = "MX" if column.family in (Family.RFC, Family.CURP) else column.country
        if texts and column.country_column:
            name = self._cell(row, column.country_column)
            country = name.upper() if len(name) == 2 else country_code(name)
            if not country:
                self.tallies.add(Warn.COUNTRY_UNKNOWN if name else Warn.COUNTRY_MISSING, key)
        for text in texts:
            identifier = Identifier(column.family, text, country)
            checked = check_identifier(identifier, entry.kind)
            for notice in checked.notices:
                self.tallies.add(notice, key)
            if checked.identifier:
                entry.identifiers[checked.identifier] = None


def _record(key: str, entry: _Entry) -> Record:
    return Record(
        id=key,
        kind=entry.kind,
        names=tuple(entry.names),
        identifiers=tuple(entry.identifiers),
        statuses=tuple(sorted(entry.statuses, key=lambda status: status.as_of or date.min)),
        birth_dates=tuple(entry.birth_dates),
        addresses=tuple(entry.addresses),
        places=tuple(entry.places),
        programs=tuple(entry.programs),
        notes=tuple(entry.notes),
        withheld=entry.withheld,
    )


def _entry(record: Record) -> _Entry:
    return _Entry(
        kind=record.kind,
        withheld=record.withheld,
        names=dict.fromkeys(record.names),
        identifiers=dict.fromkeys(record.identifiers),
        statuses=dict.fromkeys(record.statuses),
        birth_dates=dict.fromkeys(record.birth_dates),
        addresses=dict.fromkeys(record.addresses),
        places=dict.fromkeys(record.places),
        programs=dict.fromkeys(record.programs),
        notes=dict.fromkeys(record.notes),
    )
