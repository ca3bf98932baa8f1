"""One row of scores per model and horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from affectcli.forecast import _scores
from affectcli.forecast._compare import equal_loss
from affectcli.forecast._periods import above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = (0.025, *_scores.WIS_LEVELS, 0.975)
"""Quantile levels kept of each forecast."""


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
    pit: list[float]
    """Share of days in each tenth of the probability integral transform."""
    wis_ratio: float | None
    """WIS over that of seasonal-naive, on the origins that both have."""
    dm_p: float | None
    """p of equal WIS (Diebold and Mariano), two-sided."""


@dataclass(frozen=True)
class Targets:
    """What is to be forecast: `actual`, shape (origins, horizon), and what was known before.

    `threshold` and `scale`, shape (origins, 1), are those of each origin; `periods` the true high
    periods, first and last row; `step` the days of a row.
    """

    origins: list[int]
    actual: Floats
    threshold: Floats
    scale: Floats
    periods: list[tuple[int, int]]
    step: int = 1

    def at(self, rows: slice) -> Targets:
        """Return the targets of some origins."""
        return replace(
            self,
            origins=self.origins[rows],
            actual=self.actual[rows],
            threshold=self.threshold[rows],
            scale=self.scale[rows],
        )


@dataclass(frozen=True)
class Forecasts:
    """One model's forecasts: `quantiles`, shape (levels, origins, horizon), nan where it has none.

    `p_high`, `below` and `up_to`, shape (origins, horizon), are the probability of a high day, and
    those of a value below what came, and up to it. `wide` is the factor on the spread at each
    origin, and last the one at the end of the history.
    """

    quantiles: Floats
    p_high: Floats
    below: Floats
    up_to: Floats
    wide: Floats

    def at(self, rows: Sequence[int] | slice) -> Forecasts:
        """Return the forecasts of some origins; their factors are not kept."""
        return Forecasts(
            *(self.quantiles[:, rows], self.p_high[rows], self.below[rows], self.up_to[rows]),
            wide=np.empty(0),
        )


def score(
    name: str, h: int, targets: Targets, made: Forecasts, baseline: Forecasts | None = None
) -> Score:
    """Return one row of scores, over the days 1..h after every origin from which `made` has any.

    The point forecast is the median. A day is high if it lies above its origin's threshold.
    """
    able = np.isfinite(made.p_high[:, 0])
    median = made.quantiles[len(LEVELS) // 2, :, :h]
    actual = np.where(np.isfinite(median), targets.actual[:, :h], np.nan)
    quantiles, p_high = made.quantiles[:, :, :h], made.p_high[:, :h]
    alarm = p_high >= _scores.ALARM
    high = np.where(np.isfinite(actual), above(actual, targets.threshold), np.nan)
    precision, recall, f1 = _scores.alarm_scores(high, p_high)
    ratio, dm_p = _against(actual, quantiles, baseline, able)
    return Score(
        model=name,
        horizon=h,
        origins=int(able.sum()),
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
        lead_days=_none(targets.step * _scores.lead_days(targets.origins, alarm, targets.periods)),
        false_alarms_per_month=_none(_scores.false_alarms_per_month(alarm, high) / targets.step),
        pit=_scores.pit_histogram(made.below[:, :h], made.up_to[:, :h]),
        wis_ratio=_none(ratio),
        dm_p=_none(dm_p),
    )


def _against(
    actual: Floats, quantiles: Floats, baseline: Forecasts | None, able: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the ratio of WIS to the baseline's, and the p-value of their being equal."""
    if baseline is None or not able.any():
        return np.nan, np.nan
    h = actual.shape[1]
    mine = _scores.interval_scores(actual, quantiles[1:-1])
    theirs = _scores.interval_scores(actual, baseline.quantiles[1:-1, :, :h])
    both = np.isfinite(mine) & np.isfinite(theirs)
    mine, theirs = np.where(both, mine, np.nan), np.where(both, theirs, np.nan)
    base = _scores.mean(theirs)
    return _scores.mean(mine) / base if base > 0 else np.nan, equal_loss(mine - theirs)


def _none(value: float) -> float | None:
    """Return None for nan."""
    return None if np.isnan(value) else value
