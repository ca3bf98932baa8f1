"""Which model to believe: weights and choice at an origin, by forecasts that had come due by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BASELINE = "seasonal_naive"
"""The model that others must beat."""
COMBINATION = "combination"
USED = "used"
"""The row of scores of the whole procedure: at each origin the model that it would have chosen."""
MARGIN = 0.02
"""Relative gain in WIS that a model must show: a few dozen origins are few."""
DUE = 3
"""Origins that must have come due before anything but the baseline is chosen."""
SHARPNESS = 4.0
"""Weights are WIS to the power of minus this: twice as bad is a sixteenth of the weight."""
TINY = 1e-300
"""Stands for the WIS of a model that was never wrong."""


class Choice(NamedTuple):
    """The model to use, and one sentence that says why."""

    model: str
    reason: str


def past_wis(
    wis: Mapping[str, Floats], rows: Sequence[int], row: int, horizon: int
) -> dict[str, float]:
    """Return each model's mean WIS over the origins whose last day had come by `row`.

    `wis` holds one value per origin of `rows`. Only origins count at which every model that can
    forecast at the latest of them has a score, so that all are judged by the same days. Empty
    below `DUE` origins.
    """
    due = [k for k, origin in enumerate(rows) if origin + horizon <= row]
    if len(due) < DUE:
        return {}
    able = {name: values[due] for name, values in wis.items() if np.isfinite(values[due[-1]])}
    if not able:
        return {}
    common = np.all([np.isfinite(values) for values in able.values()], axis=0)
    if common.sum() < DUE:
        return {}
    return {name: float(values[common].mean()) for name, values in able.items()}


def choose(past: Mapping[str, float]) -> Choice:
    """Return the model with the smallest past WIS, and the reason.

    A model must beat seasonal-naive by 2 %, or seasonal-naive it is. The combination is taken where
    the best single model is less than 2 % ahead of it: the best of many is partly luck.
    """
    if not past:
        return Choice(BASELINE, f"too little has come due to judge by, so {BASELINE} is used")
    best = min(past, key=lambda name: (past[name], name != BASELINE))
    base = past.get(BASELINE)
    if COMBINATION in past and past[COMBINATION] * (1 - MARGIN) <= past[best]:
        best = COMBINATION
    if base is None:
        return Choice(best, f"{best} has the smallest past WIS ({past[best]:.4g})")
    losers = [name for name in past if name != BASELINE and past[name] >= base]
    if past[best] >= base * (1 - MARGIN):  # equal where both are 0: nothing beats a perfect past
        return Choice(
            BASELINE,
            f"no model beats {BASELINE} by {MARGIN:.0%} (past WIS {base:.4g}), so it is used",
        )
    gain = f"{1 - past[best] / base:.0%}"
    lost = f"; {', '.join(losers)} did not beat {BASELINE}" if losers else ""
    return Choice(best, f"past WIS of {best} is {gain} below that of {BASELINE}{lost}")


def weights(past: Mapping[str, float], names: Sequence[str]) -> Floats:
    """Return each model's weight in the combination: WIS^-4; all the baseline's without a past."""
    if not past:
        return np.array([float(name == BASELINE) for name in names])
    scores = np.array([max(past[name], TINY) if name in past else np.inf for name in names])
    shares: Floats = (scores.min() / scores) ** SHARPNESS
    return shares


def combine(points: Sequence[Floats], at: Floats) -> Floats:
    """Return the weighted mean of the models' point forecasts, shape (n, horizon).

    `at`, shape (n, models), are the weights known at each row; a model without a forecast there
    leaves its weight to the others.
    """
    stacked = np.stack(points)
    share = np.where(np.isfinite(stacked), at.T[:, :, np.newaxis], 0.0)
    total = share.sum(axis=0)
    mean = (share * np.nan_to_num(stacked)).sum(axis=0) / np.where(total > 0, total, 1.0)
    combined: Floats = np.where(total > 0, mean, np.nan)
    return combined
