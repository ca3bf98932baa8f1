"""Several forecasts of the same rows, averaged by how well each has done so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._features import targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TINY = 1e-9
"""Share of the mean loss that a perfect forecast is taken to have."""


def averaged(experts: Floats, prior: Floats, z: Floats, weight: Floats) -> Floats:
    """Return the average of the experts' forecasts, shape (n, horizon).

    `experts` has shape (horizon, n, experts), nan in the rows from which there is no forecast;
    `prior` holds the experts' log weights before anything is known, `weight` the precision of the
    rows of `z`. An expert's weight is its prior's times the predictive likelihood (Dawid 1984) of
    its forecasts whose target is known, with Laplace errors of the size seen,

        mean absolute error ^ (-rows / h).

    Errors h rows ahead overlap, so h of them count as one. Horizons from h/2 to h are judged
    together.
    """
    horizon = len(experts)
    evidence = np.stack([_evidence(experts[h - 1], h, z, weight) for h in range(1, horizon + 1)])
    made = np.empty(experts.shape[1::-1])
    for h in range(1, horizon + 1):
        score = prior + evidence[-(-h // 2) - 1 : h].mean(axis=0)
        likelihood = np.exp(score - score.max(axis=1, keepdims=True))
        share = likelihood / likelihood.sum(axis=1, keepdims=True)
        made[:, h - 1] = (share * experts[h - 1]).sum(axis=1)
    return made


def _evidence(experts: Floats, h: int, z: Floats, weight: Floats) -> Floats:
    """Return the log likelihood of every expert's past forecasts h rows ahead, (n, experts)."""
    known = np.isfinite(experts[:, :1])
    counts = np.where(known, targets(weight, h)[-1][:, None], 0.0)
    truth = targets(np.where(weight > 0, z, 0.0), h)[-1][:, None]
    losses = np.where(counts > 0, counts * np.abs(truth - experts), 0.0)
    total, count = np.cumsum(losses, axis=0), np.cumsum(counts, axis=0)
    error = total + TINY * total.mean(axis=1, keepdims=True)
    error = np.where(error > 0, error, 1.0)
    likelihood: Floats = -count / h * np.log(error / error.mean(axis=1, keepdims=True))
    return np.concatenate([np.zeros((h, experts.shape[1])), likelihood])[: len(experts)]
