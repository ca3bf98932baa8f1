"""How good is luck? Random timings, the interval of a Sharpe ratio, and the best of many tries."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._shifts import Turns

RESAMPLES = 1000
EULER = 0.5772156649015329
TINY = 1e-12
LEFT = 0.01
"""What a bar leaves of a position at the least, as in `_trades`."""


def timings(
    positions: NDArray[np.float64], growing: NDArray[np.float64], drawn: Turns
) -> tuple[float, NDArray[np.float64]]:
    """Return log wealth before costs of `positions` (n,), and of its random timings (count,).

    A timing holds the same spells in the same order (or backwards), begun at another bar: number
    and lengths of spells, exposure and turnover are the same, and so are costs but for the ends.
    """
    n = len(positions)
    sides = ((positions > 0, 1 + growing), (positions < 0, 1 - growing))
    forth, back = np.zeros(n), np.zeros(n)
    for held, gain in sides:
        if held.any():
            earned = fft.rfft(np.log(np.maximum(gain, LEFT)))
            spells = fft.rfft(held.astype(float))
            forth += fft.irfft(earned * np.conj(spells), n)
            back += fft.irfft(earned * spells, n)
    steps = np.floor(drawn.part * n).astype(np.int64)
    return float(forth[0]), np.where(drawn.backwards, back[steps], forth[steps])


def sharpe_interval(
    returns: NDArray[np.float64], per_year: float, *, seed: int
) -> tuple[float, float] | None:
    """Return the 95 % interval of the yearly Sharpe ratio of `returns` (n,).

    Symmetric and studentised as Ledoit & Wolf (2008) advise, over the stationary bootstrap of
    Politis & Romano (1994); the standard error is that of Mertens (2002). None where the returns do
    not vary.
    """
    if returns.std() <= TINY:
        return None
    scaled = returns / returns.std()  # powers of it stay near 1
    weights = _resamples(len(returns), seed)
    powers = np.stack([scaled**k for k in range(1, 5)], axis=1)
    ratio, error = _sharpe_and_error(powers.mean(axis=0)[None])
    drawn, errors = _sharpe_and_error(weights @ powers)
    reach = float(np.quantile(np.abs(drawn - ratio) / errors, 0.95)) * error[0]
    year = np.sqrt(per_year)
    return float((ratio[0] - reach) * year), float((ratio[0] + reach) * year)


def _sharpe_and_error(
    moments: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Sharpe ratio of a bar and its standard error times the root of n.

    `moments` (m, 4) are the means of returns and of their powers 2 to 4.
    """
    m1, m2, m3, m4 = moments.T
    variance = np.maximum(m2 - m1**2, TINY)
    ratio = m1 / np.sqrt(variance)
    skew = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    kurtosis = (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / variance**2
    spread = 1 - skew * ratio + (kurtosis - 1) / 4 * ratio**2
    return ratio, np.sqrt(np.maximum(spread, 0.05))


@lru_cache(maxsize=4)
def _resamples(n: int, seed: int) -> NDArray[np.float64]:
    """Return how often each of n bars is drawn over n, (1000, n), in blocks of mean n^(1/3)."""
    rng = np.random.default_rng(seed)
    begins = rng.random((RESAMPLES, n)) < 1 / max(2, round(n ** (1 / 3)))
    begins[:, 0] = True
    days = np.arange(n)
    since = days - np.maximum.accumulate(np.where(begins, days, 0), axis=1)
    start = rng.integers(0, n, (RESAMPLES, n))
    first = np.take_along_axis(start, days - since, axis=1)
    drawn = (first + since) % n + n * np.arange(RESAMPLES)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=RESAMPLES * n).reshape(RESAMPLES, n)
    weights: NDArray[np.float64] = counts / n
    return weights


def deflated(returns: NDArray[np.float64], tried: int) -> float | None:
    """Return the deflated Sharpe ratio of Bailey & Lopez de Prado (2014) of bar returns (n,).

    The probability that the true ratio exceeds zero, when this is the best of `tried` rules
    without any skill. Their estimates then have variance 1 / n, which stands for the variance
    across trials in the paper's equation.
    """
    spread = returns.std()
    if spread <= TINY:
        return None
    n = len(returns)
    ratio = float(returns.mean() / spread)
    best = expected_best(tried) / np.sqrt(n)
    z = (returns - returns.mean()) / spread
    skew, kurtosis = float(np.mean(z**3)), float(np.mean(z**4))
    error = np.sqrt(max(1 - skew * ratio + (kurtosis - 1) / 4 * ratio**2, 0.05) / (n - 1))
    return NormalDist().cdf((ratio - best) / float(error))


def expected_best(tried: int) -> float:
    """Return the expected maximum of `tried` standard normal draws (their eq. 1)."""
    if tried < 2:
        return 0.0
    normal = NormalDist()
    high, higher = normal.inv_cdf(1 - 1 / tried), normal.inv_cdf(1 - 1 / (tried * np.e))
    return float((1 - EULER) * high + EULER * higher)
