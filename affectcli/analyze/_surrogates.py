"""Draws series that could have been: a white series again, without its tie to any other.

Each function takes how many and a generator and returns a `Draw`, which makes from a series
e (n,), nan = missing, its surrogates `Drawn`. Missing days stay where they are. The false
positives of each are measured in benchmarks/xcorr.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

if TYPE_CHECKING:
    from numpy.random import Generator


class Drawn(NamedTuple):
    """Surrogates of one series, 0 where it is missing."""

    values: NDArray[np.float32]
    """Shape (count, n)."""
    energy: NDArray[np.float32]
    """Their squares, shape (count, n), or (1, n) where all surrogates share them."""


Draw = Callable[[NDArray[np.float64]], Drawn]
Null = Literal["sign", "shift", "block", "phase"]


def of(null: Null, count: int, rng: Generator, *, n: int, max_lag: int) -> Draw:
    """Return the draw that has this name, of `count` surrogates of series with `n` days."""
    if null == "sign":
        return sign(count, n, rng)
    if null == "shift":
        return shift(count, rng, apart=2 * max_lag + 1)
    return {"block": block, "phase": phase}[null](count, rng)


def sign(count: int, n: int, rng: Generator) -> Draw:
    """Flip the sign of each day at random: the wild bootstrap (Liu 1988; Mammen 1993).

    Every day keeps its size, so it is the only one here that stays valid when both series are
    restless in the same weeks (markets and moods are). The draw of signs is shared by all series.
    """
    signs = rng.choice(np.array([-1.0, 1.0], dtype=np.float32), (count, n))

    def draw(e: NDArray[np.float64]) -> Drawn:
        size = np.nan_to_num(e).astype(np.float32)
        return Drawn(signs * size, size[None] ** 2)

    return draw


def block(count: int, rng: Generator, *, length: int | None = None) -> Draw:
    """Join blocks of days drawn with replacement, `length` about n^(1/3) (Künsch 1989)."""

    def draw(e: NDArray[np.float64]) -> Drawn:
        n = int(np.isfinite(e).sum())
        days = length or max(1, round(n ** (1 / 3)))
        starts = rng.integers(0, n, (count, -(-n // days), 1))
        chosen = ((starts + np.arange(days)) % n).reshape(count, -1)[:, :n]
        return _spread(e, e[np.isfinite(e)][chosen])

    return draw


def shift(count: int, rng: Generator, *, apart: int = 1) -> Draw:
    """Turn the series by a random number of days, end joined to start, at least `apart` either way.

    A smaller turn than twice the lags looked at brings a true lead back among them.
    """

    def draw(e: NDArray[np.float64]) -> Drawn:
        n = int(np.isfinite(e).sum())
        least = min(apart, n // 4)
        turned = (rng.integers(least, n - least + 1, (count, 1)) + np.arange(n)) % n
        return _spread(e, e[np.isfinite(e)][turned])

    return draw


def phase(count: int, rng: Generator) -> Draw:
    """Keep the periodogram and draw the phases (Theiler et al. 1992)."""

    def draw(e: NDArray[np.float64]) -> Drawn:
        seen = e[np.isfinite(e)]
        spectrum = fft.rfft(seen)
        turn = np.exp(2j * np.pi * rng.random((count, len(spectrum))))
        turn[:, 0] = 1
        if len(seen) % 2 == 0:
            turn[:, -1] = np.sign(turn[:, -1].real)
        return _spread(e, fft.irfft(spectrum * turn, len(seen)))

    return draw


def _spread(e: NDArray[np.float64], seen: NDArray[np.float64]) -> Drawn:
    """Put the values of the observed days (count, observed) back on the calendar."""
    drawn = np.zeros((len(seen), len(e)), dtype=np.float32)
    drawn[:, np.isfinite(e)] = seen
    return Drawn(drawn, drawn**2)
