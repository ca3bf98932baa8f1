"""Naive, seasonal-naive and drift say what their formulas say, of every row and across gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.forecast import drift, naive, seasonal_naive
from affectcli.forecast._last import last_observed
from tests.unit.forecast.histories import HORIZON, causal, history, points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import Forecaster

    Floats = NDArray[np.float64]

MODELS = [naive, seasonal_naive, drift]
WEEK = [10.0, 12.0, 9.0, 11.0, 14.0, 20.0, 18.0]
GAP = np.nan


def gappy(n: int) -> Floats:
    dice = np.random.default_rng(3)
    z = np.where(dice.random(n) < 2 / 3, np.nan, dice.normal(size=n).cumsum())
    z[40:70] = np.nan
    z[0] = 1.0
    return z


def test_last_observed_row() -> None:
    z = np.array([1.0, GAP, 3.0, GAP, GAP])
    assert last_observed(z).tolist() == [0, 0, 2, 2, 2]
    assert last_observed(z, 2).tolist() == [0, -1, 2, -1, 2]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("row", [3, 20, 55, 100])
def test_no_row_knows_what_comes_later(model: Forecaster, row: int) -> None:
    causal(model, history(gappy(120)), row)


@pytest.mark.parametrize("model", MODELS)
def test_scale_and_shift_go_through(model: Forecaster) -> None:
    z = gappy(120)
    moved = points(model, history(3e4 * z - 7))
    said = points(model, history(z))
    np.testing.assert_allclose(moved, 3e4 * said - 7, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_rows_before_since_are_not_made(model: Forecaster) -> None:
    past = history(gappy(60))
    late = model.points(past, horizon=HORIZON, since=50, seed=1)
    assert np.isnan(late[:50]).all()
    np.testing.assert_array_equal(late[50:], points(model, past)[50:])


def test_naive_repeats_the_last_observed_value() -> None:
    said = points(naive, history(np.array([1.0, GAP, 3.0, GAP])))
    assert said[:, 0].tolist() == [1, 1, 3, 3]
    assert (said == said[:, :1]).all()


def test_seasonal_naive_repeats_a_perfect_week() -> None:
    said = points(seasonal_naive, history(np.tile(WEEK, 4)))
    assert said[27].tolist() == WEEK * 2
    assert said[15].tolist() == [*WEEK[2:], *WEEK, *WEEK[:2]]


def test_seasonal_naive_is_persistence_below_two_weeks() -> None:
    past = history(np.tile(WEEK, 3))
    early, late = points(seasonal_naive, past), points(naive, past)
    np.testing.assert_array_equal(early[:13], late[:13])
    assert early[13].tolist() == WEEK * 2


def test_seasonal_naive_skips_missing_days_of_its_weekday() -> None:
    z = np.array(WEEK * 4)
    z[[22, 15]] = np.nan
    assert points(seasonal_naive, history(z))[27].tolist() == WEEK * 2


def test_seasonal_naive_of_a_weekday_never_seen_is_persistence() -> None:
    z = np.array(WEEK * 3)
    z[2::7] = np.nan
    seen = [18.0 if day == 2 else value for day, value in enumerate(WEEK)]
    assert points(seasonal_naive, history(z))[20].tolist() == seen * 2


def test_seasonal_naive_of_weeks_repeats_the_year() -> None:
    z = np.random.default_rng(1).normal(size=120)
    said = points(seasonal_naive, history(z, step=7))
    np.testing.assert_array_equal(said[110], z[111 - 52 : 111 - 52 + HORIZON])
    assert (said[102] == z[102]).all()


def test_drift_is_the_line_through_first_and_last() -> None:
    said = points(drift, history(np.array([2.0, 9.0, GAP, 8.0, GAP])))
    ahead = np.arange(1, HORIZON + 1)
    assert np.isnan(said[0]).all()
    np.testing.assert_allclose(said[3], 8 + 2 * ahead)
    np.testing.assert_allclose(said[4], 10 + 2 * ahead)  # a day later, the line has gone on
