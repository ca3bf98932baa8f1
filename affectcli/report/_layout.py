"""What stands on which page, and how tall the figures are: few pages, none half empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = 264.5
"""Height in mm that an A4 page has for its text."""
LOW, HIGH = 0.55, 1.4
"""Least and most that figures are stretched."""
PER_PAGE, WHITE, LAST, STRETCH = 100.0, 40.0, 2.0, 4.0
"""What a page costs; one left white, and the last one left white; figures of twice the height."""


@dataclass(frozen=True)
class Item:
    """Something that no page break divides, in mm: its height, of which `panels` can be stretched.

    `gap` is the room above it where it does not begin a page.
    """

    height: float
    panels: float = 0.0
    gap: float = 0.0
    figure: bool = False


@dataclass(frozen=True)
class Place:
    """Where an item goes: whether it begins a page, and the factor of its panels."""

    begins: bool
    scale: float


def plan(items: Sequence[Item], page: float = PAGE) -> list[Place]:
    """Return a place for each item, in their order, on pages with `page` mm for text.

    Every way to divide the items into pages has a cost (see `_cost`); the cheapest up to each item
    follows from the cheapest up to the items before.
    """
    best: list[tuple[float, list[Place]]] = [(0.0, [])]
    for stop in range(1, len(items) + 1):
        ways = []
        for start in range(stop):
            cost, scale = _cost(items[start:stop], page, last=stop == len(items))
            placed = [Place(i == start and start > 0, scale) for i in range(start, stop)]
            ways.append((best[start][0] + cost, best[start][1] + placed))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _cost(items: Sequence[Item], page: float, *, last: bool) -> tuple[float, float]:
    """Return what a page of these items costs, and the factor that fills it best."""
    panels = sum(item.panels for item in items)
    height = sum(item.height for item in items) + sum(item.gap for item in items[1:])
    room = page - height
    wanted = 1.0 + room / panels if panels else 1.0
    scale = min(max(wanted, LOW), 1.0 if last else HIGH)
    white = (room - (scale - 1.0) * panels) / page
    if white < -1e-9 and len(items) > 1:
        return float("inf"), 1.0
    return PER_PAGE + (LAST if last else WHITE) * white**2 + STRETCH * (scale - 1.0) ** 2, scale
