"""What many series that are searched together share: their error rate and their random numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from affectcli.analyze._fdr import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

LEVEL = 0.05


def seeded(seed: int, name: str) -> Generator:
    """Return the random numbers of one series: the same, whatever is searched beside it."""
    return np.random.default_rng([seed, crc32(name.encode())])


def enough(nulls: int, family: int) -> int:
    """Return how many surrogates can tell one shift in a family of this size, 4,999 at the most."""
    return max(nulls, min(40 * family - 1, 4999))


def q_values(p_values: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return a q-value for each shift of each series of one family.

    The smallest p-value of a series says whether it shifts at all: Benjamini & Hochberg (1995) over
    the series. Further shifts are judged only in those that do, at the level that selection leaves
    (Benjamini & Bogomolov 2014): m / R times their p-value, R of m series being claimed.
    """
    least = np.array([min(p, default=np.nan) for p in p_values])
    first = benjamini_hochberg(least)
    stretch = len(p_values) / max(int((first <= LEVEL).sum()), 1)
    return [
        [float(q) if p == low else min(max(float(q), p * stretch), 1.0) for p in series]
        for series, low, q in zip(p_values, least, first, strict=True)
    ]


def level_means(shown: NDArray[np.float64], dates: Sequence[int]) -> list[tuple[float, float]]:
    """Return the mean of `shown` (n,) before and after each date, up to the next one."""
    levels = [float(part.mean()) for part in np.split(shown, list(dates))]
    return list(pairwise(levels))
