"""Sample paths from past errors: they cover what comes, in their turn and together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from affectcli.forecast._errors import missed, spread, stretched
from affectcli.forecast._scale import scaled
from tests.unit.forecast.models import Level, Persistence

if TYPE_CHECKING:
    from tests.unit.forecast.conftest import Make, Simulate

HORIZON = 7


def test_only_errors_that_had_come_due_are_used(simulate_share: Simulate) -> None:
    observed = simulate_share(phi=0.8, season=0.2, days=120, seed=3)
    other = replace(observed, value=observed.value.copy(), posts=observed.posts.copy())
    other.value[81:], other.posts[81:] = 0.8, 3.0
    found = []
    for one in (observed, other):
        signal = scaled(one, horizon=HORIZON)
        points = Persistence().points(signal.history, horizon=HORIZON, since=0, seed=0)
        known = spread(missed(signal, points), 80)
        assert known is not None
        found.append(signal.back(80, known.paths).tobytes())
    assert found[0] == found[1]


def test_paths_have_the_errors_own_dependence(make: Make) -> None:
    """Errors of persistence on a random walk add up: the path's steps are independent."""
    walk = np.random.default_rng(5).normal(size=700).cumsum()
    signal = scaled(make(walk), horizon=HORIZON)
    points = Persistence().points(signal.history, horizon=HORIZON, since=0, seed=0)
    known = spread(missed(signal, points), 699)
    assert known is not None
    assert known.width == pytest.approx(np.sqrt(np.arange(1, HORIZON + 1)), rel=0.15)
    steps = np.diff(known.paths, axis=1)
    r = np.asarray(np.corrcoef(steps, rowvar=False))
    assert abs(r[np.triu_indices(HORIZON - 1, 1)]).max() < 0.2
    assert known.paths.mean(axis=0) == pytest.approx(np.full(HORIZON, walk[-1]), abs=0.6)


def test_intervals_cover_over_many_series(make: Make) -> None:
    """4,000 days of white noise seen from 30 rows each: 80 and 95 % in their intervals."""
    dice = np.random.default_rng(6)
    inside = np.zeros((2, HORIZON))
    series = 600
    for _ in range(series):
        signal = scaled(make(dice.normal(size=30 + HORIZON)), horizon=HORIZON)
        points = Level().points(signal.history, horizon=HORIZON, since=0, seed=0)
        known = spread(missed(signal, points), 29)
        assert known is not None
        low95, low80, high80, high95 = np.quantile(known.paths, [0.025, 0.1, 0.9, 0.975], axis=0)
        came = signal.history.z[30:]
        inside += [(low80 <= came) & (came <= high80), (low95 <= came) & (came <= high95)]
    covered = inside.mean(axis=1) / series
    assert covered == pytest.approx([0.80, 0.95], abs=0.03)


def test_a_thin_weekend_is_wider(make: Make) -> None:
    dice = np.random.default_rng(7)
    posts = np.tile([900, 900, 900, 900, 900, 30, 30], 30)
    value = dice.binomial(posts, 0.2) / posts
    signal = scaled(make(value, posts=posts, share=True), horizon=HORIZON)
    points = Level().points(signal.history, horizon=HORIZON, since=0, seed=0)
    past = missed(signal, points)
    known = spread(past, 209)  # a Sunday
    assert known is not None
    assert 0.5 < past.phi[209] < 1.5
    low, high = np.quantile(signal.back(209, known.paths), [0.1, 0.9], axis=0)
    width = high - low
    assert width[5:].min() > 2.5 * width[:5].max()


def test_nothing_is_said_without_a_past(make: Make) -> None:
    signal = scaled(make(np.arange(12.0) % 5), horizon=HORIZON)
    points = Persistence().points(signal.history, horizon=HORIZON, since=0, seed=0)
    past = missed(signal, points)
    assert spread(past, 2) is None
    assert spread(past, 3) is not None
    assert spread(missed(signal, np.full_like(points, np.nan)), 11) is None


@pytest.mark.parametrize("m", [8.0, 20.0, 80.0])
def test_few_errors_have_student_s_tails(m: float) -> None:
    p = np.array([0.6, 0.8, 0.9, 0.95, 0.975])
    found = stretched(stats.norm.ppf(p), np.full(5, m))
    assert found == pytest.approx(stats.t.ppf(p, m) * np.sqrt(1 + 1 / m), rel=0.01)
