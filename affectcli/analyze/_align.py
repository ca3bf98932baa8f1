"""Signals on one regular calendar: days, the bars of assets that rest on weekends, or weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Freq = Literal["day", "bar", "week"]
LIKE = 0.98
"""Assets whose bars agree on this share of days have one calendar: a day on which one was halted
is a missing bar of its own, where the holidays of two exchanges differ on 3 % and more."""
MOST_GAP = 182
"""Days without a value, half a year, beyond which a series is not one series."""


@dataclass(frozen=True)
class Aligned:
    """Two equally long series; nan where a day has no value. Nothing is interpolated."""

    days: list[date]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    freq: Freq
    """`bar` where the calendar is that of an asset with market holidays, `week` of a weekly one."""
    as_of: datetime

    @property
    def weekday(self) -> NDArray[np.int64]:
        """Return 0 (Monday) to 6 for each observation."""
        return weekdays(self.days)


@dataclass(frozen=True)
class Dated:
    """A signal's values, dates ascending, and how often it has one.

    What is aligned is `linear`: a corrected share without its clipping, up to a straight line,
    which no correlation sees.
    """

    name: str
    frame: pl.DataFrame
    """ts, value (never null), posts."""
    freq: Freq
    as_of: datetime
    """When the last of the values could first be known."""

    @property
    def first(self) -> date:
        """The first day with a value."""
        first: date = self.frame["ts"][0]
        return first

    @property
    def last(self) -> date:
        """The last day with a value."""
        last: date = self.frame["ts"][-1]
        return last


def dated(name: str, frame: pl.DataFrame) -> Dated:
    """Return the rows of `store.signals.values` that have a value.

    Raises:
        AnalysisError: none has, a day has two, or there is none for half a year.
    """
    seen = frame.drop("value").rename({"linear": "value"}).filter(pl.col("value").is_finite())
    if seen.is_empty():
        raise AnalysisError(f"{name} has no value on any day: every day is too thin.")
    twice = seen.filter(pl.col("ts").is_duplicated())["ts"]
    if len(twice):
        raise AnalysisError(
            f"{name} has several values on {twice[0]} ({twice.n_unique()} such days).",
            do="affect ingest with a file that has one row a day",
        )
    seen = seen.sort("ts")
    _check_gap(name, seen["ts"])
    as_of: datetime = frame["available_at"].max()  # type: ignore[assignment]  # a timestamp column
    return Dated(name, seen.select("ts", "value", "posts"), _freq(name, seen), as_of)


def _check_gap(name: str, days: pl.Series) -> None:
    steps = days.diff().dt.total_days().fill_null(0)
    longest = int(steps.max() or 0)  # type: ignore[arg-type]  # whole days
    if longest <= MOST_GAP:
        return
    at = int(steps.arg_max() or 0)
    raise AnalysisError(
        f"{name} has no value from {days[at - 1]} to {days[at]}, {longest} days.",
        known="What lies before the gap and after it are two periods, and no lag reaches across.",
        do=f"--as-of {days[at - 1] + timedelta(1)}, for the one before",
    )


def _freq(name: str, seen: pl.DataFrame) -> Freq:
    weekday = seen["ts"].dt.weekday()  # ISO: 6 and 7 are the weekend
    if weekday.n_unique() == 1 and len(seen) > 2:
        return "week"
    return "bar" if name.startswith("asset/") and not (weekday > 5).any() else "day"


def align(x_name: str, x: pl.DataFrame, y_name: str, y: pl.DataFrame) -> Aligned:
    """Put two signals on their common calendar, over the span that both cover.

    Raises:
        AnalysisError: one has no value, or they do not overlap.
    """
    first, second = dated(x_name, x), dated(y_name, y)
    check_span(first, second)
    start, end = max(first.first, second.first), min(first.last, second.last)
    freq, days = Calendars([first, second]).of(first, second)
    days = [day for day in days if start <= day <= end]
    return Aligned(
        days=days,
        x=on(days, first, freq),
        y=on(days, second, freq),
        freq=freq,
        as_of=max(first.as_of, second.as_of),
    )


def check_span(x: Dated, y: Dated) -> None:
    """Refuse two signals that do not overlap."""
    if max(x.first, y.first) >= min(x.last, y.last):
        spans = f"{x.first} to {x.last} and {y.first} to {y.last}"
        raise AnalysisError(f"{x.name} and {y.name} do not overlap: {spans}.")


def weekdays(days: Sequence[date]) -> NDArray[np.int64]:
    """Return 0 (Monday) to 6 for each day."""
    return np.array([day.weekday() for day in days], dtype=np.int64)


class Calendars:
    """The calendars that a family of signals needs, so that each is laid on few of them.

    The coarser signal of a pair sets the calendar: weeks before bars before days. Assets with
    (almost) the same bars share one, the union of theirs; two assets that do not have the union of
    both.
    """

    def __init__(self, family: Sequence[Dated]) -> None:
        self._first = min(signal.first for signal in family)
        self._last = max(signal.last for signal in family)
        self._groups: list[set[date]] = []
        self._group: dict[str, int] = {}
        for signal in family:
            if signal.freq == "bar":
                self._group[signal.name] = self._join(signal)

    def _join(self, signal: Dated) -> int:
        bars = set(signal.frame["ts"].to_list())
        for number, group in enumerate(self._groups):
            common = {day for day in group if signal.first <= day <= signal.last}
            if common and len(bars & common) >= LIKE * max(len(bars), len(common)):
                group.update(bars)
                return number
        self._groups.append(bars)
        return len(self._groups) - 1

    def key(self, x: Dated, y: Dated) -> tuple[Freq, tuple[int, ...]]:
        """Return what two pairs on the same calendar have in common."""
        if "week" in {x.freq, y.freq}:
            return "week", ((x if x.freq == "week" else y).first.weekday(),)
        groups = {self._group[signal.name] for signal in (x, y) if signal.freq == "bar"}
        return ("bar", tuple(sorted(groups))) if groups else ("day", ())

    def of(self, x: Dated, y: Dated) -> tuple[Freq, list[date]]:
        """Return the calendar of a pair: how often, and all its days over the family's span."""
        freq, which = self.key(x, y)
        if freq == "bar":
            return freq, sorted(set[date]().union(*(self._groups[number] for number in which)))
        step = 7 if freq == "week" else 1
        ahead = (which[0] - self._first.weekday()) % 7 if which else 0
        start = self._first + timedelta(ahead)
        # The last step may lie beyond the last value: what was measured since the step before.
        steps = -(-(self._last - start).days // step)
        return freq, [start + timedelta(step * n) for n in range(steps + 1)]


def on(days: Sequence[date], signal: Dated, freq: Freq) -> NDArray[np.float64]:
    """Return the values of a signal on a calendar (days,), nan where there is none.

    On a coarser calendar a value stands for the days since the day before it, so that a weekend's
    posts belong to Monday's bar, as its return does: shares are averaged by posts, returns are
    added, of a price the last is taken. What is older than six days belongs to no bar.
    """
    calendar = pl.DataFrame({"day": days}, schema={"day": pl.Date})
    frame = signal.frame
    if freq != signal.freq or (freq == "week" and signal.first.weekday() != days[0].weekday()):
        frame = (
            frame.join_asof(
                calendar.with_columns(ts="day"), on="ts", strategy="forward", tolerance="6d"
            )
            .drop_nulls("day")
            .group_by("day")
            .agg(value=_gathered(signal.name))
        )
    else:
        frame = frame.rename({"ts": "day"})
    values = calendar.join(
        frame.select("day", "value"), on="day", how="left", maintain_order="left"
    )["value"]
    return values.fill_null(float("nan")).to_numpy().astype(np.float64)


def _gathered(name: str) -> pl.Expr:
    measure = name.rpartition(":")[2] if name.startswith("asset/") else ""
    if measure == "return":
        return pl.col("value").sum()
    if measure == "close":
        return pl.col("value").sort_by("ts").last()
    weight = pl.col("posts").fill_null(1.0)
    return (pl.col("value") * weight).sum() / weight.sum()
