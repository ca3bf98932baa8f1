"""When an exchange sleeps: the window before each session in which its next return is not known."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import exchange_calendars
import polars as pl

from affectcli.errors import UsageError

Hours = Literal["outside", "all"]
NEVER_CLOSED = "24/7"
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Date,
    "starts": pl.Datetime("us"),
    "ends": pl.Datetime("us"),
}


def sessions(
    calendar: str, first: date, last: date, *, hours: Hours = "outside", zone: str = "UTC"
) -> pl.DataFrame:
    """Return day, starts, ends of each session's window of posts from `first` to `last`, in UTC.

    `ends` is the opening of the day's session; `starts` is the closing of the session before
    ('outside'), or its opening ('all': a trading day's posts belong to the next day too). On
    calendar '24/7' a window is a day in time zone `zone`, the last to end before the bar begins at
    00:00 UTC. Weekends, holidays, early closings and summer time are the calendar's.

    Raises:
        UsageError: no such calendar or time zone.
    """
    if calendar == NEVER_CLOSED:
        return _always(first, last, zone)
    schedule = _schedule(calendar, first - timedelta(14), last)
    opens = [_naive(at) for at in schedule["open"]]
    closes = [_naive(at) for at in schedule["close"]]
    starts = closes if hours == "outside" else opens
    rows = [
        (day.date(), start, end)
        for day, start, end in zip(schedule.index[1:], starts[:-1], opens[1:], strict=True)
        if first <= day.date() <= last
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _schedule(calendar: str, first: date, last: date) -> exchange_calendars.ExchangeCalendar:
    try:
        with warnings.catch_warnings():
            # The library's own use of pandas, which a user can do nothing about.
            warnings.simplefilter("ignore")
            found = exchange_calendars.get_calendar(calendar, start=str(first), end=str(last))
            return found.schedule
    except exchange_calendars.errors.CalendarError as error:
        raise UsageError(
            f"There is no trading calendar {calendar!r}: {error}",
            known="XNYS, XNAS, XLON, XETR, XTKS, XHKG and 24/7 are some that are there.",
            do="--calendar XNYS",
        ) from error


def _always(first: date, last: date, zone: str) -> pl.DataFrame:
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"There is no time zone {zone!r}.", do="--zone UTC") from error
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    ends = [_last_midnight(day, local) for day in (first - timedelta(1), *days)]
    rows = list(zip(days, ends[:-1], ends[1:], strict=True))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _last_midnight(day: date, local: ZoneInfo) -> datetime:
    """Return the last local midnight not after 00:00 UTC of `day`, in naive UTC."""
    bar = datetime(day.year, day.month, day.day, tzinfo=UTC)
    there = bar.astimezone(local)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def _naive(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp(), tz=UTC).replace(tzinfo=None)
