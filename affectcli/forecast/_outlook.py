"""One forecast from one origin: quantiles by day, the threshold, the high-prevalence periods."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

import numpy as np

from affectcli import parts
from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._periods import above, periods, threshold
from affectcli.forecast._scale import is_constant, regular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from affectcli.parts import Forecaster, History

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


def load(names: Iterable[str]) -> dict[str, Forecaster]:
    """Return the named models.

    Raises:
        UsageError: a name is no model.
    """
    return {name: cast("Forecaster", parts.load("forecast", name)) for name in names}


def forecast(
    history: History, *, model: str, horizon: int, high: str, samples: int, seed: int
) -> ForecastResult:
    """Forecast the `horizon` days after `history.days[-1]` with the model called `model`.

    `high` is as in `_periods.threshold`, taken over the history. The same history and seed give the
    same result, bit for bit.

    Raises:
        AnalysisError: the history is too short for the model, or constant.
        UsageError: no such model or threshold, or a horizon or number of samples below 1.
    """
    series = usable(history)
    limit = threshold(series.value, high)
    drawn = simulate(
        series, model, load([model])[model], horizon=horizon, samples=samples, seed=seed
    )
    flags = above(drawn, limit)
    origin = series.days[-1]
    days = [origin + timedelta(days=k + 1) for k in range(horizon)]
    found = periods(flags, under_way=bool(above(series.value[-1:], limit)[0]))
    return ForecastResult(
        model=model,
        origin=origin,
        horizon=horizon,
        threshold=limit,
        missing=int(np.isnan(series.value).sum()),
        rows=_rows(days, drawn, flags),
        periods=[
            Period(start=days[span.first], end=days[span.last], probability=span.probability)
            for span in found
        ],
    )


def usable(history: History) -> History:
    """Return `history` with every calendar day, from the first that has a value.

    Raises:
        AnalysisError: it is empty, out of order, out of range or constant.
    """
    series = regular(history)
    seen = series.value[np.isfinite(series.value)]
    if not seen.size:
        raise AnalysisError("No day of the signal has a value: there is nothing to forecast.")
    if len(seen) > 1 and is_constant(seen):
        raise AnalysisError(
            f"The signal is constant ({seen[0]:g} on all {len(seen)} days):"
            " no threshold separates high days from others."
        )
    first = int(np.isfinite(series.value).argmax())
    return replace(
        series,
        days=series.days[first:],
        value=series.value[first:],
        posts=series.posts[first:],
    )


def simulate(
    history: History, name: str, model: Forecaster, *, horizon: int, samples: int, seed: int
) -> NDArray[np.float64]:
    """Return a model's sample paths, shape (samples, horizon), checked.

    The random stream depends on the seed, the model's name and the origin only, so a forecast is
    the same alone, among others, and in a rolling evaluation.

    Raises:
        AnalysisError: the model says why it cannot, or breaks its promise.
        UsageError: a horizon or number of samples below 1.
    """
    if horizon < 1 or samples < 1:
        raise UsageError("The horizon and the number of sample paths must be 1 or more.")
    entropy = [seed % 2**64, zlib.crc32(name.encode()), history.days[-1].toordinal()]
    rng = np.random.default_rng(entropy)
    drawn = model.paths(history, horizon=horizon, samples=samples, rng=rng)
    if drawn.shape != (samples, horizon) or not np.isfinite(drawn).all():
        raise AnalysisError(
            f"The model {name} returned paths of shape {drawn.shape} or without a finite value.",
            known=f"Needed: {samples} x {horizon} finite numbers.",
        )
    return drawn


def _rows(days: list[date], drawn: NDArray[np.float64], flags: NDArray[np.bool_]) -> list[Day]:
    """Return the forecast days' rows."""
    columns = {"mean": drawn.mean(axis=0), "p_high": flags.mean(axis=0)}
    columns |= dict(zip(LEVELS, np.quantile(drawn, list(LEVELS.values()), axis=0), strict=True))
    keys = ["mean", *LEVELS, "p_high"]
    return [
        cast("Day", {"ts": day} | {key: float(columns[key][k]) for key in keys})
        for k, day in enumerate(days)
    ]
