"""Price beside emotion: daily closes with the lead emotion beneath, on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from affectcli.report import _numbers, _rows, _series, _style, _text
from affectcli.report._block import Block
from affectcli.report._captions import LIKENESS, MONDAY, NUMBERED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from affectcli.report._subject import Subject

TITLE = "Price and emotion"
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


def blocks(subject: Subject) -> list[Block]:
    """Return the prices of the report's assets above its lead emotion."""
    material = subject.material
    if not material.assets or not subject.chosen.labels:
        none = "No prices are stored: run affect ingest prices PATH --asset NAME"
        idle = f"No emotion to show beside it. {subject.valueless}"
        return [Block(TITLE, empty=idle if material.assets else none)]
    timeline, label, variant = subject.timeline, subject.chosen.labels[0], subject.chosen.variant
    assets = " and ".join(map(_text.plain, material.assets))
    what = subject.lead if variant else f"share of posts that carry {subject.lead}"
    block = Block(
        f"Price and {_text.plain(label)}", f"Daily close of {assets}; {what}, {subject.unit}"
    )
    within = material.prices.filter(pl.col("day").is_between(*timeline.span))
    if within.is_empty():
        block.empty = f"The prices of {assets} and the posts have no day in common."
        return [block]
    ranked = [within.filter(pl.col("asset") == a) for a in _rows.assets_by_finding(material)]
    prices = pl.concat(ranked)
    title = f"{subject.lead}, {subject.unit}" if variant else f"{subject.lead}, share of posts"
    block.draw = lambda scale: draw(prices, timeline, label, title, scale=scale)
    block.panels = sum(panels(prices["asset"].n_unique()))
    block.notes = [_reading(timeline)]
    block.alt = f"{'; '.join(_seen(bars) for bars in ranked if bars.height)}; beneath, {what}."
    closes, names = prices.rename({"close": "value"}), prices["asset"].unique(maintain_order=True)
    block.numbers = lambda: _numbers.by_day(closes, names.to_list(), "asset", shares=False)
    return [block]


def _reading(timeline: _series.Timeline) -> str:
    """Return how to read price and emotion, with a word on events where there are some."""
    what = "an event or a price" if timeline.events else "a price"
    texts = [NUMBERED if timeline.events else "", LIKENESS]
    texts += [MONDAY.format(what=what)] if timeline.kind == "week" else []
    return " ".join(text for text in texts if text)


def _seen(bars: pl.DataFrame) -> str:
    """Return the closes of one asset in words."""
    first, last = bars.row(0, named=True), bars.row(-1, named=True)
    return (
        f"{_text.plain(first['asset'])} closed at {_number(first['close'])} on {first['day']} and "
        f"at {_number(last['close'])} on {last['day']}, between "
        f"{_number(float(bars['close'].min()))} and {_number(float(bars['close'].max()))}"  # type: ignore[arg-type]  # closes are numbers
    )
