"""Whitens a series: what is left of each day after its own past has been used to predict it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LAGS = 14
"""Two weeks: enough for a weekly pattern that repeats."""


@dataclass(frozen=True)
class Whitened:
    """Innovations, shape (n,), mean 0, variance 1, nan where missing and on the first days.

    `order` is the number of the autoregression's lags, `coefficients` has that shape.
    """

    values: NDArray[np.float64]
    order: int
    coefficients: NDArray[np.float64]


def whiten(y: NDArray[np.float64], *, most_lags: int = MOST_LAGS) -> Whitened:
    """Return the one-step prediction errors of an AR(p) fitted to `y` (n,), nan = missing.

    Least squares, p by AIC up to `most_lags` (and a sixth of the observations). AIC and not BIC:
    a mood measured with noise is an ARMA process, and with BIC's short fits the false positives
    of two such series were 8 % where AIC's were 5 %. A missing day is no observation; where it
    is somebody's lag, its own prediction stands for it, and the fit is repeated with these
    (a regression on expected lags is unbiased, Berkson 1950). No day is ever filled in the result.

    Raises:
        AnalysisError: the series predicts itself without error (constant, a ramp, a sine).
    """
    there = np.isfinite(y)
    scale = float(np.nanstd(y))
    if scale == 0:
        raise AnalysisError("A series is constant: nothing can vary with it.")
    past: NDArray[np.float64] = np.where(there, (y - np.nanmean(y)) / scale, 0.0)
    highest = min(most_lags, int(there.sum()) // 6)
    coefficients = np.zeros(0)
    errors = past
    for _ in range(1 if there.all() else 5):
        coefficients = _fit(past, there, highest)
        errors, past = _predict(past, there, coefficients)
    errors[~there] = np.nan
    errors[: len(coefficients)] = np.nan
    errors -= np.nanmean(errors)
    spread = float(np.nanstd(errors))
    if spread < 1e-6:
        raise AnalysisError(
            "A series follows from its own past without any error: it holds no news to correlate.",
            do="a measured signal; cumulated or smoothed ones repeat what they held before",
        )
    return Whitened(errors / spread, len(coefficients), coefficients)


def _fit(past: NDArray[np.float64], there: NDArray[np.bool_], highest: int) -> NDArray[np.float64]:
    """Return the coefficients of the order with the least AIC; all orders see the same rows."""
    windows = np.lib.stride_tricks.sliding_window_view(past, highest + 1)[:, ::-1]
    rows = windows[there[highest:]]
    moments = rows.T @ rows / len(rows)
    best = len(rows) * np.log(moments[0, 0])
    chosen: NDArray[np.float64] = np.zeros(0)
    for order in range(1, highest + 1):
        lags = slice(1, order + 1)
        found = np.linalg.lstsq(moments[lags, lags], moments[lags, 0], rcond=1e-12)[0]
        variance = max(moments[0, 0] - found @ moments[lags, 0], 1e-14)
        aic = len(rows) * np.log(variance) + 2 * order
        if aic < best:
            best, chosen = aic, np.asarray(found, dtype=np.float64)
    return chosen


def _predict(
    past: NDArray[np.float64], there: NDArray[np.bool_], coefficients: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return prediction errors, and `past` with each missing day's prediction in its place."""
    order = len(coefficients)
    if order == 0 or there.all():
        return lfilter(np.r_[1.0, -coefficients], [1.0], past), past
    past = past.copy()
    errors = np.zeros(len(past))
    newest_last = coefficients[::-1]
    for day in range(order, len(past)):
        expected = newest_last @ past[day - order : day]
        if there[day]:
            errors[day] = past[day] - expected
        else:
            past[day] = expected
    return errors, past
