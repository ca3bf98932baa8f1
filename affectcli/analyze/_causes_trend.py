"""Does a share rise or fall over periods? A line, tested against series that merely wander.

Few periods cannot tell a trend from a slow swing, and the usual t-test calls most swings trends.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERIODS = 8
"""The fewest that are tested."""
PHI = np.linspace(0.0, 0.95, 20)
DRAWS = 1999
LAGS = 2
CAUTION = 0.1
"""A series meets the most persistent null that looks as little persistent this often."""


class Trends(NamedTuple):
    """One line for each of m series."""

    slope: NDArray[np.float64]
    """Change of the share by unit of time, (m,)."""
    half_width: NDArray[np.float64]
    """Of its 95 % interval, (m,)."""
    p_value: NDArray[np.float64]


def trends(
    share: NDArray[np.float64], spans: NDArray[np.float64], at: NDArray[np.float64]
) -> Trends:
    """Fit shares (m, periods) on times `at`, weighted by the `spans` of each period (periods,).

    The null is an autoregression of order one with the weights' variances. Its persistence is not
    known from few periods: the one chosen is above the true one in nine of ten series.

    Raises:
        ValueError: fewer than PERIODS periods, or one without spans.
    """
    if share.shape[1] < PERIODS or spans.min() <= 0:
        raise ValueError("Too few periods, or one without spans.")
    line = _fit(share, spans, at)
    null = _null(tuple((spans / spans.mean()).tolist()), tuple(at.tolist()))
    nearest = np.searchsorted(null.low, line.echo).clip(max=len(PHI) - 1)
    size = np.abs(line.t)
    above = DRAWS - np.array(
        [np.searchsorted(null.t[k], one) for k, one in zip(nearest, size, strict=True)],
        dtype=np.int64,
    )
    critical = np.quantile(null.t, 0.95, axis=1)[nearest]
    return Trends(line.slope, critical * line.error, (1 + above) / (1 + DRAWS))


class _Line(NamedTuple):
    slope: NDArray[np.float64]
    error: NDArray[np.float64]
    t: NDArray[np.float64]
    echo: NDArray[np.float64]
    """Sum of the weighted residuals' first LAGS autocorrelations."""


def _fit(y: NDArray[np.float64], weights: NDArray[np.float64], at: NDArray[np.float64]) -> _Line:
    """Return the weighted line through each row of `y`, (m, periods)."""
    root = np.sqrt(weights)
    X = np.stack([root, root * (at - np.average(at, weights=weights))], axis=1)
    inverse = np.linalg.inv(X.T @ X)
    scaled = y * root
    b = scaled @ X @ inverse
    residual = scaled - b @ X.T
    energy = np.einsum("mt,mt->m", residual, residual)
    error = np.sqrt(np.maximum(energy, 1e-30) / (y.shape[1] - 2) * inverse[1, 1])
    products = [
        np.einsum("mt,mt->m", residual[:, lag:], residual[:, :-lag]) for lag in range(1, LAGS + 1)
    ]
    echo = np.sum(products, axis=0) / np.maximum(energy, 1e-30)
    return _Line(b[:, 1], error, b[:, 1] / error, echo)


class _Null(NamedTuple):
    t: NDArray[np.float64]
    """|t| where nothing rises, sorted, (len(PHI), DRAWS)."""
    low: NDArray[np.float64]
    """The CAUTION quantile of the residuals' autocorrelation, (len(PHI),), never falling."""


@cache
def _null(weights: tuple[float, ...], at: tuple[float, ...]) -> _Null:
    shocks = np.random.default_rng(0).normal(size=(DRAWS, len(weights)))
    t, low = [], []
    for phi in PHI:
        wander = shocks.copy()
        wander[:, 0] /= np.sqrt(1 - phi**2)
        for k in range(1, len(weights)):
            wander[:, k] += phi * wander[:, k - 1]
        line = _fit(wander / np.sqrt(weights), np.array(weights), np.array(at))
        t.append(np.sort(np.abs(line.t)))
        low.append(np.quantile(line.echo, CAUTION))
    return _Null(np.array(t), np.maximum.accumulate(low))
