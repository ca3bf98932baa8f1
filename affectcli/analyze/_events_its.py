"""Interrupted time series: did level and slope change at a date, more than at other dates?

Segmented regression (Wagner et al. 2002; Bernal et al. 2017) with the errors of Newey & West
(1987). Their t-values reject far too often where a series wanders, so the p-values come from the
same t-values at every other date of the series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 20
"""Observations needed on both sides of a break."""
BREAKS = 400
"""Placebo breaks at most, spread evenly."""
LEAST = 20
"""Fewest placebo breaks."""
TINY = 1e-6
"""A singular value below it is a term that the others make up: weekdays that never come."""


@dataclass(frozen=True)
class Interruption:
    """Change of level (units) and of slope (units a day), standard errors, placebo p-values."""

    level: float
    level_se: float
    level_p: float
    slope: float
    slope_se: float
    slope_p: float
    breaks: int


def interruption(
    values: NDArray[np.float64], at: int, *, weekday: NDArray[np.int64] | None
) -> Interruption | None:
    """Fit a break at day `at` of `values` (n,), nan = missing; None where a side is too short."""
    days = np.flatnonzero(np.isfinite(values))
    possible = days[SIDE:-SIDE]
    if len(possible) < LEAST or not possible[0] <= at <= possible[-1]:
        return None
    step = -(-len(possible) // BREAKS)
    breaks = np.concatenate([[at], possible[::step]])
    terms = np.column_stack([np.linspace(-1, 1, len(values)), _levels(len(values), weekday)])[days]
    basis = np.linalg.svd(terms, full_matrices=False)
    base = basis.U[:, basis.S > TINY]

    def rest(columns: NDArray[np.float64]) -> NDArray[np.float64]:
        left: NDArray[np.float64] = columns - (columns @ base) @ base.T
        return left

    after = np.maximum(days - breaks[:, None], 0).astype(float)
    since = rest((days >= breaks[:, None]).astype(float)), rest(after)
    coefficients, errors = _newey_west(rest(values[days][None])[0], *since)
    t = np.abs(coefficients / errors)
    p = (1 + (t[1:] >= t[0]).sum(axis=0)) / len(t)
    return Interruption(
        level=float(coefficients[0, 0]),
        level_se=float(errors[0, 0]),
        level_p=float(p[0]),
        slope=float(coefficients[0, 1]),
        slope_se=float(errors[0, 1]),
        slope_p=float(p[1]),
        breaks=len(t) - 1,
    )


def _levels(n: int, weekday: NDArray[np.int64] | None) -> NDArray[np.float64]:
    return np.ones((n, 1)) if weekday is None else np.eye(7)[weekday]


def _newey_west(
    y: NDArray[np.float64], step: NDArray[np.float64], ramp: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Regress `y` (n,) on each row of `step` and `ramp` (breaks, n); both results (breaks, 2)."""
    x = np.stack([step, ramp])
    bread = np.linalg.inv(np.einsum("ibn,jbn->bij", x, x))
    coefficients = np.einsum("bij,jb->bi", bread, x @ y)
    left = y - np.einsum("bi,ibn->bn", coefficients, x)
    scores = x * left
    meat = np.einsum("ibn,jbn->bij", scores, scores)
    lags = int(4 * (len(y) / 100) ** (2 / 9))  # the bandwidth of Newey & West (1994)
    for lag in range(1, lags + 1):
        pair = np.einsum("ibn,jbn->bij", scores[:, :, lag:], scores[:, :, :-lag])
        meat += (1 - lag / (lags + 1)) * (pair + pair.transpose(0, 2, 1))
    variance = np.einsum("bij,bjk,bki->bi", bread, meat, bread)
    return coefficients, np.sqrt(np.maximum(variance, 1e-300))
