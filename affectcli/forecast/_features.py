"""What regressions know at the end of a row: past values, levels, the season, other signals.

Days count by their precision. One whose sampling variance is `noise` weighs

    w = 1 / (1 + noise / (4 typical)),

where the typical noise is the median so far; a day without a value weighs nothing. In a level, w is
the weight. For a value by itself it is the gain by which the value moves away from the level before
it (the update of a scalar Kalman filter), so a thin day moves a forecast less, and a missing one
not at all.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History

    Floats = NDArray[np.float64]

LAGS = (0, 1, 2, 3, 4, 5, 6, 13, 20, 27)
"""Rows before the last one whose values are features."""
HALF_LIVES = (2, 7, 28)
"""Rows after which a day counts half, in the short, the medium and the long level."""
SEASONS = 8
"""Seasons after which a day counts half in the level of its place in the season."""
DOUBT = 2.0
"""Days of weight by which the level of a place in the season is shrunk to no difference."""
TRUST = 4.0
"""Noise, in units of the typical one, at which a value counts half."""
FAINT = 1e-3
"""Weight of the mean of all days in a level, so that a long gap ends there."""
YEAR = 365.25
"""Days in a year."""


@dataclass(frozen=True)
class Features:
    """What is known at the end of every row, made from that row and those before it; all finite.

    When the signal becomes a z + b, `anchors` become a times themselves + b, and every feature
    stays as it is or becomes a times as large.
    """

    past: Floats
    """Shape (n, p): past values, levels, a constant, and other signals."""
    target: Floats
    """Shape (horizon, n, q): season and announced events of the row h + 1 ahead."""
    ripe: NDArray[np.intp]
    """Shape (q,): the first row of which a fit may use that feature of `target`."""
    anchors: Floats
    """Shape (n, 5): the last value, the three levels, the mean of all days: forecasts by
    themselves."""
    weight: Floats
    """Shape (n,): precision of the row's value in (0, 1], 0 where there is none."""


def features(history: History, *, horizon: int) -> Features:
    """Return the features of every row, for forecasts of the rows 1..`horizon` ahead."""
    weight = precision(history)
    z = np.where(weight > 0, history.z, 0.0)
    mean = _mean(z, weight)
    levels = np.stack([_level(z, weight, mean, life) for life in HALF_LIVES], axis=1)
    last = _trusted(z, weight, levels[:, 0])
    constant = np.ones((len(z), 1))
    past = [_lags(last, mean), levels - mean[:, None], constant, _columns(history.columns)]
    calendar = _season(history, z - levels[:, -1], weight, horizon)
    announced = _announced(history.ahead, len(z), horizon)
    ripe = np.zeros(calendar.shape[2] + announced.shape[2], dtype=np.intp)
    ripe[: calendar.shape[2]] = 2 * history.season
    return Features(
        past=np.hstack(past),
        target=np.concatenate([calendar, announced], axis=2),
        ripe=ripe,
        anchors=np.column_stack([last, levels, mean]),
        weight=weight,
    )


def size(x: Floats) -> Floats:
    """Return the root mean square over the next to last axis of what is not 0, 1 where all is 0.

    An event that is 1 on three days in a year has size 1 and not 0.1, so a penalty in numbers of
    days shrinks its effect by the three days behind it.
    """
    count = np.count_nonzero(x, axis=-2)
    found = np.sqrt(np.square(x).sum(axis=-2) / np.maximum(count, 1))
    return np.where(found > 0, found, 1.0)


def targets(values: Floats, horizon: int) -> Floats:
    """Return `values` of the rows 1..`horizon` ahead, shape (horizon, n), 0 beyond the last."""
    n = len(values)
    padded = np.concatenate([values, np.zeros(horizon)])
    return np.array([padded[h : h + n] for h in range(1, horizon + 1)])


def precision(history: History) -> Floats:
    """Return the weight of every row, shape (n,), 0 where it has no value."""
    weight = np.isfinite(history.z).astype(np.float64)
    noises: list[float] = []
    for t in np.flatnonzero(weight):
        noise = float(history.noise[t])
        insort(noises, noise)
        typical = noises[len(noises) // 2]
        if typical > 0:
            weight[t] = TRUST / (TRUST + noise / typical)
    return weight


def _mean(z: Floats, weight: Floats) -> Floats:
    """Return the weighted mean of all rows so far, where there is one."""
    total, weights = np.cumsum(weight * (z - z[0])), np.cumsum(weight)
    mean: Floats = z[0] + total / np.where(weights > 0, weights, 1.0)
    return mean


def _level(z: Floats, weight: Floats, mean: Floats, half_life: float) -> Floats:
    """Return the weighted exponential mean of the rows so far, faintly pulled to `mean`."""
    decay = 0.5 ** (1 / half_life)
    total = lfilter([1.0], [1.0, -decay], weight * (z - z[0]))
    weights = lfilter([1.0], [1.0, -decay], weight)
    found: Floats = z[0] + (total + FAINT * (mean - z[0])) / (weights + FAINT)
    return found


def _trusted(z: Floats, weight: Floats, level: Floats) -> Floats:
    """Return the last value at every row, as far from the level before it as it is trusted."""
    before = np.concatenate([z[:1], level[:-1]])
    latest = np.maximum.accumulate(np.where(weight > 0, np.arange(len(z)), 0))
    trusted: Floats = (before + weight * (z - before))[latest]
    return trusted


def _lags(last: Floats, mean: Floats) -> Floats:
    """Return past values less the mean, 0 before the history began."""
    lagged = np.zeros((len(last), len(LAGS)))
    for j, lag in enumerate(LAGS):
        lagged[lag:, j] = last[: max(len(last) - lag, 0)] - mean[lag:]
    return lagged


def _columns(columns: Floats) -> Floats:
    """Return the last value and the short level of every other signal, less its mean so far."""
    n, m = columns.shape
    made = np.zeros((n, 2 * m))
    for j in range(m):
        seen = np.isfinite(columns[:, j])
        if not seen.any():
            continue
        first = int(seen.argmax())
        weight = seen[first:].astype(np.float64)
        x = np.where(seen, columns[:, j], 0.0)[first:]
        mean = _mean(x, weight)
        short = _level(x, weight, mean, HALF_LIVES[0])
        made[first:, 2 * j] = _trusted(x, weight, short) - mean
        made[first:, 2 * j + 1] = short - mean
    return made


def _announced(ahead: Floats, n: int, horizon: int) -> Floats:
    """Return `ahead` of the last row and of the target's eve, day and morrow, (horizon, n, 4 c)."""
    row = np.arange(n)
    made = []
    for h in range(1, horizon + 1):
        around = (0, h - 1, h, min(h + 1, horizon))
        made.append(np.hstack([ahead[row + shift] for shift in around]))
    return np.array(made)


def _season(history: History, deviation: Floats, weight: Floats, horizon: int) -> Floats:
    """Return the target's place in the season and what is special about it, (horizon, n, places).

    Of weeks, the place is one Fourier pair. Of days, it is the weekday, and beside it stand two
    levels of deviations, that of the target's weekday and that of the last row's.
    """
    row = np.arange(len(deviation))
    target = row + np.arange(1, horizon + 1)[:, None]
    if history.step != 1:
        angle = 2 * np.pi * target * history.step / YEAR
        return np.stack([np.cos(angle), np.sin(angle)], axis=2)
    season = history.season
    found = _season_levels(deviation, weight, season)
    today = np.broadcast_to(found[row, row % season], target.shape)
    special = np.stack([found[row, target % season], today], axis=2)
    place = np.eye(season)[target % season] - 1 / season
    return np.concatenate([special, place], axis=2)


def _season_levels(deviation: Floats, weight: Floats, season: int) -> Floats:
    """Return, at every row, the shrunken level of every place in the season, (n, season)."""
    decay = 0.5 ** (1 / SEASONS)
    total, weights = np.zeros(season), np.zeros(season)
    found = np.empty((len(deviation), season))
    for t, value in enumerate(deviation):
        place = t % season
        total[place] = decay * total[place] + weight[t] * value
        weights[place] = decay * weights[place] + weight[t]
        found[t] = total / (weights + DOUBT)
    return found
