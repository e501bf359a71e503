"""What a load says of itself: counts, reasons and examples, all data and no prose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from comity.core.records import Family, Record

EXAMPLES: Final = 10
"""Row ids shown for each reason: enough to look some of them up."""


class SetAside(StrEnum):
    """Why something in a file is not in the holdings (a row), or gives no token (an identifier)."""

    ROW_BLANK = "row-blank"
    RFC_SUPPRESSED = "rfc-suppressed"
    RFC_INVALID = "rfc-invalid"
    NAME_MISSING = "name-missing"
    ID_MISSING = "id-missing"
    ALIAS_WITHOUT_ENTRY = "alias-without-entry"
    ADDRESS_WITHOUT_ENTRY = "address-without-entry"
    REMARK_WITHOUT_ENTRY = "remark-without-entry"
    REMARK_NOT_CONTINUED = "remark-not-continued"
    """A continuation of a remark that is not cut: the two files are not of one date."""
    IDENTIFIER_INCOMPLETE = "identifier-incomplete"
    IDENTIFIER_INVALID = "identifier-invalid"
    IDENTIFIER_UNCLEAR = "identifier-unclear"
    """Announced as an identifier, but its value cannot be told from the words around it."""
    IDENTIFIER_CUT = "identifier-cut"
    """The last thing in a remark that is cut and not continued."""
    IMO_OF_COMPANY = "imo-of-company"


class Warn(StrEnum):
    """What was loaded and deserves a look."""

    REPEATED_ID = "repeated-id"
    ID_WITH_NAME = "id-with-name"
    """Several records would have one id; each has its name in it."""
    CONFLICTING_STATUS = "conflicting-status"
    NAME_NOTE_SPLIT = "name-note-split"
    REMARK_CONTINUED = "remark-continued"
    REMARK_CONTINUATION_MISSING = "remark-continuation-missing"
    COMPANION_MISSING = "companion-missing"
    """A file that belongs to the list is not beside it; its name is the example."""
    CHECK_DIGIT_WRONG = "check-digit-wrong"
    COUNTRY_MISSING = "country-missing"
    COUNTRY_UNKNOWN = "country-unknown"
    DATE_UNREADABLE = "date-unreadable"
    DATE_SERIAL = "date-serial"
    """A date written as a spreadsheet's day number."""
    DATE_SHORT_YEAR = "date-short-year"
    DATE_SEVERAL = "date-several"
    """Several dates in one cell; the latest counts, all are in the notes."""
    STATUS_UNDATED = "status-undated"
    BIRTH_DATE_UNREADABLE = "birth-date-unreadable"
    ALIAS_UNCLEAR = "alias-unclear"
    """Parts of a text of aliases are no names of their own; the text is in the notes."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file as it was read: its name without folders, its size and its digest."""

    name: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a reason or warning occurred, and the ids of up to EXAMPLES rows."""

    code: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyCount:
    """Identifiers of one family in the records that were loaded."""

    family: Family
    count: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was read, what was set aside and why."""

    format: str
    files: tuple[FileRead, ...]
    encoding: str
    rows: int
    """Data rows of the list itself, companions not counted."""
    records: int
    aliases: int
    """Names beyond the first of each record."""
    identifiers: tuple[FamilyCount, ...]
    set_aside: tuple[Tally, ...]
    warnings: tuple[Tally, ...]
    as_of: date | None = None
    """The date of the list, where the file or the caller says."""


class Tallies:
    """Counts reasons while a list is read."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def add(self, code: StrEnum, row: str) -> None:
        """Count one occurrence of `code` in the row or record `row`."""
        self._counts[code.value] = self._counts.get(code.value, 0) + 1
        examples = self._examples.setdefault(code.value, [])
        if len(examples) < EXAMPLES and row not in examples:
            examples.append(row)

    def of(self, codes: Iterable[StrEnum]) -> tuple[Tally, ...]:
        """Return the tallies of these codes that occurred, in the order of the codes."""
        return tuple(
            Tally(code.value, self._counts[code.value], tuple(self._examples[code.value]))
            for code in codes
            if code.value in self._counts
        )


class Counts:
    """Counts what records have while a list is read."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records = self.aliases = 0
        self.families = dict.fromkeys(Family, 0)
        for record in records:
            self.add(record)

    def add(self, record: Record, times: int = 1) -> None:
        """Count a record; with `times` -1, do so no longer."""
        self.records += times
        self.aliases += times * (len(record.names) - 1)
        for identifier in record.identifiers:
            self.families[identifier.family] += times


def summarise(
    format: str,
    files: Iterable[FileRead],
    encoding: str,
    rows: int,
    counts: Counts,
    tallies: Tallies,
    as_of: date | None = None,
) -> LoadReport:
    """Return the report on records that were read."""
    families = counts.families.items()
    return LoadReport(
        format=format,
        files=tuple(files),
        encoding=encoding,
        rows=rows,
        records=counts.records,
        aliases=counts.aliases,
        identifiers=tuple(FamilyCount(family, n) for family, n in families if n),
        set_aside=tallies.of(SetAside),
        warnings=tallies.of(Warn),
        as_of=as_of,
    )
