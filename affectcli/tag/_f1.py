"""F1 of many labels: counts, thresholds, bootstrap intervals. Pure array functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

GRID: Floats = expit(np.arange(-5.0, 3.0, 0.05))
"""Candidate thresholds, 0.007 to 0.95, evenly spaced in log-odds."""
PRIOR = 5.0
"""Weight, in positive texts, of the other labels' curve when a label's threshold is chosen."""
WIDTH = 8.0
"""Standard deviation, in steps of GRID, of the smoothing of an F1 curve before its maximum."""


class Interval(NamedTuple):
    """An estimate with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def counts(said: Flags, true: Flags) -> NDArray[np.int64]:
    """Return tp, fn, fp, tn per label, shape (4, labels); both inputs are (texts, labels)."""
    return np.stack(
        [(said & true).sum(0), (~said & true).sum(0), (said & ~true).sum(0), (~said & ~true).sum(0)]
    )


def f1(tp: Floats, said: Floats, true: Floats) -> Floats:
    """Return F1 = 2 tp / (said + true), elementwise, 0 where a label is neither said nor true."""
    both = said + true
    zeros = np.zeros(both.shape)
    scores: Floats = np.divide(2 * tp, both, out=zeros, where=both > 0)
    return scores


def scores(said: Flags, true: Flags) -> dict[str, Floats]:
    """Return precision, recall and f1 per label, 0 where undefined."""
    tp = (said & true).sum(0)
    return {
        "precision": tp / np.maximum(said.sum(0), 1),
        "recall": tp / np.maximum(true.sum(0), 1),
        "f1": f1(tp, said.sum(0), true.sum(0)),
    }


def macro(said: Flags, true: Flags) -> float:
    """Return the mean of the labels' F1."""
    return float(f1((said & true).sum(0), said.sum(0), true.sum(0)).mean())


def micro(said: Flags, true: Flags) -> float:
    """Return F1 over all decisions of all labels together."""
    both = int(said.sum() + true.sum())
    return 2 * int((said & true).sum()) / both if both else 0.0


def macro_interval(said: Flags, true: Flags, *, draws: int, seed: int) -> Interval:
    """Return macro-F1 with a percentile bootstrap interval over texts (Efron, 1979)."""
    rng = np.random.default_rng(seed)
    texts, labels = true.shape
    indicators = np.hstack([said & true, said, true]).astype(np.float64)
    scores = np.empty(draws)
    for draw in range(draws):
        weights = np.bincount(rng.integers(texts, size=texts), minlength=texts)
        tp, predicted, positive = (weights @ indicators).reshape(3, labels)
        scores[draw] = f1(tp, predicted, positive).mean()
    low, high = np.quantile(scores, [0.025, 0.975])
    return Interval(macro(said, true), float(low), float(high))


def tune(
    probabilities: NDArray[np.float32], true: Flags, *, prior: float = PRIOR, width: float = WIDTH
) -> Floats:
    """Return one threshold per label that maximises a shrunken, smoothed F1; both (texts, labels).

    The raw maximum over a handful of positives is luck. So each label's curve of tp and predicted
    counts is mixed with the mean curve of all labels, as if `prior` positives had come from there,
    and smoothed along the thresholds before its maximum is taken.
    """
    positive = true.sum(0).astype(np.float64)
    tp = np.stack([(true & (probabilities >= t)).sum(0) for t in GRID])
    said = np.stack([(probabilities >= t).sum(0) for t in GRID])
    each = np.maximum(positive, 1)
    shared_tp, shared_said = ((curve / each).mean(1, keepdims=True) for curve in (tp, said))
    curves = f1(tp + prior * shared_tp, said + prior * shared_said, positive + prior)
    best = np.argmax(_smooth(curves, width), axis=0)
    chosen: Floats = np.round(GRID[best], 4)
    return chosen


def _smooth(curves: Floats, width: float) -> Floats:
    """Return the columns of `curves` averaged with Gaussian weights, edges by the nearest value."""
    if not width:
        return curves
    reach = np.arange(-len(curves) + 1, len(curves))
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    index = np.arange(len(curves))
    weights: Floats = kernel[index[:, None] - index[None, :] + len(curves) - 1]
    smoothed: Floats = weights / weights.sum(1, keepdims=True) @ curves
    return smoothed
