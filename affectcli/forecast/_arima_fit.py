"""Maximum likelihood for a regression with ARIMA errors whose days are observed with noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from affectcli.forecast._arima_filter import Filter, Order, dynamics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PRIOR = 0.03
"""-2 log L grows by PRIOR x^2: 0.3 at a partial autocorrelation of 0.95, 3 at 0.995. It keeps the
optimum finite where few rows would put a root on the unit circle (moving averages do: Harvey 1989,
3.4.1)."""
ENOUGH = 0.05
"""The optimiser stops where -2 log L changes by less."""
STEPS = 10
"""Steps of the optimiser at most; from a near start it needs three or four."""


@dataclass(frozen=True)
class Sample:
    """Rows of about unit size."""

    y: Floats
    """(n,), nan where nothing was observed; row 0 is observed."""
    noise: Floats
    """(n,): relative sampling variances, about 1, or 0 throughout."""
    X: Floats
    """(n, k): one where a row is of that weekday; k is 0 where no weekday is told apart."""

    def head(self, rows: int) -> Sample:
        """Return the first rows."""
        return Sample(self.y[:rows], self.noise[:rows], self.X[:rows])

    @property
    def noisy(self) -> bool:
        """Whether there is a noise whose ratio is to be estimated."""
        return bool(self.noise.any())

    def anchored(self, order: Order) -> tuple[Floats, Floats]:
        """Return y and regressors as the filter wants them: with a constant, or from row 0."""
        X = self.X if order.weekly else self.X[:, :0]
        if order.d:
            return self.y - self.y[0], X - X[0]
        return self.y, np.column_stack([np.ones(len(self.y)), X])

    def regressors(self, order: Order) -> int:
        """Return how many coefficients are free: one level of weekdays is the constant's."""
        weekdays = int(self.X[np.isfinite(self.y)].any(axis=0).sum()) if order.weekly else 1
        return weekdays - order.d


@dataclass(frozen=True)
class Fit:
    """A fitted model."""

    order: Order
    x: Floats
    """The dynamics' unconstrained parameters."""
    b: Floats
    """Coefficients: the constant where d = 0, then those of the weekdays."""
    aicc: float
    """Of all rows given row 0, so that it compares models with d = 0 and d = 1."""


def fit(sample: Sample, start: Fit, *, regress: bool = True) -> Fit:
    """Return the fit of `start.order` that is found from `start`.

    Dynamics given the coefficients (nonlinear least squares) and coefficients given the dynamics
    (generalised least squares) take turns; the two are asymptotically independent, so that two
    turns are enough. Without `regress` the coefficients stay.
    """
    y, X = sample.anchored(start.order)
    x, b = start.x, start.b
    for _ in range(2 if regress else 1):
        x = _descend(Filter(y - X @ b, sample.noise, start.order), x)
        if regress and X.shape[1]:
            b = regression(y, X, sample, order=start.order, x=x)
    series = Filter(y - X @ b, sample.noise, start.order)
    return Fit(start.order, x, b, _aicc(series, x, sample.regressors(start.order)))


def regression(y: Floats, X: Floats, sample: Sample, *, order: Order, x: Floats) -> Floats:
    """Return the coefficients by generalised least squares: innovations on filtered regressors."""
    model, seen = dynamics(x, order), np.isfinite(y)
    columns = [np.where(seen, column, np.nan) for column in (y, *X.T)]
    made = [Filter(column, sample.noise, order).run(model) for column in columns]
    keep = seen[order.d :]
    scale = np.sqrt(made[0][1][keep])
    white = np.column_stack([v[keep] / scale for v, _, _ in made])
    return least(white[:, 1:], white[:, 0])


def least(X: Floats, y: Floats) -> Floats:
    """Return the smallest least-squares coefficients: the weekdays add up to the constant."""
    return np.asarray(np.linalg.lstsq(X, y, rcond=1e-8)[0], dtype=np.float64)


def _descend(series: Filter, x: Floats) -> Floats:
    """Return the dynamics of greatest likelihood, from `x`.

    With sigma^2 profiled out, -2 log L is n log(sum v^2 / F) + sum log F: the log of a sum of
    squares of v / sqrt(F) times the geometric mean of sqrt(F) (Ansley 1979), hence Gauss-Newton.
    The prior's squares stand behind those.
    """
    seen = np.isfinite(series.y)
    if not len(x) or seen.sum() <= len(x):
        return x

    def residuals(at: Floats) -> Floats:
        v, F, _ = series.run(dynamics(at, series.order))
        F = F[seen]
        e = v[seen] / np.sqrt(F) * math.exp(0.5 * np.log(F).mean())
        return np.append(e, math.sqrt(PRIOR * float((e**2).mean())) * at)

    found = least_squares(
        residuals,
        x,
        method="lm",
        ftol=ENOUGH / len(seen),
        xtol=1e-2,
        max_nfev=STEPS * (len(x) + 1),
        diff_step=1e-5,
    )
    return np.asarray(found.x)


def _aicc(series: Filter, x: Floats, regressors: int) -> float:
    """Return Akaike's criterion for few rows (Hurvich and Tsai 1989), given row 0."""
    v, F, _ = series.run(dynamics(x, series.order))
    later = slice(1 - series.order.d, None)
    seen = np.isfinite(v[later])
    v, F = v[later][seen], F[later][seen]
    n, k = len(v), len(x) + regressors + 1
    if n - k < 2:
        return math.inf
    variance = max(float((v**2 / F).mean()), 1e-12)
    deviance = n * (math.log(2 * math.pi * variance) + 1) + float(np.log(F).sum())
    return deviance + 2 * k * n / (n - k - 1)
