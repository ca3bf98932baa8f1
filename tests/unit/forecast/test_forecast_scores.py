"""Scores against computations by hand, and against other definitions of the same number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score

from affectcli.forecast import _scores

NAN = np.nan


def test_mean_absolute_error_leaves_out_unknown_days() -> None:
    actual, point = np.array([1.0, NAN, 4.0]), np.array([2.0, 9.0, 1.0])
    assert _scores.mean_absolute_error(actual, point) == 2.0


def test_scaled_error_of_seasonal_naive_in_sample_is_one() -> None:
    history = np.array([1.0, 5.0, 2.0, 9.0, 4.0, 3.0])
    scale = _scores.seasonal_scale(history, 2)
    assert scale == (1 + 4 + 2 + 6) / 4
    mase = _scores.mean_absolute_scaled_error(history[2:], history[:-2], np.array([scale]))
    assert mase == 1.0


def test_scaled_error_leaves_out_origins_without_a_scale() -> None:
    actual, scale = np.array([[1.0, 3.0], [5.0, 5.0]]), np.array([[2.0], [0.0]])
    assert _scores.mean_absolute_scaled_error(actual, np.zeros((2, 2)), scale) == 1.0


def test_interval_score_by_hand() -> None:
    actual = np.array([5.0, 1.0, 12.0])
    score = _scores.interval_score(actual, np.full(3, 2.0), np.full(3, 10.0), alpha=0.2)
    assert score.tolist() == [8.0, 8.0 + 10 * 1.0, 8.0 + 10 * 2.0]


def test_weighted_interval_score_is_twice_the_mean_pinball_loss() -> None:
    rng = np.random.default_rng(0)
    actual, quantiles = rng.normal(size=50), np.sort(rng.normal(size=(7, 50)), axis=0)
    tau = np.array(_scores.WIS_LEVELS)[:, np.newaxis]
    error = actual - quantiles
    pinball = np.maximum(tau * error, (tau - 1) * error)
    assert _scores.weighted_interval_score(actual, quantiles) == pytest.approx(2 * pinball.mean())


def test_weighted_interval_score_is_near_the_crps_of_a_normal() -> None:
    actual = np.array([0.3])
    quantiles = norm.ppf(_scores.WIS_LEVELS)[:, np.newaxis]
    y = actual[0]  # Gneiting and Raftery 2007, eq. 21
    crps = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert _scores.weighted_interval_score(actual, quantiles) == pytest.approx(crps, rel=0.15)


def test_a_certain_forecast_scores_its_absolute_error() -> None:
    assert _scores.weighted_interval_score(np.array([3.0]), np.full((7, 1), 5.0)) == 2.0


def test_coverage_counts_the_bounds_and_leaves_out_unknown_days() -> None:
    actual = np.array([0.0, 1.0, 2.0, NAN])
    assert _scores.coverage(actual, np.full(4, 0.0), np.full(4, 1.0)) == pytest.approx(2 / 3)


def test_brier_by_hand() -> None:
    high, p_high = np.array([1.0, 0.0, NAN]), np.array([0.8, 0.4, 0.1])
    assert _scores.brier(high, p_high) == pytest.approx((0.04 + 0.16) / 2)


def test_alarms_by_hand() -> None:
    high = np.array([1, 1, 1, 0, 0, NAN])
    p_high = np.array([0.5, 0.9, 0.1, 0.7, 0.2, 1.0])
    assert _scores.alarm_scores(high, p_high) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_alarms_without_alarm_or_high_day_are_undefined() -> None:
    none = np.zeros(3)
    assert np.isnan(_scores.alarm_scores(none, none)).all()
    precision, recall, f1 = _scores.alarm_scores(np.ones(3), none)
    assert np.isnan(precision)
    assert (recall, f1) == (0.0, 0.0)


def test_average_precision_agrees_with_scikit_learn_also_with_ties() -> None:
    rng = np.random.default_rng(1)
    high, p_high = (rng.random(200) < 0.3).astype(float), rng.random(200).round(1)
    expected = average_precision_score(high, p_high)
    assert _scores.average_precision(high, p_high) == pytest.approx(expected)


def test_average_precision_of_no_information_is_the_base_rate() -> None:
    high = np.array([1.0, 0.0, 0.0, 0.0, NAN])
    assert _scores.average_precision(high, np.full(5, 0.2)) == 0.25
    assert np.isnan(_scores.average_precision(np.zeros(3), np.zeros(3)))


def test_lead_is_counted_from_the_first_true_alarm() -> None:
    alarm = np.zeros((3, 7), dtype=bool)
    alarm[0, 0] = True  # day 11: before the period
    alarm[1, 5] = True  # day 18: the second day of the period
    alarm[2, 1] = True  # day 17: its first day, announced later
    origins, period = [10, 12, 15], (17, 20)
    assert _scores.lead_days(origins, alarm, [period]) == 17 - 12
    assert _scores.lead_days(origins, alarm, [period, (40, 41)]) == 17 - 12


def test_an_alarm_inside_a_period_under_way_is_no_lead() -> None:
    alarm = np.ones((1, 7), dtype=bool)
    assert np.isnan(_scores.lead_days([18], alarm, [(17, 20)]))
    assert np.isnan(_scores.lead_days([5], alarm, [(17, 20)]))


def test_false_alarms_are_runs_without_a_high_day() -> None:
    alarm = np.array([[1, 1, 0, 1, 0, 1], [0, 0, 1, 1, 0, 0]], dtype=bool)
    high = np.array([[0, 0, 0, 1, 0, NAN], [0, 0, 0, NAN, 0, NAN]], dtype=float)
    # false: days 1-2 of the first origin, 3-4 of the second; day 6 of the first is unknown
    assert _scores.false_alarms_per_month(alarm, high) == pytest.approx(2 / (9 / 30))


def test_spans_are_maximal_runs() -> None:
    flags = np.array([True, True, False, True, False, False, True])
    assert _scores.spans(flags) == [(0, 2), (3, 4), (6, 7)]
    assert _scores.spans(np.zeros(4, dtype=bool)) == []
