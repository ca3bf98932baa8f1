"""Models that are simple enough to know what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

    Floats = NDArray[np.float64]


class Persistence:
    """The last observed value."""

    def points(self, history: History, *, horizon: int, since: int, seed: int) -> Floats:
        del since, seed
        at = np.where(np.isfinite(history.z), np.arange(len(history.z)), 0)
        last: Floats = history.z[np.maximum.accumulate(at)]
        return np.repeat(last[:, np.newaxis], horizon, axis=1)


class Level:
    """The mean of what was observed."""

    def points(self, history: History, *, horizon: int, since: int, seed: int) -> Floats:
        del since, seed
        seen = np.isfinite(history.z)
        mean: Floats = np.cumsum(np.where(seen, history.z, 0.0)) / np.cumsum(seen)
        return np.repeat(mean[:, np.newaxis], horizon, axis=1)


class Weekday:
    """What the same weekday was a week ago, the last value in the first week."""

    def points(self, history: History, *, horizon: int, since: int, seed: int) -> Floats:
        said = Persistence().points(history, horizon=horizon, since=since, seed=seed)
        for t in range(7, len(said)):
            said[t] = history.z[t - 6 + np.arange(horizon) % 7]
        return said


class Unwilling:
    """A model that can never run."""

    def points(self, history: History, *, horizon: int, since: int, seed: int) -> Floats:
        raise AnalysisError(f"Not today: {len(history.z)}, {horizon}, {since}, {seed}.")
