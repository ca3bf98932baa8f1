"""A model's own past errors are its uncertainty: what it missed is what it can miss.

A row of point forecasts that is old enough has an error trajectory e(1..H): what came less what it
said, out of sample. The trajectories known at an origin, each at the scale that the posts of the
coming days ask for, are the sample paths of the next forecast; their mean corrects its bias.
Their quantiles are split conformal intervals (Vovk, Gammerman and Shafer 2005), and because whole
trajectories are used, neighbouring days of a path stay as alike as they were.

Standardising: e(t, h)^2 has the mean tau^2(h) + phi s(t + h), with s the sampling variance of the
day's share; phi is fitted on one-step errors (Poisson noise beyond or short of the binomial), tau^2
is what is left at each horizon. Few trajectories have thin tails: quantiles are stretched from the
normal to Student's t with as many degrees of freedom as independent trajectories (Fisher and
Cornish 1960), and by sqrt(1 + 1/m), because the bias is estimated too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.forecast._scale import Scaled

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LATEST = 365
"""Trajectories that are kept: what a model missed longer ago says little about today."""
COMPLETE = 20
"""Complete trajectories from which the others are left out."""
KNOWN = 0.5
"""Share of its horizons that a trajectory must have been observed at."""
FLOOR = 0.05
"""Least share of the error variance that is the model's own, not the sampling's."""
PATHS = 200
"""Sample paths from which quantiles and probabilities are taken, at least."""
FEWEST = 3
"""Trajectories below which nothing is said."""
TINY = 1e-12
"""Stands for a spread of nothing, on the model scale."""
OVERDISPERSED = 3.0
"""Largest factor on the binomial variance."""


@dataclass(frozen=True)
class Missed:
    """All errors of one model: `points`, `error` and `scatter`, shape (n, horizon).

    Entry (t, h) is about row t + 1 + h; its error is nan where it is unknown. `scatter` is the
    sampling variance that the row could be expected to have, `phi`, shape (n,), the factor on it
    as known at the end of each row.
    """

    points: Floats
    error: Floats
    scatter: Floats
    phi: Floats


@dataclass(frozen=True)
class Spread:
    """What may come after one origin, on the model scale.

    `centre` and `width`, shape (horizon,); `unit`, shape (paths, horizon), are standardised error
    trajectories: centre + width * unit are sample paths.
    """

    centre: Floats
    width: Floats
    unit: Floats

    @property
    def paths(self) -> Floats:
        """Sample paths, shape (paths, horizon)."""
        return self.centre + self.width * self.unit


def missed(signal: Scaled, points: Floats) -> Missed:
    """Return the errors of a matrix of point forecasts, shape (n, horizon)."""
    horizon = points.shape[1]
    error, scatter = signal.targets(horizon) - points, signal.scatter(horizon)
    return Missed(points, error, scatter, _factor(error[:, 0], scatter[:, 0]))


def _factor(error: Floats, scatter: Floats) -> Floats:
    """Return phi of e^2 = tau^2 + phi s by least squares over the errors known at each row.

    Weighted by 1 / s^2, which is how their variance grows, and kept within [0, 3].
    """
    # The error of row t's forecast is known at the end of row t + 1.
    known = np.isfinite(error) & (scatter > 0)
    s = np.where(known, scatter, 1.0)
    square = np.where(known, error, 0.0) ** 2
    w = np.where(known, 1 / s**2, 0.0)
    sums = [
        np.cumsum(np.concatenate([[0.0], v]))
        for v in (w, w * s, w * s * s, w * square, w * s * square)
    ]
    one, x, xx, y, xy = (total[: len(error)] for total in sums)
    across = one * xx - x * x
    slope = (one * xy - x * y) / np.where(across > 0, across, 1.0)
    identified = across > 1e-6 * np.maximum(x * x, 1e-300)
    phi: Floats = np.where(identified, np.clip(slope, 0.0, OVERDISPERSED), 1.0)
    return phi


def spread(past: Missed, row: int, *, wide: float = 1.0) -> Spread | None:
    """Return what may come after `row`, from the errors known at its end; None without errors.

    `wide` is a factor on the spread.
    """
    horizon = past.points.shape[1]
    if not np.isfinite(past.points[row]).all():
        return None
    first = max(row - LATEST - horizon + 1, 0)
    come = np.arange(first, row)[:, np.newaxis] + np.arange(1, horizon + 1) <= row
    error = np.where(come, past.error[first:row], np.nan)
    seen = np.isfinite(error)
    complete = np.flatnonzero((seen.mean(axis=1) >= KNOWN) & come[:, -1])
    chosen = complete if len(complete) >= COMPLETE else np.flatnonzero(seen[:, 0])
    if len(chosen) < FEWEST:
        return None
    error, seen = error[chosen], seen[chosen]
    noise = past.phi[row] * past.scatter[first:row][chosen]
    own = _own(error, noise, seen)
    unit = _continued(error / np.sqrt(own + noise), seen)
    width = np.sqrt(own + past.phi[row] * past.scatter[row])
    bias, deviation = unit.mean(axis=0), np.maximum(unit.std(axis=0), TINY)
    unit = (unit - bias) / deviation
    worth = _independent(unit, seen)
    return Spread(
        centre=past.points[row] + width * bias,
        width=width * deviation * wide,
        unit=stretched(_smoothed(unit, worth), worth),
    )


def _own(error: Floats, noise: Floats, seen: Flags) -> Floats:
    """Return tau^2, shape (horizon,): the error variance that sampling does not explain.

    A horizon with fewer than a handful of errors has that of the last one before it that has
    more, grown as that of a random walk.
    """
    count = seen.sum(axis=0)
    many = np.maximum(count, 1)
    square = np.where(seen, error**2, 0.0).sum(axis=0) / many
    rest = square - np.where(seen, noise, 0.0).sum(axis=0) / many
    own = np.maximum(rest, FLOOR * square)
    enough = count >= min(COMPLETE // 2, int(count[0]))
    steps = np.arange(1, len(own) + 1)
    base = np.maximum.accumulate(np.where(enough, steps, 1))
    grown: Floats = own[base - 1] * steps / base
    return np.where(grown > 0, grown, TINY)


def _continued(unit: Floats, seen: Flags) -> Floats:
    """Return trajectories without gaps: one that was not observed goes on as it was last seen."""
    at = np.where(seen, np.arange(unit.shape[1]), -1)
    last = np.maximum.accumulate(at, axis=1)
    first = np.argmax(seen, axis=1)[:, np.newaxis]
    filled: Floats = np.take_along_axis(unit, np.where(last >= 0, last, first), axis=1)
    return filled


def _independent(unit: Floats, seen: Flags) -> Floats:
    """Return how many independent errors each horizon is worth, at least 2, shape (horizon,).

    Errors of neighbouring origins overlap. As for the variance of an AR(1) series (Bayley and
    Hammersley 1946), m = n (1 - r^2) / (1 + r^2) with r their autocorrelation.
    """
    r = np.clip(
        (unit[1:] * unit[:-1]).sum(axis=0) / np.maximum((unit**2).sum(axis=0), TINY), 0.0, 1.0
    )
    worth: Floats = np.maximum(seen.sum(axis=0) * (1 - r**2) / (1 + r**2), 2.0)
    return worth


def _smoothed(unit: Floats, m: Floats) -> Floats:
    """Return many trajectories from few, shape (paths, horizon): a smoothed bootstrap.

    Each is repeated, a normal score further up or down, and shrunk to the same variance (Silverman
    and Young 1987); the bandwidth is Silverman's for `m` points. Few points have no tails.
    """
    repeats = -(-PATHS // len(unit))
    if repeats == 1:
        return unit
    score = ndtri((np.arange(repeats) + 0.5) / repeats)[:, np.newaxis, np.newaxis]
    band = 1.06 * m**-0.2
    smooth: Floats = (unit + band * score) / np.sqrt(1 + band**2)
    return smooth.reshape(-1, unit.shape[1])


def stretched(unit: Floats, m: Floats) -> Floats:
    """Return standardised errors with the tails that `m` independent ones leave possible.

    Student's t as a series in the normal quantile (Abramowitz and Stegun 1964, 26.7.5), to second
    order, times sqrt(1 + 1/m) for the error of the estimated bias.
    """
    one = (unit**3 + unit) / (4 * m)
    two = (5 * unit**5 + 16 * unit**3 + 3 * unit) / (96 * m**2)
    wide: Floats = (unit + one + two) * np.sqrt(1 + 1 / m)
    return wide
