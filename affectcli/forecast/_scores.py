"""How good forecasts were: pure functions of arrays, nan where a score is not defined.

Arrays called `actual`, `point`, `p_high` and so on have one entry per forecast day, all in the same
shape; a day whose actual value is nan is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ALARM = 0.5
"""Probability from which a day counts as announced high."""
MONTH = 30.0
"""Days in the month of `false_alarms_per_month`."""
INTERVALS = (0.1, 0.2, 0.5)
"""alpha of the central intervals in the weighted interval score: 5-95, 10-90, 25-75 %."""
WIS_LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""The quantile levels that `weighted_interval_score` takes, in this order."""


ATOM = 1e-9
"""Least width of a PIT interval."""


def mean(values: Floats) -> float:
    """Return the mean of the finite entries, nan where there is none."""
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if kept.size else np.nan


def mean_absolute_error(actual: Floats, point: Floats) -> float:
    """MAE = mean |y - m|; its best point forecast is the median (Gneiting 2011)."""
    return mean(np.abs(actual - point))


def seasonal_scale(history: Floats, season: int) -> float:
    """In-sample MAE of seasonal-naive: mean |y(t) - y(t - season)| over the history."""
    return mean(np.abs(history[season:] - history[:-season]))


def mean_absolute_scaled_error(actual: Floats, point: Floats, scale: Floats) -> float:
    """MASE = mean |y - m| / scale (Hyndman and Koehler 2006).

    `scale` is `seasonal_scale` of the history at each forecast's origin, and broadcasts against
    `actual`; where it is 0 the error cannot be scaled and is left out.
    """
    usable = np.where(scale > 0, scale, np.nan)
    return mean(np.abs(actual - point) / usable)


def interval_score(actual: Floats, low: Floats, high: Floats, *, alpha: float) -> Floats:
    """Return (u - l) + 2/alpha (l - y)+ + 2/alpha (y - u)+ (Gneiting and Raftery 2007, eq. 43)."""
    below, above = np.maximum(low - actual, 0.0), np.maximum(actual - high, 0.0)
    score: Floats = (high - low) + 2.0 / alpha * (below + above)
    return score


def interval_scores(actual: Floats, quantiles: Floats) -> Floats:
    """WIS = (|y - m| / 2 + sum_k alpha_k / 2 IS_k) / (K + 1/2) (Bracher et al. 2021, eq. 1).

    One for each entry of `actual`; `quantiles` has the levels `WIS_LEVELS` along its first axis.
    The score approximates the CRPS and equals twice the mean pinball loss of the seven quantiles.
    """
    total = 0.5 * np.abs(actual - quantiles[len(INTERVALS)])
    for k, alpha in enumerate(INTERVALS):
        total += alpha / 2 * interval_score(actual, quantiles[k], quantiles[-1 - k], alpha=alpha)
    scores: Floats = total / (len(INTERVALS) + 0.5)
    return scores


def weighted_interval_score(actual: Floats, quantiles: Floats) -> float:
    """Return the mean of `interval_scores`."""
    return mean(interval_scores(actual, quantiles))


def pit_histogram(below: Floats, up_to: Floats, *, bins: int = 10) -> list[float]:
    """Return the share of days in each of `bins` equal parts of [0, 1] by the PIT.

    The probability integral transform of a day is F(y); where the forecast has an atom at y it is
    spread evenly over [F(y-), F(y)] (Czado, Gneiting and Held 2009). Flat where the forecasts are
    right, a hump where they are too wide. Empty without a day.
    """
    known = np.isfinite(below) & np.isfinite(up_to)
    if not known.any():
        return []
    low = np.minimum(below[known], 1 - ATOM)[:, np.newaxis]
    high = np.maximum(up_to[known][:, np.newaxis], low + ATOM)
    inside = np.clip((np.arange(bins + 1) / bins - low) / (high - low), 0.0, 1.0)
    return [float(part) for part in np.diff(inside, axis=1).mean(axis=0)]


def coverage(actual: Floats, low: Floats, high: Floats) -> float:
    """Share of actual values inside [low, high]; compare with the nominal level."""
    inside = ((actual >= low) & (actual <= high)).astype(np.float64)
    return mean(np.where(np.isfinite(actual), inside, np.nan))


def brier(high: Floats, p_high: Floats) -> float:
    """Mean (p - o)^2 with o = 1 on a high day, else 0 (Brier 1950, for one of two classes)."""
    return mean((p_high - high) ** 2)


def alarm_scores(high: Floats, p_high: Floats) -> tuple[float, float, float]:
    """Return precision TP/(TP+FP), recall TP/(TP+FN), F1 = 2TP/(2TP+FP+FN) of p >= `ALARM`.

    nan where the denominator is 0: no alarm, no high day, neither.
    """
    known = np.isfinite(high)
    truth, alarm = high[known] > 0, p_high[known] >= ALARM
    both = float(np.sum(truth & alarm))
    alarms, positives = float(alarm.sum()), float(truth.sum())
    return (
        both / alarms if alarms else np.nan,
        both / positives if positives else np.nan,
        2 * both / (alarms + positives) if alarms + positives else np.nan,
    )


def average_precision(high: Floats, p_high: Floats) -> float:
    """PR-AUC as average precision: sum_n (R_n - R_(n-1)) P_n over distinct p, no interpolation.

    Davis and Goadrich (2006) show why the trapezoid is too high. nan without a high day; the value
    of an uninformed forecast is the share of high days, not 1/2.
    """
    known = np.isfinite(high)
    truth, p = high[known] > 0, p_high[known]
    if not truth.any():
        return np.nan
    levels = np.unique(p)[::-1]
    hits = np.array([np.sum(truth & (p >= level)) for level in levels])
    alarms = np.array([np.sum(p >= level) for level in levels])
    gained = np.diff(hits, prepend=0) / truth.sum()
    return float(np.sum(gained * hits / alarms))


def lead_days(origins: Sequence[int], alarm: Flags, periods: Sequence[tuple[int, int]]) -> float:
    """Mean days between the origin of a high period's first true alarm and the period's start.

    `origins` are day numbers, increasing; `alarm`, shape (origins, h), says which of the days 1..h
    after each origin were announced high; `periods` are the true high periods, first and last day
    number. An alarm is true if it announces a day of the period from an origin before its start,
    with the start inside the h days. A period without one does not enter (recall counts it);
    nan if none has one. The largest possible value is h.
    """
    reach = alarm.shape[1]
    leads = []
    for start, end in periods:
        for row, origin in enumerate(origins):
            first, last = start - origin - 1, end - origin - 1
            if 0 <= first < reach and alarm[row, first : last + 1].any():
                leads.append(float(start - origin))
                break
    return mean(np.array(leads))


def false_alarms_per_month(alarm: Flags, high: Floats) -> float:
    """Announced periods without a single high day, per 30 forecast days.

    Both have shape (origins, h). An announced period is a maximal run of alarm days in one origin's
    window; it is false if at least one of its days was observed and none was high. Overlapping
    windows each count, in the numerator as in the denominator (observed days of all windows).
    """
    watched = float(np.isfinite(high).sum())
    false = 0
    for announced, actual in zip(alarm, high, strict=True):
        for start, stop in spans(announced):
            days = actual[start:stop]
            false += bool(np.isfinite(days).any() and not np.nansum(days))
    return false / (watched / MONTH) if watched else np.nan


def spans(flags: Flags) -> list[tuple[int, int]]:
    """Return the maximal runs of true flags as half-open (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
