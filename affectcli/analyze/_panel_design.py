"""The panel's rows: each asset's next return, what its posts felt before it, and controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.analyze._panel_calendar import NEVER_CLOSED
from affectcli.analyze._panel_fit import Panel
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTH = 20
"""Bars behind the volatility control."""
MOST_GAP = 182
LEAST_BARS = 60
CONTROLS = ("past return", "log posts", "volatility")


@dataclass(frozen=True)
class Terms:
    """What stands on the right: signals, so many lags of them, times volatility or not."""

    signals: Sequence[str]
    lags: int
    by_volatility: bool

    @property
    def claims(self) -> list[str]:
        """Return the names of the terms that are claims; the rest are controls."""
        lagged = [
            name if lag == 0 else f"{name} lag {lag}"
            for name in self.signals
            for lag in range(self.lags + 1)
        ]
        return lagged + [f"{name} x volatility" for name in self.signals if self.by_volatility]


def returns(bars: pl.DataFrame, sessions: pl.DataFrame, calendar: str) -> pl.DataFrame:
    """Return asset, day, session, next_return, past return, volatility of each bar of one asset.

    `next_return` begins when the session's window of posts has ended: from open to close, or, of
    bars without an open, from this close to the next; on calendar 24/7 from close to close. The
    controls are known before: the return of the bar before, and Parkinson's (1980) volatility, mean
    of the 20 bars before.

    Raises:
        AnalysisError: two bars on a day, none for half a year, closed days, too few or no change.
    """
    asset: str = bars["asset"][0]
    if bars["day"].is_duplicated().any():
        day = bars.filter(pl.col("day").is_duplicated())["day"][0]
        raise AnalysisError(f"{asset} has several bars on {day}.")
    steps = bars["day"].diff().dt.total_days()
    longest = int(steps.max() or 0)  # type: ignore[arg-type]  # whole days
    if longest > MOST_GAP:
        raise AnalysisError(f"{asset} has no price for {longest} days in a row.")
    numbered = sessions.with_row_index("session").select("day", "session")
    known = bars.join(numbered, on="day").sort("session")
    if len(known) < 0.9 * len(bars):
        raise AnalysisError(
            f"{asset} has {len(bars) - len(known)} of {len(bars)} bars on days on which {calendar} "
            "is closed.",
            do="--calendar 24/7, or the calendar of its exchange",
        )
    consecutive = pl.col("session").cast(pl.Int64).diff() == 1
    change = pl.when(consecutive).then((pl.col("close") / pl.col("close").shift(1)).log())
    ranged = (pl.col("low") > 0) & (pl.col("high") >= pl.col("low"))
    height = (pl.col("high") / pl.col("low")).log() / np.sqrt(4 * np.log(2))
    known = known.filter(pl.col("close") > 0).with_columns(
        change=change, size=pl.coalesce(pl.when(ranged).then(height), change.abs())
    )
    if calendar == NEVER_CLOSED:
        span, ahead = "close to close", pl.col("change")
    elif (known["open"].fill_null(0.0) > 0).sum() >= 0.9 * len(known):
        opened = (pl.col("close") / pl.col("open")).log()
        span, ahead = "open to close", pl.when(pl.col("open") > 0).then(opened)
    else:
        span, ahead = "close to next close", pl.col("change").shift(-1)
    found = known.select(
        "asset",
        "day",
        "session",
        pl.lit(span).alias("returns"),
        "available_at",
        ahead.alias("next_return"),
        pl.col("change").shift(1).alias("past return"),
        pl.col("size").rolling_mean(MONTH, min_samples=5).shift(1).alias("volatility"),
    )
    seen = found["next_return"].drop_nulls()
    if len(seen) < LEAST_BARS:
        raise AnalysisError(f"{asset} has {len(seen)} returns; {LEAST_BARS} are needed.")
    if seen.n_unique() == 1:
        raise AnalysisError(f"{asset} has a constant price.")
    return found


def wide(moods: pl.DataFrame, *, mean: bool, least: tuple[int, int]) -> pl.DataFrame:
    """Return asset, day, log posts and one column a measure; windows that are too thin left out.

    `least` are posts and authors.
    """
    enough = moods.filter((pl.col("posts") >= least[0]) & (pl.col("authors") >= least[1]))
    posts = enough.group_by("asset", "day").agg(
        (pl.col("posts").max() + 1).log().alias("log posts")
    )
    table = enough.pivot(on="measure", index=["asset", "day"], values="mean" if mean else "raw")
    return table.join(posts, on=["asset", "day"])


def rows(bars: pl.DataFrame, moods: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Return the complete rows of the panel, regressors in standard deviations within assets.

    A lag is the session before, null where that was too thin: nothing is filled in.
    """
    joined = bars.join(moods, on=["asset", "day"], how="left").sort("asset", "session")
    for lag in range(1, terms.lags + 1):
        consecutive = pl.col("session").cast(pl.Int64).diff(lag).over("asset") == lag
        joined = joined.with_columns(
            pl.when(consecutive)
            .then(pl.col(name).shift(lag).over("asset"))
            .alias(f"{name} lag {lag}")
            for name in terms.signals
        )
    plain = [name for name in terms.claims if not name.endswith(" x volatility")]
    used = [*plain, *CONTROLS]
    complete = joined.drop_nulls(["next_return", *used]).filter(
        pl.all_horizontal(pl.col("next_return", *used).is_finite())
    )
    within = {name: pl.col(name) - pl.col(name).mean().over("asset") for name in used}
    scaled = complete.with_columns(
        (centred / centred.std()).alias(name) for name, centred in within.items()
    )
    if terms.by_volatility:
        scaled = scaled.with_columns(
            (pl.col(name) * pl.col("volatility")).alias(f"{name} x volatility")
            for name in terms.signals
        )
    return scaled


def panel(found: pl.DataFrame, names: Sequence[str]) -> Panel:
    """Return the arrays of a regression on `names`, less those that never vary within an asset.

    Raises:
        AnalysisError: fewer than 5 assets, or too few rows.
    """
    assets, days = found["asset"].n_unique(), found["day"].n_unique()
    if assets < 5:
        raise AnalysisError(
            f"{assets} asset{'s' if assets != 1 else ''} with posts and prices together: errors "
            "clustered over fewer than 5 assets mean nothing.",
            known="For one asset there is affect analyze granger.",
            do="--assets '*' and, where posts are few, --min-posts 3",
        )
    if len(found) < assets + days + len(names) + 20:
        raise AnalysisError(
            f"{len(found)} rows are too few for {assets} assets, {days} days and {len(names)} "
            "terms.",
            do="--min-posts 3, fewer signals or a longer period",
        )
    spread = found.select(pl.col(name).fill_nan(None).std() for name in names).row(0)
    names = [name for name, size in zip(names, spread, strict=True) if size and size > 1e-9]
    return Panel(
        asset=found["asset"].rank("dense").to_numpy().astype(np.int64),
        day=found["day"].cast(pl.Int32).to_numpy().astype(np.int64),
        y=found["next_return"].to_numpy(),
        X=found.select(names).to_numpy().astype(np.float64),
        names=list(names),
    )
