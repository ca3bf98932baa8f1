"""Probabilities that keep their word: put right by how earlier ones turned out.

A forecast that wanders for no reason is sure of itself too often, however wide its intervals are.
The log-odds of a high day are moved towards those of the base rate,

    logit p' = logit b + alpha + beta (logit p - logit b),

with alpha and beta by penalised logistic regression on the forecasts that had come due (Cox 1958;
Platt 1999). The base rate is known well, so alpha hardly moves. With little to go by the prior
stands: alpha = 0, beta = 0.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PRIOR = np.array([0.0, 0.8])
"""alpha and beta without evidence: measured in benchmarks/forecast.py."""
FIRMNESS = np.array([200.0, 16.0])
"""Precision of that prior: in units of what a day with even odds tells."""
DAYS = 3.0
"""Days of a forecast that tell as much as independent ones would: neighbours are alike."""
EDGE = 0.005
"""Probabilities are kept this far from 0 and 1 while they are put right."""
STEPS = 8


@dataclass(frozen=True)
class Odds:
    """What puts probabilities right, as known at one origin."""

    alpha: float = float(PRIOR[0])
    beta: float = float(PRIOR[1])

    def __call__(self, p: Floats, base: float) -> Floats:
        """Return `p` put right; `base` is the share of high days in the history."""
        x, b = _log_odds(p), _log_odds(np.array(base))
        right: Floats = np.where(
            np.isfinite(p), expit(b + self.alpha + self.beta * (x - b)), np.nan
        )
        return right

    def at(self, base: float) -> Callable[[Floats, Floats], Flags]:
        """Return a function of paths and raw shares of high paths, shapes (paths, h) and (h,).

        It says which days of which paths are high. As many paths are high on a day as it is put
        right to; they are the highest of the day, so that days stay dependent.
        """

        def flags(paths: Floats, p: Floats) -> Flags:
            rank = np.argsort(np.argsort(paths, axis=0, kind="stable"), axis=0, kind="stable")
            high: Flags = rank >= np.round(len(paths) * (1 - self(p, base)))
            return high

        return flags


def _log_odds(p: Floats) -> Floats:
    odds: Floats = logit(np.clip(p, EDGE, 1 - EDGE))
    return odds


def learnt(p: Floats, high: Floats, base: Floats) -> Odds:
    """Return the odds that forecasts teach, each with what came.

    `p` and `high` have shape (origins, horizon), nan where unknown; `base` (origins,).
    """
    known = np.isfinite(p) & np.isfinite(high)
    if not known.any():
        return Odds()
    b = np.broadcast_to(_log_odds(base)[:, np.newaxis], p.shape)[known]
    x = np.stack([np.ones(len(b)), _log_odds(p[known]) - b])
    weight = DAYS / p.shape[1]
    at = PRIOR.copy()
    for _ in range(STEPS):  # Newton; the prior makes it convex and well conditioned
        fitted = expit(b + at @ x)
        slope = weight * x @ (high[known] - fitted) - FIRMNESS * (at - PRIOR) / 4
        curve = weight * (x * (fitted * (1 - fitted))) @ x.T + np.diag(FIRMNESS) / 4
        at = at + np.linalg.solve(curve, slope)
    return Odds(float(at[0]), float(np.clip(at[1], 0.0, 1.5)))
