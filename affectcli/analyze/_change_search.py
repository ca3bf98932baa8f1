"""All level shifts of one series: one more at a time, as long as chance does not show as much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import ruptures

from affectcli.analyze._change_dates import Dated, interval, refined
from affectcli.analyze._change_test import SHORTEST, autoregression, next_shift
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LEAST = 60
"""Observations below which a level and its shift cannot be told from memory."""
MOST = 20
LEVEL = 0.05
PENALTIES = np.geomspace(0.5, 2000, 60)
"""In squared long-run standard deviations; 2 log n, which BIC takes, is 12 for a year."""


@dataclass(frozen=True)
class Break:
    """One level shift of a series (n,); indices count its observations."""

    date: Dated
    rank: float
    """The largest penalty at which the best segmentation still has it; 0: it never has."""
    p_value: float
    """That there are no more shifts than those with smaller p-values."""
    nulls: int
    found: bool


def breaks(y: Array, *, nulls: int, rng: Generator) -> list[Break]:
    """Return the shifts of `y` (n,), dates ascending; if chance shows as much, the likeliest one.

    Raises:
        AnalysisError: too short, constant, or it follows from its own past without error.
    """
    if len(y) < LEAST:
        raise AnalysisError(f"{len(y)} days with a value are too few: {LEAST} are needed.")
    spread = float(np.ptp(y))
    if spread <= 1e-9 * max(1.0, float(np.abs(y).max())):
        raise AnalysisError("The series is constant.")
    y = (y - y.mean()) / y.std()
    found: list[tuple[int, float, int]] = []
    worst = 0.0
    while len(found) < MOST:
        shift = next_shift(y, [at for at, *_ in found], nulls=nulls, rng=rng)
        if shift is None or (shift.p_value > LEVEL and found):
            break
        worst = max(worst, shift.p_value)
        new = shift.at if worst <= LEVEL else shift.at[:1]
        found = sorted([*found, *((at, worst, shift.nulls) for at in new)])
        moved = refined(y, [at for at, *_ in found])
        found = [(at, p, drawn) for at, (_, p, drawn) in zip(moved, found, strict=True)]
        if worst > LEVEL:
            break
    dates = [at for at, *_ in found]
    ranks = survived(y, dates)
    return [
        Break(interval(y, dates, k, rng), ranks[k], p, drawn, found=p <= LEVEL)
        for k, (_, p, drawn) in enumerate(found)
    ]


def survived(y: Array, dates: Sequence[int]) -> list[float]:
    """Return the largest penalty at which each of `dates` is in the best segmentation of `y` (n,).

    Least squares with a penalty for each break (Yao 1988; exact by Celisse et al. 2018 as in
    ruptures), in units of the squared long-run standard deviation, which is what memory leaves of
    a standard deviation. A date counts as kept if one less than a shortest segment away is there.
    """
    phi, errors = autoregression(y, dates)
    long_run = float(errors.std()) / max(1.0 - float(phi.sum()), 0.02)
    model = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST)
    model.fit(y[:, None] / max(long_run, 1e-12))
    kept = [0.0] * len(dates)
    for penalty in PENALTIES:
        there = np.array(model.predict(pen=float(penalty))[:-1])
        if not len(there):
            break
        for k, at in enumerate(dates):
            if np.abs(there - at).min() < SHORTEST:
                kept[k] = float(penalty)
    return kept
