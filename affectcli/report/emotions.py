"""Emotions over time: share of posts with its interval, gaps where support is too thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.report import _breaks, _numbers, _series, _style, _text, _words
from affectcli.report._block import Block
from affectcli.report._captions import KEYS, PEAK, UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from affectcli.report._series import Timeline
    from affectcli.report._subject import Subject

TITLE = "Emotions over time"
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


def blocks(subject: Subject) -> list[Block]:
    """Return the lead emotion in a tall panel, and the others in low ones beneath."""
    if not subject.chosen.labels:
        return [Block(TITLE, empty=subject.valueless)]
    return [_lead(subject), *_others(subject)]


def _lead(subject: Subject) -> Block:
    timeline, labels, name = subject.timeline, subject.chosen.labels, subject.lead
    title = f"{name[0].upper()}{name[1:]}"
    if not subject.chosen.variant:
        title = f"Share of posts that carry {name}"
    banded = timeline.rows.filter(pl.col("measure") == labels[0])["high"].drop_nulls().len() > 0
    key = (KEYS if banded else UNCERTAIN)[timeline.kind]
    if timeline.peaks.keys() & set(labels):
        key += f" {PEAK}"
    broken = _breaks.note(subject.material, timeline.span)
    return Block(
        f"{title}, {subject.unit}",
        draw=lambda scale: draw(timeline, labels[:1], tall=True, scale=scale),
        panels=TALL,
        alt=f"{_seen(timeline, labels[0])}.",
        events=subject.events.legend,
        notes=[key, *subject.events.notes, *broken],
        numbers=lambda: _numbers.by_day(timeline.rows, labels[:1], "measure"),
    )


def _others(subject: Subject) -> list[Block]:
    timeline, shown, variant = subject.timeline, subject.chosen.labels[1:], subject.chosen.variant
    if not shown:
        return []
    kind = "labels" if subject.material.health & {*shown} else "emotions"
    what = _words.VARIANTS[variant].split(" of ")[0] if variant else "share of posts"
    return [
        Block(
            f"Other {kind}, {what}, {subject.unit}",
            "Each panel has its own scale, which single values and bands may leave. Else as before",
            lambda scale: draw(timeline, shown, tall=False, scale=scale),
            LOW * len(shown),
            f"{'; '.join(_seen(timeline, label) for label in shown)}.",
            numbers=lambda: _numbers.by_day(timeline.rows, shown, "measure"),
        )
    ]


def _seen(timeline: Timeline, label: str) -> str:
    """Return a measure's line in words: first, highest and last value, and its highest week."""
    rows = timeline.rows.filter(pl.col("measure") == label, pl.col("value").is_not_null())
    name = _text.plain(label)
    if rows.is_empty():
        return f"{name}: no value"
    rows = rows.sort("day")
    value = rows["value"].to_numpy()
    top = int(np.argmax(value))
    text = (
        f"{name} from {_text.percent(value[0])} on {rows['day'][0]} to "
        f"{_text.percent(value[-1])} on {rows['day'][-1]}, highest at "
        f"{_text.percent(value[top])} on {rows['day'][top]}"
    )
    if label in timeline.peaks:
        first, last = timeline.peaks[label]
        text += f", highest week from {first} to {last}"
    return text
