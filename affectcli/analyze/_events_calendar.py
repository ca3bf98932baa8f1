"""One signal on its own calendar, and where events fall on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.analyze._stationary import without_calendar
from affectcli.errors import AnalysisError
from affectcli.store import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LATE = timedelta(days=7)
"""An event belongs to the next bar if that comes within a week."""


class Happened(NamedTuple):
    """One event: its moment (naive UTC), its day where days are cut, and what it concerns."""

    ts: datetime
    day: date
    scope: str | None


@dataclass(frozen=True)
class Calendar:
    """A signal on every day, or on the bars of an asset or series that skips days.

    `shown` (n,) are its values, `tested` (n,) the same up to a straight line without clipping and
    without the means of weekdays and a straight line in time; nan is a day without a value.
    """

    days: list[date]
    shown: NDArray[np.float64]
    tested: NDArray[np.float64]
    weekday: NDArray[np.int64] | None
    freq: str
    known: list[datetime] | None
    """When each bar could be known; None on every day."""
    as_of: datetime


def calendar(frame: pl.DataFrame) -> Calendar:
    """Return the calendar of a signal's `values`.

    Raises:
        AnalysisError: dates are doubled, every day is too thin, or the series is constant.
    """
    if frame["ts"].is_duplicated().any():
        twice = frame.filter(pl.col("ts").is_duplicated())["ts"][0]
        raise AnalysisError(f"{twice} is there twice.", do="affect doctor")
    kinds = frame["value"].drop_nulls().drop_nans().n_unique()
    if kinds < 2:
        raise AnalysisError("The series is constant." if kinds else "No day has a value.")
    seen = frame.filter(pl.col("value").is_not_null())
    bars = not _every_day(seen["ts"])
    rows = seen if bars else signals.every_day(frame)
    shown, linear = (rows[c].cast(pl.Float64).to_numpy().copy() for c in ("value", "linear"))
    days: list[date] = rows["ts"].to_list()
    weekday = np.array([day.weekday() for day in days])
    weekly = None if len(set(weekday.tolist())) == 1 else weekday
    return Calendar(
        days=days,
        shown=shown,
        tested=_slope(shown, linear) * without_calendar(linear, weekly),
        weekday=weekly,
        freq="bar" if bars else "day",
        known=seen["available_at"].to_list() if bars else None,
        as_of=signals.known_at(frame),
    )


def _every_day(days: pl.Series) -> bool:
    """Whether values come on each day of the week, most days."""
    weekend = bool((days.dt.weekday() > 5).any())  # ISO: 6 and 7 are the weekend
    steps = days.diff().drop_nulls().dt.total_days()
    return weekend and bool((steps.median() or 0) == 1)


def _slope(shown: NDArray[np.float64], linear: NDArray[np.float64]) -> float:
    """Return the units of `shown` in one of `linear`: a corrected share stretches the plain one."""
    inside = np.isfinite(shown) & np.isfinite(linear) & (shown > 0) & (shown < 1)
    if np.array_equal(shown, linear, equal_nan=True) or inside.sum() < 3:
        return 1.0
    x = linear[inside] - linear[inside].mean()
    return float(x @ shown[inside] / (x @ x)) if x @ x > 0 else 1.0


def unbroken(of: Calendar, early: int, late: int) -> NDArray[np.bool_]:
    """Return the days (n,) whose stretch from `early` before to `late` after holds no long gap.

    Bars are counted, not days; a halt of trading would put last year into a baseline.
    """
    n = len(of.days)
    if of.known is None or n <= early + late:
        return np.ones(n, dtype=bool)
    number = np.array([day.toordinal() for day in of.days])
    length = number[early + late :] - number[: n - early - late]
    fine = np.ones(n, dtype=bool)
    fine[early : n - late] = length <= 1.25 * np.median(length) + 7
    return fine


def places(of: Calendar, when: Sequence[Happened]) -> NDArray[np.int64]:
    """Return on which day (k,) each event falls, -1 outside.

    On every day, its own; on bars, the first bar that was not yet over.
    """
    if of.known is None:
        found = [(at.day - of.days[0]).days for at in when]
        return np.array([p if 0 <= p < len(of.days) else -1 for p in found], dtype=np.int64)
    known = np.array(of.known, dtype="datetime64[us]")
    moments = np.array([at.ts for at in when], dtype="datetime64[us]")
    after = np.searchsorted(known, moments, side="right")
    return np.array([_bar(of, at.ts, int(p)) for at, p in zip(when, after, strict=True)], np.int64)


def _bar(of: Calendar, at: datetime, place: int) -> int:
    if place == len(of.days) or of.days[place] - at.date() > LATE:
        return -1
    return place


def merged(at: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Return the sorted dates `at` without those that fall into the window of one kept before."""
    kept: list[int] = []
    for place in np.sort(at).tolist():
        if not kept or place - kept[-1] >= width:
            kept.append(place)
    return np.array(kept, dtype=np.int64)
