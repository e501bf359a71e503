"""Reader of the SAT's list under article 69-B of the Mexican tax code, in its CSV form.

One row for each procedure: `No`, `RFC`, `Nombre del Contribuyente`, `Situación del contribuyente`,
then number and date of the notices, and the dates they were published, for each of four stages on
two channels (the SAT's page, the Diario Oficial de la Federación). Older editions begin with the
header; later ones have two title lines before it, of which the first tells the date of the list.
Encodings differ between editions as well: Windows-1252, or UTF-8 with a byte order mark.

One record for each RFC. The status of a row is its `Situación`, since the day the notice of that
stage was published: on the SAT's page, where the taxpayer meets it first, or else in the DOF.
Earlier stages of the row are its history, not its standing: they go into the notes, so that a
`desvirtuado` is never shown as `presunto` again. An RFC on several rows has the status of each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from comity.api import Progress
from comity.core.identifiers import normal_rfc, rfc_checks
from comity.core.names import normal_name
from comity.core.records import Family, Identifier, Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.report import Counts, LoadReport, SetAside, Tallies, Warn, summarise
from comity.formats.sat_dates import latest_date, title_date
from comity.formats.tables import Row, Source, check_width, decode, invalid, rows

FORMAT: Final = "sat-69b"
SITUATIONS: Final = {
    "presunto": ("presunto", 4),
    "desvirtuado": ("desvirtuado", 8),
    "definitivo": ("definitivo", 12),
    "sentencia favorable": ("sentencia-favorable", 16),
}
"""Situation as a normal name: its status code, and the first of the stage's four columns."""
COLUMNS: Final = 20
TITLE_LINES: Final = 2
PROGRAM: Final = "CFF 69-B"
NOTE_MARK: Final = "//"
"""What follows it in a name is court text or a former name: not part of the name."""
PROGRESS_ROWS: Final = 1_000

_NO, _RFC, _NAME, _SITUATION = range(4)
_STAGES = (
    ("presuncion", "presuntos"),
    ("contribuyentes que desvirtuaron", "desvirtuados"),
    ("definitivos", "definitivos"),
    ("sentencia favorable", "sentencia favorable"),
)
_HEADER = [
    "no",
    "rfc",
    "nombre del contribuyente",
    "situacion del contribuyente",
    *(
        title
        for notice, stage in _STAGES
        for title in (
            f"numero y fecha de oficio global de {notice} sat",
            f"publicacion pagina sat {stage}",
            f"numero y fecha de oficio global de {notice} dof",
            f"publicacion dof {stage}",
        )
    ),
]
_SUPPRESSED = re.compile("X{10,13}")


@dataclass(slots=True)
class _Taxpayer:
    """What the rows of one RFC say together."""

    names: dict[str, None] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0


def parse(
    source: Source, as_of: date | None, progress: Progress
) -> tuple[list[Record], LoadReport]:
    """Return the records of the list and the report.

    `as_of` counts only where the file has no title that tells its date. Raises FILE_EMPTY,
    FILE_TRUNCATED, FILE_ENCODING, FILE_COLUMNS or FILE_ROW_INVALID, with file and line; then
    nothing is loaded.
    """
    text, encoding = decode(source)
    every = rows(source, text)
    width, titled = _header(source, every)
    tallies = Tallies()
    found: dict[str, _Taxpayer] = {}
    total, count = max(text.count("\n"), 1), 0
    for count, row in enumerate(every, start=1):
        if any(cell.strip() for cell in row.cells):
            check_width(source, row, width)
            _read_row(source, row, found, tallies)
        else:
            tallies.add(SetAside.ROW_BLANK, str(row.line))
        if count % PROGRESS_ROWS == 0:
            progress("read", count, total)
    if not found:
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    records = [_record(rfc, taxpayer, tallies) for rfc, taxpayer in found.items()]
    progress("read", total, total)
    read = [source.read(count)]
    return records, summarise(
        FORMAT, read, encoding, count, Counts(records), tallies, titled or as_of
    )


def _header(source: Source, every: Iterator[Row]) -> tuple[int, date | None]:
    """Read up to the header; return the width of the rows and the date in the titles."""
    titled = None
    line = 1
    for row in every:
        line = row.line
        names = [normal_name(cell) for cell in row.cells]
        # Spreadsheets leave empty columns behind; they are empty in the header, too.
        if names[:COLUMNS] == _HEADER and not any(names[COLUMNS:]):
            return len(names), titled
        if line > TITLE_LINES or "rfc" in names:
            break
        titled = titled or title_date(" ".join(row.cells))
    raise ComityError(Code.FILE_COLUMNS, file=source.name, line=line)


def _read_row(source: Source, row: Row, found: dict[str, _Taxpayer], tallies: Tallies) -> None:
    cells = [" ".join(cell.split()) for cell in row.cells]
    number, text = cells[_NO], cells[_RFC]
    if _SUPPRESSED.fullmatch(text.upper()):
        tallies.add(SetAside.RFC_SUPPRESSED, number)
        return
    situation = normal_name(cells[_SITUATION])
    if situation not in SITUATIONS:
        raise invalid(source, row, "situacion")
    try:
        rfc = normal_rfc(text)
    except ComityError:
        tallies.add(SetAside.RFC_INVALID, number)
        return
    name, mark, note = (part.strip() for part in cells[_NAME].partition(NOTE_MARK))
    if not normal_name(name):
        tallies.add(SetAside.NAME_MISSING, number)
        return
    if mark:
        tallies.add(Warn.NAME_NOTE_SPLIT, number)
    taxpayer = found.setdefault(rfc, _Taxpayer())
    taxpayer.rows += 1
    taxpayer.names[name] = None
    taxpayer.statuses.append(_status(cells, situation, number, tallies))
    taxpayer.notes += [*([note] if note else []), *_notices(cells)]


def _status(cells: list[str], situation: str, number: str, tallies: Tallies) -> Status:
    value, first = SITUATIONS[situation]
    for column in (first + 1, first + 3):
        if cells[column]:
            found, warnings = latest_date(cells[column])
            for warning in warnings:
                tallies.add(warning, number)
            if found:
                return Status(value, found)
    tallies.add(Warn.STATUS_UNDATED, number)
    return Status(value)


def _notices(cells: list[str]) -> Iterator[str]:
    """Yield every notice of a row as `status channel: notice; published`."""
    for value, first in SITUATIONS.values():
        for channel, column in (("SAT", first), ("DOF", first + 2)):
            parts = [part for part in cells[column : column + 2] if part]
            if parts:
                yield f"{value} {channel}: {'; '.join(parts)}"


def _record(rfc: str, taxpayer: _Taxpayer, tallies: Tallies) -> Record:
    # The current status last: by date, undated ones first.
    statuses = sorted(dict.fromkeys(taxpayer.statuses), key=lambda status: status.as_of or date.min)
    if taxpayer.rows > 1:
        tallies.add(Warn.REPEATED_ID, rfc)
    if len({status.value for status in statuses}) > 1:
        tallies.add(Warn.CONFLICTING_STATUS, rfc)
    if not rfc_checks(rfc):
        tallies.add(Warn.CHECK_DIGIT_WRONG, rfc)
    return Record(
        id=rfc,
        kind=Kind.ORGANISATION if len(rfc) == 12 else Kind.PERSON,
        names=tuple(taxpayer.names),
        identifiers=(Identifier(Family.RFC, rfc, "MX"),),
        statuses=tuple(statuses),
        programs=(PROGRAM,),
        notes=tuple(dict.fromkeys(taxpayer.notes)),
    )
