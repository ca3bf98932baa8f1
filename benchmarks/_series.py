"""Draws the daily series that the benchmarks test on: (n,) of unit size, nan = missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

if TYPE_CHECKING:
    from collections.abc import Sequence

Series = NDArray[np.float64]
Make = Callable[[Generator, int], Series]

WEEK = np.array([0, 0.2, 0.3, 0.1, -0.2, -1, -0.9])
WARM = 400
"""Days drawn before the first, so that a series does not begin at its mean."""


def filtered(phi: float, shocks: Series) -> Series:
    """Return AR(1) of unit variance that `shocks` (WARM + n,) of unit variance make."""
    return np.asarray(lfilter([math.sqrt(1 - phi**2)], [1, -phi], shocks))[WARM:]


def ar(phi: float) -> Make:
    """Return a maker of AR(1) series of unit variance."""
    return lambda rng, n: filtered(phi, rng.standard_normal(WARM + n))


def walk(rng: Generator, n: int) -> Series:
    """Return a random walk."""
    return np.cumsum(rng.standard_normal(n))


def garch(rng: Generator, n: int) -> Series:
    """Return GARCH(1, 1), alpha 0.10, beta 0.85: the returns of a restless asset."""
    shocks, variance = rng.standard_normal(WARM + n), 1.0
    for day, shock in enumerate(shocks):
        shocks[day] = math.sqrt(variance) * shock
        variance = 0.05 + 0.1 * shocks[day] ** 2 + 0.85 * variance
    return shocks[WARM:]


def weekly(rng: Generator, n: int) -> Series:
    """Return AR(0.5) with quiet weekends, as every community has."""
    return ar(0.5)(rng, n) + 1.5 * WEEK[np.arange(n) % 7]


def noisy(rng: Generator, n: int) -> Series:
    """Return a slow mood measured with noise, an ARMA(1, 1)."""
    return 0.5 * ar(0.95)(rng, n) + rng.standard_normal(n)


def restless(rng: Generator, n: int) -> Series:
    """Return noise whose size swings on a clock that all series share: same weeks, no lead."""
    swing = np.exp(1.2 * np.sin(2 * np.pi * np.arange(n) / 120))
    return swing * rng.standard_normal(n)


def gaps(make: Make) -> Make:
    """Return a maker whose series lack 20 % of their days."""
    return lambda rng, n: np.where(rng.random(n) < 0.2, np.nan, make(rng, n))


def share(found: Sequence[bool]) -> str:
    """Return how many of `found` are true, in %, with the Monte-Carlo error."""
    p = float(np.mean(found))
    return f"{100 * p:5.1f} +-{100 * math.sqrt(max(p * (1 - p), 0.01) / len(found)):.1f}"
