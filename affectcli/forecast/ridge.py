"""Ridge regression on past values, levels, weekday, other signals and announced events.

Every horizon has its own regression of z(t+h) less an anchor: the last value, three exponential
levels, or the mean of all days. Shrunk completely, the forecast is the anchor, so a random walk and
noise around a mean are both near where the fit starts. Which anchor and which penalty, the past
decides: all of them forecast side by side, and their forecasts are averaged by how well each has
done so far. Generalised cross-validation (Golub, Heath and Wahba 1979) would take the overlapping
errors of h-step forecasts for independent ones, and fit too closely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._experts import averaged
from affectcli.forecast._features import features, size, targets
from affectcli.forecast._refits import first_fit, refits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.forecast._features import Features
    from affectcli.parts import History

    Floats = NDArray[np.float64]

SHORTEST = 7
"""Observed rows from which the first forecast is made."""
PENALTIES = np.array([16.0, 64.0, 256.0, 1024.0])
"""Days without an effect that weigh against those observed; features of past values have them h
times, because only every h-th day tells something new about h days later."""
STEADY, SIMPLE = 1.0, 2.0
"""Log weights, before anything is known, of the last value over other anchors, and of every anchor
over the fits from it."""


def points(history: History, *, horizon: int, since: int, seed: int) -> Floats:
    """Return the forecasts from every row, shape (n, horizon); nan before 7 observed rows."""
    del since, seed
    return forecasts(features(history, horizon=horizon), history.z)


def forecasts(known: Features, z: Floats) -> Floats:
    """Return the forecasts that the features of every row give, shape (n, horizon)."""
    n, kinds = known.anchors.shape
    anchored = np.tile(known.anchors, len(PENALTIES) + 1)
    prior = np.zeros((len(PENALTIES) + 1, kinds))
    prior[:, 0] += STEADY
    prior[-1] += SIMPLE
    experts = np.full((len(known.target), n, anchored.shape[1]), np.nan)
    for row, until in refits(n, first=first_fit(known.weight > 0, least=SHORTEST)):
        rows = slice(row, until)
        experts[:, rows] = anchored[rows] + _corrections(known, z, row, until)
    return averaged(experts, prior.ravel(), z, known.weight)


def _corrections(known: Features, z: Floats, row: int, until: int) -> Floats:
    """Fit on the rows 0..`row`; return what is added to the anchors from there to `until`.

    Shape (horizon, until - row, experts): per penalty one expert per anchor, then the anchors.
    """
    slopes = _slopes(known, z, row)
    horizon, p = len(slopes), known.past.shape[1]
    rows = slice(row, until)
    added = known.past[rows] @ slopes[:, :p] + known.target[:, rows] @ slopes[:, p:]
    return np.concatenate([added, np.zeros((horizon, until - row, known.anchors.shape[1]))], axis=2)


def _slopes(known: Features, z: Floats, row: int) -> Floats:
    """Return the coefficients of fits on the rows 0..`row`, (horizon, features, fitted experts)."""
    horizon, p = len(known.target), known.past.shape[1]
    done = slice(0, row + 1)
    past = np.broadcast_to(known.past[done], (horizon, row + 1, p))
    X = np.concatenate([past, known.target[:, done]], axis=2)
    scale = size(X)
    scale[:, p:][:, known.ripe > row] = np.inf
    X = X / scale[:, None]
    weight = targets(known.weight[done], horizon)[..., None]
    seen = np.where(known.weight[done] > 0, z[done], 0.0)
    y = np.where(weight > 0, targets(seen, horizon)[..., None] - known.anchors[done], 0.0)
    weighted = (X * weight).transpose(0, 2, 1)
    penalty = np.ones((horizon, X.shape[2]))
    penalty[:, :p] *= np.arange(1, horizon + 1)[:, None]
    ridge = PENALTIES[:, None, None] * (penalty[:, :, None] * np.eye(X.shape[2]))[:, None]
    fitted = np.linalg.solve((weighted @ X)[:, None] + ridge, (weighted @ y)[:, None])
    fits: Floats = (fitted / scale[:, None, :, None]).transpose(0, 2, 1, 3)
    return fits.reshape(horizon, X.shape[2], -1)
