"""Whether attributions say anything: do their top words carry the score, more than chance would?

Attributions look plausible on untrained networks too (Dead Salmons, arXiv 2512.18792; Adebayo et
al., NeurIPS 2018), so the trained model judges three orders of a text's words: by its own
attributions, by those of the same network with shuffled weights, and at random. The words that come
first are removed; an order that knows something makes the log-odds fall fast. The measure is
ERASER's comprehensiveness (DeYoung et al., ACL 2020, section 4), its bins without the smallest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.tag._explain_gradients import Attribution
    from affectcli.tag._explain_model import Probe
    from affectcli.tag._explain_read import Reading

BINS = (0.05, 0.1, 0.2, 0.5)
"""Shares of a text's words that are removed, at least one word."""
ORDERS = 4
"""Random orders of each text."""
DRAWS = 999


class Fidelity(NamedTuple):
    """One number a text, shape (texts,): by how much the log-odds fall, and how alike two are."""

    model: NDArray[np.float64]
    """Mean fall over `BINS` where the words go by the model's attributions."""
    randomised: NDArray[np.float64]
    """The same by the attributions of randomised weights."""
    chance: NDArray[np.float64]
    """The same in random order, mean over `ORDERS` of them."""
    correlation: NDArray[np.float64]
    """Spearman's, of the model's and the randomised attributions; nan for a single word."""

    @property
    def margin(self) -> NDArray[np.float64]:
        """What training adds: the fall by the model's order beyond the randomised one."""
        return self.model - self.randomised


def judge(
    probe: Probe,
    readings: Sequence[Reading],
    *,
    label: int,
    attributions: tuple[Sequence[Attribution], Sequence[Attribution]],
    rng: Generator,
) -> Fidelity:
    """Return how faithful the attributions by `probe`, and those of its randomised twin, are."""
    orders = []
    for reading, own, other in zip(readings, *attributions, strict=True):
        chance = [rng.permutation(len(reading.words)) for _ in range(ORDERS)]
        ranked = [np.argsort(-each.words, kind="stable") for each in (own, other)]
        orders.append([*ranked, *chance])
    fall = _falls(probe, readings, orders, label)
    alike = [_spearman(own.words, other.words) for own, other in zip(*attributions, strict=True)]
    return Fidelity(fall[:, 0], fall[:, 1], fall[:, 2:].mean(1), np.array(alike))


def _falls(
    probe: Probe, readings: Sequence[Reading], orders: list[list[NDArray[np.int64]]], label: int
) -> NDArray[np.float64]:
    """Return the mean fall over BINS, (texts, orders)."""
    windows: list[list[int]] = []
    sizes = []
    for reading, mine in zip(readings, orders, strict=True):
        cuts = [reading.windows]
        for order in mine:
            for share in BINS:
                removed = order[: max(round(share * len(order)), 1)]
                cuts.append(reading.without(set(removed.tolist())))
        windows += [window for cut in cuts for window in cut]
        sizes += [len(cut) for cut in cuts]
    odds = probe.odds(windows)[:, label].double().numpy()
    starts = np.cumsum([0, *sizes[:-1]])
    means = (np.add.reduceat(odds, starts) / sizes).reshape(len(readings), -1)
    falls = (means[:, :1] - means[:, 1:]).reshape(len(readings), -1, len(BINS))
    mean: NDArray[np.float64] = falls.mean(2)
    return mean


def _spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def interval(values: NDArray[np.float64], rng: Generator) -> tuple[float, float, float]:
    """Return the mean over texts and its 95 % bootstrap interval; no interval of one text."""
    if len(values) < 2:
        return float(values.mean()), float("nan"), float("nan")
    drawn = values[rng.integers(len(values), size=(DRAWS, len(values)))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)
