"""The scale models work on: a share becomes a logit that knows how many posts stand behind it.

A day with value v over n posts has k = v n hits. Its shrunken empirical logit is

    z = log((k + a) / (n - k + b)),    a / (a + b) = p,    min(a, b) = 1/2,

where p is the pooled share of the history. For p = 1/2 this is the empirical logit of Haldane
(1956) and Anscombe (1956), log((k + 1/2) / (n - k + 1/2)). For a rare label those halves would
pull a thin day far up towards 1/2; here they pull it towards the history's own share, so a thin
day weighs less. The way back is the exact inverse at the posts a coming day can expect, clipped
to [0, 1], so that 0 and 1 can come back. Other signals stay as they are.

The intervals are those of a day with the expected posts; on a much thinner day the observed share
scatters more than they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from affectcli.errors import AnalysisError
from affectcli.parts import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEASON = 7
"""Days in the season of every model: the week."""
SHORTEST = 7
"""Observed days below which nothing is forecast."""
RECENT = 28
"""Observed days whose median number of posts stands for a coming day's."""
UNKNOWN_POSTS = 100.0
"""Posts assumed behind a share whose denominator is not known."""
ROUNDING = 1e-9
"""Relative difference below which values are the same, and how far a share may pass its bounds."""


@dataclass(frozen=True)
class Scaled:
    """A history on the model scale, cut to its first and last observed day.

    `z` has one entry per calendar day from `start`, nan where nothing was observed. `gap` counts
    the days between the last observed day and the history's end: a model simulates `gap` days
    more, and `back` drops them. `constant` is the one value that every observed day has, None where
    they differ. `prior` is (a, b) and `posts` the expected denominator, None if this is no share.
    """

    start: date
    z: NDArray[np.float64]
    gap: int
    constant: float | None = None
    prior: tuple[float, float] | None = None
    posts: float | None = None

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where `z` was observed."""
        return np.isfinite(self.z)

    def back(self, paths: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `paths`, shape (samples, gap + horizon), as (samples, horizon), natural units."""
        ahead = paths[:, self.gap :]
        if self.prior is None or self.posts is None:
            return ahead
        hits = expit(ahead) * (self.posts + sum(self.prior)) - self.prior[0]
        shares: NDArray[np.float64] = np.clip(hits / self.posts, 0.0, 1.0)
        return shares


def regular(history: History) -> History:
    """Return `history` with every calendar day from its first to its last, nan where it had none.

    Raises:
        AnalysisError: no day, days that do not increase, an infinite value, a share outside [0, 1].
    """
    if not history.days:
        raise AnalysisError("There is no day to forecast from: the signal is empty.")
    ordinal = np.array([day.toordinal() for day in history.days])
    if np.any(np.diff(ordinal) < 1):
        raise AnalysisError("The days of the signal do not increase: one value a day is needed.")
    _check_values(history)
    at = ordinal - ordinal[0]
    value, posts = np.full(at[-1] + 1, np.nan), np.full(at[-1] + 1, np.nan)
    value[at], posts[at] = history.value, history.posts
    if history.share:
        value = np.clip(value, 0.0, 1.0)
    days = [history.days[0] + timedelta(days=k) for k in range(len(value))]
    return History(days=days, value=value, posts=posts, share=history.share)


def _check_values(history: History) -> None:
    """Refuse what no model can read."""
    value = np.asarray(history.value)
    if np.any(np.isinf(value)):
        raise AnalysisError("The signal has an infinite value, which no model can read.")
    seen = value[np.isfinite(value)]
    if history.share and np.any((seen < -ROUNDING) | (seen > 1 + ROUNDING)):
        raise AnalysisError("A share lies outside [0, 1].", known="Shares are fractions, not %.")


def is_constant(seen: NDArray[np.float64]) -> bool:
    """Return whether the observed values are all the same, up to rounding."""
    return bool(np.ptp(seen) <= ROUNDING * np.abs(seen).max())


def scaled(history: History) -> Scaled:
    """Return `history` on the model scale.

    Raises:
        AnalysisError: fewer than 7 observed days, or what `regular` refuses.
    """
    history = regular(history)
    seen = np.flatnonzero(np.isfinite(history.value))
    if len(seen) < SHORTEST:
        raise AnalysisError(
            f"The signal has {len(seen)} observed days; a forecast needs {SHORTEST} or more.",
            known="Days with too few posts count as not observed.",
        )
    first, last = int(seen[0]), int(seen[-1])
    start, gap = history.days[first], len(history.value) - 1 - last
    value = history.value[first : last + 1]
    constant = float(value[0]) if is_constant(history.value[seen]) else None
    if not history.share:
        return Scaled(start=start, z=value, gap=gap, constant=constant)
    posts = history.posts[first : last + 1]
    posts = np.where(posts > 0, posts, UNKNOWN_POSTS)  # nan > 0 is false as well
    prior = _prior(value, posts)
    z = np.log((value * posts + prior[0]) / ((1 - value) * posts + prior[1]))
    expected = float(np.median(posts[np.isfinite(value)][-RECENT:]))
    return Scaled(start=start, z=z, gap=gap, constant=constant, prior=prior, posts=expected)


def _prior(value: NDArray[np.float64], posts: NDArray[np.float64]) -> tuple[float, float]:
    """Return (a, b) with a / (a + b) the pooled share and the smaller of the two 1/2."""
    seen = np.isfinite(value)
    total = float(posts[seen].sum())
    pooled = (float((value * posts)[seen].sum()) + 0.5) / (total + 1.0)
    weight = 0.5 / min(pooled, 1.0 - pooled)
    return pooled * weight, (1.0 - pooled) * weight


def fill_seasonal(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Return `z` with each missing day set to the value one season earlier, and how many were set.

    For recursions that need every day. A missing day without an earlier season takes the value
    one season later, and if that is missing too, the last value before it. The filled days carry
    no news: who fits on them must not count them as residuals. `z[0]` is observed.
    """
    filled = z.copy()
    missing = np.flatnonzero(~np.isfinite(z))
    for t in missing:
        later = z[t + SEASON] if t + SEASON < len(z) else np.nan
        earlier = filled[t - SEASON] if t >= SEASON else later
        filled[t] = earlier if np.isfinite(earlier) else filled[t - 1]
    return filled, len(missing)
