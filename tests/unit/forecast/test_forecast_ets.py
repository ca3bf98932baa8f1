"""ETS finds level, trend and weekdays, weighs thin days less, and cannot know what comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.forecast import ets, naive, seasonal_naive
from tests.unit.forecast.histories import HORIZON, causal, history, points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import Forecaster

    Floats = NDArray[np.float64]

WEEK = np.array([10.0, 12.0, 9.0, 11.0, 14.0, 20.0, 18.0])


def rough(n: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Return a walk in noise with gaps, two days in three missing at first, and its noise."""
    dice = np.random.default_rng(seed)
    noise = np.exp(dice.normal(size=n))
    z = 0.3 * dice.normal(size=n).cumsum() + np.sqrt(noise) * dice.normal(size=n)
    z[1:60][dice.random(59) < 2 / 3] = np.nan
    z[90:120] = np.nan
    return z, noise


def error(model: Forecaster, z: Floats, noise: Floats | None = None) -> float:
    """Return the mean absolute error of all forecasts from the third week on."""
    said = points(model, history(z, noise=noise))
    rows = np.arange(20, len(z) - HORIZON)
    came = z[rows[:, None] + np.arange(1, HORIZON + 1)]
    return float(np.abs(said[rows] - came).mean())


@pytest.mark.parametrize("row", [0, 6, 40, 100, 150])
def test_no_row_knows_what_comes_later(row: int) -> None:
    z, noise = rough(160)
    causal(ets, history(z, noise=noise), row)


def test_thin_days_to_come_do_not_change_a_signal_without_any() -> None:
    causal(ets, history(rough(120)[0]), 60)


def test_scale_and_shift_go_through() -> None:
    z, noise = rough(140)
    said = points(ets, history(z, noise=noise))
    for unit in (1e-6, -1e6):
        moved = points(ets, history(unit * z + 3 * unit, noise=noise))
        np.testing.assert_allclose(moved / unit - 3, said, atol=1e-6)


def test_the_factor_of_the_noise_does_not_matter() -> None:
    z, noise = rough(140)
    said = points(ets, history(z, noise=noise))
    np.testing.assert_allclose(points(ets, history(z, noise=1e3 * noise)), said, atol=1e-9)


def test_rows_before_since_are_not_made() -> None:
    past = history(rough(80)[0])
    late = ets.points(past, horizon=HORIZON, since=70, seed=2)
    assert np.isnan(late[:70]).all()
    np.testing.assert_array_equal(late[70:], points(ets, past)[70:])


def test_the_first_row_is_persistence_and_all_rows_are_made() -> None:
    z, noise = rough(160)
    said = points(ets, history(z, noise=noise))
    assert np.isfinite(said).all()
    np.testing.assert_allclose(said[0], z[0], atol=1e-6)


def test_flat_at_first() -> None:
    z = np.concatenate([np.zeros(30), np.random.default_rng(0).normal(size=30)])
    said = points(ets, history(z))
    assert np.isfinite(said).all()
    np.testing.assert_array_equal(said[:30], 0)


def test_a_thin_day_moves_the_forecast_less() -> None:
    z, noise = rough(200, seed=4)
    moved = {}
    for posts, excess in (("thick", 0.1), ("thin", 50.0)):
        noise[-1] = excess
        z[-1] = 0.0
        low = points(ets, history(z, noise=noise))[-1]
        z[-1] = 1.0
        moved[posts] = points(ets, history(z, noise=noise))[-1] - low
    assert (moved["thick"] > 0.1).all()
    assert (moved["thin"] < 0.3 * moved["thick"]).all()


def test_knowing_which_days_are_thin_helps() -> None:
    dice = np.random.default_rng(5)
    noise = np.where(dice.random(300) < 0.25, 5.0, 0.2)
    z = 0.2 * dice.normal(size=300).cumsum() + np.sqrt(noise) * dice.normal(size=300)
    assert error(ets, z, noise) < 0.97 * error(ets, z)


def test_the_weekday_pattern_is_continued() -> None:
    z = np.tile(WEEK, 10) + 0.3 * np.random.default_rng(0).normal(size=70)
    assert points(ets, history(z))[-1] == pytest.approx(np.tile(WEEK, 2), abs=0.6)


def test_a_trend_is_continued_and_damped() -> None:
    z = 0.5 * np.arange(100.0) + np.random.default_rng(1).normal(size=100)
    steps = np.diff(points(ets, history(z))[-1])
    assert (steps > 0.25).all()
    assert steps[-1] < steps[0] < 0.55


def test_noise_is_averaged_and_a_walk_is_not() -> None:
    dice = np.random.default_rng(2)
    white = dice.normal(size=300)
    assert np.abs(points(ets, history(white))[-1]).max() < 0.3
    walk = white.cumsum()
    np.testing.assert_allclose(points(ets, history(walk))[-1, 0], walk[-1], atol=0.4)


def test_a_gap_makes_the_next_day_count_more() -> None:
    dice = np.random.default_rng(6)
    z = 0.2 * dice.normal(size=240).cumsum() + dice.normal(size=240)

    def moved(missing: int) -> float:
        holed = z.copy()
        holed[239 - missing : 239] = np.nan
        low, high = holed.copy(), holed.copy()
        low[-1], high[-1] = 0.0, 1.0
        return float(points(ets, history(high))[-1, 0] - points(ets, history(low))[-1, 0])

    assert moved(60) > 1.5 * moved(0)


def test_weekly_rows_have_no_season() -> None:
    z = rough(130)[0]
    said = points(ets, history(z, step=7))
    assert np.isfinite(said).all()
    assert (np.abs(np.diff(said, n=2)) < 0.1).all()


def test_better_than_what_it_must_beat() -> None:
    dice = np.random.default_rng(7)
    z = np.tile(WEEK / 4, 30) + 0.1 * dice.normal(size=210).cumsum() + dice.normal(size=210)
    assert error(ets, z) < 0.85 * error(seasonal_naive, z)
    assert error(ets, z) < 0.85 * error(naive, z)


def test_local_level_settles_at_the_gain_that_optimal_smoothing_has() -> None:
    dice = np.random.default_rng(8)
    ratio = 0.3**2  # of the variances of step and noise: alpha = (sqrt(r^2 + 4 r) - r) / 2
    alpha = (np.sqrt(ratio**2 + 4 * ratio) - ratio) / 2
    z = 0.3 * dice.normal(size=1500).cumsum() + dice.normal(size=1500)
    level, best = z[0], []
    for value in z:
        level += alpha * (value - level)
        best.append(level)
    said, rows = points(ets, history(z))[:-1, 0], slice(200, None)
    ours, optimal = (np.abs(z[1:] - f)[rows].mean() for f in (said, np.array(best[:-1])))
    assert ours < 1.02 * optimal
