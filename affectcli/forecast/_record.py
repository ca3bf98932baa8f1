"""The track record of one signal's forecasts: scores, reliability, past alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast import _alarms
from affectcli.forecast._combine import BASELINE, USED
from affectcli.forecast._errors import missed, spread
from affectcli.forecast._outlook import high_days, high_periods
from affectcli.forecast._scorecard import score

if TYPE_CHECKING:
    from affectcli.forecast._periods import Span
    from affectcli.forecast._scale import Scaled
    from affectcli.forecast._scorecard import Score
    from affectcli.forecast._trial import Trial

HORIZONS = (1, 7, 14, 28)
"""Horizons that are scored; h stands for the rows 1..h after each origin."""


@dataclass(frozen=True)
class Record:
    """What past origins say; everything is empty, and `skill` None, where there was none.

    `scores` has a row for each model, the combination and `used` (the whole procedure, which at
    each origin chose by what had come due) at each horizon. Reliability, alarms and `skill`, the
    Brier skill of the probabilities of high days over the base rate, are those of `used`.
    """

    scores: list[Score]
    reliability: list[_alarms.Bin]
    past_alarms: list[_alarms.PastAlarm]
    missed: list[_alarms.Stretch]
    skill: float | None


def record(signal: Scaled, trial: Trial | None) -> Record:
    """Return the track record of a trial."""
    if trial is None:
        return Record([], [], [], [], None)
    days = signal.observed.days
    scored = slice(trial.first, None)
    targets = trial.targets.at(scored)
    made = {name: forecasts.at(scored) for name, forecasts in trial.forecasts.items()}
    horizon = targets.actual.shape[1]
    alarms = _alarms.past_alarms(signal.observed, targets, _announced(signal, trial))
    return Record(
        scores=[
            score(name, h, targets, forecasts, made[BASELINE])
            for name, forecasts in made.items()
            for h in sorted({*(h for h in HORIZONS if h < horizon), horizon})
        ],
        reliability=_alarms.reliability(targets, made[USED]),
        past_alarms=alarms,
        missed=_alarms.missed_periods(days, targets, alarms),
        skill=_alarms.skill(targets, made[USED], np.array(trial.base[trial.first : -1])),
    )


def _announced(signal: Scaled, trial: Trial) -> list[list[Span]]:
    """Return the periods made out at each scored origin; none where alarms were not trusted."""
    past = {name: missed(signal, trial.points[name]) for name in {*trial.chosen}}
    found: list[list[Span]] = []
    for k in range(trial.first, len(trial.chosen)):
        row, limit = trial.targets.origins[k], float(trial.targets.threshold[k, 0])
        name = trial.chosen[k]
        known = spread(past[name], row, wide=float(trial.forecasts[name].wide[k]))
        if known is None or not trial.trusted[k]:
            found.append([])
            continue
        right = trial.odds[k].at(trial.base[k])
        found.append(high_periods(signal, row, high_days(signal, row, known, limit, right), limit))
    return found
