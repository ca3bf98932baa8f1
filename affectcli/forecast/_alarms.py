"""How often alarms were right: those of past origins, beside what came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np

from affectcli.forecast._periods import LIKELY, SHORTEST_RUN, above, in_period
from affectcli.forecast._scores import brier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from affectcli.forecast._periods import Span
    from affectcli.forecast._scale import Observed
    from affectcli.forecast._scorecard import Forecasts, Targets

    Floats = NDArray[np.float64]

BINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Edges of the bins of a reliability diagram: most days are unlikely to be high."""


class Bin(TypedDict):
    """Forecast days with a probability in [low, high): its mean, and the share that was high."""

    low: float
    high: float
    forecast: float
    observed: float
    days: int


class PastAlarm(TypedDict):
    """A period announced at a past origin; `outcome` is None where its days were not observed.

    `lead_days` is the number of days from the origin to the first high day that it caught.
    """

    origin: date
    start: date
    end: date
    probability: float
    outcome: Literal["hit", "miss"] | None
    lead_days: int | None


class Stretch(TypedDict):
    """A span of days, both included."""

    start: date
    end: date


def past_alarms(
    observed: Observed, targets: Targets, announced: Iterable[Sequence[Span]]
) -> list[PastAlarm]:
    """Return the periods announced at each origin, with what came.

    A period is a hit if a run of two or more high days touches it, be it with the day before or
    after it: as in sql/forecast/settle_alert.sql.
    """
    found: list[PastAlarm] = []
    days, step = observed.days, timedelta(days=observed.step)
    for k, spans in enumerate(announced):
        row, actual = targets.origins[k], targets.actual[k]
        around = observed.value[row : row + len(actual) + 2]  # with the day before, and after
        high = above(around, float(targets.threshold[k, 0]))
        member = in_period(high[np.newaxis], under_way=False)[0, 1:]
        for span in spans:
            if span.probability < LIKELY:
                continue
            inside = slice(span.first, span.last + 1)
            caught = np.flatnonzero(member[inside]) + span.first
            seen = np.isfinite(actual[inside]).sum() >= min(SHORTEST_RUN, len(actual[inside]))
            found.append(
                PastAlarm(
                    origin=days[row],
                    start=days[row] + step * (span.first + 1),
                    end=days[row] + step * (span.last + 1),
                    probability=span.probability,
                    outcome="hit" if len(caught) else "miss" if seen else None,
                    lead_days=int(caught[0] + 1) * observed.step if len(caught) else None,
                )
            )
    return found


def missed_periods(
    days: Sequence[date], targets: Targets, alarms: Sequence[PastAlarm]
) -> list[Stretch]:
    """Return the true high periods that no alarm from before their start touched."""
    horizon = targets.actual.shape[1]
    stretches = [
        Stretch(start=days[a], end=days[b])
        for a, b in targets.periods
        if any(0 < a - row <= horizon for row in targets.origins)
    ]
    return [
        period
        for period in stretches
        if not any(
            alarm["origin"] < period["start"]
            and alarm["start"] <= period["end"]
            and period["start"] <= alarm["end"]
            for alarm in alarms
        )
    ]


def reliability(targets: Targets, made: Forecasts) -> list[Bin]:
    """Return how often days were high that were said to be so with some probability.

    Murphy and Winkler (1977); bins without a day are left out.
    """
    high = came_high(targets)
    known = np.isfinite(high) & np.isfinite(made.p_high)
    p, truth = made.p_high[known], high[known]
    place = np.clip(np.searchsorted(BINS, p, side="right") - 1, 0, len(BINS) - 2)
    return [
        Bin(
            low=BINS[k],
            high=BINS[k + 1],
            forecast=float(p[place == k].mean()),
            observed=float(truth[place == k].mean()),
            days=int((place == k).sum()),
        )
        for k in np.unique(place)
    ]


def skill(targets: Targets, made: Forecasts, base: Floats) -> float | None:
    """Return 1 - Brier / Brier of the base rate; None where it is not defined.

    `base`, shape (origins,), is the share of high days in the history of each origin.
    """
    high = came_high(targets)
    known = np.isfinite(high) & np.isfinite(made.p_high)
    reference = brier(
        np.where(known, high, np.nan), np.broadcast_to(base[:, np.newaxis], high.shape)
    )
    own = brier(np.where(known, high, np.nan), made.p_high)
    return 1 - own / reference if reference > 0 and np.isfinite(own) else None


def came_high(targets: Targets) -> Floats:
    """Return 1 for a high day, 0 for another, nan for one that was not observed."""
    return np.where(np.isfinite(targets.actual), above(targets.actual, targets.threshold), np.nan)
