"""Does the past of x tell more about y than y's own past? A score test with random signs.

y is regressed on its own lags, a line and its weekdays; what is left, e, must have nothing to do
with the lags of x. The score S = X'e (X the lags of x, less what y's own past explains) is
studentised by its heteroscedasticity-robust variance V = X' diag(e^2) X. Under the null each day's
e may carry either sign, whatever its size: S* = X'(e s), s = +-1, draws the null with each day's
volatility in place and the regressors fixed (wild bootstrap: Liu 1988; fixed design: Goncalves &
Kilian 2004; sign-flipped scores: Hemerik, Goeman & Finos 2020). V is the same in every draw, so
all draws are one matrix product. The number of x's lags is chosen by BIC, in the data and again in
every draw, so that the choice is paid for.

Where x answers y, and both are slow, x's level in the sample is no longer as given as it is taken
to be (see `_granger_feedback`). There the lags of x are tested beside one more lag that is left
free: what is tested is then x's news and not its level (surplus lag: Dolado & Lutkepohl 1996;
Bauer & Maynard 2012). Everywhere it would miss a slow x that leads a restless y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import gammaincc
from scipy.stats import f as f_distribution

from affectcli.analyze._granger_feedback import mean_statistic
from affectcli.analyze._granger_series import Past, lags
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from affectcli.analyze._granger_signs import Signs

    Statistics = Callable[[NDArray[np.floating[Any]]], NDArray[np.float64]]

SUSPECT = 0.1
"""Largest p-value that is looked at again for feedback (see `_granger_feedback`)."""
TIED = 1.2
"""Factor by which feedback enlarges the statistic beyond which dividing by it is not enough.

Of pairs in which a slow x follows y, 11 % were called in the wrong direction, 4 % with a lag left
free; at 1.1 it would cost a tenth of the leads of slow moods over restless returns.
"""
LEAST_FREE = 20
"""Fewest days more than regressors."""


@dataclass(frozen=True)
class InSample:
    """What x's past adds to y's own."""

    n: int
    """Days in the regression."""
    lags: int
    """Lags of x, by BIC."""
    own_lags: int
    statistic: float
    """Robust score statistic, chi-squared with `lags` degrees of freedom in large samples."""
    p_value: float
    hac_p_value: float
    """The usual F test on Newey-West errors; too small in short samples."""
    surplus: bool
    """Whether one lag more was left free, because x answers y and both are slow."""


class Regression(NamedTuple):
    """Rows of the regression, y's own past taken out of both sides."""

    rows: NDArray[np.intp]
    residual: NDArray[np.float64]
    """e, (rows,)."""
    fair: NDArray[np.float64]
    """e divided by sqrt(1 - leverage): with the variance of the errors (HC2)."""
    X: NDArray[np.float64]
    """Lags of x less what the nuisance explains, (rows, max_lag)."""
    nuisance: int
    """Number of other regressors."""


def score_test(x: Past, y: Past, *, max_lag: int, signs: Signs) -> InSample:
    """Test whether `x` helps to explain `y`, both on one calendar of n days.

    Raises:
        AnalysisError: too few days, or x's lags follow from y's own.
    """
    found = regress(x, y, max_lag)
    order, statistic, p_value = _drawn(found, _by_lags(found), signs)
    hac, surplus = _hac(found, order), False
    if p_value <= SUSPECT:
        factor = _feedback(x, y, max_lag, signs)
        surplus = factor > TIED
        if surplus:
            wider = regress(x, y, max_lag + 1)
            order, statistic, p_value = _drawn(wider, _by_lags_of_more(wider), signs)
        else:
            order, statistic, p_value = _drawn(found, _by_lags(found), signs, factor=factor)
    return InSample(
        n=len(found.rows),
        lags=order,
        own_lags=y.order,
        statistic=statistic,
        p_value=p_value,
        hac_p_value=hac,
        surplus=surplus,
    )


def choose_lags(x: Past, y: Past, max_lag: int) -> int:
    """Return the number of x's lags by BIC, at least 1; errors as in `score_test`."""
    found = regress(x, y, max_lag)
    statistics = _by_lags(found)((found.residual @ found.X)[None])
    return int(_best(statistics, len(found.rows))[1][0])


def _drawn(
    found: Regression, by_lags: Statistics, signs: Signs, *, factor: float = 1.0
) -> tuple[int, float, float]:
    """Return lags by BIC, the statistic with them divided by `factor`, and its p-value."""
    n = len(found.rows)
    chosen, order = _best(by_lags((found.residual @ found.X)[None]), n)
    fair = (found.fair[:, None] * found.X).astype(np.float32)

    def null(drawn: NDArray[np.float32]) -> NDArray[np.float64]:
        return _log_p(*_best(by_lags(drawn @ fair), n))

    size = float(_log_p(chosen / factor, order)[0])
    return int(order[0]), float(chosen[0]) / factor, signs.p_value(size, n, null)


def usable(x: Past, y: Past, max_lag: int) -> NDArray[np.bool_]:
    """Return on which days (n,) y has a value and x had one within `max_lag` days before."""
    seen = np.nan_to_num(lags(x.there.astype(float), max_lag)).any(axis=1)
    late = np.arange(len(y.values)) >= max(y.order, max_lag)
    return np.asarray(y.there & seen & late)


def regress(x: Past, y: Past, max_lag: int) -> Regression:
    """Take y's own past, its line and its weekdays out of y and out of x's lags."""
    rows = np.flatnonzero(usable(x, y, max_lag))
    nuisance = np.hstack([y.terms, lags(y.filled, y.order)])[rows]
    if len(rows) < nuisance.shape[1] + max_lag + LEAST_FREE:
        raise AnalysisError(
            f"{len(rows)} days with enough past remain for {nuisance.shape[1] + max_lag} "
            "regressors.",
            do="a smaller --max-lag, or a longer period",
        )
    left, sizes, _ = np.linalg.svd(nuisance, full_matrices=False)
    Q = left[:, sizes > 1e-9 * sizes[0]]
    target, regressors = y.values[rows], lags(x.filled, max_lag)[rows]
    residual = target - Q @ (Q.T @ target)
    X = regressors - Q @ (Q.T @ regressors)
    leverage = np.minimum((Q**2).sum(axis=1), 0.99)
    return Regression(rows, residual, residual / np.sqrt(1 - leverage), X, Q.shape[1])


def _root(found: Regression) -> NDArray[np.float64]:
    """Return the Cholesky factor of the scores' robust variance, (max_lag, max_lag)."""
    weighted = found.X * found.fair[:, None]
    variance = weighted.T @ weighted
    scale = np.sqrt(np.diag(variance))
    if not scale.min() > 1e-12 * max(float(scale.max()), 1e-300):
        raise AnalysisError("The past of x follows from that of y: it can add nothing.")
    try:
        root = np.linalg.cholesky(variance + 1e-10 * np.diag(scale**2))
    except np.linalg.LinAlgError as error:
        raise AnalysisError("The lags of x follow from each other.", do="--max-lag 1") from error
    return np.asarray(root, dtype=np.float64)


def _scores(root: NDArray[np.float64], scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return scores (..., max_lag) made independent with variance 1, lag after lag."""
    found: NDArray[np.float64] = solve_triangular(root, scores.T, lower=True).T
    return found


def _by_lags(found: Regression) -> Statistics:
    """Return what turns scores (count, lags) into the statistic of the first 1, 2, ... lags."""
    root = _root(found)
    return lambda scores: np.cumsum(_scores(root, scores) ** 2, axis=1)


def _by_lags_of_more(found: Regression) -> Statistics:
    """Return the same where the lag after those tested is free: one column less than lags."""
    root = _root(found)
    variance = (root**2).sum(axis=1)

    def statistics(scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        # Of the first p + 1 lags together, less what the last of them has alone.
        together = np.cumsum(_scores(root, scores) ** 2, axis=1)[:, 1:]
        return np.asarray(np.maximum(together - scores[:, 1:] ** 2 / variance[1:], 0.0))

    return statistics


def _best(statistics: NDArray[np.float64], n: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the statistic with the lags that BIC chooses, and these, each (count,)."""
    counts = np.arange(1, statistics.shape[1] + 1)
    order = np.argmax(statistics - counts * np.log(n), axis=1)
    return np.take_along_axis(statistics, order[:, None], axis=1)[:, 0], order + 1


def _log_p(statistic: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):  # beyond all doubt is infinite
        return np.asarray(-np.log(gammaincc(order / 2, statistic / 2)))


def _feedback(x: Past, y: Past, max_lag: int, signs: Signs) -> float:
    """Return by what the statistic with one lag is too large where x answers y, at least 1."""

    def first(a: Past, b: Past) -> float:
        found = regress(a, b, 1)
        return float((found.residual @ found.X)[0] ** 2 / _root(found)[0, 0] ** 2)

    # With regressors fixed its mean is 1.
    return max(1.0, mean_statistic(x, y, first, max_lag=max_lag, seed=signs.seed))


def _hac(found: Regression, order: int) -> float:
    """Return the p-value of the F test of `order` lags with Newey & West (1987) errors."""
    X, n = found.X[:, :order], len(found.rows)
    inverse = np.linalg.pinv(X.T @ X)
    coefficients = inverse @ (X.T @ found.residual)
    scores = X * (found.residual - X @ coefficients)[:, None]
    meat = scores.T @ scores
    width = int(4 * (n / 100) ** (2 / 9))
    for lag in range(1, width + 1):
        product = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (width + 1)) * (product + product.T)
    free = n - found.nuisance - order
    covariance = inverse @ meat @ inverse * n / free
    wald = float(coefficients @ np.linalg.pinv(covariance) @ coefficients)
    return float(f_distribution.sf(wald / order, order, free))
