"""ARIMA: autoregression, differences and weekdays as far as AICc finds them; thin days weigh less.

A Kalman filter with the days' own sampling variances (times an estimated factor) handles thin and
missing days exactly. Orders are searched seldom, parameters estimated at the rows of `_refits`,
and between those the filter runs on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from affectcli.forecast._arima_filter import Filter, Order, dynamics
from affectcli.forecast._arima_fit import Fit, Sample, fit
from affectcli.forecast._arima_search import search
from affectcli.forecast._refits import first_fit, refits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

    Floats = NDArray[np.float64]

SHORTEST = 7
"""Observed rows that the first fit needs."""
SEASONS = 4
"""Weeks before weekdays may have levels of their own."""
SEARCHES = 1.5
"""The order is searched anew when the history has grown by this factor."""
WEEK = 7
DIGITS = 10
"""Of rows of unit size: an optimiser would make much of the last bits, which the unit decides."""


def points(history: History, *, horizon: int, since: int, seed: int) -> Floats:
    """Return forecasts from every row, shape (n, horizon); nan before 7 rows were observed."""
    del seed
    said = np.full((len(history.z), horizon), np.nan)
    made = None
    # The matrices have five rows: BLAS threads would only wait for one another.
    with threadpool_limits(1, user_api="blas"):
        for t, until, anew in _plan(history.z, since):
            level, scale = _unit(history.z[: t + 1])
            sample = _sample(history, t=t, until=until, ahead=horizon, unit=(level, scale))
            past = sample.head(t + 1)
            made = _search(past) if anew or made is None else fit(past, made)
            ahead = _forecasts(sample, made, slice(t, until), horizon)
            said[t:until] = level + scale * ahead
    return said


def _plan(z: Floats, since: int) -> list[tuple[int, int, bool]]:
    """Return (t, until, whether the order is searched anew) for the fits that rows >= since need.

    They begin with a search, so that a forecast does not depend on `since`.
    """
    plan, size = [], 0.0
    for t, until in refits(len(z), first=first_fit(np.isfinite(z), least=SHORTEST)):
        anew = t + 1 >= SEARCHES * size
        size = t + 1 if anew else size
        plan.append((t, until, anew))
    begin = max((k for k, (t, _, anew) in enumerate(plan) if anew and t <= since), default=0)
    return plan[begin:]


def _unit(z: Floats) -> tuple[float, float]:
    """Return the level and the spread of what was observed (1 if there is none)."""
    return float(np.nanmean(z)), float(np.nanstd(z)) or 1.0


def _sample(
    history: History, *, t: int, until: int, ahead: int, unit: tuple[float, float]
) -> Sample:
    """Return the rows before `until` and `ahead` unobserved ones, in units of the rows 0..t."""
    level, scale = unit
    y = np.append((history.z[:until] - level) / scale, np.full(ahead, np.nan))
    seen = np.isfinite(y[:until])
    noise = np.zeros(until + ahead)
    noise[:until][seen] = history.noise[:until][seen]
    typical = noise[: t + 1][seen[: t + 1]].mean()
    weekdays = np.arange(until + ahead)[:, None] % WEEK == np.arange(WEEK)
    told = history.season == WEEK and t + 1 >= SEASONS * WEEK
    return Sample(
        y.round(DIGITS),
        (noise / (typical or 1.0)).round(DIGITS),
        weekdays[:, : WEEK * told].astype(np.float64),
    )


def _search(past: Sample) -> Fit:
    """Return the best model, or a random walk while all values were the same."""
    if (past.y[np.isfinite(past.y)] != 0).any():
        return search(past)
    return Fit(Order(0, 1, 0), np.ones(int(past.noisy)), np.empty(0), np.inf)


def _forecasts(sample: Sample, made: Fit, rows: slice, horizon: int) -> Floats:
    """Return Z T^(h-1) a(t+1|t) plus the regression, for all rows at once, (rows, horizon)."""
    order, model = made.order, dynamics(made.x, made.order)
    y, X = sample.anchored(order)
    _, _, states = Filter(y - X @ made.b, sample.noise, order).run(model)
    weights = [model.design]
    for _ in range(1, horizon):
        weights.append(weights[-1] @ model.transition)
    regression = X @ made.b + order.d * sample.y[0]
    window = np.lib.stride_tricks.sliding_window_view(regression, horizon)
    said: Floats = states[rows] @ np.concatenate(weights).T
    said += window[rows.start + 1 : rows.stop + 1]
    return said
