"""Readers of real lists. Each gives the same records and the same report, or one error.

A list is read whole or not at all: a file with any flaw that could make rows go missing raises a
ComityError that names file and line, and nothing of it is loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from comity.api import Progress
from comity.core.holdings import Records
from comity.errors import Code, ComityError
from comity.formats import ca_sema, csv_list, ofac_sdn, sat_69b
from comity.formats.csv_map import parse_mapping
from comity.formats.report import LoadReport
from comity.formats.tables import Source
from comity.limits import LIST_BYTES, MIB

Loaded = tuple[Records, LoadReport]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read, and whether it needs a mapping."""

    name: str
    read: Callable[[Path, str, date | None, Progress], Loaded]
    needs_mapping: bool = False


def read(
    path: Path,
    format: str,
    mapping: str | None = None,
    progress: Progress | None = None,
    as_of: date | None = None,
) -> Loaded:
    """Read a list: its records, and the report of what was read and what was set aside.

    `path` is a file, or for `ofac-sdn` also the folder that holds its files. `mapping` is for
    `csv` only (`comity.formats.csv_map`). `as_of` is the date of the list where its files have
    none. Progress counts rows, in the step `read`.

    Raises FORMAT_UNKNOWN, MAP_INVALID, FILE_MISSING, FILE_TOO_LARGE, FILE_EMPTY, FILE_ENCODING,
    FILE_TRUNCATED, FILE_COLUMNS or FILE_ROW_INVALID.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise ComityError(Code.FORMAT_UNKNOWN, format=format)
    if chosen.needs_mapping and not mapping:
        raise ComityError(Code.MAP_INVALID, field="map", reason="missing")
    if mapping and not chosen.needs_mapping:
        raise ComityError(Code.MAP_INVALID, field="map", reason="not-used")
    return chosen.read(path, mapping or "", as_of, progress or _silent)


def _silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def _source(path: Path) -> Source:
    try:
        if path.stat().st_size > LIST_BYTES:
            raise ComityError(Code.FILE_TOO_LARGE, file=path.name, limit=LIST_BYTES // MIB)
        return Source(path.name, path.read_bytes())
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=path.name) from None


def _read_ofac(path: Path, _mapping: str, as_of: date | None, progress: Progress) -> Loaded:
    folder = path if path.is_dir() else path.parent
    # OFAC serves the files in capitals and in small letters.
    there = {found.name.lower(): found for found in folder.iterdir()} if folder.is_dir() else {}
    main = there.get("sdn.csv", path / "sdn.csv") if path.is_dir() else path
    alt, add, comments = (
        _source(there[name]) if name in there else None
        for name in ("alt.csv", "add.csv", "sdn_comments.csv")
    )
    files = ofac_sdn.OfacFiles(_source(main), alt, add, comments)
    records, report = ofac_sdn.parse(files, as_of, progress)
    return Records(records), report


def _read_sat(path: Path, _mapping: str, as_of: date | None, progress: Progress) -> Loaded:
    records, report = sat_69b.parse(_source(path), as_of, progress)
    return Records(records), report


def _read_ca(path: Path, _mapping: str, as_of: date | None, progress: Progress) -> Loaded:
    records, report = ca_sema.parse(_source(path), as_of, progress)
    return Records(records), report


def _read_csv(path: Path, mapping: str, as_of: date | None, progress: Progress) -> Loaded:
    return csv_list.parse(_source(path), parse_mapping(mapping), as_of, progress)


FORMATS: Final = MappingProxyType(
    {
        found.name: found
        for found in (
            Format(ofac_sdn.FORMAT, _read_ofac),
            Format(sat_69b.FORMAT, _read_sat),
            Format(ca_sema.FORMAT, _read_ca),
            Format(csv_list.FORMAT, _read_csv, needs_mapping=True),
        )
    }
)
"""Every format that `read` knows, by name."""
