"""Exponential smoothing (ETS): level, damped trend and weekday as far as the data ask for them.

The forms are the additive ones of Hyndman, Koehler, Ord and Snyder (2008): (A,N,N), (A,Ad,N),
(A,N,A) and (A,Ad,A). Their constant gains are what a Kalman filter settles at that follows a level,
a slope and a season, each a random walk (for a level alone exactly: Muth 1960; Harvey 1989, 4.1).
Here the filter itself runs, so that gains are large while little is known and after a gap, and
small on a day with few posts.

Nothing is optimised. One filter runs for every point of a grid of parameters, all at once and once
over time, and each forecast is the mean over the grid, weighted by how well the points have
foretold the rows so far (Magill 1965). So every row is a refit at no cost, and cannot know what
comes later. The weight of a point is its likelihood, with the variance of the errors estimated,
times exp(-1) for each parameter that its form has beyond the level's gain (AIC), over the number
of points of the form. Older rows are slowly forgotten (Raftery, Karny and Ettler 2010), because a
community changes. On simulated series the best point alone was hardly ever better than the mean,
and clearly worse while the history was short.

Weekdays need no least number of weeks: they start at zero, with a variance, and are learnt.
"""

from __future__ import annotations

from bisect import insort
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

    Floats = NDArray[np.float64]

GAIN = (0.0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0)
"""alpha: how much of an error the level takes up; 0 is a constant, 1 a random walk."""
TREND = ((0.0, 0.0), *product((0.1, 0.4), (0.9, 0.98)))
"""(beta*, phi): the slope's part in the level's gain, and its damping; 0, 0 is no trend."""
SEASON = ((0.0, 0.0), *product((0.2, 2.0), (0.0, 0.1)))
"""(variance, gamma): how different weekdays are at first, over the variance of the one-step
errors, and how much of an error a weekday takes up; 0, 0 is no season."""
SAMPLING = (0.0, 0.5, 0.95)
"""The part of a typical day's measurement error that is due to its number of posts."""
LONGEST = 7
"""Rows of the longest season that is modelled: a year of weeks is learnt too slowly."""
MEMORY = 0.99
"""How much less each row counts in a filter's weight than the next observed one."""
UNKNOWN = 1e7
"""Variance of the level before the first row, in variances of the one-step errors."""
LEVEL, SLOPE, PLACES = 0, 1, 2
"""Rows of the state; the places of the season follow from PLACES on."""


class _Grid(NamedTuple):
    """Parameters of G filters, each (G,); variances in those of the one-step errors.

    With measurement variance 1 - alpha and steps of variance alpha^2 the level's gain settles at
    alpha and the variance of the one-step errors at 1.
    """

    measurement: Floats
    sampling: Floats
    step: Floats
    """Variance of the level's daily steps, as below of the slope's and of a weekday's weekly."""
    slope_step: Floats
    season_step: Floats
    damping: Floats
    season: Floats
    """Variance between the places of the season before the first row."""
    prior: Floats
    """Log weight before the first row."""


def _grid(*, seasonal: bool) -> _Grid:
    """Return all combinations of the parameters."""
    season = SEASON if seasonal else SEASON[:1]
    each = [(a, *trend, *s, u) for a, trend, s, u in product(GAIN, TREND, season, SAMPLING)]
    alpha, beta, phi, variance, gamma, sampling = np.array(each).T
    form = 2 * (variance > 0) + (beta > 0)
    parameters = 2.0 * (beta > 0) + (gamma > 0)
    return _Grid(
        measurement=1 - alpha,
        sampling=sampling,
        step=alpha**2,
        slope_step=(alpha * beta) ** 2,
        season_step=gamma**2,
        damping=phi,
        season=variance,
        prior=-np.log(np.bincount(form)[form]) - parameters,
    )


class _Bank:
    """One Kalman filter for each point of a grid; states (2 + places, G)."""

    def __init__(self, grid: _Grid, places: int, first: float) -> None:
        """Start at the value of the first row, with a slope as the model's own slopes are."""
        size = PLACES + places
        self.grid = grid
        self.mean = np.zeros((size, len(grid.prior)))
        self.mean[LEVEL] = first
        self.covariance = np.zeros((size, *self.mean.shape))
        self.covariance[LEVEL, LEVEL] = UNKNOWN
        self.covariance[SLOPE, SLOPE] = grid.slope_step / (1 - grid.damping**2)
        self.covariance[range(PLACES, size), range(PLACES, size)] = grid.season
        self._change = np.empty_like(self.covariance)
        self._squares = np.zeros(len(grid.prior))
        self._logs = np.zeros(len(grid.prior))
        self._errors = -1.0  # the first row only sets the level

    def step(self, place: int) -> None:
        """Go on to the next row, which is in this place of the season."""
        grid, mean, covariance = self.grid, self.mean, self.covariance
        mean[LEVEL] += grid.damping * mean[SLOPE]
        mean[SLOPE] *= grid.damping
        covariance[LEVEL] += grid.damping * covariance[SLOPE]
        covariance[SLOPE] *= grid.damping
        covariance[:, LEVEL] += grid.damping * covariance[:, SLOPE]
        covariance[:, SLOPE] *= grid.damping
        covariance[LEVEL, LEVEL] += grid.step
        covariance[SLOPE, SLOPE] += grid.slope_step
        covariance[place, place] += grid.season_step

    def learn(self, place: int, value: float, noise: float) -> None:
        """Take up the value of a row whose sampling variance is `noise` times the typical one."""
        measurement = self.grid.measurement * (1 + self.grid.sampling * (noise - 1))
        shared = self.covariance[:, LEVEL] + self.covariance[:, place]
        variance = shared[LEVEL] + shared[place] + measurement
        error = value - self.mean[LEVEL] - self.mean[place]
        gain = shared / variance
        self.mean += gain * error
        np.multiply(gain[:, None], shared, out=self._change)
        self.covariance -= self._change
        self._squares = MEMORY * self._squares + error**2 / variance
        self._logs = MEMORY * self._logs + np.log(variance)
        self._errors = MEMORY * self._errors + 1

    def weights(self) -> Floats:
        """Return how much each filter is believed, shape (G,), summing to 1."""
        log = self.grid.prior.copy()
        if self._squares[0] > 0:  # before the first error, all are alike
            log -= (self._errors * np.log(self._squares) + self._logs) / 2
        likely = np.exp(log - log.max())
        weights: Floats = likely / likely.sum()
        return weights


def points(history: History, *, horizon: int, since: int, seed: int) -> Floats:
    """Return the forecasts from every row, shape (n, horizon): see `parts.Forecaster`."""
    del seed  # nothing is drawn
    seasonal = history.season <= LONGEST
    places = history.season if seasonal else 1
    bank = _Bank(_grid(seasonal=seasonal), places, float(history.z[0]))
    steps = np.arange(1, horizon + 1)
    slopes = np.cumsum(bank.grid.damping[:, None] ** steps, axis=1)
    noise = _relative(history)
    ahead = np.full((len(history.z), horizon), np.nan)
    for t, value in enumerate(history.z):
        if t:
            bank.step(PLACES + t % places)
        if np.isfinite(value):
            bank.learn(PLACES + t % places, value, noise[t])
        if t >= since:
            weights = bank.weights()
            mean = bank.mean @ weights
            trend = (weights * bank.mean[SLOPE]) @ slopes
            ahead[t] = mean[LEVEL] + trend + mean[PLACES + (t + steps) % places]
    return ahead


def _relative(history: History) -> Floats:
    """Return each row's noise over the median of the rows observed so far, shape (n,)."""
    relative = np.ones(len(history.z))
    so_far: list[float] = []
    for t in np.flatnonzero(np.isfinite(history.z)):
        insort(so_far, float(history.noise[t]))
        typical = so_far[len(so_far) // 2]
        if typical > 0:
            relative[t] = history.noise[t] / typical
    return relative
