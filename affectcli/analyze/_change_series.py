"""A signal as a level shift is looked for in it: observed days only, an even scale, no weekdays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.analyze._change_search import LEAST
from affectcli.errors import AnalysisError
from affectcli.store import signals

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_GAP = 182
"""Days without a value, half a year, beyond which a series is two."""


@dataclass(frozen=True)
class Observed:
    """The days of a signal that have a value, nothing between them filled in; all shapes (n,).

    A day that is missing is left out and not interpolated, so that memory counts observed days.
    `shown` has the signal's units, `tested` is what the search reads.
    """

    name: str
    days: list[date]
    shown: Array
    tested: Array
    missing: int
    as_of: datetime


def observed(name: str, frame: pl.DataFrame) -> Observed:
    """Return a signal from its rows of `store.signals.values`.

    Shares are tested as arcsine of the square root (Anscombe 1948), whose sampling error does not
    depend on the share; what cannot be negative (posts, volumes, prices) as logarithms.

    Raises:
        AnalysisError: too few days, dates twice, constant, or a gap of half a year.
    """
    if frame["ts"].is_duplicated().any():
        twice = frame.filter(pl.col("ts").is_duplicated())["ts"][0]
        raise AnalysisError(f"{twice} is there twice.", do="affect doctor")
    seen = frame.filter(pl.col("linear").is_finite() & pl.col("value").is_finite()).sort("ts")
    if len(seen) < LEAST:
        raise AnalysisError(
            f"{len(seen)} days have a value; {LEAST} are needed.",
            do="a longer period, or a community with more posts",
        )
    days: list[date] = seen["ts"].to_list()
    steps = np.diff([day.toordinal() for day in days])
    if steps.max() > MOST_GAP:
        at = int(steps.argmax())
        raise AnalysisError(
            f"There is no value from {days[at]} to {days[at + 1]}: these are two series.",
            do=f"--as-of {days[at]}, for the first",
        )
    linear, posts = (seen[name].cast(pl.Float64).to_numpy() for name in ("linear", "posts"))
    even = stable_share(linear, posts) if signals.is_share(seen) else stable_count(linear)
    return Observed(
        name=name,
        days=days,
        shown=seen["value"].cast(pl.Float64).to_numpy().copy(),
        tested=without_weekdays(even, days),
        missing=int(steps.sum()) + 1 - len(days),
        as_of=signals.known_at(frame),
    )


def stable_share(share: Array, posts: Array) -> Array:
    """Return shares of `posts` (nan: unknown) on the scale of Anscombe (1948); all (n,)."""
    n = np.where(np.isfinite(posts), np.maximum(posts, 1.0), 1e6)
    even: Array = np.arcsin(np.sqrt((np.clip(share, 0, 1) * n + 0.375) / (n + 0.75)))
    return even


def stable_count(values: Array) -> Array:
    """Return logarithms of what is never negative, one unit added; other values as they are."""
    if values.min() < 0 or values.max() <= 0:
        return values
    unit = float(values[values > 0].min())
    return np.asarray(np.log(values + unit), dtype=np.float64)


def without_weekdays(values: Array, days: list[date]) -> Array:
    """Return `values` (n,) less the means of weekdays, each taken against the weeks around it.

    A centred mean over a week of observed days is taken off first, so that a level shift does not
    move the weekdays that happen to lie more often behind it.
    """
    weekday = np.array([day.weekday() for day in days])
    kinds, which = np.unique(weekday, return_inverse=True)
    if len(kinds) == 1:
        return values
    width = len(kinds)
    around = np.convolve(values, np.ones(width) / width, mode="valid")
    early = width // 2
    local = np.concatenate(
        [np.repeat(around[:1], early), around, np.repeat(around[-1:], width - 1 - early)]
    )
    off = np.bincount(which, values - local) / np.bincount(which)
    rest: Array = values - (off - off.mean())[which]
    return rest
