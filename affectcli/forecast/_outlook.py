"""What comes after one origin: quantiles by day, the threshold, the high-prevalence periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

import numpy as np

from affectcli.forecast._periods import above, periods

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from affectcli.forecast._errors import Spread
    from affectcli.forecast._periods import Span
    from affectcli.forecast._scale import Scaled

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Right = Callable[[Floats, Floats], Flags]

LEVELS = {"q05": 0.05, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}
"""The quantiles of a forecast day."""


class Day(TypedDict):
    """One forecast day; `p_high` is the share of paths above the threshold on that day."""

    ts: date
    mean: float
    q05: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q95: float
    p_high: float


class Period(TypedDict):
    """A high-prevalence period, both days included; one under way starts with the forecast."""

    start: date
    end: date
    probability: float


@dataclass(frozen=True)
class ForecastResult:
    """A forecast; `missing` counts the days of the history without a value."""

    model: str
    origin: date
    horizon: int
    threshold: float
    missing: int
    rows: list[Day]
    periods: list[Period]


def high_days(
    signal: Scaled, row: int, spread: Spread, limit: float, right: Right | None = None
) -> Flags:
    """Return which days after `row` are high in which paths, shape (paths, horizon).

    `right`, if given, puts the shares of high paths right.
    """
    flags = above(signal.back(row, spread.paths), limit)
    return flags if right is None else right(spread.paths, flags.mean(axis=0))


def high_periods(signal: Scaled, row: int, flags: Flags, limit: float) -> list[Span]:
    """Return the high-prevalence periods after `row`, as days counted from 0."""
    value = signal.observed.value
    return periods(flags, under_way=bool(above(value[row : row + 1], limit)[0]))


def outlook(
    signal: Scaled, spread: Spread, *, model: str, limit: float, right: Right | None = None
) -> ForecastResult:
    """Return the forecast that a model makes at the end of the last row."""
    row = len(signal.observed.days) - 1
    drawn = signal.back(row, spread.paths)
    flags = high_days(signal, row, spread, limit, right)
    step = timedelta(days=signal.observed.step)
    origin = signal.observed.days[row]
    days = [origin + step * (k + 1) for k in range(drawn.shape[1])]
    columns = {"mean": drawn.mean(axis=0), "p_high": flags.mean(axis=0)}
    columns |= dict(zip(LEVELS, np.quantile(drawn, list(LEVELS.values()), axis=0), strict=True))
    keys = ["mean", *LEVELS, "p_high"]
    return ForecastResult(
        model=model,
        origin=origin,
        horizon=len(days),
        threshold=limit,
        missing=int(np.isnan(signal.observed.value).sum()),
        rows=[
            cast("Day", {"ts": day} | {key: float(columns[key][k]) for key in keys})
            for k, day in enumerate(days)
        ],
        periods=[
            Period(start=days[span.first], end=days[span.last], probability=span.probability)
            for span in high_periods(signal, row, flags, limit)
        ],
    )
