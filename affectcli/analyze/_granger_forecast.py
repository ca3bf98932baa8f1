"""Does adding x's past improve one-step forecasts of y? Clark & West (2007), out of sample.

Transform, lags and weekday means come from the first half; from there on y is forecast one step
ahead by its own past and by both pasts, refitted every day on all days before (or on the last ones
of the same number). With e1 the error of the small model and d the difference of the forecasts
(large less small), Clark & West's f = e1^2 - (e2^2 - d^2) = 2 e1 d; its mean is 0 where x adds
nothing, though the large model's own error is then larger. The normal table is too strict for
their t in short samples, so its null is drawn: signs of the small model's residuals with the
regressors fixed (Clark & McCracken 2012). Forecasts are linear in y, so all draws are two matrix
products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.stats import norm

from affectcli.analyze._granger_score import choose_lags, usable
from affectcli.analyze._granger_series import Past, lags, prepare_from
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._granger_signs import Signs
    from affectcli.analyze._stationary import How

LEAST_TRAINING = 50
LEAST_FORECASTS = 25
Window = Literal["expanding", "rolling"]


@dataclass(frozen=True)
class OutOfSample:
    """One-step forecasts of y with and without x."""

    forecasts: int
    lags: int
    """Lags of x, by BIC in the training half."""
    statistic: float
    """Clark & West's t."""
    p_value: float
    """One-sided: does x improve the forecasts?"""
    normal_p_value: float
    """The same from the normal table."""
    r2: float
    """1 - squared errors with x / without; below 0 where x made the forecasts worse."""


class _Forecasts(NamedTuple):
    """Matrices that turn y (rows,) into forecasts (forecasts,)."""

    small: NDArray[np.float64]
    difference: NDArray[np.float64]


def compare(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    max_lag: int,
    how: How,
    weekday: NDArray[np.int64] | None,
    signs: Signs,
    window: Window = "expanding",
) -> OutOfSample:
    """Forecast the second half of `y` with and without `x`, both (n,), nan = missing.

    Raises:
        AnalysisError: a half is too short or shows nothing.
    """
    half = max(len(y) // 2, LEAST_TRAINING + max_lag)
    small_x, small_y = (prepare_from(s, half, how=how, weekday=weekday) for s in (x, y))
    order = choose_lags(_cut(small_x, half), _cut(small_y, half), max_lag)
    rows = np.flatnonzero(usable(small_x, small_y, max(order, 1)))
    first = int((rows < half).sum())
    own = np.hstack([small_y.terms, lags(small_y.filled, small_y.order)])[rows]
    both = np.hstack([own, lags(small_x.filled, order)[rows]])
    if first < both.shape[1] + 10 or len(rows) - first < LEAST_FORECASTS:
        raise AnalysisError(
            f"{first} days to learn from and {max(len(rows) - first, 0)} to forecast are too few."
        )
    maps = _maps(own, both, first, window)
    target = small_y.values[rows]
    e1, d = target[first:] - maps.small @ target, maps.difference @ target
    observed = float(_clark_west(e1[None], d[None])[0])
    return OutOfSample(
        forecasts=len(e1),
        lags=order,
        statistic=observed,
        p_value=_p_value(observed, target, own, maps, signs),
        normal_p_value=float(norm.sf(observed)),
        r2=float(1 - ((e1 - d) ** 2).sum() / (e1**2).sum()),
    )


def _cut(series: Past, first: int) -> Past:
    return Past(
        series.values[:first],
        series.filled[:first],
        series.order,
        series.transform,
        series.terms[:first],
    )


def _maps(
    own: NDArray[np.float64], both: NDArray[np.float64], first: int, window: Window
) -> _Forecasts:
    small = _forecaster(own, first, window)
    return _Forecasts(small, _forecaster(both, first, window) - small)


def _forecaster(Z: NDArray[np.float64], first: int, window: Window) -> NDArray[np.float64]:
    """Return H (n - first, n): H[i] @ y forecasts row first + i from the rows before it alone."""
    products = np.cumsum(Z[:, :, None] * Z[:, None, :], axis=0)
    known = products[first - 1 : -1].copy()
    origin, past = np.arange(first, len(Z))[:, None], np.arange(len(Z))[None]
    inside = past < origin
    if window == "rolling":
        known[1:] -= products[: len(known) - 1]
        inside &= past >= origin - first
    ridge = 1e-9 * np.einsum("kii->ki", known)[:, :, None] * np.eye(Z.shape[1])
    weights = np.linalg.solve(known + ridge, Z[first:][:, :, None])[:, :, 0]
    return np.asarray(np.where(inside, weights @ Z.T, 0.0))


def _clark_west(e1: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the t statistic of f = 2 e1 d, both (count, forecasts)."""
    f = e1 * d
    spread = np.maximum(f.std(axis=1, ddof=1), 1e-300)
    return np.asarray(np.sqrt(f.shape[1]) * f.mean(axis=1) / spread)


def _p_value(
    observed: float,
    target: NDArray[np.float64],
    own: NDArray[np.float64],
    maps: _Forecasts,
    signs: Signs,
) -> float:
    residual = target - own @ np.linalg.lstsq(own, target, rcond=None)[0]
    first = len(target) - len(maps.small)
    size = residual.astype(np.float32)
    small, difference = (m.T.astype(np.float32) for m in maps)

    def null(drawn: NDArray[np.float32]) -> NDArray[np.float64]:
        errors = drawn * size
        return _clark_west(errors[:, first:] - errors @ small, errors @ difference)

    return signs.p_value(observed, len(target), null)
