"""The past put to use: combination and choice at every origin, by what had come due at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._alarms import came_high, skill
from affectcli.forecast._combine import (
    BASELINE,
    COMBINATION,
    USED,
    Choice,
    choose,
    combine,
    past_wis,
    weights,
)
from affectcli.forecast._odds import Odds, learnt
from affectcli.forecast._periods import above, threshold
from affectcli.forecast._rolling import backcast, look_ahead, place, wis
from affectcli.forecast._scorecard import Forecasts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from affectcli.forecast._scale import Scaled
    from affectcli.forecast._scorecard import Targets

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """Forecasts of every model from past origins, of the combination, and of the choice among them.

    `points` has the combination's matrix besides the models'; `forecasts` has `used` too. Entries
    of `targets`, `forecasts`, `chosen`, `odds` and `base` are origins; from `first` on they are
    scored. `odds` put the probabilities of `used` right, `base` is the share of high days known;
    both have a last entry more, as `choice` is, for the end of the history. `trusted` says at which
    origins the probabilities that had come due had been better than the base rate.
    """

    points: dict[str, Floats]
    targets: Targets
    forecasts: dict[str, Forecasts]
    chosen: list[str]
    odds: list[Odds]
    base: list[float]
    trusted: list[bool]
    choice: Choice
    first: int


def tried(signal: Scaled, points: Mapping[str, Floats], *, origins: int, high: str) -> Trial | None:
    """Return how the models did from past origins; None where the history is too short to tell."""
    n, horizon = next(iter(points.values())).shape
    places = place(signal.history.z, horizon=horizon, origins=origins)
    if not places.scored:
        return None
    rows = places.rows
    targets = look_ahead(signal, rows, horizon=horizon, high=high)
    forecasts = {name: backcast(signal, said, targets) for name, said in points.items()}
    losses = {name: wis(targets, made) for name, made in forecasts.items()}
    combined = _combined(points, losses, rows)
    forecasts[COMBINATION] = backcast(signal, combined, targets)
    losses[COMBINATION] = wis(targets, forecasts[COMBINATION])
    chosen = [
        _able(choose(past_wis(losses, rows, row, horizon)).model, forecasts, k)
        for k, row in enumerate(rows)
    ]
    raw, value = _taken(chosen, forecasts), signal.observed.value
    base = [base_rate(value, row, high) for row in [*rows, n - 1]]
    odds = _odds(raw, targets, base, end=n - 1)
    right = [odds[k](raw.p_high[k], base[k]) for k in range(len(rows))]
    forecasts[USED] = replace(raw, p_high=np.stack(right))
    return Trial(
        points={**points, COMBINATION: combined},
        targets=targets,
        forecasts=forecasts,
        chosen=chosen,
        odds=odds,
        base=base,
        trusted=_trusted(forecasts[USED], targets, np.array(base)),
        choice=choose(past_wis(losses, rows, n - 1, horizon)),
        first=len(places.earlier),
    )


def base_rate(value: Floats, row: int, high: str) -> float:
    """Return the share of the observed rows up to `row` above the threshold known at it."""
    past = value[: row + 1]
    past = past[np.isfinite(past)]
    return float(above(past, threshold(past, high)).mean())


def _odds(raw: Forecasts, targets: Targets, base: Sequence[float], *, end: int) -> list[Odds]:
    """Return what had been learnt by each origin, and by the row `end`."""
    came, rates = came_high(targets), np.array(base)
    horizon = came.shape[1]
    made = []
    for row in [*targets.origins, end]:
        due = [k for k, origin in enumerate(targets.origins) if origin + horizon <= row]
        made.append(learnt(raw.p_high[due], came[due], rates[due]))
    return made


def _trusted(made: Forecasts, targets: Targets, base: Floats) -> list[bool]:
    """Return at which origins forecasts that had come due had skill: alarms need that."""
    horizon, found = targets.actual.shape[1], []
    for row in targets.origins:
        due = slice(0, sum(origin + horizon <= row for origin in targets.origins))
        gain = skill(targets.at(due), made.at(due), base[due])
        found.append(gain is not None and gain > 0)
    return found


def _combined(
    points: Mapping[str, Floats], losses: Mapping[str, Floats], rows: Sequence[int]
) -> Floats:
    """Return the combination's points: each row weighs the models as at the latest origin."""
    names = list(points)
    n, horizon = next(iter(points.values())).shape
    at = np.tile(weights({}, names), (n, 1))
    for row in rows:
        at[row:] = weights(past_wis(losses, rows, row, horizon), names)
    return combine(list(points.values()), at)


def _able(name: str, forecasts: Mapping[str, Forecasts], k: int) -> str:
    """Return the model, or the baseline where it has no forecast from the k-th origin."""
    return name if np.isfinite(forecasts[name].p_high[k]).any() else BASELINE


def _taken(chosen: Sequence[str], forecasts: Mapping[str, Forecasts]) -> Forecasts:
    """Return the forecasts of the model chosen at each origin."""
    made = [forecasts[name].at([k]) for k, name in enumerate(chosen)]
    return Forecasts(
        quantiles=np.concatenate([one.quantiles for one in made], axis=1),
        p_high=np.concatenate([one.p_high for one in made]),
        below=np.concatenate([one.below for one in made]),
        up_to=np.concatenate([one.up_to for one in made]),
        wide=np.empty(0),
    )
