"""Whether two models' losses differ by more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 8
"""Origins below which nothing is tested."""


def equal_loss(difference: NDArray[np.float64]) -> float:
    """Return the two-sided p-value of a mean loss difference of 0, nan where it cannot be tested.

    `difference`, shape (origins, horizon), is one model's loss minus the other's, nan where either
    is unknown; each origin counts once, by its mean. Origins whose windows overlap are dependent:
    the variance of the mean is that of Newey and West (1987) with their automatic bandwidth,
    4 (m / 100)^(2/9), and the statistic is shrunk and referred to Student's t as Harvey, Leybourne
    and Newbold (1997) do for the test of Diebold and Mariano (1995).
    """
    seen = np.isfinite(difference)
    has = seen.any(axis=1)
    total = np.where(seen, difference, 0.0).sum(axis=1)
    loss = total[has] / seen.sum(axis=1)[has]
    m = len(loss)
    if m < FEWEST or np.ptp(loss) == 0:
        return np.nan
    lags = max(int(np.ceil(4 * (m / 100) ** (2 / 9))), 1)
    centred = loss - loss.mean()
    covariance = [float(centred[k:] @ centred[: m - k]) / m for k in range(lags + 1)]
    bartlett = 1 - np.arange(1, lags + 1) / (lags + 1)
    variance = (covariance[0] + 2 * float(bartlett @ np.array(covariance[1:]))) / m
    if variance <= 0:
        return np.nan
    h = lags + 1
    shrink = np.sqrt((m + 1 - 2 * h + h * (h - 1) / m) / m)
    return float(2 * stats.t.sf(abs(shrink * loss.mean() / np.sqrt(variance)), df=m - 1))
