"""Emotions over time: share of posts with its interval, gaps where support is too thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.report import _series, _style, _text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

TALL, LOW = 34.0, 12.5
"""Height in mm of a single panel, and of each of several."""


@_style.styled
def draw(
    timeline: _series.Timeline, measures: Sequence[str], *, tall: bool, scale: float = 1.0
) -> Figure:
    """Draw one panel for each measure under each other, on one time axis; `tall` for a single one.

    `scale` stretches the panels, not the text.
    """
    heights = [scale * (TALL if tall else LOW)] * len(measures)
    names = ["" if tall else _text.short(measure, 40) for measure in measures]
    events, span = timeline.events, timeline.span
    top = _style.headroom(events, span, names[0])
    figure, axes = _style.stack(heights, gap=6.5, top=top, bottom=9.2)
    for ax, measure, name in zip(axes, measures, names, strict=True):
        _series.panel(ax, timeline, measure, ticks=4 if tall else 2)
        _style.date_axis(ax, *span, labels=ax is axes[-1])
        _style.name_panel(ax, name)
    _style.break_lines(axes, timeline.breaks)
    _style.event_lines(axes, events, span, names[0])
    return figure
