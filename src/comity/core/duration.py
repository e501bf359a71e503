"""Durations and periods of terms: the few ISO 8601 forms that mean one thing to everybody.

A duration is one count of one unit: PTnH, PnD, PnW, PnM or PnY, with n from 1 to 9999 and no
leading zero. A period is a calendar window in UTC: P1D, P1W (from Monday, ISO 8601) or P1M.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from comity.errors import Code, ComityError

_FORM: Final = re.compile(r"P(?:([1-9][0-9]{0,3})([DWMY])|T([1-9][0-9]{0,3})(H))", re.ASCII)
_FIXED: Final = {"H": timedelta(hours=1), "D": timedelta(days=1), "W": timedelta(weeks=1)}
_MONTHS: Final = {"M": 1, "Y": 12}


@dataclass(frozen=True, slots=True)
class Duration:
    """`count` of `unit`: H, D, W, M or Y. As text it is ISO 8601 again."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"P{'T' if self.unit == 'H' else ''}{self.count}{self.unit}"

    def after(self, start: datetime) -> datetime:
        """Return the moment a duration after `start`, at the end of a month that is too short.

        Raises TERMS_INVALID where the calendar ends first.
        """
        try:
            if self.unit in _FIXED:
                return start + self.count * _FIXED[self.unit]
            months = start.year * 12 + start.month - 1 + self.count * _MONTHS[self.unit]
            year, month = divmod(months, 12)
            day = min(start.day, monthrange(year, month + 1)[1])
            return start.replace(year=year, month=month + 1, day=day)
        except (OverflowError, ValueError):
            raise ComityError(Code.TERMS_INVALID, where="duration") from None


def parse_duration(text: str) -> Duration:
    """Read a duration. Raises TERMS_INVALID (where)."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ComityError(Code.TERMS_INVALID, where="duration")
    return Duration(int(form[1] or form[3]), form[2] or form[4])


def _read(value: object) -> Duration:
    if isinstance(value, Duration):
        value = str(value)
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ComityError as error:
        raise ValueError(str(error.code)) from None


DurationText: TypeAlias = Annotated[
    Duration,
    PlainValidator(_read),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": _FORM.pattern}),
]
"""A field of a model that is a Duration here and ISO 8601 text in JSON."""


class Period(StrEnum):
    """A calendar window in UTC over which tokens are counted."""

    DAY = "P1D"
    WEEK = "P1W"
    MONTH = "P1M"


def period_start(period: Period, now: datetime) -> datetime:
    """Return the start of the window that `now` (aware) lies in: midnight UTC of its first day."""
    if now.tzinfo is None:
        raise ComityError(Code.INTERNAL)
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day
