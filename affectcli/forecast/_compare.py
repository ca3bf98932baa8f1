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
    is unknown; each origin counts once, by its mean. The statistic is that of Diebold and Mariano
    (1995). Origins whose windows overlap are dependent: the long-run variance is the mean square of
    the projections on the B = 0.4 m^(2/3) slowest cosines, and the statistic is referred to
    Student's t with B degrees of freedom (Lazarus, Lewis, Stock and Watson 2018; Coroneo and Iacone
    2020 for this test). With the lags of Newey and West it would call 12 to 27 of 100 equal losses
    different from 180 to 730 days of history, 14 or 28 days ahead; so it calls 6 to 10.
    """
    seen = np.isfinite(difference)
    has = seen.any(axis=1)
    total = np.where(seen, difference, 0.0).sum(axis=1)
    loss = total[has] / seen.sum(axis=1)[has]
    m = len(loss)
    if m < FEWEST or np.ptp(loss) == 0:
        return np.nan
    slowest = np.arange(1, max(int(0.4 * m ** (2 / 3)), 1) + 1)
    waves = np.cos(np.pi * np.outer(slowest, np.arange(m) + 0.5) / m) * np.sqrt(2 / m)
    variance = float(np.mean((waves @ loss) ** 2)) / m
    if variance <= 0:
        return np.nan
    return float(2 * stats.t.sf(abs(loss.mean() / np.sqrt(variance)), df=len(slowest)))
