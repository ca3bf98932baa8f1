"""One row of scores per model and horizon, and which model they speak for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.forecast import _scores
from affectcli.forecast._periods import above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = (0.025, *_scores.WIS_LEVELS, 0.975)
"""Quantile levels kept of each forecast."""
MARGIN = 0.02
"""Relative gain in WIS that a model must show: a dozen origins are few."""
BASELINE = "seasonal_naive"
"""The model that others must beat."""


class Score(TypedDict):
    """One model at one horizon; None where a score is not defined."""

    model: str
    horizon: int
    origins: int
    mae: float | None
    mase: float | None
    wis: float | None
    coverage80: float | None
    coverage95: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    pr_auc: float | None
    brier: float | None
    lead_days: float | None
    false_alarms_per_month: float | None


class Choice(NamedTuple):
    """The model to use, and one sentence that says why."""

    model: str
    reason: str


@dataclass(frozen=True)
class Targets:
    """What is to be forecast: `actual`, shape (origins, horizon), and what was known before.

    `threshold` and `scale`, shape (origins, 1), are those of each origin; `periods` the true high
    periods, first and last day number.
    """

    origins: list[int]
    actual: Floats
    threshold: Floats
    scale: Floats
    periods: list[tuple[int, int]]


@dataclass(frozen=True)
class Forecasts:
    """One model's forecasts: `quantiles`, shape (levels, origins, horizon), and `p_high`."""

    quantiles: Floats
    p_high: Floats


def score(name: str, h: int, targets: Targets, made: Forecasts) -> Score:
    """Return one row of scores, over the days 1..h after every origin.

    The point forecast is the median. A day is high if it lies above its origin's threshold.
    """
    actual, p_high = targets.actual[:, :h], made.p_high[:, :h]
    quantiles = made.quantiles[:, :, :h]
    median, alarm = quantiles[len(LEVELS) // 2], p_high >= _scores.ALARM
    high = np.where(np.isfinite(actual), above(actual, targets.threshold), np.nan)
    precision, recall, f1 = _scores.alarm_scores(high, p_high)
    return Score(
        model=name,
        horizon=h,
        origins=len(targets.origins),
        mae=_none(_scores.mean_absolute_error(actual, median)),
        mase=_none(_scores.mean_absolute_scaled_error(actual, median, targets.scale)),
        wis=_none(_scores.weighted_interval_score(actual, quantiles[1:-1])),
        coverage80=_none(_scores.coverage(actual, quantiles[2], quantiles[-3])),
        coverage95=_none(_scores.coverage(actual, quantiles[0], quantiles[-1])),
        precision=_none(precision),
        recall=_none(recall),
        f1=_none(f1),
        pr_auc=_none(_scores.average_precision(high, p_high)),
        brier=_none(_scores.brier(high, p_high)),
        lead_days=_none(_scores.lead_days(targets.origins, alarm, targets.periods)),
        false_alarms_per_month=_none(_scores.false_alarms_per_month(alarm, high)),
    )


def unscored(name: str, h: int) -> Score:
    """Return the row of a model that could not forecast: 0 origins, no scores."""
    column = np.empty((0, 1))
    empty = np.empty((0, h))
    targets = Targets(origins=[], actual=empty, threshold=column, scale=column, periods=[])
    return score(name, h, targets, Forecasts(np.empty((len(LEVELS), 0, h)), empty))


def _none(value: float) -> float | None:
    """Return None for nan."""
    return None if np.isnan(value) else value


def choose(scores: Sequence[Score]) -> Choice:
    """Return the model with the smallest mean WIS over the horizons, and the reason.

    A model must beat seasonal-naive, or seasonal-naive it is. Models that could not be scored do
    not take part. No test stands behind the choice: with few origins a small lead is chance.

    Raises:
        AnalysisError: no model has a score.
    """
    wis = _mean_wis(scores)
    if not wis:
        raise AnalysisError("No model could be scored, so none can be chosen.")
    best = min(wis, key=lambda name: (wis[name], name != BASELINE))
    base = wis.get(BASELINE)
    if base is None or len(wis) == 1:
        return Choice(best, f"{best} has the smallest mean WIS ({wis[best]:.4g}).")
    losers = [name for name in wis if name != BASELINE and wis[name] >= base]
    lost = f"{' and '.join(losers)} did not beat {BASELINE}" if losers else ""
    if best != BASELINE and wis[best] > base * (1 - MARGIN):
        reason = f"{best} is less than {MARGIN:.0%} better than {BASELINE}, which is used instead."
        return Choice(BASELINE, reason)
    if best == BASELINE:
        return Choice(best, f"{lost} (mean WIS {base:.4g}), so the baseline is used.")
    gain = 100 * (1 - wis[best] / base)
    tail = f"; {lost}" if lost else ""
    return Choice(best, f"{best} has the smallest mean WIS, {gain:.0f} % below {BASELINE}{tail}.")


def _mean_wis(scores: Sequence[Score]) -> dict[str, float]:
    """Return each scored model's WIS, averaged over its horizons."""
    found: dict[str, list[float]] = {}
    for row in scores:
        if row["wis"] is not None:
            found.setdefault(row["model"], []).append(row["wis"])
    return {name: float(np.mean(values)) for name, values in found.items()}
