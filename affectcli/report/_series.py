"""One share over time, as every figure draws it: gaps, interval, days or weeks, trailing week."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from affectcli.report import _style, _text, _ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kind = Literal["day", "week", "sparse"]
"""Days with their bands; weeks with theirs; or days as points, too thin for a band."""
WEEK = 7
ENOUGH = 4
"""Days with a value that a week's mean needs."""


@dataclass(frozen=True)
class Timeline:
    """What the panels over time share.

    `rows` has measure, day (a week's Monday), value, low, high: numbers in [0, 1], null without
    support; `peaks` the first and last day of the week to shade, by measure.
    """

    rows: pl.DataFrame
    kind: Kind
    span: tuple[date, date]
    events: Sequence[date] = ()
    peaks: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    breaks: Sequence[date] = ()
    """Days from which on the instrument is another one."""


def panel(ax: Axes, timeline: Timeline, measure: str, *, ticks: int) -> None:
    """Draw one measure: its interval as a band, its days or weeks, and the end in numbers."""
    shown = timeline.rows.filter(pl.col("measure") == measure)
    rows = calendar(shown, timeline.span, timeline.kind)
    if measure in timeline.peaks:
        first, last = timeline.peaks[measure]
        shade = {"color": _style.RED, "alpha": 0.16, "linewidth": 0, "zorder": 1.2}  # over the band
        ax.axvspan(first, last + timedelta(1), **shade)  # type: ignore[arg-type]  # matplotlib converts dates
    draw = _weeks if timeline.kind == "week" else _days
    line = draw(ax, rows, timeline)
    _ticks.share_axis(ax, reach(rows, line, kind=timeline.kind, tall=ticks > 2), ticks=ticks)
    known = np.flatnonzero(np.isfinite(line))
    if not len(known):  # too few days in any week for a mean, or none at all
        if rows["value"].is_not_nan().any():
            return
        unit = "week" if timeline.kind == "week" else "day"
        ax.text(0.5, 0.5, f"no {unit} with enough posts and authors", transform=ax.transAxes,
                ha="center", va="center", color=_style.MUTED, fontsize=_style.SMALL)  # fmt: skip
        return
    at = rows["day"].to_list()[known[-1]]
    at = min(at + timedelta(WEEK - 1), timeline.span[1]) if timeline.kind == "week" else at
    end = float(line[known[-1]])
    _style.label_end(ax, at, end, _text.percent(end))


def _days(ax: Axes, rows: pl.DataFrame, timeline: Timeline) -> Floats:
    """Draw interval, days, and the trailing week, which is returned (n,)."""
    x = rows["day"].to_list()
    value, low, high = (rows[name].to_numpy() for name in ("value", "low", "high"))
    week = trailing(value)
    if timeline.kind == "sparse":
        ax.plot(x, value, ".", color=_style.SKY, markersize=2.2)
    else:
        ax.fill_between(x, low, high, color=_style.ICE, linewidth=0)
        ax.plot(x, value, color=_style.SKY, linewidth=0.7)
        alone = np.isfinite(value) & np.isnan(_shift(value, 1)) & np.isnan(_shift(value, -1))
        ax.plot(np.array(x)[alone], value[alone], ".", color=_style.SKY, markersize=2.5)
    ax.plot(x, week, color=_style.BLUE, linewidth=1.7)
    return week


def _weeks(ax: Axes, rows: pl.DataFrame, timeline: Timeline) -> Floats:
    """Draw weeks as steps from Monday to Monday; their values (n,) are returned.

    A line between the middles of weeks would begin to rise before the day on which a rise began.
    """
    first, last = timeline.span[0], timeline.span[1] + timedelta(1)
    starts = rows["day"].to_list()
    ends = [min(day + timedelta(WEEK), last) for day in starts]
    edges = [max(day, first) for pair in zip(starts, ends, strict=True) for day in pair]
    value, low, high = (np.repeat(rows[name].to_numpy(), 2) for name in ("value", "low", "high"))
    ax.fill_between(edges, low, high, color=_style.ICE, linewidth=0)
    ax.plot(edges, value, color=_style.BLUE, linewidth=1.3, solid_joinstyle="miter")
    return value[::2]


def reach(rows: pl.DataFrame, line: Floats, *, kind: Kind, tall: bool) -> float:
    """Return how high the axis goes.

    A tall panel holds nearly every interval; a low one nearly all days, every week and the
    interval of the usual one, so that rare emotions are more than a line at the bottom.
    """
    value, high, mean = (
        np.append(column[np.isfinite(column)], 0.0)
        for column in (rows["value"].to_numpy(), rows["high"].to_numpy(), line)
    )
    if kind == "sparse":
        return float(max(np.quantile(value, 0.98), mean.max()))
    if kind == "week":
        most = 1.05 * value.max()
        wide = min(np.quantile(high, 0.97), 2.5 * most) if tall else 0.0
        return float(max(most, wide, np.median(high)))
    if tall:
        return float(max(value.max(), min(high.max(), 1.3 * np.quantile(high, 0.97))))
    return float(max(np.quantile(value, 0.98), mean.max(), np.median(high)))


def calendar(frame: pl.DataFrame, span: tuple[date, date], kind: Kind) -> pl.DataFrame:
    """Return day, value, low, high for every day or Monday of `span`, nan where there is none."""
    first, last = span
    start = first - timedelta(first.weekday()) if kind == "week" else first
    days = pl.date_range(start, last, "1w" if kind == "week" else "1d", eager=True)
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
