"""Rolling origins: what each model would have said, by what was known then (Tashman 2000).

Scale, threshold and spread are those known at the origin; nothing of it changes with what came
later. The origins that are scored lie in the later half of the history; some before them only let
the combination and the choice of a model start with a past to judge by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from affectcli.forecast._errors import missed, spread
from affectcli.forecast._periods import SHORTEST_RUN, above, threshold
from affectcli.forecast._scale import SHORTEST
from affectcli.forecast._scorecard import LEVELS, Forecasts, Targets
from affectcli.forecast._scores import interval_scores, seasonal_scale, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.forecast._scale import Scaled

    Floats = NDArray[np.float64]

WARM_UP = 20
"""Origins before the first scored one."""
TRUSTED = 10
"""Origins that the spread is trusted for before any has come due."""
EXTREME = 0.002
"""A surprise is taken for no rarer than this: what never was has no probability."""


@dataclass(frozen=True)
class Origins:
    """Rows from which forecasts are looked at: those of `scored` count, `earlier` ones do not."""

    earlier: list[int]
    scored: list[int]

    @property
    def rows(self) -> list[int]:
        """All of them, in order."""
        return [*self.earlier, *self.scored]


def place(z: Floats, *, horizon: int, origins: int) -> Origins:
    """Return up to `origins` scored origins, evenly over the later half of the rows of `z`.

    The first has 7 observed rows behind it, the last a full horizon after it; there are none where
    the history is too short for that.
    """
    start, last = int(np.flatnonzero(np.isfinite(z))[SHORTEST - 1]) + 1, len(z) - 1 - horizon
    if last < start:
        return Origins([], [])
    first = min(max(start, len(z) // 2), last)
    earlier = _evenly(start, first - 1, WARM_UP) if first > start else []
    return Origins(earlier, _evenly(first, last, origins))


def _evenly(first: int, last: int, count: int) -> list[int]:
    return [int(row) for row in np.unique(np.linspace(first, last, max(count, 1)).round())]


def look_ahead(signal: Scaled, rows: Sequence[int], *, horizon: int, high: str) -> Targets:
    """Return what followed each row, with the threshold and the MASE scale known at it.

    True high periods are runs of two or more days above the threshold of the latest origin before
    each day; one under way at the first origin has no start to be announced and is left out.
    """
    value, season = signal.observed.value, signal.history.season
    known = [value[: row + 1] for row in rows]
    limits = np.array([threshold(past, high) for past in known])
    latest = np.searchsorted(np.array(rows), np.arange(len(value)), side="left") - 1
    after = np.arange(len(value)) > rows[0]
    is_high = above(value, limits[np.maximum(latest, 0)])
    runs = spans(is_high & (after | (np.arange(len(is_high)) == rows[0])))
    return Targets(
        origins=list(rows),
        actual=np.stack([value[row + 1 : row + 1 + horizon] for row in rows]),
        threshold=limits[:, np.newaxis],
        scale=np.array([[seasonal_scale(past, season)] for past in known]),
        periods=[
            (start, stop - 1)
            for start, stop in runs
            if stop - start >= SHORTEST_RUN and start > rows[0]
        ],
        step=signal.observed.step,
    )


def backcast(signal: Scaled, points: Floats, targets: Targets) -> Forecasts:
    """Return the forecasts that a matrix of point forecasts makes from every origin.

    nan from an origin where the model has none, or no past error yet.
    """
    shape = (len(targets.origins), points.shape[1])
    quantiles = np.full((len(LEVELS), *shape), np.nan)
    p_high, below, up_to, surprise = (np.full(shape, np.nan) for _ in range(4))
    past, wide = missed(signal, points), np.ones(len(targets.origins) + 1)
    for k, row in enumerate([*targets.origins, len(points) - 1]):
        due = [j for j, origin in enumerate(targets.origins) if origin + shape[1] <= row]
        wide[k] = widening(surprise[due])
        if k == shape[0] or (raw := spread(past, row)) is None:
            continue
        known, actual = replace(raw, width=raw.width * wide[k]), targets.actual[k]
        # The way back is monotone, so quantiles may go it alone.
        unit = np.quantile(known.unit, LEVELS, axis=0)
        quantiles[:, k] = signal.back(row, known.centre + known.width * unit)
        drawn = signal.back(row, known.paths)
        p_high[k] = above(drawn, float(targets.threshold[k, 0])).mean(axis=0)
        below[k], up_to[k] = transform(drawn, actual)
        surprise[k] = np.mean(transform(signal.back(row, raw.paths), actual), axis=0)
    return Forecasts(quantiles, p_high, below, up_to, wide)


def transform(drawn: Floats, actual: Floats) -> tuple[Floats, Floats]:
    """Return the shares of paths below what came, and up to it; nan where nothing came."""
    unknown = np.where(np.isfinite(actual), 0.0, np.nan)
    below: Floats = above(actual, drawn).mean(axis=0) + unknown
    up_to: Floats = (~above(drawn, actual)).mean(axis=0) + unknown
    return below, up_to


def widening(surprise: Floats) -> float:
    """Return the factor on the spread that forecasts which have come due ask for.

    `surprise`, shape (origins, horizon), is the probability integral transform of what came. Its
    normal scores have a mean square of 1 where intervals were right; where it was larger they are
    widened, as in online conformal prediction (Gibbs and Candes 2021), and narrowed where it was
    smaller. Before there is evidence, `TRUSTED` origins are taken to have been right.
    """
    score = ndtri(np.clip(surprise, EXTREME, 1 - EXTREME)) ** 2
    seen = np.isfinite(score)
    has = seen.any(axis=1)
    means = np.where(seen, score, 0.0).sum(axis=1)[has] / seen.sum(axis=1)[has]
    return float(np.sqrt((TRUSTED + means.sum()) / (TRUSTED + len(means))))


def wis(targets: Targets, made: Forecasts) -> Floats:
    """Return each origin's mean WIS over its horizon, shape (origins,); nan where there is none."""
    daily = interval_scores(targets.actual, made.quantiles[1:-1])
    seen = np.isfinite(daily)
    total = np.where(seen, daily, 0.0).sum(axis=1)
    mean: Floats = np.where(seen.any(axis=1), total / np.maximum(seen.sum(axis=1), 1), np.nan)
    return mean
