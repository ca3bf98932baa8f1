"""Rolling-origin evaluation: what each model would have said, scored against what came.

At each origin a model sees the days up to it and nothing else, is fitted anew, and forecasts once;
scale and threshold are those known at the origin (Tashman 2000; Hyndman and Athanasopoulos, 5.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.forecast._outlook import simulate, usable
from affectcli.forecast._periods import SHORTEST_RUN, above, threshold
from affectcli.forecast._scale import SEASON
from affectcli.forecast._scorecard import LEVELS, Forecasts, Targets, score, unscored
from affectcli.forecast._scores import seasonal_scale, spans
from affectcli.log import logger
from affectcli.parts import History

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.forecast._scorecard import Score
    from affectcli.parts import Forecaster

HORIZONS = (1, 7, 14, 28)
"""Horizons that are scored; h stands for the days 1..h after each origin."""
SHORTEST_HISTORY = 28
"""Days that the first origin has behind it."""


def evaluate(
    history: History,
    *,
    models: Mapping[str, Forecaster],
    horizon: int,
    origins: int,
    high: str,
    samples: int,
    seed: int,
) -> list[Score]:
    """Return one row of scores per model and horizon in {1, 7, 14, 28} up to `horizon`.

    A row of horizon h scores the days 1..h after every origin together. A model that cannot
    forecast from one of the origins is logged and gets rows with 0 origins and no scores, because
    scores over other days would not compare.

    Raises:
        AnalysisError: fewer than 28 + `horizon` days, a constant signal, or no model could run.
        UsageError: `high` is no threshold.
    """
    series = usable(history)
    starts = spread(len(series.value), horizon=horizon, origins=origins)
    targets = look_ahead(series, starts, horizon=horizon, high=high)
    rows: list[Score] = []
    failure: AnalysisError | None = None
    scored = [h for h in HORIZONS if h <= horizon]
    for name, model in models.items():
        try:
            made = backcast(series, name, model, targets=targets, samples=samples, seed=seed)
        except AnalysisError as error:
            logger.warning("%s is left out of the evaluation: %s", name, error)
            failure = error
            rows += [unscored(name, h) for h in scored]
        else:
            rows += [score(name, h, targets, made) for h in scored]
    if failure is not None and not any(row["origins"] for row in rows):
        raise failure
    return rows


def spread(days: int, *, horizon: int, origins: int) -> list[int]:
    """Return the day numbers of up to `origins` origins, evenly over the later half of the days.

    The first has at least 28 days up to it, the last a full horizon after it.

    Raises:
        AnalysisError: there is no such day.
    """
    last = days - 1 - horizon
    if last < SHORTEST_HISTORY - 1:
        raise AnalysisError(
            f"The signal has {days} days; scoring {horizon} days ahead needs"
            f" {SHORTEST_HISTORY + horizon} or more.",
            known="A shorter horizon needs fewer.",
            do="--horizon 7",
        )
    first = min(max(SHORTEST_HISTORY - 1, days // 2), last)
    return [int(day) for day in np.unique(np.linspace(first, last, max(origins, 1)).round())]


def look_ahead(series: History, origins: Sequence[int], *, horizon: int, high: str) -> Targets:
    """Return what followed each origin, with the threshold and the MASE scale known at it.

    True high periods are runs of two or more days above the threshold of the latest origin before
    each day; one under way at the first origin has no start to be announced and is left out.
    """
    known = [series.value[: origin + 1] for origin in origins]
    limits = np.array([threshold(past, high) for past in known])
    latest = np.searchsorted(np.array(origins), np.arange(len(series.value)), side="left") - 1
    after = np.arange(len(series.value)) > origins[0]
    is_high = above(series.value, limits[np.maximum(latest, 0)])
    runs = spans(is_high & (after | (np.arange(len(is_high)) == origins[0])))
    return Targets(
        origins=list(origins),
        actual=np.stack([series.value[origin + 1 : origin + 1 + horizon] for origin in origins]),
        threshold=limits[:, np.newaxis],
        scale=np.array([[seasonal_scale(past, SEASON)] for past in known]),
        periods=[
            (start, stop - 1)
            for start, stop in runs
            if stop - start >= SHORTEST_RUN and start > origins[0]
        ],
    )


def backcast(
    series: History,
    name: str,
    model: Forecaster,
    *,
    targets: Targets,
    samples: int,
    seed: int,
) -> Forecasts:
    """Return a model's forecasts from every origin: one fit each, all horizons from its paths.

    Raises:
        AnalysisError: the model cannot forecast from one of the origins.
    """
    horizon = targets.actual.shape[1]
    quantiles, p_high = [], []
    for origin, limit in zip(targets.origins, targets.threshold[:, 0], strict=True):
        past = History(
            days=series.days[: origin + 1],
            value=series.value[: origin + 1],
            posts=series.posts[: origin + 1],
            share=series.share,
        )
        drawn = simulate(past, name, model, horizon=horizon, samples=samples, seed=seed)
        quantiles.append(np.quantile(drawn, LEVELS, axis=0))
        p_high.append(above(drawn, float(limit)).mean(axis=0))
    return Forecasts(quantiles=np.stack(quantiles, axis=1), p_high=np.stack(p_high))
