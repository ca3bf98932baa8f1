"""The Kalman filter of an ARIMA whose days are observed with noise of known relative size.

y_t = m_t + e_t, var e_t = sigma^2 ratio noise_t, where (1 - B)^d m_t is an ARMA(p, q) with
innovations of variance sigma^2 (Harvey 1989, 3.3; Durbin and Koopman 2012, 3.4). All variances here
are in units of sigma^2. With d = 1 everything is conditional on row 0: m_0 ~ N(y_0, ratio noise_0),
which is what a diffuse start amounts to once row 0 was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLOSEST = 0.998
"""The largest partial autocorrelation: keeps d = 0 stationary, and its start variance finite."""


class Order(NamedTuple):
    """Numbers of autoregressive terms, differences and moving-average terms."""

    p: int
    d: int
    q: int
    weekly: bool = False
    """Whether each weekday has a level of its own."""


@dataclass(frozen=True)
class Dynamics:
    """What one day says of the next: coefficients of the ARMA, and the size of the noise."""

    ar: Floats
    d: int
    ma: Floats
    ratio: float
    """Variance of the noise where `noise` is 1, over that of the innovations."""

    @cached_property
    def transition(self) -> Floats:
        """The matrix T of the state (level before today if d = 1, then Harvey's ARMA state)."""
        width = max(len(self.ar), len(self.ma) + 1)
        T = np.eye(self.d + width, k=1)
        T[self.d : self.d + len(self.ar), self.d] = self.ar
        T[: self.d, : self.d] = 1.0
        return T

    @cached_property
    def design(self) -> Floats:
        """The row Z: today's m is the sum of yesterday's level and the ARMA state's first entry."""
        Z = np.zeros((1, len(self.transition)))
        Z[0, : self.d + 1] = 1.0
        return Z

    @cached_property
    def selection(self) -> Floats:
        """The column R that today's innovation enters by."""
        R = np.zeros((len(self.transition), 1))
        R[self.d : self.d + len(self.ma) + 1, 0] = [1.0, *self.ma]
        return R

    def start(self, noise: float) -> Floats:
        """Return the first state's variance, (r, r); the level's, if any, is that of its noise."""
        T, R = self.transition[self.d :, self.d :], self.selection[self.d :]
        width = len(T)
        kron = (T[:, None, :, None] * T[None, :, None, :]).reshape(width**2, width**2)
        stationary = np.linalg.solve(np.eye(width**2) - kron, (R * R.T).ravel())
        P = np.zeros((self.d + width,) * 2)
        P[self.d :, self.d :] = stationary.reshape(width, width)
        P[: self.d, : self.d] = self.ratio * noise
        return P


def dynamics(x: Floats, order: Order) -> Dynamics:
    """Return the dynamics at the unconstrained point `x`, (p + q,) or, with noise, (p + q + 1,).

    x / sqrt(1 + x^2) are partial autocorrelations, whatever of which is stationary and invertible
    (Monahan 1984); the last entry's square is the noise's ratio.
    """
    r = CLOSEST * x / np.sqrt(1 + x**2)
    p, q = order.p, order.q
    ratio = float(x[p + q]) ** 2 if len(x) > p + q else 0.0
    return Dynamics(_from_partial(r[:p]), order.d, -_from_partial(r[p : p + q]), ratio)


def _from_partial(r: Floats) -> Floats:
    """Return the autoregression that has the partial autocorrelations `r` (Durbin-Levinson)."""
    a = np.empty(0)
    for last in r:
        a = np.append(a - last * a[::-1], last)
    return a


class Filter:
    """Filters one series, again and again with other dynamics of the same order.

    `y` (n,) may hold nan; with d = 1 its row 0 must be 0 (subtract it), and nothing is said of it.
    """

    def __init__(self, y: Floats, noise: Floats, order: Order) -> None:
        """Bind the series; every filter keeps the statespace that its shapes ask for."""
        self.order, self._first_noise = order, float(noise[0])
        self.y, self._noise = y[order.d :].copy(), noise[order.d :]
        width = order.d + max(order.p, order.q + 1)
        # No steady state is looked for: whether one is assumed could depend on later rows.
        self._filter = KalmanFilter(1, width, 1, tolerance=0.0)
        self._filter.bind(self.y)
        self._filter["state_cov"] = np.ones((1, 1))

    def run(self, model: Dynamics) -> tuple[Floats, Floats, Floats]:
        """Return innovations v (n - d,), their variances F (n - d,) and predicted states (n, r).

        v is nan where y is. Row t of the states is what the rows 0..t say of row t + 1.
        """
        f = self._filter
        f["design"], f["transition"], f["selection"] = (
            model.design,
            model.transition,
            model.selection,
        )
        # Always time-varying, so that what is done does not depend on later rows.
        f["obs_cov"] = (model.ratio * self._noise).reshape(1, 1, -1)
        f.initialize_known(np.zeros(f.k_states), model.start(self._first_noise))
        made = f._filter()  # noqa: SLF001 - filter() copies many more arrays, and is slower
        states = np.array(made.predicted_state).T
        v = np.where(np.isnan(self.y), np.nan, np.asarray(made.forecast_error)[0])
        return v, np.array(made.forecast_error_cov)[0, 0], states[1 - self.order.d :]
