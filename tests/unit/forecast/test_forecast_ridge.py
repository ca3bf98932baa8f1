"""Ridge regression: near the best of persistence and the mean, and below both where it can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from affectcli.forecast import ridge
from tests.unit.forecast.histories import HORIZON, causal, history, points

WEEK = np.array([0, 0.3, 0.5, 0.2, -0.3, -1.5, -1.4])


def ar(phi: float, days: int, *, seed: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    z = np.zeros(days)
    for t in range(1, days):
        z[t] = phi * z[t - 1] + dice.normal()
    return z


def error(made: np.ndarray, z: np.ndarray, h: int) -> float:
    return float(np.abs(z[60 + h :] - made[60:-h, h - 1]).mean())


@pytest.mark.parametrize("row", [8, 45, 130])
def test_later_rows_change_nothing(row: int) -> None:
    dice = np.random.default_rng(3)
    z = ar(0.6, 170, seed=3)
    z[80:110] = np.nan
    past = history(z, noise=dice.uniform(0.1, 2, 170), columns=dice.normal(size=(170, 2)))
    ahead = dice.binomial(1, 0.1, size=(170 + HORIZON, 1)).astype(float)
    causal(ridge, replace(past, ahead=ahead), row)


def test_an_autoregression_is_forecast_as_the_true_model_would() -> None:
    z = ar(0.7, 400, seed=1)
    made = points(ridge, history(z))
    true = z[:, None] * 0.7 ** np.arange(1, HORIZON + 1)
    for h in (1, 7, 14):
        assert error(made, z, h) < 1.06 * error(true, z, h)


def test_a_random_walk_is_forecast_by_its_last_value() -> None:
    z = np.random.default_rng(4).normal(size=400).cumsum()
    made = points(ridge, history(z))
    last = np.repeat(z[:, None], HORIZON, axis=1)
    for h in (1, 7, 14):
        assert error(made, z, h) < 1.06 * error(last, z, h)


def test_the_week_is_learned() -> None:
    z = np.random.default_rng(5).normal(size=400) * 0.3 + WEEK[np.arange(400) % 7]
    made = points(ridge, history(z))
    assert error(made, z, 10) < 1.1 * 0.3 * np.sqrt(2 / np.pi)


def test_an_announced_event_and_its_morrow_are_forecast() -> None:
    dice = np.random.default_rng(6)
    ahead = np.zeros((300 + HORIZON, 1))
    ahead[dice.choice(290, 40, replace=False)] = 1
    ahead[304] = 1
    ahead[[303, 305, 306]] = 0
    effect = 3 * ahead[:, 0] + 2 * np.roll(ahead[:, 0], 1)
    z = 0.3 * dice.normal(size=300) + effect[:300]
    past = replace(history(z), ahead=ahead)
    coming = points(ridge, past)[-1] - effect[300:]
    assert np.abs(coming[3:6]).max() < 1


def test_another_signal_that_leads_is_used() -> None:
    dice = np.random.default_rng(7)
    lead = dice.normal(size=(400, 1))
    z = 0.3 * dice.normal(size=400)
    z[1:] += lead[:-1, 0]
    made = points(ridge, history(z, columns=lead))
    assert error(made, z, 1) < 0.45 * error(points(ridge, history(z)), z, 1)


def test_a_thin_day_moves_the_forecast_less() -> None:
    z = ar(0.8, 150, seed=8)
    moved = []
    for last in (1.0, 40.0):
        noise = np.append(np.ones(len(z) - 1), last)
        raised = points(ridge, history(z + 6 * (np.arange(len(z)) == len(z) - 1), noise=noise))
        moved.append(raised[-1, 0] - points(ridge, history(z, noise=noise))[-1, 0])
    assert 0 < moved[1] < 0.3 * moved[0]


@pytest.mark.parametrize("scale", [1e-3, 1e4])
def test_the_unit_does_not_matter(scale: float) -> None:
    z = ar(0.5, 120, seed=9)
    made = points(ridge, history(z))[10:]
    other = points(ridge, history(scale * z + 7))[10:]
    np.testing.assert_allclose(other, scale * made + 7, rtol=1e-7, atol=1e-7 * scale)


def test_seven_values_are_enough_and_six_are_not() -> None:
    z = np.array([1.0, np.nan, 2.0, 3.0, 1.0, np.nan, 2.0, 4.0, 2.0])
    made = points(ridge, history(z))
    assert np.isnan(made[:8]).all()
    assert ((made[8] > 1) & (made[8] < 4)).all()
    assert np.isnan(points(ridge, history(z[:8]))).all()


def test_two_thirds_may_be_missing_and_a_month_in_one_piece() -> None:
    dice = np.random.default_rng(10)
    z = ar(0.5, 300, seed=10)
    z[np.append(False, dice.random(299) < 0.67)] = np.nan
    z[150:185] = np.nan
    made = points(ridge, history(z))
    assert np.isfinite(made[40:]).all()
    assert np.abs(made[40:]).max() < np.nanmax(np.abs(z))


def test_weeks_have_a_year() -> None:
    wave = 3 * np.sin(2 * np.pi * 7 * np.arange(208) / 365.25)
    z = wave + 0.5 * np.random.default_rng(11).normal(size=208)
    made = points(ridge, history(z, step=7))
    late = np.abs(z[170:] - made[170 - HORIZON : -HORIZON, HORIZON - 1]).mean()
    assert late < 1
