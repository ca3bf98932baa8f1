"""How much too large the score test is where x answers y: slow series that meet on the same day.

With regressors fixed, the null knows nothing of shocks that reach y today and x for weeks: then the
lags of a slow x are not as given as they are taken to be, and their coefficient is biased
(Stambaugh 1999). So the whole pair is drawn again under the null, day after day, y by its own past
and x by both pasts, with the shocks of a day under one sign; what the statistic then is on average,
over what it is with regressors fixed, is the factor by which it must be divided (Bartlett 1937).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from affectcli.analyze._granger_series import lags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from affectcli.analyze._granger_series import Past

DRAWS = 199
STEADIEST = 0.985
"""Largest sum of own coefficients that is drawn from: beyond it a series never returns."""


def mean_statistic(
    x: Past, y: Past, statistic: Callable[[Past, Past], float], *, max_lag: int, seed: int
) -> float:
    """Return the mean of `statistic` over pairs drawn under the null that x does not lead y."""
    return float(np.mean([statistic(a, b) for a, b in _pairs(x, y, max_lag, seed)]))


def _pairs(x: Past, y: Past, max_lag: int, seed: int) -> Iterator[tuple[Past, Past]]:
    own = _fit(y, lags(y.filled, y.order))
    past = np.hstack([lags(x.filled, x.order), lags(y.filled, max_lag)])
    answer = _fit(x, past)
    shocks = [
        np.nan_to_num(series.values - np.nan_to_num(regressors) @ coefficients)
        for series, regressors, coefficients in (
            (x, past, answer),
            (y, lags(y.filled, y.order), own),
        )
    ]
    own = _unbiased(own, int(y.there.sum()))
    answer[: x.order] = _unbiased(answer[: x.order], int(x.there.sum()))
    n, most = len(y.values), max(x.order, y.order, max_lag)
    rng = np.random.default_rng([seed, n])
    signs = rng.choice(np.array([-1.0, 1.0]), (n, DRAWS))
    drawn_x, drawn_y = np.zeros((2, n + most, DRAWS))
    for day in range(n):
        at = day + most
        newest = drawn_y[at - max(y.order, max_lag) : at][::-1]
        own_x = drawn_x[at - x.order : at][::-1]
        drawn_y[at] = own @ newest[: y.order] + shocks[1][day] * signs[day]
        expected = answer[: x.order] @ own_x + answer[x.order :] @ newest[:max_lag]
        drawn_x[at] = expected + shocks[0][day] * signs[day]
    plain_x, plain_y = (_plain(d[most:], y.terms) for d in (drawn_x, drawn_y))
    for k in range(DRAWS):
        yield _again(x, plain_x[:, k]), _again(y, plain_y[:, k])


def _fit(series: Past, regressors: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = series.there & np.isfinite(regressors).all(axis=1)
    found = np.linalg.lstsq(regressors[rows], series.values[rows], rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _unbiased(own: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return own lags' coefficients with their sum raised by what least squares loses on a line.

    About (2 + 4 phi) / n for one lag (Shaman & Stine 1988); without it the drawn pairs are less
    slow than the real ones, and the factor too small.
    """
    total = float(own.sum())
    if total <= 0:
        return own
    return np.asarray(own * min(total + (2 + 4 * total) / n, max(total, STEADIEST)) / total)


def _plain(drawn: NDArray[np.float64], terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take line and weekdays out of drawn series (n, count), as was done to the real ones."""
    return np.asarray(drawn - terms @ np.linalg.lstsq(terms, drawn, rcond=None)[0])


def _again(series: Past, drawn: NDArray[np.float64]) -> Past:
    return replace(series, values=np.where(series.there, drawn, np.nan), filled=drawn)
