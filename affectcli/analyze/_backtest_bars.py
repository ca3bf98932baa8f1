"""An asset's daily bars, fit to be traded on, and what a signal says at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError
from affectcli.store import signals

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    Moments = NDArray[np.datetime64]

Execute = Literal["next-open", "next-close"]
LEAST = 60
"""Fewest bars: with fewer, hardly any Sharpe ratio differs from another."""
HALT = np.timedelta64(31, "D")
"""Longest time without a bar; a longer one is another market on its other side."""
SPLITS = np.array([2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50, 100], dtype=float)
NEAR = 0.03
"""How near to a whole ratio an opening gap must come to look like a split, as a share."""
STALE = np.timedelta64(5, "D")
"""A value that is older says nothing any more: a long weekend is shorter."""


@dataclass(frozen=True)
class Bars:
    """Daily bars (n,) in order; opens are nan where the source has none."""

    asset: str
    ts: Moments
    open: NDArray[np.float64]
    close: NDArray[np.float64]
    as_of: datetime
    """When the last bar could be known."""

    @property
    def per_year(self) -> float:
        """Return bars in a year: 365 for a market that never closes, about 252 for a stock."""
        days = (self.ts[-1] - self.ts[0]) / np.timedelta64(1, "D")
        return float((len(self.ts) - 1) / days * 365.25)


def bars(asset: str, frame: pl.DataFrame) -> Bars:
    """Return an asset's bars.

    Raises:
        AnalysisError: too few, doubled, with a long gap, constant, or not adjusted for a split.
    """
    if frame["ts"].is_duplicated().any():
        twice = frame.filter(pl.col("ts").is_duplicated())["ts"][0]
        raise AnalysisError(f"{asset} has two bars at {twice}.", do="affect doctor")
    if frame.height < LEAST:
        raise AnalysisError(f"{asset} has {frame.height} daily bars; {LEAST} are needed.")
    opens, closes = (frame[c].cast(pl.Float64).to_numpy().copy() for c in ("open", "close"))
    if np.nanmin(closes) <= 0:
        raise AnalysisError(f"{asset} has a close of {np.nanmin(closes):g}: nothing can be bought.")
    if np.ptp(closes) == 0:
        raise AnalysisError(f"{asset} is constant ({closes[0]:g}).")
    ts = frame["ts"].cast(pl.Datetime("us")).to_numpy()
    made = Bars(asset, ts, opens, closes, signals.known_at(frame))
    _check_gaps(made)
    _check_splits(made)
    return made


def day(moment: np.datetime64) -> date:
    """Return the UTC day of a moment."""
    found: date = moment.astype("datetime64[D]").item()
    return found


def _check_gaps(of: Bars) -> None:
    for at in np.flatnonzero(np.diff(of.ts) > HALT):
        before, after = day(of.ts[at]), day(of.ts[at + 1])
        raise AnalysisError(
            f"{of.asset} has no bars from {before} to {after}: a return over "
            f"{(after - before).days} days is not one that a day's signal could earn.",
            do="affect ingest prices, with the missing bars, or --as-of before the gap",
        )


def _check_splits(of: Bars) -> None:
    """Refuse a price that opens at a whole ratio of the close before, and stays there."""
    opens = np.where(np.isfinite(of.open), of.open, of.close)[1:]
    ratio = of.close[:-1] / opens
    stays = np.abs(of.close[1:] / opens - 1) < 0.2
    whole = np.maximum(ratio, 1 / ratio)
    near = np.abs(whole[:, None] / SPLITS - 1).min(axis=1) < NEAR
    for at in np.flatnonzero(near & stays):
        raise AnalysisError(
            f"{of.asset} opens on {day(of.ts[at + 1])} at 1/{ratio[at]:.3g} of the close "
            "before, as after a split: these prices are not adjusted.",
            do="affect ingest prices, with adjusted prices",
        )


def executions(of: Bars, execute: Execute) -> tuple[NDArray[np.float64], float | None]:
    """Return the price (n,) at which a decision made before each bar is traded, and the last.

    Raises:
        AnalysisError: opens are missing where they are needed.
    """
    if execute == "next-close":
        return of.close, None
    missing = int((~(of.open > 0)).sum())
    if missing:
        raise AnalysisError(
            f"{missing} of {len(of.ts)} bars of {of.asset} have no open.",
            do="--execute next-close",
        )
    return of.open, float(of.close[-1])


@dataclass(frozen=True)
class Spoken:
    """A signal's values (m,) in order: what each is, its day, and when it could be known."""

    values: NDArray[np.float64]
    days: Moments
    known: Moments
    as_of: datetime


def spoken(frame: pl.DataFrame) -> Spoken:
    """Return a signal's days; a day without a value is there as nan where others are daily.

    Raises:
        AnalysisError: dates are doubled, every day is too thin, or the series is constant.
    """
    if frame["ts"].is_duplicated().any():
        twice = frame.filter(pl.col("ts").is_duplicated())["ts"][0]
        raise AnalysisError(f"{twice} is there twice.", do="affect doctor")
    seen = frame.filter(pl.col("linear").is_not_null())
    kinds = seen["linear"].n_unique()
    if kinds < 2:
        raise AnalysisError("The series is constant." if kinds else "No day has a value.")
    weekend = bool((seen["ts"].dt.weekday() > 5).any())  # ISO: 6 and 7 are the weekend
    daily = weekend and seen["ts"].diff().drop_nulls().dt.total_days().median() == 1
    rows = signals.every_day(frame) if daily else seen
    rows = rows.with_columns(ts=pl.col("ts").cast(pl.Datetime("us"))).sort("ts")
    # That a day has no value is known when the value would have been.
    after = (pl.col("available_at") - pl.col("ts")).forward_fill()
    rows = rows.with_columns(known=pl.col("available_at").fill_null(pl.col("ts") + after))
    # A value that came late is used late, and no earlier day's value is used after it.
    known = rows["known"].cum_max()
    values = rows["linear"].cast(pl.Float64).to_numpy().copy()
    return Spoken(values, rows["ts"].to_numpy(), known.to_numpy(), signals.known_at(frame))


def latest(of: Spoken, on: Bars, *, same_bar: bool = False) -> NDArray[np.int64]:
    """Return which value is the last known before each bar begins, -1 where none is fresh; (n,).

    With `same_bar`, the value of the bar's own day: nobody knew it when the bar began.
    """
    when = of.days if same_bar else of.known
    found = np.searchsorted(when, on.ts, side="right") - 1
    most = STALE + 2 * np.median(np.diff(of.days))
    age = on.ts - of.days[np.maximum(found, 0)]
    return np.where((found >= 0) & (age <= most), found, -1)
