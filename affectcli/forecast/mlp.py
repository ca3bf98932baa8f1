"""Small neural networks (MLP) that bend the ridge regression's forecasts where that helped so far.

A year of days is little for a network, so it is not asked for the forecast but for the ridge's
error, of which it says nothing at first and little under its penalties. At every refit the
networks go on from where they stopped, with all errors known by then. The ridge alone, half of what
the networks add to it, and all of it are then averaged by how well each has done so far: on a
linear signal the forecast is nearly the ridge's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast import _network, ridge
from affectcli.forecast._experts import averaged
from affectcli.forecast._features import features, size, targets
from affectcli.forecast._refits import first_fit, refits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.forecast._features import Features
    from affectcli.parts import History

    Floats = NDArray[np.float64]

SHORTEST = 40
"""Observed rows below which the networks are not asked."""
STEPS = 40
"""Steps of learning at every refit."""
PARTS = (0.0, 0.5, 1.0)
"""How much of the networks' correction each expert takes."""
CAUTION = 3.0
"""Log weight of the ridge alone before anything is known."""
FARTHEST = 4.0
"""Size, in units of the usual one, beyond which an input does not grow."""


def points(history: History, *, horizon: int, since: int, seed: int) -> Floats:
    """Return the forecasts from every row, shape (n, horizon); nan before 7 observed rows."""
    del since
    known = features(history, horizon=horizon)
    linear = ridge.forecasts(known, history.z)
    with _network.one_thread():
        added = _corrections(known, history.z, linear, seed=seed)
    experts = linear.T[..., None] + added.T[..., None] * np.array(PARTS)
    prior = np.array([CAUTION, 0.0, 0.0])
    return averaged(experts, prior, history.z, known.weight)


def _corrections(known: Features, z: Floats, linear: Floats, *, seed: int) -> Floats:
    """Return what the networks add to the forecasts `linear` of every row, shape (n, horizon)."""
    n, horizon = linear.shape
    inputs = np.hstack([known.past, known.target[0]])
    ripe = np.concatenate([np.zeros(known.past.shape[1], dtype=np.intp), known.ripe])
    networks = _network.Networks(inputs=inputs.shape[1], outputs=horizon, seed=seed)
    added = np.zeros_like(linear)
    seen = np.cumsum(known.weight > 0)
    first = first_fit(known.weight > 0, least=ridge.SHORTEST)
    for row, until in refits(n, first=first):
        if seen[row] < SHORTEST:
            continue
        done = slice(first, row + 1)
        scale = np.where(ripe > row, np.inf, size(inputs[: row + 1]))
        x = np.clip(inputs[:until] / scale, -FARTHEST, FARTHEST)
        errors, weight = _errors(known.weight[done], z[done], linear[done])
        weights = np.maximum(weight.sum(axis=0), 1.0)
        unit = np.sqrt((weight * np.square(errors)).sum(axis=0) / weights)
        unit[unit == 0] = 1.0
        trust = weight / np.arange(1, horizon + 1)  # h errors that overlap count as one
        networks.learn(x[done], errors / unit, trust, steps=STEPS)
        added[row:until] = networks(x[row:until]) * unit
    return added


def _errors(weight: Floats, z: Floats, linear: Floats) -> tuple[Floats, Floats]:
    """Return the errors of `linear` that the last row of `z` knows, and their weights.

    Both have shape (rows, horizon); what is not known has weight 0 and error 0.
    """
    horizon = linear.shape[1]
    trust = targets(weight, horizon).T
    truth = targets(np.where(weight > 0, z, 0.0), horizon).T
    return np.where(trust > 0, truth - linear, 0.0), np.ascontiguousarray(trust)
