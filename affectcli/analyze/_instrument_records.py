"""What is on record of the instrument: which sources are silent, which inputs end, who tagged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHORTEST = 7
"""Days that a silence or another tagger must last."""
UNLIKELY = 14.0
"""-ln of the chance, 1 in a million, at which a source that posts on so many days is so silent."""
NEARBY = 56
"""Days on each side that tell how often a source posts at that time."""
MINOR = 0.05
"""Share of the posts below which a source is not missed."""
HALF = 14
"""Days on each side over which the number of inputs must be steady."""
DROP = 0.75


@dataclass(frozen=True)
class Sign:
    """One thing about the instrument that broke: on record (no p-value), or found by its test."""

    cause: str
    quantity: str
    """In words, as the subject of a sentence."""
    day: date
    low: date
    high: date
    before: float
    after: float
    p_value: float | None = None
    q_value: float | None = None
    rank: float | None = None


def on_record(cause: str, quantity: str, day: date, levels: tuple[float, float]) -> Sign:
    """Return a sign whose date is known."""
    return Sign(cause, quantity, day, day, day, *levels)


def silences(parts: Mapping[str, Array], first: date) -> list[Sign]:
    """Return where a source falls silent or is heard again, too long for chance.

    `parts`: source -> posts on each day from `first` on (days,). A source is silent by more than
    chance where its share of days with posts, on the more silent side of the silence, makes it one
    in a million: a community that grows was once quiet, and that is no break.
    """
    total = np.sum(list(parts.values()), axis=0)
    found = []
    for name, posts in sorted(parts.items()):
        if posts.sum() < MINOR * total.sum():
            continue
        active = np.flatnonzero(posts > 0)
        edges = np.r_[-1, active, len(posts)]
        for early, late in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            gap = late - early - 1
            if gap < SHORTEST or not len(active):
                continue
            before = posts[max(early + 1 - NEARBY, active[0]) : early + 1]
            after = posts[late : min(late + NEARBY, active[-1] + 1)]
            rate = min(float(np.mean(side > 0)) for side in (before, after) if len(side))
            if -gap * math.log1p(-min(rate, 0.99)) < UNLIKELY:
                continue
            quantity = f"posts a day of source {name}"
            if early >= 0:
                levels = float(before.mean()), 0.0
                found.append(on_record("source", quantity, first + timedelta(early + 1), levels))
            if late < len(posts):
                levels = 0.0, float(after.mean())
                found.append(on_record("source", quantity, first + timedelta(late), levels))
    return found


def coverage(inputs: pl.DataFrame, first: date, days: int) -> list[Sign]:
    """Return where the number of inputs that cover a day drops or rises by a quarter, and stays.

    `inputs`: source, input, first, last (dates) of each batch; `days` from `first` on.
    """
    counts = np.zeros(days)
    for (_,), batches in inputs.group_by(["input"], maintain_order=True):
        there = np.zeros(days)
        for start, end in batches.select("first", "last").iter_rows():
            there[max((start - first).days, 0) : (end - first).days + 1] = 1
        counts += there
    found = []
    for at in np.flatnonzero(np.diff(counts)) + 1:
        before, after = counts[max(at - HALF, 0) : at], counts[at : at + HALF]
        if min(len(before), len(after)) < HALF:
            continue
        levels = float(np.median(before)), float(np.median(after))
        steady = min(np.mean(before == levels[0]), np.mean(after == levels[1])) >= 0.85
        if steady and min(levels) <= DROP * max(levels):
            day = first + timedelta(int(at))
            found.append(on_record("source", "inputs that cover a day", day, levels))
    return found


def swaps(parts: Mapping[str, Array], days: Sequence[date]) -> list[Sign]:
    """Return where most scores begin to come from another tagger, and go on so for a week.

    `parts`: what made them -> posts on each of `days` (days,).
    """
    names = sorted(parts)
    if len(names) < 2:
        return []
    stacked = np.array([parts[name] for name in names])
    shares = stacked / np.maximum(stacked.sum(axis=0), 1.0)
    most = shares.argmax(axis=0)
    found = []
    for at in (np.flatnonzero(np.diff(most)) + 1).tolist():
        before, after = most[max(at - SHORTEST, 0) : at], most[at : at + SHORTEST]
        if min(len(before), len(after)) < SHORTEST:
            continue
        new = most[at]
        if (after == new).all() and (before != new).all():
            levels = float(shares[new, at - SHORTEST : at].mean()), float(shares[new, at:].mean())
            quantity = f"share of posts scored by {names[new].strip()}"
            found.append(on_record("tagger", quantity, days[at], levels))
    return found
