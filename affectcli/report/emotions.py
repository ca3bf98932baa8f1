"""Emotions over time: share of posts by day with its interval, gaps where support is too thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.report import _series, _style, _text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.figure import Figure


@_style.styled
def draw(
    daily: pl.DataFrame, measures: Sequence[str], events: Sequence[date], *, tall: bool
) -> Figure:
    """Draw one panel for each measure under each other, on one time axis; `tall` for a single one.

    `daily` has measure, day, value, low, high; shares in [0, 1], null without support.
    """
    heights = [34.0 if tall else 12.5] * len(measures)
    names = ["" if tall else _text.short(measure, 40) for measure in measures]
    period = _style.span(daily["day"])
    top = _style.headroom(events, period, names[0])
    figure, axes = _style.stack(heights, gap=6.5, top=top, bottom=9.2)
    for ax, measure, name in zip(axes, measures, names, strict=True):
        days = _series.calendar(daily.filter(pl.col("measure") == measure), daily)
        _series.panel(ax, days, ticks=4 if tall else 2)
        _style.date_axis(ax, *period, labels=ax is axes[-1])
        _style.name_panel(ax, name)
    _style.event_lines(axes, events, period, names[0])
    return figure
