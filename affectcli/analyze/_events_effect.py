"""The effect of dated events on one series, and the same difference at placebo dates.

The effect of a date is the mean of the days of its window less the mean of its baseline days
(MacKinlay 1997, constant-mean model); of several dates, the mean over them. What is tested is that
effect over the spread of the baselines' days (Patell 1976). Placebo dates are the whole calendar of
events, turned (see `_shifts`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.analyze import _shifts
from affectcli.errors import AnalysisError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 20
"""Fewest possible dates: with fewer, no date can be rarer than 1 in 20."""
TINY = 1e-12
NEAR = 0.03
"""Share of the possible dates that are left out as too near to the events.

Neighbours share an event's effect. Leaving all of them out would let a short wandering series
claim too often (10 % at nominal 5 % for 90 days of a random walk); 3 % leave the level as it is.
"""
FLOOR = 0.1
"""Share of the whole series' variance that is added to a baseline's: one may be all zeros."""
COVERED = 0.5
"""Share of the days of a window or a baseline that must have a value."""


class Span(NamedTuple):
    """Days from `first` to `last` around an event, both included; 0 is the event's day."""

    first: int
    last: int

    def __str__(self) -> str:
        """Return it as it is typed."""
        return f"{self.first}:{self.last}"


class Spans(NamedTuple):
    """What is compared: the days of `window` with those of `baseline`."""

    window: Span
    baseline: Span

    @property
    def early(self) -> int:
        """Days before an event that must be there."""
        return max(0, -self.baseline.first, -self.window.first)

    @property
    def late(self) -> int:
        """Days after an event that must be there."""
        return max(0, self.window.last)

    @property
    def before(self) -> Spans:
        """The last third of the baseline against its first two: was it moving already?"""
        first, last = self.baseline
        cut = last - (last - first + 1) // 3
        return Spans(Span(cut + 1, last), Span(first, cut))


def spans(window: str, baseline: str) -> Spans:
    """Read `-1:5` and `-30:-2`.

    Raises:
        UsageError: they are not FIRST:LAST, or the baseline does not end before the window.
    """
    made = Spans(_span("--window", window), _span("--baseline", baseline))
    if made.baseline.last >= made.window.first:
        raise UsageError(
            f"The baseline {baseline} must end before the window {window} begins.",
            do="--window -1:5 --baseline -30:-2",
        )
    if made.baseline.last - made.baseline.first < 5:  # a third of it is tested for a trend
        raise UsageError("The baseline needs 6 days or more.", do="--baseline -30:-2")
    return made


def _span(option: str, text: str) -> Span:
    found = re.fullmatch(r"\s*(-?\d{1,4})\s*:\s*(-?\d{1,4})\s*", text)
    if found is None or int(found[1]) > int(found[2]):
        raise UsageError(f"{option} {text!r} is no FIRST:LAST in days.", do=f"{option} -1:5")
    return Span(int(found[1]), int(found[2]))


def differences(
    values: NDArray[np.float64], of: Spans
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return window less baseline around each day of `values` (n,), and the baseline's variance.

    nan where more than half of the days of the window or of the baseline are missing.
    """
    baseline = _means(values, of.baseline)
    variance = _means(values**2, of.baseline) - baseline**2
    found: NDArray[np.float64] = _means(values, of.window) - baseline
    return found, np.maximum(variance, 0.0) + FLOOR * float(np.nanvar(values))


def _means(values: NDArray[np.float64], span: Span) -> NDArray[np.float64]:
    n, known = len(values), np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    start, stop = np.arange(n) + span.first, np.arange(n) + span.last + 1
    low, high = np.clip(start, 0, n), np.clip(stop, 0, n)
    seen = count[high] - count[low]
    enough = (start >= 0) & (stop <= n) & (seen >= COVERED * (span.last - span.first + 1))
    means = (total[high] - total[low]) / np.maximum(seen, 1)
    return np.where(enough, means, np.nan)


@dataclass(frozen=True)
class Moved:
    """A difference at each possible date (n,), nan where days are missing, and its variance.

    It is centred: what any date shows on average is no effect.
    """

    size: NDArray[np.float64]
    variance: NDArray[np.float64]

    def over(self, at: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean difference over each row of dates `at` (count, k), and its scale.

        Where dates fell on gaps the mean is shrunk to the spread of one over k dates; nan where
        more than half of them did.
        """
        size = self.size[at]
        there = np.isfinite(size)
        count, k = np.maximum(there.sum(axis=1), 1), at.shape[1]
        mean = np.where(there, size, 0.0).sum(axis=1) / np.sqrt(count * k)
        scale = np.sqrt(np.where(there, self.variance[at], 0.0).sum(axis=1) / count)
        return np.where(2 * there.sum(axis=1) >= k, mean, np.nan), np.where(scale > 0, scale, 1.0)


@dataclass(frozen=True)
class Field:
    """What each possible date of one series shows; `first` is the day of the series at place 0."""

    moved: Moved
    moving: Moved
    """The baseline's end against its beginning."""
    first: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return where a date can be judged, shape (n,)."""
        return np.isfinite(self.moved.size)


def field(values: NDArray[np.float64], of: Spans, *, usable: NDArray[np.bool_]) -> Field:
    """Return the differences at every possible date of `values` (n,); `usable` (n,) excludes some.

    Raises:
        AnalysisError: there are fewer than 20 possible dates, or none differs.
    """
    inside = slice(of.early, max(len(values) - of.late, of.early))
    moved, moving = (_moved(values, part, usable, inside) for part in (of, of.before))
    dates = int(np.isfinite(moved.size).sum())
    if dates < LEAST:
        raise AnalysisError(
            f"{int(np.isfinite(values).sum())} observations leave {dates} possible dates for "
            f"an event with window {of.window} and baseline {of.baseline}; {LEAST} are needed.",
            do="a longer series, or a shorter --baseline",
        )
    if np.nanmax(np.abs(moved.size)) <= TINY * np.nanmax(np.abs(values)):
        raise AnalysisError("The series is constant: nothing can change with an event.")
    return Field(moved, moving, of.early)


def _moved(
    values: NDArray[np.float64], of: Spans, usable: NDArray[np.bool_], inside: slice
) -> Moved:
    size, variance = differences(values, of)
    size = np.where(usable, size, np.nan)[inside]
    centre = np.nanmean(size) if np.isfinite(size).any() else 0.0
    return Moved(size - centre, variance[inside])


@dataclass(frozen=True)
class Study:
    """The effect of one calendar of dates on one series, in units of the series."""

    effect: float
    half_width: float
    """Of the 95 % interval: what 19 of 20 placebo calendars stay below, at this spread."""
    p_value: float
    pre_trend_p: float | None
    drawn: NDArray[np.float64]
    """|effect| over its scale at placebo dates, shape (count,), nan where there is none."""
    size: float
    """|effect| over its scale."""


def study(of: Field, at: NDArray[np.int64], drawn: _shifts.Turns, *, width: int) -> Study:
    """Compare the dates `at` (k,), places of the field that are known, with placebo dates.

    `width` is the days of the window: placebo calendars of which half lies near the events, at most
    `width` - 1 days away, are left out.
    """
    places = _shifts.turned(at, len(of.moved.size), drawn)
    near = _near(at, places, len(of.moved.size), width)
    effect, scale = (float(found[0]) for found in of.moved.over(at[None]))
    mean, spread = of.moved.over(places)
    placebo = np.where(near, np.nan, np.abs(mean) / spread)
    size = abs(effect) / scale
    own, own_scale = (float(found[0]) for found in of.moving.over(at[None]))
    pre, pre_spread = of.moving.over(places)
    pre_p = _shifts.p_values(np.array([abs(own) / own_scale]), (np.abs(pre) / pre_spread)[None])[0]
    return Study(
        effect=effect,
        half_width=scale * float(np.nanquantile(placebo, 0.95, method="higher")),
        p_value=float(_shifts.p_values(np.array([size]), placebo[None])[0]),
        pre_trend_p=float(pre_p) if np.isfinite(own) else None,
        drawn=placebo,
        size=size,
    )


def _near(
    at: NDArray[np.int64], places: NDArray[np.int64], n: int, width: int
) -> NDArray[np.bool_]:
    """Return which placebo calendars (count, k) lie on or beside the events, by half or more.

    The calendar itself stays: it is one of those that could have been.
    """
    reach = min(width - 1, int(NEAR * n / len(at)))
    beside = np.zeros(n, dtype=bool)
    beside[(at[:, None] + np.arange(-reach, reach + 1)) % n] = True
    same = (places == at).all(axis=1)
    near: NDArray[np.bool_] = (2 * beside[places].sum(axis=1) >= places.shape[1]) & ~same
    return near
