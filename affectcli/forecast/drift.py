"""Drift: the line through the first and the last value goes on (random walk with drift).

z(T+h) = z(T) + h (z(T) - z(1)) / (T - 1), where 1 and T are the first and the last observed row
(Hyndman and Athanasopoulos, Forecasting: principles and practice, 3rd ed., 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._last import last_observed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History


def points(history: History, *, horizon: int, since: int, seed: int) -> NDArray[np.float64]:
    """Return the forecasts from every row, shape (n, horizon): see `parts.Forecaster`.

    Rows before the second observation are nan: one value has no slope.
    """
    del seed  # nothing is drawn
    z = history.z
    last = last_observed(z)
    slope = np.full(len(z), np.nan)
    two = last > 0
    slope[two] = (z[last[two]] - z[0]) / last[two]
    waited = np.arange(len(z)) - last
    steps = waited[:, None] + np.arange(1, horizon + 1)
    ahead: NDArray[np.float64] = z[last][:, None] + slope[:, None] * steps
    ahead[:since] = np.nan
    return ahead
