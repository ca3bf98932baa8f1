"""High days and high-prevalence periods: two or more consecutive days above a threshold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._scores import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SHORTEST_RUN = 2
"""Consecutive high days that make a period."""
LIKELY = 0.5
"""Probability of lying in a period from which a day belongs to a candidate."""
POSSIBLE = 0.2
"""The same, for the one candidate that is shown when no day is likely."""
TIE = 1e-9
"""Relative difference below which a value equals the threshold: a back-transform's rounding."""


class Span(NamedTuple):
    """A period in days after the origin, counted from 0; `last` belongs to it."""

    first: int
    last: int
    probability: float


def threshold(value: Floats, high: str) -> float:
    """Return the threshold that `high` names, over the observed days of `value` and no others.

    `q80` is the 80th percentile, `mean+2sd` two standard deviations above the mean, and a number is
    itself. Pass what was available at the origin: the threshold is part of the forecast.

    Raises:
        UsageError: `high` is none of the three.
        AnalysisError: fewer than two observed days.
    """
    seen = value[np.isfinite(value)]
    if len(seen) < SHORTEST_RUN:
        raise AnalysisError("A threshold needs two or more observed days before the origin.")
    if (quantile := re.fullmatch(r"q(\d{1,2}(?:\.\d+)?)", high)) is not None:
        return float(np.quantile(seen, float(quantile[1]) / 100))
    if (sigmas := re.fullmatch(r"mean\+(\d+(?:\.\d+)?)sd", high)) is not None:
        return float(seen.mean() + float(sigmas[1]) * seen.std(ddof=1))
    number = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", high)
    if number is not None and np.isfinite(float(high)):
        return float(high)
    raise UsageError(
        f"{high!r} is no threshold.",
        known="Known are a percentile (q80), mean+2sd, and a number (0.15).",
        do="--high q80",
    )


def above(value: Floats, limit: float | Floats) -> Flags:
    """Return which values lie above `limit`; equal up to rounding is not above, nor is nan."""
    flags: Flags = value - limit > TIE * np.abs(limit) + TIE / 1000
    return flags


def in_period(high: Flags, *, under_way: bool) -> Flags:
    """Return which days lie in a run of at least two high days, per row of `high`.

    `high` has shape (paths, days). `under_way` says that the day before the first was high, so that
    a high first day continues a run. A run cut by the horizon counts with the days inside it.
    """
    before = np.full((len(high), 1), under_way)
    after = np.zeros((len(high), 1), dtype=np.bool_)
    padded = np.concatenate([before, high, after], axis=1)
    member: Flags = high & (padded[:, :-2] | padded[:, 2:])
    return member


def periods(high: Flags, *, under_way: bool) -> list[Span]:
    """Return the forecast's high-prevalence periods, from sample paths.

    `high` has shape (paths, days). A candidate is a maximal run of days, each with a probability of
    at least 0.5 of lying in a run of two or more high days; if there is none, the run of days
    with at least 0.2 around the likeliest day is the only candidate. A candidate of one day takes
    in its likelier neighbour, unless it continues the day before the forecast. The probability of a
    period is the share of paths in which a run of two or more high days touches it: paths carry the
    dependence between days, which quantiles day by day do not.
    """
    member = in_period(high, under_way=under_way)
    daily = member.mean(axis=0)
    chosen = daily >= LIKELY
    if not chosen.any():
        chosen = _around_peak(daily)
    runs = spans(_widen(chosen, daily, under_way=under_way))
    return [Span(a, b - 1, float(member[:, a:b].any(axis=1).mean())) for a, b in runs]


def _around_peak(daily: Floats) -> Flags:
    """Return which days lie in the run of possible days that holds the likeliest day."""
    chosen = np.zeros(len(daily), dtype=np.bool_)
    peak = int(daily.argmax())
    for start, stop in spans(daily >= POSSIBLE):
        chosen[start:stop] = start <= peak < stop
    return chosen


def _widen(chosen: Flags, daily: Floats, *, under_way: bool) -> Flags:
    """Return `chosen` where each lone day has its likelier neighbour with it."""
    wide = chosen.copy()
    edge = np.concatenate([[-1.0], daily, [-1.0]])
    for start, stop in spans(chosen):
        lone = stop - start == 1 and not (start == 0 and under_way)
        if lone and len(daily) > 1:
            wide[start - 1 if edge[start] > edge[start + 2] else start + 1] = True
    return wide
