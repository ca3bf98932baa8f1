"""Each event on each signal: where its dates fall, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from affectcli.analyze._events_calendar import Calendar, calendar, merged, places, unbroken
from affectcli.analyze._events_effect import Field, Spans, Study, field, study
from affectcli.analyze._events_its import Interruption, interruption
from affectcli.errors import AnalysisError
from affectcli.store.places import concerns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import polars as pl

    from affectcli.analyze._events_calendar import Happened
    from affectcli.analyze._shifts import Turns


@dataclass(frozen=True)
class Series:
    """One signal, and what each possible date of it shows."""

    name: str
    calendar: Calendar
    field: Field


@dataclass(frozen=True)
class Row:
    """One claim: the events of one name or category, on one signal."""

    event: str
    series: Series
    at: np.ndarray[Any, np.dtype[np.int64]]
    """Days of the series, merged."""
    given: int
    outside: int
    overlaps: int
    study: Study
    its: Interruption | None


@dataclass(frozen=True)
class Asked:
    """The options of the study."""

    spans: Spans
    drawn: Turns
    its: bool


def judged(
    frames: Mapping[str, pl.DataFrame], groups: Mapping[str, list[Happened]], options: Asked
) -> tuple[list[Row], dict[str, str]]:
    """Return a row for each event and signal that can be judged, and why others cannot.

    An event counts for the signals that its scope concerns, and is no question to others.
    """
    rows: list[Row] = []
    reasons: dict[str, str] = {}
    for name, frame in frames.items():
        try:
            days = calendar(frame)
            early, late = options.spans.early, options.spans.late
            usable = unbroken(days, early, late)
            series = Series(name, days, field(days.tested, options.spans, usable=usable))
        except AnalysisError as error:
            reasons[name] = error.what
            continue
        for event, happened in groups.items():
            when = [at for at in happened if concerns(at.scope, name)]
            if not when:
                continue
            try:
                rows.append(_row(series, event, when, options))
            except AnalysisError as error:
                reasons[f"{event} on {name}"] = error.what
    return rows, reasons


def _row(series: Series, event: str, when: Sequence[Happened], options: Asked) -> Row:
    width = options.spans.window.last - options.spans.window.first + 1
    days = places(series.calendar, when)
    there = merged(days[days >= 0], width)
    at = there - series.field.first
    at = at[(at >= 0) & (at < len(series.field.known))]
    at = at[series.field.known[at]]
    if not len(at):
        raise AnalysisError(
            f"none of its {len(when)} dates has enough days of the signal before and after it"
        )
    broken = None
    if options.its and len(at) == 1:
        day = int(at[0]) + series.field.first
        broken = interruption(series.calendar.tested, day, weekday=series.calendar.weekday)
    overlaps = int((days >= 0).sum()) - len(there)
    return Row(
        event=event,
        series=series,
        at=at,
        given=len(when),
        outside=len(when) - len(at) - overlaps,
        overlaps=overlaps,
        study=study(series.field, at, options.drawn, width=width),
        its=broken,
    )
