"""What regressions know at the end of a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from affectcli.forecast._experts import averaged
from affectcli.forecast._features import features, precision, size, targets
from tests.unit.forecast.histories import HORIZON, cut, history, with_another_future


def noise_of(days: int, *, thin: int, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).uniform(0.5, 1.5, days)
    noise[thin] = 50.0
    return noise


def test_a_thin_day_weighs_little_and_a_missing_one_nothing() -> None:
    z = np.random.default_rng(1).normal(size=50)
    z[20] = np.nan
    weight = precision(history(z, noise=noise_of(50, thin=40)))
    assert weight[20] == 0
    assert weight[40] < 0.15
    assert np.delete(weight, [20, 40]).min() > 0.6


def test_without_noise_every_day_weighs_the_same() -> None:
    assert (precision(history(np.arange(9.0))) == 1).all()


def test_the_last_value_stays_over_a_gap_and_levels_return_to_the_mean() -> None:
    z = np.concatenate([np.zeros(60), np.full(7, 5.0), np.full(400, np.nan)])
    anchors = features(history(z), horizon=HORIZON).anchors
    assert anchors[-1, 0] == 5
    assert anchors[66, 1] == pytest.approx(5, abs=0.6)
    np.testing.assert_allclose(anchors[-1, 1], anchors[-1, -1], atol=1e-6)


def test_the_level_of_a_weekday_is_found_and_belongs_to_the_target() -> None:
    z = np.where(np.arange(140) % 7 == 6, 3.0, 0.0)
    special = features(history(z), horizon=HORIZON).target[:, -1, 0]
    monday = 139 + 1 + np.arange(HORIZON)
    assert (special[monday % 7 == 6] > 1.5).all()
    assert (special[monday % 7 != 6] < 0).all()


def test_what_was_announced_stands_at_the_target_and_beside_it() -> None:
    past = history(np.arange(30.0))
    ahead = np.zeros((30 + HORIZON, 1))
    ahead[35] = 1
    announced = features(replace(past, ahead=ahead), horizon=HORIZON).target[:, 29, -4:]
    told = {h: announced[h - 1].tolist() for h in (5, 6, 7, 9)}
    assert told == {5: [0, 0, 0, 1], 6: [0, 0, 1, 0], 7: [0, 1, 0, 0], 9: [0, 0, 0, 0]}


def test_a_year_has_one_wave_usable_after_two() -> None:
    known = features(history(np.arange(120.0), step=7), horizon=HORIZON)
    assert known.target.shape == (HORIZON, 120, 2)
    assert known.ripe.tolist() == [104, 104]


def test_other_signals_begin_when_they_do_and_hold_over_gaps() -> None:
    column = np.full((40, 2), np.nan)
    column[10:, 0] = np.arange(30.0)
    column[25:, 0] = np.nan
    past = features(history(np.arange(40.0), columns=column), horizon=HORIZON).past[:, -4:]
    assert (past[:11, 0] == 0).all()
    assert past[24, 0] == pytest.approx(14 - np.arange(15).mean())
    assert past[39, 0] == past[24, 0]
    assert (past[:, 2:] == 0).all()


def test_features_of_a_row_do_not_change_with_what_comes_later() -> None:
    dice = np.random.default_rng(5)
    z = dice.normal(size=120)
    z[30:60] = np.nan
    columns = dice.normal(size=(120, 2))
    columns[:90, 1] = np.nan
    past = history(z, noise=noise_of(120, thin=70), columns=columns)
    known = features(past, horizon=HORIZON)
    for changed in (with_another_future(past, 80), cut(past, 80)):
        again = features(changed, horizon=HORIZON)
        np.testing.assert_array_equal(known.past[:81], again.past[:81])
        np.testing.assert_array_equal(known.target[:, :81], again.target[:, :81])
        np.testing.assert_array_equal(known.anchors[:81], again.anchors[:81])


def test_the_size_of_an_event_is_that_of_its_days() -> None:
    rare = np.zeros((100, 2))
    rare[[3, 50], 0] = 1
    assert size(rare).tolist() == [1, 1]


def test_targets_end_with_the_history() -> None:
    assert targets(np.array([1.0, 2.0, 3.0]), 2).tolist() == [[2, 3, 0], [3, 0, 0]]


def test_the_better_expert_is_followed_once_its_errors_are_known() -> None:
    z = np.random.default_rng(2).normal(size=100)
    experts = np.zeros((3, 100, 2))
    experts[..., 1] = 3.0
    made = averaged(experts, np.zeros(2), z, np.ones(100))
    assert made[0].tolist() == [1.5, 1.5, 1.5]
    assert made[1, 0] < 1.5
    assert made[1, 2] == 1.5
    assert (made[50:] < 0.01).all()


def test_an_expert_without_error_has_all_the_weight() -> None:
    experts = np.stack([np.zeros((2, 30)), np.ones((2, 30))], axis=2)
    made = averaged(experts, np.zeros(2), np.zeros(30), np.ones(30))
    assert (made[10:] < 1e-9).all()
