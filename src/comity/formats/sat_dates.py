"""Dates as the SAT's lists write them: day first, sometimes two in a cell, rarely otherwise."""

import re
from datetime import date, timedelta
from typing import Final

from comity.core.names import normal_name
from comity.formats.report import Warn

MONTHS: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
SERIAL_ZERO: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets, as counted since March 1900."""
SERIALS: Final = range(36_526, 73_051)
"""Day numbers from 2000 to the end of 2099: other five-digit numbers are no dates."""

_DAY = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?!\d)")
_TITLE = re.compile(r"actualizada al (\d{1,2}) de ([a-z]+) de (\d{4})")


def latest_date(cell: str) -> tuple[date | None, tuple[Warn, ...]]:
    """Return the latest date in a cell, and what to warn of.

    Two dates stand in a cell where a notice was published again; the later is the one in force.
    """
    if re.fullmatch("[0-9]{5}", cell) and int(cell) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(cell)), (Warn.DATE_SERIAL,)
    found, short = [], False
    for day, month, year in _DAY.findall(cell):
        short = short or len(year) == 2
        try:
            found.append(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
        except ValueError:
            return None, (Warn.DATE_UNREADABLE,)
    # Nothing but the dates and what joins them, or else something was not understood.
    if not found or re.sub(r"[\s,;y-]+", "", _DAY.sub("", cell)):
        return None, (Warn.DATE_UNREADABLE,)
    warnings = [Warn.DATE_SHORT_YEAR] if short else []
    if len(found) > 1:
        warnings.append(Warn.DATE_SEVERAL)
    return max(found), tuple(warnings)


def title_date(text: str) -> date | None:
    """Return the date in a title (`Información actualizada al 31 de mayo de 2026`), if any."""
    match = _TITLE.search(normal_name(text))
    if not match or match[2] not in MONTHS:
        return None
    try:
        return date(int(match[3]), MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        return None
