"""Seasonal-naive: every weekday repeats its last value; the baseline that others must beat.

Of weekly rows, every week repeats the same week of the year before. A place in the season that was
not observed last time repeats the time before, and one that was never observed the last value of
all. Below two seasons every forecast is that last value: persistence. Hyndman and Athanasopoulos,
Forecasting: principles and practice, 3rd ed., 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._last import last_observed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

SEASONS = 2
"""Seasons of rows below which the season is not used."""


def points(history: History, *, horizon: int, since: int, seed: int) -> NDArray[np.float64]:
    """Return the forecasts from every row, shape (n, horizon): see `parts.Forecaster`."""
    del seed  # nothing is drawn
    z, season = history.z, history.season
    rows = np.arange(len(z))[:, None]
    steps = np.arange(1, horizon + 1)
    same_place = rows + steps - season * -(-steps // season)  # the latest no later than the row
    seasonal = last_observed(z, season)[np.maximum(same_place, 0)]
    usable = (rows + 1 >= SEASONS * season) & (seasonal >= 0)
    ahead = z[np.where(usable, seasonal, last_observed(z)[:, None])]
    ahead[:since] = np.nan
    return ahead
