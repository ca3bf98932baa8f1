"""Random signs for wild bootstraps, and p-values counted until they are fine enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Null = Callable[[NDArray[np.float32]], NDArray[np.float64]]

CHUNK = 2000
"""Draws at a time: bounds memory at 2000 n floats."""
WIDTH = 256
"""Days are rounded up to this, so that series of nearly the same length share their signs."""
CLEAR = 10
"""A p-value counted from fewer exceedances than this is worth more draws."""


class Signs:
    """Signs by number of days, shared by all series.

    `least` draws for each p-value, up to `most` where it is small: a family of m tests needs
    p-values far below 0.05 / m, which 999 draws cannot give.
    """

    def __init__(self, least: int, most: int, *, seed: int) -> None:
        self.least, self.most, self.seed = least, max(least, most), seed
        self._first: dict[int, NDArray[np.float32]] = {}

    def p_value(self, observed: float, n: int, null: Null) -> float:
        """Return (1 + draws at least as large as `observed`) / (1 + draws).

        `null` maps signs (count, n) to the statistic under each, (count,).
        """
        wide = -(-n // WIDTH) * WIDTH
        if wide not in self._first:
            self._first[wide] = self._draw(self.least, wide, 0)
        larger = int((null(self._first[wide][:, :n]) >= observed).sum())
        drawn, number = self.least, 0
        while larger < CLEAR and drawn < self.most:
            count, number = min(CHUNK, self.most - drawn), number + 1
            larger += int((null(self._draw(count, wide, number)[:, :n]) >= observed).sum())
            drawn += count
        return (1 + larger) / (1 + drawn)

    def _draw(self, count: int, n: int, number: int) -> NDArray[np.float32]:
        rng = np.random.default_rng([self.seed, n, number])
        packed = rng.integers(0, 256, (count, -(-n // 8)), dtype=np.uint8)
        return np.unpackbits(packed, axis=1)[:, :n].astype(np.float32) * 2 - 1
