"""Draws other times at which the same calendar could have happened, and what they say.

A calendar of dates (events, days in the market) is turned round its circle of n possible places,
and read forwards or backwards: both keep every distance between its dates, so that clusters stay
clusters. Under the null that the dates have nothing to do with a series, each turn is as likely as
the calendar that was; nothing is assumed about the series (Lehmann & Romano 2005, ch. 15.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TINY = 1e-9
"""Sums taken in another order differ by rounding; they count as equal."""


class Turns(NamedTuple):
    """Random turns, shape (count,), to be shared by all series that are tested together."""

    part: NDArray[np.float64]
    """By which part of the circle, in [0, 1)."""
    backwards: NDArray[np.bool_]


def turns(count: int, seed: int) -> Turns:
    """Draw `count` turns, spread evenly over the circle, half of them backwards."""
    rng = np.random.default_rng(seed)
    part = (rng.permutation(count) + rng.random(count)) / count
    return Turns(part, rng.random(count) < 0.5)


def turned(at: NDArray[np.int64], n: int, drawn: Turns) -> NDArray[np.int64]:
    """Return where the dates `at` (k,), each in [0, n), come to lie; shape (count, k)."""
    steps = np.floor(drawn.part * n).astype(np.int64)
    signs = np.where(drawn.backwards, -1, 1)
    places: NDArray[np.int64] = (signs[:, None] * at + steps[:, None]) % n
    return places


def p_values(observed: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often chance does as well: `observed` (m,), `drawn` (m, count), large is rare.

    (1 + b) / (1 + count) of Davison & Hinkley (1997, eq. 4.11); a nan was not drawn.
    """
    there = np.isfinite(drawn).sum(axis=1)
    reach = observed - TINY * np.maximum(np.abs(observed), 1e-3)
    with np.errstate(invalid="ignore"):
        as_large = (drawn >= reach[:, None]).sum(axis=1)
    p: NDArray[np.float64] = (1 + as_large) / (1 + there)
    return p


def family_p_values(
    observed: NDArray[np.float64], drawn: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return p-values (m,) for the whole family: the step-down maximum of Westfall & Young (1993).

    `observed` (m,) and `drawn` (m, count) must be on one scale (studentised); a column holds the
    same draw for all, so that rows which move together pay once. The chance of one false claim or
    more is the level, and the false discovery rate therefore is no larger.
    """
    order = np.argsort(-observed, kind="stable")
    filled = np.where(np.isfinite(drawn), drawn, -np.inf)[order]
    largest = np.maximum.accumulate(filled[::-1], axis=0)[::-1]
    p = np.maximum.accumulate(p_values(observed[order], np.nan_to_num(largest, neginf=-1e300)))
    adjusted = np.empty(len(observed))
    adjusted[order] = p
    return np.maximum(adjusted, p_values(observed, drawn))


def q_values(
    observed: NDArray[np.float64], drawn: NDArray[np.float64], family: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return q-values (m,) of rows in families: the maximum within each, then a rate over them.

    `family` (m,) numbers them. Benjamini & Bogomolov (2014): families are claimed as Benjamini &
    Hochberg (1995) claim tests, by their smallest p-value, and inside the claimed ones the level
    shrinks with the share that was claimed.
    """
    p = np.empty(len(observed))
    for one in np.unique(family):
        mine = family == one
        p[mine] = family_p_values(observed[mine], drawn[mine])
    least = np.array([p[family == one].min() for one in np.unique(family)])
    levels = np.sort(p)
    claimed = (least <= levels[:, None]).sum(axis=1)
    rates = np.minimum.accumulate((levels * len(least) / claimed)[::-1])[::-1]
    q: NDArray[np.float64] = np.minimum(rates[np.searchsorted(levels, p)], 1.0)
    return q
