from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.duration import Duration, Period, parse_duration, period_start
from comity.errors import Code
from refusals import refuses

moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)


@given(st.integers(1, 9999), st.sampled_from("HDWMY"))
def test_text_round_trips(count: int, unit: str) -> None:
    duration = Duration(count, unit)
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [("PT12H", 12, "H"), ("P30D", 30, "D"), ("P2W", 2, "W"), ("P6M", 6, "M"), ("P1Y", 1, "Y")],
)
def test_the_five_forms(text: str, count: int, unit: str) -> None:
    assert parse_duration(text) == Duration(count, unit)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P0D", "P01D", "P1H", "PT1M", "PT1D", "P1D2M", "P1DT1H", "P-1D", "-P1D",
     "P1.5D", "P1,5D", "p1d", "P1D ", " P1D", "P1D\n", "P10000D", "P١D", "1D", "P1S", "PT1S"],
)  # fmt: skip
def test_every_other_form_is_refused(text: str) -> None:
    with refuses(Code.TERMS_INVALID, where="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("PT36H", "2026-02-28T12:00", "2026-03-02T00:00"),
        ("P1D", "2026-12-31T08:00", "2027-01-01T08:00"),
        ("P2W", "2026-01-01T00:00", "2026-01-15T00:00"),
        ("P1M", "2026-01-31T09:30", "2026-02-28T09:30"),
        ("P13M", "2026-12-15T00:00", "2028-01-15T00:00"),
        ("P1Y", "2028-02-29T00:00", "2029-02-28T00:00"),
    ],
)
def test_after(text: str, start: str, end: str) -> None:
    assert parse_duration(text).after(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


@pytest.mark.parametrize("text", ["P9999Y", "P9999M", "P9999W", "P9999D"])
def test_past_the_end_of_the_calendar(text: str) -> None:
    with refuses(Code.TERMS_INVALID, where="duration"):
        parse_duration(text).after(datetime(9990, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("period", "start"),
    [(Period.DAY, "2026-11-04"), (Period.WEEK, "2026-11-02"), (Period.MONTH, "2026-11-01")],
)
def test_period_start(period: Period, start: str) -> None:
    moment = datetime(2026, 11, 4, 23, 59, 59, 999_999, tzinfo=UTC)
    assert period_start(period, moment) == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_periods_are_in_utc_wherever_the_clock_is() -> None:
    mexico = timezone(timedelta(hours=-6))
    assert period_start(Period.MONTH, datetime(2026, 10, 31, 20, tzinfo=mexico)) == datetime(
        2026, 11, 1, tzinfo=UTC
    )


@given(st.sampled_from(Period), moments, moments)
def test_windows_do_not_overlap(period: Period, one: datetime, other: datetime) -> None:
    first, second = period_start(period, one), period_start(period, other)
    assert first <= one
    assert period_start(period, first) == first
    if first != second:
        assert (one < other) == (first < second)
        # Each moment lies before the start of the later window, or in it.
        assert (min(one, other) >= max(first, second)) is False


def test_a_moment_without_a_zone_is_a_defect() -> None:
    with refuses(Code.INTERNAL):
        period_start(Period.DAY, datetime(2026, 1, 1))
