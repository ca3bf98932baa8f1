"""Makes a series stationary where it is not: levels, differences or log differences."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

How = Literal["auto", "none", "diff", "dlog"]
LEAST = 30
"""Fewest observations for which the tests and the fits below mean anything."""


@dataclass(frozen=True)
class Transformed:
    """A series after its transform, on the same calendar, shape (n,), nan where there is none.

    `name` is what was done: none, diff or dlog. `kpss_p` and `adf_p` are the p-values of the two
    tests on the values as given, None unless 'auto' asked them; KPSS's table ends at 0.01 and 0.10.
    """

    values: NDArray[np.float64]
    name: str
    adf_p: float | None = None
    kpss_p: float | None = None


def transform(y: NDArray[np.float64], *, how: How) -> Transformed:
    """Return `y` (n,) as it is, differenced, or log-differenced.

    With 'auto' a series is differenced only when both tests say so: KPSS (Kwiatkowski et al. 1992)
    rejects stationarity and ADF (Dickey & Fuller 1979, lags by AIC) does not reject a unit root,
    each at 5 %. Missing values (nan) are left out of the tests, which asks the same question: a
    unit root stays one in the days that were observed. A difference exists where both days do.

    Raises:
        AnalysisError: fewer than 30 observations, a constant, or logarithms of values <= 0.
    """
    seen = y[np.isfinite(y)]
    _check(seen, how)
    adf_p = kpss_p = None
    if how == "auto":
        kpss_p = _kpss(seen)
        adf_p = _adf(seen)
        how = _difference(y) if kpss_p < 0.05 <= adf_p else "none"
    if how == "none":
        return Transformed(np.where(np.isfinite(y), y, np.nan), "none", adf_p, kpss_p)
    changes = np.full(len(y), np.nan)
    changes[1:] = np.diff(np.log(y) if how == "dlog" else y)
    _check_changes(changes)
    return Transformed(changes, how, adf_p, kpss_p)


def without_calendar(
    values: NDArray[np.float64], weekday: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return `values` (n,) less their straight line in time and the means of weekdays, if given.

    `weekday` (n,) is 0..6. That two series both climb, or are both high on Mondays, is the
    calendar and not a lead of one over the other.
    """
    there = np.isfinite(values)
    line = np.linspace(-1.0, 1.0, len(values))[:, None]
    levels = np.ones_like(line) if weekday is None else np.eye(7)[weekday]
    terms = np.hstack([line, levels])
    found = np.linalg.lstsq(terms[there], values[there], rcond=None)[0]
    rest: NDArray[np.float64] = values - terms @ found
    return rest


def _check(seen: NDArray[np.float64], how: How) -> None:
    if len(seen) < LEAST:
        raise AnalysisError(
            f"A series has {len(seen)} observations; {LEAST} are needed.",
            do="a longer period (--since), or --freq day instead of week",
        )
    if np.ptp(seen) == 0:
        raise AnalysisError(
            f"A series is constant ({seen[0]:g} on {len(seen)} days): nothing can vary with it.",
            do="affect status, to see which signals have values",
        )
    if how == "dlog" and seen.min() <= 0:
        raise AnalysisError(
            f"dlog takes logarithms, and a series has values down to {seen.min():g}.",
            known="diff and auto take any values.",
            do="--transform auto",
        )


def _check_changes(changes: NDArray[np.float64]) -> None:
    seen = changes[np.isfinite(changes)]
    if len(seen) < LEAST or np.ptp(seen) <= 1e-12 * np.abs(seen).max():
        raise AnalysisError(
            f"Differencing leaves {len(seen)} days with a difference, {LEAST} different ones "
            "are needed.",
            do="--transform none, or a period with fewer gaps",
        )


def _kpss(seen: NDArray[np.float64]) -> float:
    # 1.2 s of import, which only a series that is tested should pay.
    from statsmodels.tools.sm_exceptions import InterpolationWarning
    from statsmodels.tsa.stattools import kpss

    with warnings.catch_warnings():
        # It only says that p lies beyond the ends of the table, which 5 % does not.
        warnings.simplefilter("ignore", InterpolationWarning)
        return float(kpss(seen, regression="ct", nlags="auto", result_object=True).pvalue)


def _adf(seen: NDArray[np.float64]) -> float:
    # Imported here for the reason given in _kpss.
    from statsmodels.tsa.stattools import adfuller

    lags = adf_lags(seen)
    found = adfuller(seen, maxlag=lags, regression="ct", autolag=None, result_object=True)
    return float(found.pvalue)


def adf_lags(seen: NDArray[np.float64]) -> int:
    """Return the number of lagged differences with the least AIC, as statsmodels chooses it.

    One QR decomposition holds the residuals of all the nested regressions that `autolag` fits one
    by one, in a tenth of the time.
    """
    n = len(seen)
    highest = max(0, min(int(np.ceil(12.0 * (n / 100) ** 0.25)), n // 2 - 3))
    change = np.diff(seen)
    windows = np.lib.stride_tricks.sliding_window_view(change, highest + 1)[:, ::-1]
    rows = len(windows)
    trend = np.arange(1.0, rows + 1)
    first = np.column_stack([np.ones(rows), trend, seen[-rows - 1 : -1]])
    full = np.column_stack([first, windows[:, 1:], windows[:, 0]])
    left = np.asarray(np.linalg.qr(full, mode="r"))[:, -1]
    squares = np.cumsum(left[::-1] ** 2)[::-1]  # [m] is what the first m regressors leave
    orders = np.arange(highest + 1)
    aic = rows * np.log(np.maximum(squares[3 + orders], 1e-300)) + 2 * orders
    return int(aic.argmin())


def _difference(y: NDArray[np.float64]) -> How:
    """Return which random walk is the likelier: in levels, or in logarithms.

    The comparison of Box & Cox (1964) for powers 1 and 0: Gaussian likelihoods of the changes,
    the logarithm's with its Jacobian.
    """
    if np.nanmin(y) <= 0:
        return "diff"
    levels, logs = np.diff(y), np.diff(np.log(y))
    there = np.isfinite(levels)
    jacobian = 2.0 * float(np.mean(np.log(y[1:][there])))
    additive = np.log(np.var(levels[there]))
    multiplicative = np.log(np.var(logs[there])) + jacobian
    return "dlog" if multiplicative < additive else "diff"
