"""Measures of decisions about exclusive classes, from the confusion matrix, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.tag._f1 import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def confusion(
    said: NDArray[np.int64], true: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Return counts, (classes, classes): rows are what is true, columns what was said."""
    cells = np.bincount(true * classes + said, minlength=classes**2)
    return cells.reshape(classes, classes).astype(np.float64)


def accuracy(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of right decisions; `matrix` is (..., classes, classes)."""
    right: NDArray[np.float64] = np.trace(matrix, axis1=-2, axis2=-1) / matrix.sum((-2, -1))
    return right


def f1(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F1 of each class, (..., classes), 0 where a class is neither said nor true."""
    both = matrix.sum(-1) + matrix.sum(-2)
    hit = 2 * np.diagonal(matrix, axis1=-2, axis2=-1)
    scores: NDArray[np.float64] = np.divide(hit, both, out=np.zeros(both.shape), where=both > 0)
    return scores


def macro_f1(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the classes' F1."""
    score: NDArray[np.float64] = f1(matrix).mean(-1)
    return score


def weighted_f1(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the classes' F1 weighted by how many texts are of the class."""
    true = matrix.sum(-1)
    score: NDArray[np.float64] = (f1(matrix) * true).sum(-1) / true.sum(-1)
    return score


def positive_f1(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F1 of the second of two classes."""
    score: NDArray[np.float64] = f1(matrix)[..., 1]
    return score


def kappa(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Cohen's kappa with quadratic weights (Cohen, 1968), for ordered classes."""
    step = np.arange(matrix.shape[-1])
    distance = (step[:, None] - step[None, :]) ** 2
    total = matrix.sum((-2, -1))
    expected = matrix.sum(-1)[..., :, None] * matrix.sum(-2)[..., None, :]
    apart = (expected * distance).sum((-2, -1)) / total
    score: NDArray[np.float64] = 1 - (matrix * distance).sum((-2, -1)) / np.maximum(apart, 1e-12)
    return score


def interval(
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    matrix: NDArray[np.float64],
    *,
    draws: int,
    seed: int,
) -> Interval:
    """Return a measure with a percentile bootstrap interval over texts (Efron, 1979).

    Drawing texts with replacement is drawing cells of the matrix from a multinomial.
    """
    rng = np.random.default_rng(seed)
    texts = int(matrix.sum())
    drawn = rng.multinomial(texts, matrix.ravel() / texts, size=draws)
    values = measure(drawn.reshape(draws, *matrix.shape).astype(np.float64))
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(measure(matrix)), float(low), float(high))


def correlation(
    said: NDArray[np.float64], true: NDArray[np.float64], *, draws: int, seed: int
) -> Interval:
    """Return Pearson's r with a percentile bootstrap interval over texts."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(true), size=(draws, len(true)))
    a, b = said[rows], true[rows]
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    values = (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(np.corrcoef(said, true)[0, 1]), float(low), float(high))
