"""Two signals on one regular calendar: days, or the bars of an asset that does not trade daily."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Aligned:
    """Two equally long series; nan where a day has no value. Nothing is interpolated."""

    days: list[date]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    freq: str
    """`day`, or `bar` where the calendar is that of an asset with market holidays."""
    as_of: datetime

    @property
    def weekday(self) -> NDArray[np.int64]:
        """Return 0 (Monday) to 6 for each observation."""
        return np.array([day.weekday() for day in self.days])


def align(x_name: str, x: pl.DataFrame, y_name: str, y: pl.DataFrame) -> Aligned:
    """Put two signals on their common calendar, over the span that both cover.

    What is aligned is `linear`: a corrected share without its clipping, up to a straight line,
    which no correlation sees. On an asset's bars another signal's value is its mean over the days
    since the bar before (weighted by posts), so that a weekend's posts belong to Monday's bar, as
    its return does.

    Raises:
        AnalysisError: they do not overlap.
    """
    x, y = (
        frame.drop("value").rename({"linear": "value"}).filter(pl.col("value").is_not_null())
        for frame in (x, y)
    )
    for name, frame in ((x_name, x), (y_name, y)):
        if frame.is_empty():
            raise AnalysisError(f"{name} has no value on any day: every day is too thin.")
    start = max(_first(x), _first(y))
    end = min(_last(x), _last(y))
    if start >= end:
        spans = f"{_first(x)} to {_last(x)} and {_first(y)} to {_last(y)}"
        raise AnalysisError(f"{x_name} and {y_name} do not overlap: {spans}.")
    bars = [f for n, f in ((x_name, x), (y_name, y)) if n.startswith("asset/") and not _daily(f)]
    if bars:
        days = sorted(set(pl.concat([f["ts"] for f in bars]).to_list()))
    else:
        days = [start + timedelta(n) for n in range((end - start).days + 1)]
    days = [day for day in days if start <= day <= end]
    available = [frame["available_at"].max() for frame in (x, y)]
    return Aligned(
        days=days,
        x=_on(days, x, gather=bool(bars) and not x_name.startswith("asset/")),
        y=_on(days, y, gather=bool(bars) and not y_name.startswith("asset/")),
        freq="bar" if bars else "day",
        as_of=max(at for at in available if isinstance(at, datetime)),
    )


def _first(frame: pl.DataFrame) -> date:
    first: date = frame["ts"][0]
    return first


def _last(frame: pl.DataFrame) -> date:
    last: date = frame["ts"][-1]
    return last


def _daily(frame: pl.DataFrame) -> bool:
    """Whether the asset trades on weekends, as crypto does."""
    return bool((frame["ts"].dt.weekday() > 5).any())  # ISO: 6 and 7 are the weekend


def _on(days: list[date], frame: pl.DataFrame, *, gather: bool) -> NDArray[np.float64]:
    calendar = pl.DataFrame({"day": days}, schema={"day": pl.Date}).sort("day")
    if gather:
        weight = pl.col("posts").fill_null(1.0)
        frame = (
            frame.join_asof(calendar, left_on="ts", right_on="day", strategy="forward")
            .drop_nulls("day")
            .group_by("day")
            .agg(value=(pl.col("value") * weight).sum() / weight.sum())
        )
    else:
        frame = frame.rename({"ts": "day"})
    values = calendar.join(frame.select("day", "value"), on="day", how="left")["value"]
    return values.fill_null(float("nan")).to_numpy().astype(np.float64)
