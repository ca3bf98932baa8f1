"""Seasonal-naive: every weekday repeats its last value; the baseline that others must beat.

z(T+h) = z(T+h-7) + e: a random walk with a step of one season, so that the error variance grows by
one unit with each further season (Hyndman and Athanasopoulos, Forecasting: principles and
practice, 3rd ed., 5.5). Errors are blocks of 7 consecutive past seasonal differences, centred and
drawn with replacement (circular block bootstrap, Politis and Romano 1992), so that neighbouring
days of a path stay as alike as they were. A missing day repeats its own weekday's last value.
Below two seasons the step is one day: plain persistence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._scale import SEASON, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History


def paths(
    history: History, *, horizon: int, samples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return sample paths, shape (samples, horizon), in the units of the history.

    Raises:
        AnalysisError: fewer than 7 observed days.
    """
    signal = scaled(history)
    if signal.constant is not None:
        return np.full((samples, horizon), signal.constant)
    step = SEASON if len(signal.z) >= 2 * SEASON else 1
    errors = _differences(signal.z, step)
    steps = -(-(signal.gap + horizon) // step)
    drawn = np.concatenate([_block(errors, step, samples, rng) for _ in range(steps)], axis=1)
    walk = drawn.reshape(samples, steps, step).cumsum(axis=1)
    ahead = (walk + _last_season(signal.z, step)).reshape(samples, -1)
    return signal.back(ahead[:, : signal.gap + horizon])


def _differences(z: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Return z(t) - z(t - step), centred, nan where either day is missing."""
    errors = z[step:] - z[:-step]
    if not np.isfinite(errors).any():  # no weekday was seen in two seasons running
        seen = z[np.isfinite(z)]
        errors = np.diff(seen)
    centred: NDArray[np.float64] = errors - np.nanmean(errors)
    return centred


def _block(
    errors: NDArray[np.float64], length: int, samples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return blocks of consecutive errors, shape (samples, length); missing ones are drawn alone.

    Blocks wrap around the end so that every error is as likely.
    """
    start = rng.integers(len(errors), size=(samples, 1))
    block = errors[(start + np.arange(length)) % len(errors)]
    alone = rng.choice(errors[np.isfinite(errors)], size=block.shape)
    drawn: NDArray[np.float64] = np.where(np.isfinite(block), block, alone)
    return drawn


def _last_season(z: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Return the last observed value of each day of the season, oldest first.

    A weekday that was never observed takes the mean of the others.
    """
    padded = np.concatenate([np.full(-len(z) % step, np.nan), z]).reshape(-1, step)
    last = np.full(step, np.nan)
    for row in padded:
        last = np.where(np.isfinite(row), row, last)
    known: NDArray[np.float64] = np.where(np.isfinite(last), last, np.nanmean(last))
    return known
