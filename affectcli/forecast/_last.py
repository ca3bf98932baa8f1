"""The last value that was observed, which is what the naive models repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def last_observed(z: NDArray[np.float64], every: int = 1) -> NDArray[np.intp]:
    """Return for each row t the last observed row of t, t - every, t - 2 every ..., -1 if none.

    `z` has shape (n,), nan where it was not observed.
    """
    n = len(z)
    rows = np.where(np.isfinite(z), np.arange(n), -1)
    seasons = np.pad(rows, (0, -n % every), constant_values=-1).reshape(-1, every)
    last: NDArray[np.intp] = np.maximum.accumulate(seasons, axis=0).ravel()[:n]
    return last
