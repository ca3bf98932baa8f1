"""When did a level shift begin? The likeliest date given the series' memory, and its interval.

A level that steps up by d makes an autoregression's innovations jump by d on the first day and by
d (1 - sum of phi) from then on (the additive level shift of Chen & Tiao 1990): both tell the date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.analyze._change_test import SHORTEST, autoregression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DRAWN = 399
TINY = 1e-300
LEVEL = 0.05
"""The interval leaves out the true date of so many redrawn shifts."""


class Dated(NamedTuple):
    """First index of the new level, and the interval in which it lies."""

    at: int
    low: int
    high: int


def refined(y: Array, breaks: Sequence[int]) -> list[int]:
    """Return `breaks` of `y` (n,), each moved to its likeliest date between its neighbours."""
    phi, _ = autoregression(y, breaks)
    found = sorted(breaks)
    for _ in range(2):
        for k in range(len(found)):
            _, gain = _profile(y, phi, _between(found, k, len(y)))
            found[k] = _between(found, k, len(y))[0] + SHORTEST + int(gain.argmax())
    return found


def interval(y: Array, breaks: Sequence[int], k: int, rng: Generator) -> Dated:
    """Return the date of the `k`-th break with its interval: dates that are nearly as likely.

    The interval inverts the likelihood ratio (Eo & Morley 2015). How much less likely the true date
    may be than the likeliest is drawn: shifts of that size are put in at the date found, with the
    residuals around it, their signs changed (wild bootstrap), and are dated again; it is never
    less than the limit of small shifts in Gaussian noise, for the size is not known.
    """
    phi, _ = autoregression(y, breaks)
    first, last = _between(list(breaks), k, len(y))
    (step, w), gain = _profile(y, phi, (first, last))
    mine = breaks[k] - first - SHORTEST
    put_in = step[:, mine] * float(step[:, mine] @ w) / max(float((step[:, mine] ** 2).sum()), TINY)
    noise = (w - put_in) * rng.choice(np.array([-1.0, 1.0]), (DRAWN, len(w)))
    energy: Array = np.maximum((step**2).sum(axis=0), TINY)
    redrawn: Array = ((put_in + noise) @ step) ** 2 / energy
    drawn = np.sort(redrawn.max(axis=1) - redrawn[:, mine])[int(DRAWN * (1 - LEVEL))]
    less = max(float(drawn), -2 * np.log(1 - np.sqrt(1 - LEVEL)) * float((w - put_in).var()))
    inside = np.flatnonzero(gain >= gain[mine] - less) + first + SHORTEST
    return Dated(breaks[k], int(inside[0]), int(inside[-1]))


def _between(breaks: Sequence[int], k: int, n: int) -> tuple[int, int]:
    edges = [0, *sorted(breaks), n]
    return edges[k], edges[k + 2]


def _profile(y: Array, phi: Array, part: tuple[int, int]) -> tuple[tuple[Array, Array], Array]:
    """Return what a step on each possible date does to the innovations, these, and its gain.

    Shapes (rows, dates), (rows,), (dates,); rows are the days of `part` that have all lags in it.
    """
    first, last = part
    order = len(phi)
    inside = y[first:last]
    w = inside[order:].copy()
    for i, coefficient in enumerate(phi.tolist()):
        w -= coefficient * inside[order - 1 - i : len(inside) - 1 - i]
    after = np.arange(order, len(inside))[:, None] - np.arange(SHORTEST, len(inside) - SHORTEST + 1)
    response = 1.0 - np.r_[0.0, np.cumsum(phi)]
    step = np.where(after >= 0, response[np.clip(after, 0, order)], 0.0)
    step -= step.mean(axis=0)
    w = w - w.mean()
    gain: Array = (step.T @ w) ** 2 / np.maximum((step**2).sum(axis=0), TINY)
    return (step, w), gain
