"""The scale models work on: a share becomes a logit that knows how many posts stand behind it.

A day with value v over n posts has k = v n hits. Its shrunken empirical logit is

    z = log((k + a) / (n - k + b)),    a / (a + b) = p,    min(a, b) = 1/2,

where p is the pooled share of the history up to that day. For p = 1/2 this is the empirical logit
of Haldane (1956) and Anscombe (1956), log((k + 1/2) / (n - k + 1/2)). For a rare label those halves
would pull a thin day far up towards 1/2; here they pull it towards the history's own share, so a
thin day weighs less. Around the logit of a true share q, z scatters with the variance
n q (1 - q) (1 / (n q + a) + 1 / (n (1 - q) + b))^2 (delta method). The way back is the exact
inverse at the posts that the coming day can expect, clipped to [0, 1], so that 0 and 1 can come
back.

A count becomes log(1 + v). Other signals stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.signal import lfilter
from scipy.special import expit

from affectcli.errors import AnalysisError
from affectcli.parts import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEASON = {1: 7, 7: 52}
"""Rows in a season, by the days of a row: a week of days, a year of weeks."""
SHORTEST = 7
"""Observed rows below which nothing is forecast."""
RECENT = 28
"""Rows whose median number of posts stands for a coming day's where its weekday is unknown,"""
SEASONS = 4
"""and seasons over which that of its own weekday is taken."""
UNKNOWN_POSTS = 100.0
"""Posts assumed behind a share whose denominator is not known."""
ROUNDING = 1e-9
"""Relative difference below which values are the same, and how far a share may pass its bounds."""


@dataclass(frozen=True)
class Observed:
    """A signal as it was observed: one value a day (or a week), nan where there is none.

    `share` says that values lie in [0, 1] and must stay there, over `posts` (nan: not known);
    `count` that they are 0 or more without a bound. `step` is 1, or 7 where a row is a week.
    `columns`, shape (n, m), are other signals; `ahead`, shape (n + horizon, c), is what is known of
    a row long before it.
    """

    days: Sequence[date]
    value: Floats
    posts: Floats
    share: bool = False
    count: bool = False
    step: int = 1
    columns: Floats | None = None
    ahead: Floats | None = None


@dataclass(frozen=True)
class Scaled:
    """A signal on the model scale, with the way back.

    `prior`, shape (n, 2), is (a, b) as known at each row; `expected`, shape (n, horizon), the posts
    that the rows after each can expect, `share`, shape (n,), the recent share. They are None where
    the signal is no share.
    """

    observed: Observed
    history: History
    prior: Floats | None = None
    expected: Floats | None = None
    share: Floats | None = None

    def back(self, row: int, z: Floats) -> Floats:
        """Return forecasts made at the end of `row`, shape (..., horizon), in natural units."""
        if self.observed.count:
            return np.maximum(np.expm1(z), 0.0)
        if self.prior is None or self.expected is None:
            return z
        a, b = self.prior[row]
        posts = self.expected[row]
        hits = expit(z) * (posts + a + b) - a
        shares: Floats = np.clip(hits / posts, 0.0, 1.0)
        return shares

    def targets(self, horizon: int) -> Floats:
        """Return what came, shape (n, horizon), as the z that `back` turns into it; nan: nothing.

        The logit of a day depends on its posts. A forecast is about a day with the posts that could
        be expected, so what came is put on that scale too: a thin day lies further out there.
        """
        n = len(self.history.z)
        target = np.arange(n)[:, np.newaxis] + np.arange(1, horizon + 1)
        values = self.history.z if self.prior is None else self.observed.value
        came = np.where(target < n, values[np.minimum(target, n - 1)], np.nan)
        if self.prior is None or self.expected is None:
            return came
        a, b = self.prior[:, :1], self.prior[:, 1:]
        z: Floats = np.log((came * self.expected + a) / ((1 - came) * self.expected + b))
        return z

    def scatter(self, horizon: int) -> Floats:
        """Return the sampling variance of z that can be expected, shape (n, horizon)."""
        if self.prior is None or self.expected is None or self.share is None:
            return np.zeros((len(self.history.z), horizon))
        a, b = self.prior[:, :1], self.prior[:, 1:]
        share, posts = self.share[:, np.newaxis], self.expected
        slope = 1 / (posts * share + a) + 1 / (posts * (1 - share) + b)
        scatter: Floats = posts * share * (1 - share) * slope**2
        return scatter


def regular(observed: Observed) -> Observed:
    """Return every row from the first with a value to the last, nan where there was none.

    Raises:
        AnalysisError: nothing to forecast from: no or too few values, days that do not increase or
            do not fit the step, an infinite value, a share outside [0, 1], a constant signal.
    """
    value = np.asarray(observed.value, dtype=np.float64)
    seen = np.flatnonzero(np.isfinite(value))
    _check(observed, value)
    first = int(seen[0])
    at = np.array([(day - observed.days[first]).days for day in observed.days[first:]])
    if np.any(np.diff(at) < 1) or np.any(at % observed.step):
        raise AnalysisError("The days of the signal do not increase: one value a day is needed.")
    rows = at // observed.step
    n = int(rows[-1]) + 1
    start = observed.days[first]

    def spread(values: Floats) -> Floats:
        full = np.full((n, *values.shape[1:]), np.nan)
        full[rows] = values[first:]
        return full

    columns = np.empty((len(value), 0)) if observed.columns is None else observed.columns
    ahead = None
    if observed.ahead is not None:  # it has a row for every day: cut in front, as the others
        ahead = observed.ahead[(start - observed.days[0]).days // observed.step :]
    clipped = np.clip(value, 0.0, 1.0) if observed.share else value
    return replace(
        observed,
        days=[start + timedelta(days=observed.step * k) for k in range(n)],
        value=spread(clipped),
        posts=spread(np.asarray(observed.posts, dtype=np.float64)),
        columns=spread(columns),
        ahead=ahead,
    )


def _check(observed: Observed, value: Floats) -> None:
    """Refuse what no model can read."""
    if np.any(np.isinf(value)):
        raise AnalysisError("The signal has an infinite value, which no model can read.")
    seen = value[np.isfinite(value)]
    row = "weeks" if observed.step > 1 else "days"
    if len(seen) < SHORTEST:
        raise AnalysisError(
            f"The signal has {len(seen)} observed {row}; a forecast needs {SHORTEST} or more.",
            known="Days with too few posts count as not observed.",
        )
    if observed.share and np.any((seen < -ROUNDING) | (seen > 1 + ROUNDING)):
        raise AnalysisError("A share lies outside [0, 1].", known="Shares are fractions, not %.")
    if np.ptp(seen) <= ROUNDING * np.abs(seen).max():
        raise AnalysisError(
            f"The signal is constant ({seen[0]:g} on all {len(seen)} {row}):"
            " no threshold separates high days from others."
        )


def scaled(observed: Observed, *, horizon: int) -> Scaled:
    """Return a regular signal on the model scale.

    Every row of what is returned depends on rows up to it only.

    Raises:
        AnalysisError: what `regular` refuses.
    """
    whole = regular(observed)
    n = len(whole.value)
    history = History(
        start=whole.days[0],
        step=whole.step,
        season=SEASON[whole.step],
        z=np.log1p(np.maximum(whole.value, 0.0)) if whole.count else whole.value,
        noise=np.zeros(n),
        columns=np.empty((n, 0)) if whole.columns is None else whole.columns,
        ahead=np.empty((n + horizon, 0)) if whole.ahead is None else whole.ahead[: n + horizon],
    )
    if not whole.share:
        return Scaled(whole, history)
    posts = np.where(whole.posts > 0, whole.posts, UNKNOWN_POSTS)  # nan > 0 is false as well
    posts = np.where(np.isfinite(whole.value), posts, np.nan)
    prior = _prior(whole.value, posts)
    a, b = prior.T
    z = np.log((whole.value * posts + a) / ((1 - whole.value) * posts + b))
    share = _recent(whole.value, posts)
    noise = 1 / (np.where(np.isfinite(posts), posts, UNKNOWN_POSTS) * share * (1 - share))
    return Scaled(
        whole,
        replace(history, z=z, noise=noise),
        prior=prior,
        expected=_expected(posts, history.season, horizon),
        share=share,
    )


def _recent(value: Floats, posts: Floats) -> Floats:
    """Return the share that counts at each row: over its past, with a half-life of 28 rows."""
    seen = np.isfinite(value)
    keep = 0.5 ** (1 / RECENT)
    total = lfilter([1.0], [1.0, -keep], np.where(seen, posts, 0.0))
    hits = lfilter([1.0], [1.0, -keep], np.where(seen, value * posts, 0.0))
    share: Floats = (hits + 0.5) / (total + 1.0)
    return share


def _prior(value: Floats, posts: Floats) -> Floats:
    """Return (a, b) of each row: a / (a + b) the share pooled up to it, the smaller one 1/2."""
    seen = np.isfinite(value)
    total = np.cumsum(np.where(seen, posts, 0.0))
    hits = np.cumsum(np.where(seen, value * posts, 0.0))
    pooled = (hits + 0.5) / (total + 1.0)
    weight = 0.5 / np.minimum(pooled, 1.0 - pooled)
    return np.stack([pooled * weight, (1.0 - pooled) * weight], axis=1)


def _expected(posts: Floats, season: int, horizon: int) -> Floats:
    """Return the posts that the rows after each row can expect, shape (n, horizon).

    The median over the last four of the row's own weekday; of all the last 28 rows where that day
    was not seen, and in weekly series.
    """
    n = len(posts)
    recent = (
        pl.Series(posts)
        .fill_nan(None)
        .rolling_median(RECENT, min_samples=1)
        .fill_null(strategy="forward")
    ).to_numpy()
    if season != SEASON[1]:
        return np.repeat(recent[:, np.newaxis], horizon, axis=1)
    own = (
        pl.DataFrame({"posts": posts, "day": np.arange(n) % season})
        .select(pl.col("posts").fill_nan(None).rolling_median(SEASONS, min_samples=1).over("day"))[
            "posts"
        ]
        .fill_null(float("nan"))
        .to_numpy()
    )
    past = np.arange(n)[:, np.newaxis] - (-np.arange(1, horizon + 1)) % season
    found = np.where(past >= 0, own[np.maximum(past, 0)], np.nan)
    return np.where(np.isfinite(found), found, recent[:, np.newaxis])
