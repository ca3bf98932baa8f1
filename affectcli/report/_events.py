"""Which events are drawn, and the key to their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from affectcli.report import _style, _text

if TYPE_CHECKING:
    from datetime import date

    from affectcli.report._material import Material

EVENTS = 24
"""Event lines at most."""
DASH = "\u2013"
RANGES = 4
"""Runs of numbers that the key to the events names at most."""


class Marks(NamedTuple):
    """The days of the event lines, the key to their numbers, and a note on events left out."""

    days: list[date]
    legend: list[tuple[str, str, str]]
    notes: list[str]


def marks(material: Material) -> Marks:
    """Return the events drawn: those that findings name first, then the newest."""
    days = material.daily["day"]
    events = material.events.filter(pl.col("day").is_between(days.min(), days.max()))
    named = {c.result.get("event") for c in material.about("levels")}
    ranked = events.with_columns(pl.col("name").is_in([n for n in named if n]).alias("named"))
    kept = ranked.sort("named", "day", descending=True).head(EVENTS).sort("day", "name")
    legend = _legend(kept)
    left = events.height - kept.height
    note = [f"{left} more events are stored and not drawn."] if left else []
    return Marks(kept["day"].to_list(), legend, note)


def _legend(events: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Return numbers, name and dates of events; one entry for all of the same name."""
    numbered = events.with_row_index("number", offset=1)
    entries = []
    for (name,), group in numbered.group_by("name", maintain_order=True):
        first, last = _style.span(group["day"])
        dates = str(first) if first == last else f"{first} to {last}"
        entries.append((_ranges(group["number"].to_list()), _text.plain(str(name)), dates))
    return entries


def _ranges(numbers: list[int]) -> str:
    """Return 1, 2, 3, 7 as 1-3, 7, with a dash of the right length."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    if len(spans) > RANGES:
        spans = [*spans[:2], [], spans[-1]]
    return ", ".join(DASH.join(map(str, span)) if span else "\u2026" for span in spans)
