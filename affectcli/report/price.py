"""Price beside emotion: daily closes with the lead emotion beneath, on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from affectcli.report import _series, _style, _text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

PRICE, PRICES, EMOTION = 34.0, 26.0, 22.0
"""Height in mm of the panel of one price, of each of several, and of the emotion."""
LOG_NAME = ", close, log scale"
LOG = 3.0
"""Highest over lowest close from which on the axis is logarithmic."""


@_style.styled
def draw(
    prices: pl.DataFrame, timeline: _series.Timeline, measure: str, name: str, *, scale: float = 1.0
) -> Figure:
    """Draw `prices` (asset, day, close) over a measure of the timeline, called `name`."""
    assets = prices["asset"].unique(maintain_order=True).to_list()
    heights = [scale * height for height in panels(len(assets))]
    bars = [prices.filter(pl.col("asset") == asset) for asset in assets]
    names = [
        _text.short(asset, 40) + (LOG_NAME if _logarithmic(of["close"].to_numpy()) else ", close")
        for asset, of in zip(assets, bars, strict=True)
    ]
    events, span = timeline.events, timeline.span
    top = _style.headroom(events, span, names[0])
    figure, axes = _style.stack(heights, gap=7.0, top=top, bottom=9.2)
    for ax, of in zip(axes, bars, strict=False):
        _close(ax, of)
    _series.panel(axes[-1], timeline, measure, ticks=3)
    for ax, title in zip(axes, [*names, _text.short(name, 60)], strict=True):
        _style.name_panel(ax, title)
        _style.date_axis(ax, *span, labels=ax is axes[-1])
    _style.break_lines(axes, timeline.breaks)
    _style.event_lines(axes, events, span, names[0])
    return figure


def panels(assets: int) -> list[float]:
    """Return the natural heights of the panels in mm."""
    return [PRICES if assets > 1 else PRICE] * assets + [EMOTION]


def _logarithmic(close: NDArray[np.float64]) -> bool:
    return bool(close.min() > 0 and close.max() / close.min() > LOG)


def _close(ax: Axes, bars: pl.DataFrame) -> None:
    close = bars["close"].to_numpy()
    ax.plot(bars["day"].to_list(), close, color=_style.INK, linewidth=1.1)
    if _logarithmic(close):
        decades = np.log10(close.max() / close.min())
        steps = (1.0, 2.0, 5.0) if decades < 1.3 else (1.0, 3.0) if decades < 2.3 else (1.0,)
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(10, subs=steps))
    else:
        ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(_number))
    if np.ptp(close):
        ax.margins(y=0.06)
    _style.label_end(
        ax, bars["day"][-1], float(close[-1]), _number(float(close[-1])), color=_style.INK
    )


def _number(value: float, _position: int | None = None) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
