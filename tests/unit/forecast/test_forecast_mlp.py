"""Small networks: below the ridge where the signal bends, beside it where it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from affectcli.forecast import mlp, ridge
from tests.unit.forecast.histories import HORIZON, causal, history, points


def tent(days: int, *, seed: int) -> np.ndarray:
    """A threshold autoregression: up from below 0, down from above."""
    dice = np.random.default_rng(seed)
    z = np.zeros(days)
    for t in range(1, days):
        z[t] = 1 - 1.2 * abs(z[t - 1]) + 0.3 * dice.normal()
    return z


def error(made: np.ndarray, z: np.ndarray, h: int) -> float:
    return float(np.abs(z[100 + h :] - made[100:-h, h - 1]).mean())


@pytest.mark.parametrize("row", [8, 60, 95])
def test_later_rows_change_nothing(row: int) -> None:
    dice = np.random.default_rng(3)
    z = tent(120, seed=3)
    z[70:85] = np.nan
    past = history(z, noise=dice.uniform(0.1, 2, 120), columns=dice.normal(size=(120, 1)))
    ahead = dice.binomial(1, 0.1, size=(120 + HORIZON, 1)).astype(float)
    causal(mlp, replace(past, ahead=ahead), row)


def test_a_threshold_is_learned() -> None:
    z = tent(300, seed=1)
    bent, straight = points(mlp, history(z)), points(ridge, history(z))
    assert error(bent, z, 1) < 0.9 * error(straight, z, 1)


def test_a_random_walk_is_left_alone() -> None:
    z = np.random.default_rng(4).normal(size=200).cumsum()
    made, straight = points(mlp, history(z)), points(ridge, history(z))
    for h in (1, 7, 14):
        assert error(made, z, h) < 1.05 * error(straight, z, h)


def test_a_seed_says_all_and_torch_is_left_as_it_was() -> None:
    past = history(tent(90, seed=5))
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    first, other = points(mlp, past, seed=1), points(mlp, past, seed=2)
    assert (first[-1] != other[-1]).any()
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    np.testing.assert_array_equal(first, points(mlp, past, seed=1))


def test_the_unit_does_not_matter() -> None:
    z = tent(90, seed=6)
    made = points(mlp, history(z))[10:]
    np.testing.assert_allclose(points(mlp, history(1e3 * z + 7))[10:], 1e3 * made + 7, rtol=1e-6)


def test_a_thin_day_moves_the_forecast_less() -> None:
    z = np.random.default_rng(8).normal(size=100).cumsum()
    moved = []
    for last in (1.0, 40.0):
        noise = np.append(np.ones(len(z) - 1), last)
        raised = points(mlp, history(z + 6 * (np.arange(len(z)) == len(z) - 1), noise=noise))
        moved.append(raised[-1, 0] - points(mlp, history(z, noise=noise))[-1, 0])
    assert 0 < moved[1] < 0.5 * moved[0]


def test_before_there_is_enough_to_learn_from_the_ridge_speaks() -> None:
    z = tent(30, seed=7)
    np.testing.assert_allclose(points(mlp, history(z)), points(ridge, history(z)), rtol=1e-12)


def test_most_days_may_be_missing() -> None:
    z = tent(200, seed=9)
    z[1:][np.random.default_rng(9).random(199) < 0.67] = np.nan
    made = points(mlp, history(z))
    assert np.isfinite(made[40:]).all()
    assert np.abs(made[40:]).max() < 2 * np.nanmax(np.abs(z))
