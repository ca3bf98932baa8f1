"""One share over time, as every figure draws it: gaps, interval, days, trailing week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.report import _style, _text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEEK = 7
ENOUGH = 4
"""Days with a value that a week's mean needs."""


def panel(ax: Axes, days: pl.DataFrame, *, ticks: int) -> None:
    """Draw one share: interval as a band, days as a thin line, the trailing week as a thick one."""
    x = days["day"].to_list()
    value, low, high = (days[name].to_numpy() for name in ("value", "low", "high"))
    ax.fill_between(x, low, high, color=_style.ICE, linewidth=0)
    ax.plot(x, value, color=_style.SKY, linewidth=0.7)
    alone = np.isfinite(value) & np.isnan(_shift(value, 1)) & np.isnan(_shift(value, -1))
    ax.plot(np.array(x)[alone], value[alone], ".", color=_style.SKY, markersize=2.5)
    week = trailing(value)
    ax.plot(x, week, color=_style.BLUE, linewidth=1.7)
    _style.share_axis(ax, reach(days, week, tall=ticks > 2), ticks=ticks)
    if np.isfinite(week).any():
        last = int(np.flatnonzero(np.isfinite(week))[-1])
        _style.label_end(ax, x[last], float(week[last]), _text.percent(float(week[last])))
    else:
        ax.text(0.5, 0.5, "no day with enough posts and authors", transform=ax.transAxes,
                ha="center", va="center", color=_style.MUTED, fontsize=_style.SMALL)  # fmt: skip


def reach(days: pl.DataFrame, week: Floats, *, tall: bool) -> float:
    """Return how high the axis goes.

    A tall panel holds every interval but spikes; a low one nearly all days, every week's mean and
    the interval of the usual day, so that rare emotions are more than a line at the bottom.
    """
    value, high, mean = (
        np.append(column[np.isfinite(column)], 0.0)
        for column in (days["value"].to_numpy(), days["high"].to_numpy(), week)
    )
    if tall:
        return float(max(value.max(), min(high.max(), 1.3 * np.quantile(high, 0.97))))
    return float(max(np.quantile(value, 0.98), mean.max(), np.median(high)))


def calendar(frame: pl.DataFrame, span: pl.DataFrame) -> pl.DataFrame:
    """Return day, value, low, high for every day of `span`, nan where there is none."""
    days = pl.date_range(*_style.span(span["day"]), "1d", eager=True)
    full = pl.DataFrame({"day": days}).join(
        frame.select("day", "value", "low", "high"), on="day", how="left", maintain_order="left"
    )
    return full.with_columns(
        pl.col("value", "low", "high").cast(pl.Float64).fill_null(float("nan"))
    )


def trailing(value: Floats, length: int = WEEK) -> Floats:
    """Return the mean of the last `length` days (n,), nan where fewer than `ENOUGH` have a value.

    Trailing, never centred: a day's mean uses nothing of later days.
    """
    known = np.isfinite(value)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, value, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    start = np.maximum(np.arange(1, len(value) + 1) - length, 0)
    n = count[1:] - count[start]
    mean = np.full(len(value), np.nan)
    np.divide(total[1:] - total[start], n, out=mean, where=n >= ENOUGH)
    return mean


def _shift(value: Floats, by: int) -> Floats:
    shifted = np.full(len(value), np.nan)
    if by > 0:
        shifted[by:] = value[:-by]
    else:
        shifted[:by] = value[-by:]
    return shifted
