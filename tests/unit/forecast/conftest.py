"""Signals with a known make-up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest
from scipy.special import expit

from affectcli.forecast._scale import Observed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

START = date(2024, 1, 1)


class Make(Protocol):
    def __call__(
        self, value: ArrayLike, *, posts: ArrayLike | None = None, share: bool = False
    ) -> Observed: ...


class Simulate(Protocol):
    def __call__(self, *, phi: float, season: float, days: int, seed: int) -> Observed: ...


def observed(value: ArrayLike, *, posts: ArrayLike | None = None, share: bool = False) -> Observed:
    values = np.asarray(value, dtype=np.float64)
    counts = np.full(len(values), np.nan) if posts is None else np.asarray(posts, dtype=np.float64)
    days = [START + timedelta(days=k) for k in range(len(values))]
    return Observed(days=days, value=values, posts=counts, share=share)


def share(*, phi: float, season: float, days: int, seed: int) -> Observed:
    """Prevalence around 18 %: an AR(1) logit plus a weekly wave, seen through about 400 posts."""
    rng = np.random.default_rng(seed)
    level = np.zeros(days)
    for t in range(1, days):
        level[t] = phi * level[t - 1] + 0.2 * rng.normal()
    posts = rng.poisson(400, size=days)
    logit = -1.5 + level + season * np.sin(2 * np.pi * np.arange(days) / 7)
    return observed(rng.binomial(posts, expit(logit)) / posts, posts=posts, share=True)


@pytest.fixture(name="make")
def make_fixture() -> Make:
    """Return the builder of a signal from values."""
    return observed


@pytest.fixture(name="simulate_share")
def simulate_fixture() -> Simulate:
    """Return the simulator of a daily prevalence."""
    return share
