"""Reader of OFAC's Specially Designated Nationals list in its CSV form.

Four files in one folder: `sdn.csv` (the list), and where they are there `alt.csv` (aliases),
`add.csv` (addresses) and `sdn_comments.csv` (remarks over 1,000 characters go on there). No header
rows, CRLF, the last byte is 0x1A, `-0- ` is null. Columns as in OFAC's own data specification.

The files can be of different days. `sdn.csv` decides who is listed: rows of the others that belong
to no entry of it are counted and set aside, and a remark is continued only where it is cut.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from comity.api import Progress
from comity.core.records import Kind, Record, Status
from comity.errors import Code, ComityError
from comity.formats.ofac_remarks import read_remark
from comity.formats.report import Counts, FileRead, LoadReport, SetAside, Tallies, Warn, summarise
from comity.formats.tables import Row, Source, check_width, decode, invalid, rows

FORMAT: Final = "ofac-sdn"
SDN_COLUMNS: Final = (
    "ent_num",
    "name",
    "type",
    "program",
    "title",
    "call_sign",
    "vess_type",
    "tonnage",
    "GRT",
    "vess_flag",
    "vess_owner",
    "remarks",
)
NOTED: Final = slice(4, 11)
"""Columns that become notes, each as `column: value`."""
ALT_COLUMNS: Final = ("ent_num", "alt_num", "type", "name", "remarks")
ADD_COLUMNS: Final = ("ent_num", "add_num", "street", "city", "country", "remarks")
COMMENTS_COLUMNS: Final = ("ent_num", "remarks")
KINDS: Final = {
    "": Kind.ORGANISATION,
    "individual": Kind.PERSON,
    "vessel": Kind.VESSEL,
    "aircraft": Kind.AIRCRAFT,
}
REMARK_CHARS: Final = 1_000
"""Where the remarks column of `sdn.csv` ends."""
LISTED: Final = "listed"
PROGRESS_ROWS: Final = 1_000

_NULL = "-0-"
_ENT_NUM, _NAME, _TYPE, _PROGRAM, _REMARKS = 0, 1, 2, 3, 11
_END = b"\x1a"


@dataclass(frozen=True, slots=True)
class OfacFiles:
    """The four files; only the first must be there."""

    sdn: Source
    alt: Source | None = None
    add: Source | None = None
    comments: Source | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of one file by ent_num, with nulls as empty cells."""

    rows: dict[str, list[list[str]]]
    read: FileRead | None = None
    encoding: str = ""

    def set_aside(self, entries: "_Table", reason: SetAside, tallies: Tallies) -> None:
        """Count the rows that belong to no entry."""
        for key, orphans in self.rows.items():
            if key not in entries.rows:
                for _ in orphans:
                    tallies.add(reason, key)


def parse(
    files: OfacFiles, as_of: date | None, progress: Progress
) -> tuple[list[Record], LoadReport]:
    """Return the records of the list and the report.

    Every record has the one status `listed`, as of `as_of`: the files carry no date of their own.
    Raises FILE_EMPTY, FILE_TRUNCATED, FILE_ENCODING, FILE_COLUMNS or FILE_ROW_INVALID, with file
    and line; then nothing is loaded.
    """
    tallies = Tallies()
    sdn = _table(files.sdn, SDN_COLUMNS, unique=True)
    alt = _companion(files.alt, "alt.csv", ALT_COLUMNS, tallies)
    add = _companion(files.add, "add.csv", ADD_COLUMNS, tallies)
    comments = _companion(files.comments, "sdn_comments.csv", COMMENTS_COLUMNS, tallies)
    alt.set_aside(sdn, SetAside.ALIAS_WITHOUT_ENTRY, tallies)
    add.set_aside(sdn, SetAside.ADDRESS_WITHOUT_ENTRY, tallies)
    comments.set_aside(sdn, SetAside.REMARK_WITHOUT_ENTRY, tallies)
    records = []
    total = len(sdn.rows)
    for done, (key, found) in enumerate(sdn.rows.items(), start=1):
        entry = found[0]
        aliases = [row[3] for row in alt.rows.get(key, ())]
        addresses = [", ".join(filter(None, row[2:5])) for row in add.rows.get(key, ())]
        remark, cut = _whole_remark(key, entry[_REMARKS], comments, tallies)
        records.append(_record(entry, aliases, addresses, remark, cut, as_of, tallies))
        if done % PROGRESS_ROWS == 0 or done == total:
            progress("read", done, total)
    reads = [table.read for table in (sdn, alt, add, comments) if table.read]
    return records, summarise(FORMAT, reads, sdn.encoding, total, Counts(records), tallies, as_of)


def _table(source: Source, columns: tuple[str, ...], unique: bool = False) -> _Table:
    if not source.data.strip(_END + b" \r\n"):
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    if not source.data.endswith(_END):
        line = source.data.removesuffix(b"\n").count(b"\n") + 1
        raise ComityError(Code.FILE_TRUNCATED, file=source.name, line=line)
    body = Source(source.name, source.data.removesuffix(_END))
    text, encoding = decode(body)
    found: dict[str, list[list[str]]] = {}
    for row in rows(body, text, one_line=True):
        check_width(body, row, len(columns))
        cells = ["" if cell.strip() == _NULL else cell for cell in row.cells]
        _check(body, row, cells, columns)
        if cells[0] in found and unique:
            raise invalid(body, row, "ent_num-repeated")
        found.setdefault(cells[0], []).append(cells)
    return _Table(found, source.read(sum(map(len, found.values()))), encoding)


def _companion(
    source: Source | None, name: str, columns: tuple[str, ...], tallies: Tallies
) -> _Table:
    if source is None:
        tallies.add(Warn.COMPANION_MISSING, name)
        return _Table({})
    return _table(source, columns)


def _check(source: Source, row: Row, cells: list[str], columns: tuple[str, ...]) -> None:
    if not (cells[0].isascii() and cells[0].isdigit()):
        raise invalid(source, row, "ent_num")
    if "name" in columns and not cells[columns.index("name")].strip():
        raise invalid(source, row, "name")
    if columns is SDN_COLUMNS and cells[_TYPE] not in KINDS:
        raise invalid(source, row, "type")


def _whole_remark(key: str, remark: str, comments: _Table, tallies: Tallies) -> tuple[str, bool]:
    """Return the remark, continued where it is cut, and whether it still is cut."""
    more = [row[1] for row in comments.rows.get(key, ())]
    if len(remark) < REMARK_CHARS:
        for _ in more:
            tallies.add(SetAside.REMARK_NOT_CONTINUED, key)
        return remark, False
    if not more:
        tallies.add(Warn.REMARK_CONTINUATION_MISSING, key)
        return remark, True
    tallies.add(Warn.REMARK_CONTINUED, key)
    # Cut at a column's width, in the middle of words: joined with nothing in between.
    return remark + "".join(more), False


def _record(
    entry: list[str],
    aliases: list[str],
    addresses: list[str],
    remark: str,
    cut: bool,
    as_of: date | None,
    tallies: Tallies,
) -> Record:
    key, kind = entry[_ENT_NUM], KINDS[entry[_TYPE]]
    said = read_remark(remark, kind, cut)
    for notice in said.notices:
        tallies.add(notice, key)
    names = (" ".join(name.split()) for name in (entry[_NAME], *aliases, *said.aliases))
    noted = zip(SDN_COLUMNS[NOTED], entry[NOTED], strict=True)
    notes = [f"{column}: {text.strip()}" for column, text in noted if text]
    return Record(
        id=key,
        kind=kind,
        names=tuple(dict.fromkeys(name for name in names if name)),
        identifiers=tuple(dict.fromkeys(said.identifiers)),
        statuses=(Status(LISTED, as_of),),
        birth_dates=tuple(dict.fromkeys(said.birth_dates)),
        addresses=tuple(dict.fromkeys(address for address in addresses if address)),
        # One cell holds several programmes as `SDGT] [IFSR`.
        programs=tuple(part.strip() for part in entry[_PROGRAM].split("] [") if part.strip()),
        notes=(*notes, *((remark.strip(),) if remark.strip() else ())),
    )
