"""Did all labels jump at once? What they have in common, and how many moved on a date.

A crowd that changes its mood changes some labels; an instrument that changes (a tagger, a way to
collect posts) changes the rates of labels that have nothing to do with each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import trim_mean

from affectcli.analyze._change_series import stable_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WINDOW = 28
"""Days on each side of a date that are compared."""
LEAST_LABELS = 4
LEAST_DAYS = 7
FACTOR = 1.15
"""A common factor below which nobody would see it in a figure."""
ALIKE = 0.75
"""Share of the labels whose move can be told that must share it."""
SURE = 3.0
"""Standard errors from which on a label is said to have moved."""


class Moves(NamedTuple):
    """How the labels moved on a date: log ratios of the rates after and before, (labels,)."""

    ratio: Array
    error: Array
    """Standard errors, of posts and of how much the days of one side differ."""
    factor: float
    """Of the median label."""
    told: int
    """Labels whose move by such a factor could be told."""
    alike: float
    """Share of these that did move so; nan where there are fewer than `LEAST_LABELS`."""
    moved: float
    """Share of all that moved in any direction."""
    both: bool
    """Pleasant and unpleasant labels moved alike, where there are labels of both kinds."""
    both_moved: bool
    """Labels of both kinds moved, in any direction."""


def common_mode(shares: Array, posts: Array) -> Array | None:
    """Return what labels do together, (days,), in their own standard deviations.

    `shares` (days, labels), `posts` (days,) behind each. The mean of the middle three fifths of the
    labels, so that a few labels cannot move it. None with too few labels that occur.
    """
    often = (shares * posts[:, None]).mean(axis=0) >= 0.3
    if often.sum() < LEAST_LABELS:
        return None
    even = stable_share(shares[:, often], posts[:, None])
    steps = np.diff(even, axis=0).std(axis=0)  # a level shift hardly moves the spread of changes
    scaled = (even - even.mean(axis=0)) / np.maximum(steps, 1e-9)
    together: Array = np.asarray(trim_mean(scaled, 0.2, axis=1), dtype=np.float64)
    return together


def moves(shares: Array, posts: Array, valence: Array, at: int) -> Moves | None:
    """Compare the `WINDOW` days from row `at` on with those before it; None with too few days."""
    before, after = slice(max(at - WINDOW, 0), at), slice(at, at + WINDOW)
    if min(at, len(posts) - at) < LEAST_DAYS:
        return None
    hits = [np.nansum(shares[side] * posts[side, None], axis=0) + 0.5 for side in (before, after)]
    totals = [posts[side].sum() + 1.0 for side in (before, after)]
    ratio = np.log(hits[1] / totals[1]) - np.log(hits[0] / totals[0])
    spread = np.maximum(*(_overdispersion(shares[side], posts[side]) for side in (before, after)))
    error = np.sqrt(spread * (1 / hits[0] + 1 / hits[1]))
    common = float(np.median(ratio[np.argsort(error)[: max(LEAST_LABELS, len(error) // 2)]]))
    told = error <= max(abs(common), np.log(FACTOR)) / 2
    with_it = told & (ratio * np.sign(common) >= abs(common) / 2)
    sides = [np.sign(valence) == sign for sign in (-1, 1)]
    enough = told.sum() >= LEAST_LABELS
    precise = error <= 0.3
    far = (np.abs(ratio) >= SURE * error) & (np.abs(ratio) >= np.log(FACTOR))
    return Moves(
        ratio=ratio,
        error=error,
        factor=float(np.exp(np.median(ratio[told]))) if enough else 1.0,
        told=int(told.sum()),
        alike=float(with_it.sum() / told.sum()) if enough else float("nan"),
        moved=float(far[precise].mean()) if precise.sum() >= LEAST_LABELS else float("nan"),
        both=all(with_it[side].any() for side in sides if (told & side).any()),
        both_moved=all(far[side].any() for side in sides if (precise & side).any()),
    )


def is_common(found: Moves) -> bool:
    """Say whether a factor that unrelated labels share is behind the moves."""
    strong = abs(np.log(found.factor)) >= np.log(FACTOR)
    return bool(strong and found.alike >= ALIKE and found.both)


def is_upheaval(found: Moves) -> bool:
    """Say whether nearly all labels moved, each its own way, as with an unrecorded new tagger."""
    return bool(found.moved >= ALIKE and found.both_moved)


def _overdispersion(shares: Array, posts: Array) -> Array:
    """Return how much more the days differ than posts drawn alike would, at least 1; (labels,)."""
    total = np.maximum(posts.sum(), 1.0)
    mean = (np.nansum(shares * posts[:, None], axis=0) + 0.5) / (total + 1.0)
    expected = mean * (1 - mean) / np.maximum(posts[:, None], 1.0)
    ratio = np.nansum((shares - mean) ** 2 / np.maximum(expected, 1e-12), axis=0)
    extra: Array = np.maximum(ratio / max(len(posts) - 1, 1), 1.0)
    return extra
