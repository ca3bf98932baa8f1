"""Rolling origins: only the past is used, scores are right, the procedure chooses as it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np
import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._combine import choose, combine, past_wis, weights
from affectcli.forecast._outlook import Day
from affectcli.forecast._rolling import backcast, look_ahead, place
from affectcli.forecast._scale import scaled
from affectcli.forecast._scorecard import Score, score
from affectcli.forecast._study import Study, study
from tests.unit.forecast.models import Level, Persistence, Unwilling, Weekday

if TYPE_CHECKING:
    from affectcli.forecast._scale import Observed
    from tests.unit.forecast.conftest import Make, Simulate

MODELS = {"seasonal_naive": Weekday(), "last": Persistence(), "level": Level()}


def ask(observed: Observed, **asked: Any) -> Study:  # noqa: ANN401 - parameters of study
    defaults = {"models": MODELS, "horizon": 7, "origins": 12, "high": "q80", "seed": 0}
    return study(observed, **{**defaults, **asked})


def test_there_is_a_row_of_scores_for_each_model_and_horizon(simulate_share: Simulate) -> None:
    made = ask(simulate_share(phi=0.5, season=0.3, days=120, seed=1), horizon=20)
    assert [(row["model"], row["horizon"]) for row in made.scores] == [
        (model, h) for model in [*MODELS, "combination", "used"] for h in (1, 7, 14, 20)
    ]
    assert all(list(row) == list(get_type_hints(Score)) for row in made.scores)
    assert {row["origins"] for row in made.scores} == {12}
    base = made.scores[1]
    assert (base["wis_ratio"], base["dm_p"]) == (1.0, None)
    assert sum(base["pit"]) == pytest.approx(1.0)


def test_scores_of_persistence_on_a_ramp_by_hand(make: Make) -> None:
    """A rise of 1 a day: persistence errs by h, h days ahead, and always did: its paths know."""
    signal = scaled(make(np.arange(100.0)), horizon=7)
    targets = look_ahead(signal, [60, 70, 80], horizon=7, high="q80")
    points = Persistence().points(signal.history, horizon=7, since=0, seed=0)
    row = score("last", 7, targets, backcast(signal, points, targets))
    assert row["mae"] == pytest.approx(0.0, abs=0.1)
    assert row["wis"] == pytest.approx(0.0, abs=0.1)
    assert (row["precision"], row["recall"], row["f1"], row["brier"]) == (1.0, 1.0, 1.0, 0.0)
    assert row["false_alarms_per_month"] == 0.0
    assert row["lead_days"] is None  # always high: no period starts
    assert targets.scale[:, 0].tolist() == [7.0] * 3


def test_a_true_period_uses_the_threshold_of_the_latest_origin(make: Make) -> None:
    value = np.concatenate([np.arange(50.0) / 10, [4.5, 4.6, 0.0, 4.5, 4.6, 0.0, 0.0, 0.0]])
    signal = scaled(make(value), horizon=5)
    targets = look_ahead(signal, [49, 52], horizon=5, high="4.4")
    assert targets.periods == [(53, 54)]  # days 50 and 51 continue what was high at day 49
    limits = look_ahead(signal, [49, 52], horizon=5, high="q80").threshold[:, 0]
    assert limits.tolist() == [np.quantile(value[:50], 0.8), np.quantile(value[:53], 0.8)]


@pytest.mark.parametrize(("days", "horizon", "origins"), [(180, 14, 12), (42, 14, 5), (70, 28, 30)])
def test_scored_origins_lie_in_the_later_half_with_room_behind_them(
    days: int, horizon: int, origins: int
) -> None:
    found = place(np.ones(days), horizon=horizon, origins=origins)
    assert found.rows == sorted(set(found.rows))
    assert len(found.scored) <= origins
    assert found.scored[-1] == days - 1 - horizon
    assert found.scored[0] >= min(days // 2, found.scored[-1])
    assert found.earlier[0] >= 7


def test_the_future_reaches_no_origin(simulate_share: Simulate) -> None:
    observed = simulate_share(phi=0.7, season=0.3, days=170, seed=11)
    other = replace(observed, value=observed.value.copy(), posts=observed.posts.copy())
    noise = np.random.default_rng(0).random(39)
    other.value[131:], other.posts[131:] = noise, np.round(1 + 1000 * noise)
    made = []
    for one in (observed, other):
        signal = scaled(one, horizon=14)
        targets = look_ahead(signal, [100, 130], horizon=14, high="q80")
        points = Weekday().points(signal.history, horizon=14, since=0, seed=0)
        forecasts = backcast(signal, points, targets)
        made.append(
            [a.tobytes() for a in (forecasts.quantiles, forecasts.p_high, targets.threshold)]
        )
    assert made[0] == made[1]


def test_a_forecast_is_what_the_evaluation_scored(simulate_share: Simulate) -> None:
    observed = simulate_share(phi=0.7, season=0.3, days=120, seed=12)
    signal = scaled(observed, horizon=7)
    rows = [*place(signal.history.z[:90], horizon=7, origins=12).rows, 89]
    targets = look_ahead(signal, rows, horizon=7, high="q80")
    points = Persistence().points(signal.history, horizon=7, since=0, seed=0)
    scored = backcast(signal, points, targets)
    past = replace(
        observed, days=observed.days[:90], value=observed.value[:90], posts=observed.posts[:90]
    )
    result = ask(past).by_model["last"]
    assert [row["q50"] for row in result.rows] == pytest.approx(scored.quantiles[4, -1])
    assert [row["p_high"] for row in result.rows] == scored.p_high[-1].tolist()
    assert result.threshold == targets.threshold[-1, 0]


def test_lead_and_false_alarms_of_weeks_are_in_days_and_months(make: Make) -> None:
    value = np.random.default_rng(4).normal(size=160).cumsum()
    daily = make(value)
    weeks = [daily.days[0] + timedelta(weeks=k) for k in range(160)]
    found = []
    for observed in (daily, replace(daily, days=weeks, step=7)):
        signal = scaled(observed, horizon=7)
        rows = place(signal.history.z, horizon=7, origins=40).rows
        targets = look_ahead(signal, rows, horizon=7, high="q70")
        points = Persistence().points(signal.history, horizon=7, since=0, seed=0)
        row = score("last", 7, targets, backcast(signal, points, targets))
        found.append((row["lead_days"] or 0.0, row["false_alarms_per_month"] or 0.0))
    (lead, false), (weekly_lead, weekly_false) = found
    assert min(lead, false) > 0
    assert (weekly_lead, weekly_false) == pytest.approx((7 * lead, false / 7))


def test_a_forecast_row_is_ordered_and_dated(simulate_share: Simulate) -> None:
    observed = simulate_share(phi=0.9, season=0.5, days=100, seed=13)
    observed.value[20:25] = np.nan
    result = ask(observed, horizon=9, high="q70").by_model["last"]
    assert (result.model, result.origin, result.missing) == ("last", observed.days[-1], 5)
    assert [row["ts"] for row in result.rows] == [
        result.origin + timedelta(days=k) for k in range(1, 10)
    ]
    for row in result.rows:
        assert list(row) == list(get_type_hints(Day))
        quantiles = [row["q05"], row["q10"], row["q25"], row["q50"], row["q75"], row["q90"]]
        assert quantiles == sorted(quantiles)
    for period in result.periods:
        assert result.rows[0]["ts"] <= period["start"] <= period["end"] <= result.rows[-1]["ts"]
        assert 0.2 <= period["probability"] <= 1


def test_a_weekend_that_is_always_high_is_announced_and_was_right(make: Make) -> None:
    noise = 0.2 * np.random.default_rng(14).normal(size=140)
    value = np.tile([1.0, 1.0, 1.0, 1.0, 1.0, 5.0, 5.0], 20) + noise  # Saturday and Sunday
    made = ask(make(value), horizon=14, high="3")
    periods = made.by_model["seasonal_naive"].periods
    assert [(p["start"].weekday(), p["end"].weekday()) for p in periods] == [(5, 6), (5, 6)]
    assert min(p["probability"] for p in periods) > 0.95
    assert made.skill is not None
    assert made.skill > 0.9
    assert {alarm["outcome"] for alarm in made.past_alarms} <= {"hit", None}
    assert made.missed == []
    assert made.reliability[-1]["observed"] == 1.0


def test_noise_cannot_be_foretold_and_its_skill_says_so(make: Make) -> None:
    skills = []
    for seed in range(4):
        value = np.random.default_rng(seed).normal(size=240)
        skills.append(ask(make(value)).skill)
    assert max(skill for skill in skills if skill is not None) < 0.05


def test_a_wandering_level_is_not_left_to_seasonal_naive(simulate_share: Simulate) -> None:
    made = ask(simulate_share(phi=0.95, season=0.0, days=240, seed=3), origins=30)
    assert made.chosen in {"last", "combination"}
    assert "below that of seasonal_naive" in made.reason
    used = made.scores[-1]
    assert (used["model"], used["horizon"]) == ("used", 7)
    assert (used["wis_ratio"] or 1) < 0.9


def test_seasonal_naive_is_used_where_nothing_beats_it(make: Make) -> None:
    steps = np.random.default_rng(2).normal(size=(20, 7))
    made = ask(
        make(3 * np.arange(7.0).repeat(20).reshape(7, 20).T.ravel() + steps.cumsum(0).ravel())
    )
    assert made.chosen == "seasonal_naive"
    assert made.reason.startswith("no model beats seasonal_naive")


def test_a_model_that_cannot_run_is_named_with_its_reason(make: Make) -> None:
    made = ask(make(np.arange(60.0) % 11), models={**MODELS, "never": Unwilling()})
    assert "Not today" in made.left_out["never"]
    assert "never" not in made.by_model
    assert {row["model"] for row in made.scores} == {*MODELS, "combination", "used"}


def test_seven_days_are_forecast_untested(make: Make) -> None:
    made = ask(make([1.0, 2.0, 1.5, 3.0, 2.0, 1.0, 2.5]))
    assert (made.chosen, made.scores, made.skill) == ("seasonal_naive", [], None)
    assert "too little has come due" in made.reason
    assert len(made.by_model["seasonal_naive"].rows) == 7


@pytest.mark.parametrize("asked", [{"high": "often"}, {"high": "q"}])
def test_what_was_typed_wrong(asked: dict[str, str], make: Make) -> None:
    with pytest.raises(UsageError):
        ask(make(np.arange(40.0) % 9), **asked)


def test_a_month_without_a_value_and_a_full_share(make: Make) -> None:
    value = np.random.default_rng(1).uniform(0.1, 0.3, 90)
    value[40:70], value[80] = np.nan, 1.0
    made = ask(make(value, posts=np.full(90, 50.0), share=True))
    rows = made.by_model[made.chosen].rows
    assert all(0 <= row["q05"] <= row["q95"] <= 1 for row in rows)


def test_too_many_gaps_for_any_forecast(make: Make) -> None:
    value = np.full(100, np.nan)
    value[::14] = np.arange(8.0) % 3
    with pytest.raises(AnalysisError, match="gaps"):
        ask(make(value))


def test_only_origins_that_had_come_due_decide() -> None:
    wis = {"seasonal_naive": np.ones(6), "late": np.array([9.0, 9, 9, 0.1, 0.1, 0.1])}
    rows = [10, 20, 30, 40, 50, 60]
    assert past_wis(wis, rows, 30, 7) == {}
    assert choose(past_wis(wis, rows, 37, 7)).model == "seasonal_naive"
    assert past_wis(wis, rows, 66, 7)["late"] == pytest.approx(27.2 / 5)


def test_the_combination_is_taken_unless_a_model_is_clearly_better() -> None:
    past = {"seasonal_naive": 1.0, "ets": 0.8, "combination": 0.81}
    assert choose(past).model == "combination"
    assert choose({**past, "combination": 0.83}).model == "ets"
    assert choose({"seasonal_naive": 1.0, "ets": 0.99}).model == "seasonal_naive"
    assert choose({"seasonal_naive": 0.0, "ets": 0.0}).model == "seasonal_naive"


def test_weights_fall_with_wis_and_a_missing_model_leaves_its_share() -> None:
    shares = weights({"one": 1.0, "two": 2.0}, ["one", "two", "unscored"])
    assert shares.tolist() == [1.0, 1 / 16, 0.0]
    assert weights({}, ["ets", "seasonal_naive"]).tolist() == [0.0, 1.0]
    assert weights({"one": 0.0, "two": 0.5, "three": 0.0}, ["one", "two", "three"]).tolist() == [
        *(1.0, 0.0, 1.0)
    ]
    one, two = np.full((2, 1), 4.0), np.array([[8.0], [np.nan]])
    mixed = combine([one, two], np.array([[1.0, 1.0], [1.0, 3.0]]))
    assert mixed[:, 0].tolist() == [6.0, 4.0]
