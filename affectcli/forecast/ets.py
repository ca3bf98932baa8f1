"""Exponential smoothing (ETS): level, damped trend and weekday as far as the data ask for them.

The additive-error state space models of Hyndman, Koehler, Ord and Snyder (2008): (A,N,N),
(A,Ad,N), and with three seasons of observed days (A,N,A), (A,Ad,A); the smallest AICc wins. Paths
are simulated from the fitted states with errors drawn from the residuals. The recursion needs every
day, so a missing day is filled for fitting with its value one season earlier; filled days give no
residuals, so they do not narrow the intervals.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from threadpoolctl import threadpool_limits

from affectcli.errors import AnalysisError
from affectcli.forecast._scale import SEASON, fill_seasonal, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

FORMS: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    ("add", None),
    (None, "add"),
    ("add", "add"),
)
"""(damped trend, season) of each candidate."""
SHORTEST_FIT = 10
"""Days that the start values need (Hyndman et al. 2008, 2.6.1)."""
SEASONS = 3
"""Seasons of history below which no weekday pattern is estimated."""


def paths(
    history: History, *, horizon: int, samples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return sample paths, shape (samples, horizon), in the units of the history.

    Raises:
        AnalysisError: fewer than 7 observed or 10 calendar days, or no form could be fitted.
    """
    signal = scaled(history)
    if signal.constant is not None:
        return np.full((samples, horizon), signal.constant)
    if len(signal.z) < SHORTEST_FIT:
        raise AnalysisError(
            f"Exponential smoothing needs {SHORTEST_FIT} days; the signal spans {len(signal.z)}.",
            known="seasonal_naive needs 7.",
        )
    filled, _ = fill_seasonal(signal.z)
    # The optimiser's stopping rule is absolute, so fit on unit variance whatever the signal's unit.
    centre, spread = float(filled.mean()), float(filled.std())
    seasonal = bool(signal.seen.sum() >= SEASONS * SEASON)
    best = _best((filled - centre) / spread, seasonal=seasonal)
    errors = _errors(best, signal.seen)
    steps = signal.gap + horizon
    drawn = rng.choice(errors, size=(steps, samples))
    ahead = np.asarray(best.simulate(steps, anchor="end", repetitions=samples, random_errors=drawn))
    return signal.back(centre + spread * ahead.reshape(steps, samples).T)


def _best(z: NDArray[np.float64], *, seasonal: bool) -> Any:  # noqa: ANN401 - statsmodels ships no types
    """Return the fitted form with the smallest AICc (initial states count as parameters)."""
    forms = FORMS if seasonal else FORMS[:2]
    # The optimiser's matrices have some ten rows: on a busy machine BLAS threads only wait for one
    # another (measured: 10 times slower).
    with threadpool_limits(1, user_api="blas"):
        fits = [fit for trend, season in forms if (fit := _fit(z, trend, season)) is not None]
    if not fits:
        raise AnalysisError(
            "Exponential smoothing could not be fitted to this signal.",
            known="seasonal_naive works with any signal of 7 days.",
        )
    return min(fits, key=lambda fit: float(fit.aicc))


def _fit(z: NDArray[np.float64], trend: str | None, season: str | None) -> Any:  # noqa: ANN401 - as above
    """Fit one form; None where the days are too few for its parameters or the fit failed."""
    model = ETSModel(
        z,
        error="add",
        trend=trend,
        damped_trend=trend is not None,
        seasonal=season,
        seasonal_periods=SEASON if season else None,
        initialization_method="estimated",
    )
    with warnings.catch_warnings():
        # A form that stops early is still a candidate: AICc judges the fit it reached. A perfect
        # fit on the way has log(0) in its likelihood.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "divide by zero", RuntimeWarning)
        fit = model.fit(disp=False)
    # AICc divides by n - k - 1, with the variance among the k parameters. It is -inf, and welcome,
    # where the fit is perfect.
    usable = len(z) > len(fit.params) + 2 and not np.isnan(fit.aicc)
    return fit if usable else None


def _errors(fit: Any, seen: NDArray[np.bool_]) -> NDArray[np.float64]:  # noqa: ANN401 - as above
    """Return observed days' residuals, centred, with variance divided by degrees of freedom."""
    residuals = np.asarray(fit.resid)[seen]
    free = max(len(residuals) - len(fit.params), 1)
    inflated: NDArray[np.float64] = (residuals - residuals.mean()) * np.sqrt(len(residuals) / free)
    return inflated
