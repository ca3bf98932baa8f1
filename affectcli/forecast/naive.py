"""Naive: tomorrow as today; the last observed value is repeated (persistence).

Hyndman and Athanasopoulos, Forecasting: principles and practice, 3rd ed., 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._last import last_observed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History


def points(history: History, *, horizon: int, since: int, seed: int) -> NDArray[np.float64]:
    """Return the forecasts from every row, shape (n, horizon): see `parts.Forecaster`."""
    del seed  # nothing is drawn
    ahead = np.full((len(history.z), horizon), np.nan)
    ahead[since:] = history.z[last_observed(history.z)][since:, None]
    return ahead
