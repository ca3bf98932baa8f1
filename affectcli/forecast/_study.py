"""One signal by every model: what each would have said, which to believe, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.forecast._combine import BASELINE, choose
from affectcli.forecast._errors import missed, spread
from affectcli.forecast._outlook import outlook
from affectcli.forecast._periods import threshold
from affectcli.forecast._record import Record, record
from affectcli.forecast._scale import SHORTEST, scaled
from affectcli.forecast._trial import tried

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from affectcli.forecast._errors import Spread
    from affectcli.forecast._outlook import ForecastResult
    from affectcli.forecast._scale import Observed, Scaled
    from affectcli.forecast._trial import Trial
    from affectcli.parts import Forecaster

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Study(Record):
    """What is known of one signal's future, and how good such knowledge was.

    `by_model` are the forecasts from the last row, `left_out` says why a model has none, `chosen`
    which one is used and `reason` why.
    """

    chosen: str
    reason: str
    by_model: dict[str, ForecastResult]
    left_out: dict[str, str]


def study(
    observed: Observed,
    models: Mapping[str, Forecaster],
    *,
    horizon: int,
    origins: int,
    high: str,
    seed: int,
) -> Study:
    """Forecast one signal with every model, and say what its past says of them.

    `models` holds seasonal-naive besides those that are to beat it. Scores come from up to
    `origins` past origins.

    Raises:
        AnalysisError: fewer than 7 observed rows, a constant signal, or no model can forecast it.
        UsageError: `high` is no threshold.
    """
    signal = scaled(observed, horizon=horizon)
    limit = threshold(signal.observed.value, high)
    points, left_out = _said(signal, models, horizon=horizon, seed=seed)
    trial = tried(signal, points, origins=origins, high=high)
    choice = trial.choice if trial else choose({})
    right = trial.odds[-1].at(trial.base[-1]) if trial else None
    spreads = _spreads(signal, trial.points if trial else points, trial)
    if BASELINE not in spreads:
        raise AnalysisError(
            "The signal has too many gaps: hardly a day is known that follows another."
        )
    chosen = choice.model if choice.model in spreads else BASELINE
    by_model = {
        name: outlook(
            signal, known, model=name, limit=limit, right=right if name == chosen else None
        )
        for name, known in spreads.items()
    }
    left_out |= dict.fromkeys(points.keys() - by_model.keys(), "its history is too short")
    return Study(
        **vars(record(signal, trial)),
        chosen=chosen,
        reason=choice.reason,
        by_model=by_model,
        left_out=left_out,
    )


def _said(
    signal: Scaled, models: Mapping[str, Forecaster], *, horizon: int, seed: int
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Return what each model would have said at every row, and why some cannot."""
    points: dict[str, Floats] = {}
    left_out: dict[str, str] = {}
    for name, model in models.items():
        try:
            # The baseline's errors of the first days let 7 of them be enough for a forecast.
            since = 0 if name == BASELINE else SHORTEST - 1
            said = model.points(signal.history, horizon=horizon, since=since, seed=seed)
        except AnalysisError as error:
            left_out[name] = error.what
            continue
        if said.shape != (len(signal.history.z), horizon) or np.isinf(said).any():
            raise AnalysisError(f"The model {name} broke its promise: shape {said.shape}.")
        points[name] = said
    return points, left_out


def _spreads(
    signal: Scaled, points: Mapping[str, Floats], trial: Trial | None
) -> dict[str, Spread]:
    """Return what may come after the last row, by every model that can tell."""
    row = len(signal.history.z) - 1
    found = {}
    for name, said in points.items():
        wide = float(trial.forecasts[name].wide[-1]) if trial else 1.0
        known = spread(missed(signal, said), row, wide=wide)
        if known is not None:
            found[name] = known
    return found
