"""Rolling origins: only the past is used, scores are right, models rank as they must."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, get_type_hints

import numpy as np
import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._outlook import Day, forecast, load
from affectcli.forecast._rolling import backcast, evaluate, look_ahead, spread
from affectcli.forecast._scorecard import Score, choose, score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import History
    from tests.unit.forecast.conftest import Make, Simulate

QUICK = load(["seasonal_naive", "ets"])
KEYS = [
    "model",
    "horizon",
    "origins",
    "mae",
    "mase",
    "wis",
    "coverage80",
    "coverage95",
    "precision",
    "recall",
    "f1",
    "pr_auc",
    "brier",
    "lead_days",
    "false_alarms_per_month",
]


class Persistence:
    """The last observed value, give or take `width` with equal probability."""

    def __init__(self, width: float = 0.0) -> None:
        self.width = width

    def paths(
        self,
        history: History,
        *,
        horizon: int,
        samples: int,
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        last = history.value[np.isfinite(history.value)][-1]
        steps = rng.choice([-1.0, 1.0], size=(samples, horizon))
        ahead: NDArray[np.float64] = last + self.width * steps
        return ahead


class Unwilling:
    """A model that can never run."""

    def paths(
        self,
        history: History,
        *,
        horizon: int,
        samples: int,
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        raise AnalysisError(f"No {horizon} x {samples} today: {len(history.days)}, {rng}.")


def test_rows_have_exactly_the_keys_of_the_contract(make: Make) -> None:
    rows = evaluate(
        make(np.arange(90.0) % 11),
        models={"a": Persistence(1.0), "b": Persistence()},
        horizon=20,
        origins=4,
        high="q80",
        samples=20,
        seed=0,
    )
    assert [(row["model"], row["horizon"]) for row in rows] == [
        (model, h) for model in "ab" for h in (1, 7, 14)
    ]
    assert all(list(row) == KEYS for row in rows)
    assert all(type(row["mae"]) is float and type(row["brier"]) is float for row in rows)
    assert list(get_type_hints(Score)) == KEYS


def test_scores_of_persistence_on_a_ramp_by_hand(make: Make) -> None:
    """A rise of 1 a day: the error h days ahead is h, seasonal-naive's in-sample error 7."""
    rows = evaluate(
        make(np.arange(100.0)),
        models={"last": Persistence()},
        horizon=7,
        origins=5,
        high="q80",
        samples=10,
        seed=0,
    )
    one, week = rows
    assert (one["mae"], week["mae"]) == (1.0, 4.0)
    assert week["mase"] == pytest.approx(4 / 7)
    assert week["wis"] == 4.0
    assert (week["coverage80"], week["coverage95"]) == (0.0, 0.0)
    assert (week["precision"], week["recall"], week["f1"], week["brier"]) == (1.0, 1.0, 1.0, 0.0)
    assert week["false_alarms_per_month"] == 0.0
    assert week["lead_days"] is None  # always high: no period starts


def test_lead_and_false_alarms_of_a_planted_period(make: Make) -> None:
    value = np.where(np.arange(120) % 2 == 0, 1.0, 0.0)
    value[[40, 90, 91, 92]] = 9.0  # at the origin 40 persistence cries wolf, at 91 it is too late
    targets = look_ahead(make(value), [40, 85, 91, 100], horizon=14, high="5")
    assert targets.periods == [(90, 92)]
    made = backcast(make(value), "last", Persistence(), targets=targets, samples=5, seed=0)
    assert made.p_high.mean(axis=1).tolist() == [1.0, 0.0, 1.0, 0.0]
    row = score("last", 14, targets, made)
    assert (row["precision"], row["recall"], row["lead_days"]) == (1 / 28, 1 / 4, None)
    assert row["false_alarms_per_month"] == pytest.approx(1 / (56 / 30))


def test_a_true_period_uses_the_threshold_of_the_latest_origin(make: Make) -> None:
    value = np.concatenate([np.arange(50.0) / 10, [4.5, 4.6, 0.0, 4.5, 4.6, 0.0, 0.0, 0.0]])
    early, late = 49, 52
    targets = look_ahead(make(value), [early, late], horizon=5, high="4.4")
    assert targets.periods == [(53, 54)]  # days 50 and 51 continue what was high at day 49
    limits = look_ahead(make(value), [early, late], horizon=5, high="q80").threshold[:, 0]
    assert limits.tolist() == [np.quantile(value[:50], 0.8), np.quantile(value[:53], 0.8)]


@pytest.mark.parametrize(("days", "horizon", "origins"), [(180, 14, 12), (42, 14, 5), (70, 28, 30)])
def test_origins_lie_in_the_later_half_with_room_on_both_sides(
    days: int, horizon: int, origins: int
) -> None:
    found = spread(days, horizon=horizon, origins=origins)
    assert found == sorted(set(found))
    assert len(found) <= origins
    assert found[0] >= 27
    assert found[-1] == days - 1 - horizon
    assert found[0] >= min(days // 2, found[-1])


def test_too_short_for_the_horizon(make: Make) -> None:
    with pytest.raises(AnalysisError, match="42 or more"):
        evaluate(
            make(np.arange(41.0)),
            models=QUICK,
            horizon=14,
            origins=3,
            high="q80",
            samples=9,
            seed=0,
        )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_constant_signal_has_no_high_days(make: Make, value: float) -> None:
    history = make([value] * 60, share=True)
    with pytest.raises(AnalysisError, match="constant"):
        evaluate(history, models=QUICK, horizon=7, origins=3, high="q80", samples=9, seed=0)
    with pytest.raises(AnalysisError, match="constant"):
        forecast(history, model="ets", horizon=7, high="q80", samples=9, seed=0)


def test_a_model_that_cannot_run_gets_empty_rows(
    make: Make, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affectcli.log.logger.propagate", True)
    rows = evaluate(
        make(np.arange(60.0)),
        models={"never": Unwilling(), "last": Persistence()},
        horizon=7,
        origins=3,
        high="q80",
        samples=9,
        seed=0,
    )
    assert [row["origins"] for row in rows] == [0, 0, 3, 3]
    assert set(list(rows[0].values())[3:]) == {None}
    assert "never is left out" in caplog.text
    assert choose(rows).model == "last"


def test_if_no_model_can_run_the_reason_is_raised(make: Make) -> None:
    with pytest.raises(AnalysisError, match="today"):
        evaluate(
            make(np.arange(60.0)),
            models={"never": Unwilling()},
            horizon=7,
            origins=3,
            high="q80",
            samples=9,
            seed=0,
        )


@pytest.mark.parametrize("name", ["seasonal_naive", "ets", "prophet"])
def test_the_future_does_not_reach_any_origin(name: str, simulate_share: Simulate) -> None:
    series = simulate_share(phi=0.7, season=0.3, days=170, seed=11)
    noisy = simulate_share(phi=0.7, season=0.3, days=170, seed=11)
    origins, noise = [100, 130], np.random.default_rng(0).random(39)
    noisy.value[131:], noisy.posts[131:] = noise, np.round(1 + 1000 * noise)
    model = load([name])[name]
    made = []
    for history in (series, noisy):
        targets = look_ahead(history, origins, horizon=14, high="q80")
        forecasts = backcast(history, name, model, targets=targets, samples=50, seed=3)
        made.append((forecasts, targets))
    (before, known), (after, changed) = made
    assert before.quantiles.tobytes() == after.quantiles.tobytes()
    assert before.p_high.tobytes() == after.p_high.tobytes()
    assert known.threshold.tobytes() == changed.threshold.tobytes()
    assert known.scale.tobytes() == changed.scale.tobytes()


def test_a_forecast_is_what_the_evaluation_scored(simulate_share: Simulate) -> None:
    series = simulate_share(phi=0.7, season=0.3, days=120, seed=12)
    targets = look_ahead(series, [89], horizon=7, high="q80")
    scored = backcast(series, "ets", QUICK["ets"], targets=targets, samples=80, seed=5)
    past = simulate_share(phi=0.7, season=0.3, days=120, seed=12)
    past.value[90:] = np.nan
    past = type(past)(past.days[:90], past.value[:90], past.posts[:90], share=True)
    result = forecast(past, model="ets", horizon=7, high="q80", samples=80, seed=5)
    assert [row["q50"] for row in result.rows] == scored.quantiles[4, 0].tolist()
    assert [row["p_high"] for row in result.rows] == scored.p_high[0].tolist()
    assert result.threshold == targets.threshold[0, 0]


def test_a_forecast_row_is_ordered_and_dated(simulate_share: Simulate) -> None:
    series = simulate_share(phi=0.9, season=0.5, days=100, seed=13)
    series.value[20:25] = np.nan
    result = forecast(series, model="seasonal_naive", horizon=9, high="q70", samples=200, seed=0)
    assert (result.model, result.origin, result.missing) == ("seasonal_naive", series.days[-1], 5)
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


def test_a_weekend_that_is_always_high_is_announced_as_periods(make: Make) -> None:
    noise = 0.2 * np.random.default_rng(14).normal(size=140)
    value = np.tile([1.0, 1.0, 1.0, 1.0, 1.0, 5.0, 5.0], 20) + noise  # Saturday and Sunday
    result = forecast(make(value), model="ets", horizon=14, high="3", samples=300, seed=0)
    assert [(p["start"].weekday(), p["end"].weekday()) for p in result.periods] == [(5, 6), (5, 6)]
    assert min(p["probability"] for p in result.periods) > 0.95


@pytest.mark.parametrize(
    ("horizon", "high", "model"), [(0, "q80", "ets"), (7, "often", "ets"), (7, "q80", "arima")]
)
def test_what_was_typed_wrong(horizon: int, high: str, model: str, make: Make) -> None:
    with pytest.raises(UsageError):
        forecast(make(np.arange(40.0)), model=model, horizon=horizon, high=high, samples=9, seed=0)


def test_coverage_is_roughly_nominal_on_a_seasonal_autoregression(simulate_share: Simulate) -> None:
    rows = []
    for seed in (0, 1, 2):
        series = simulate_share(phi=0.7, season=0.3, days=180, seed=seed)
        rows += evaluate(
            series, models=QUICK, horizon=14, origins=8, high="q80", samples=300, seed=0
        )
    for name in QUICK:
        mine = [row for row in rows if row["model"] == name and row["horizon"] == 14]
        assert 0.7 < np.mean([row["coverage80"] or 0.0 for row in mine]) < 0.92
        assert 0.88 < np.mean([row["coverage95"] or 0.0 for row in mine]) <= 1.0


def test_ets_beats_seasonal_naive_on_a_wandering_level(simulate_share: Simulate) -> None:
    series = simulate_share(phi=0.95, season=0.0, days=180, seed=3)
    scores = evaluate(series, models=QUICK, horizon=7, origins=10, high="q80", samples=300, seed=0)
    choice = choose(scores)
    assert choice.model == "ets"
    assert "below seasonal_naive" in choice.reason


def test_choosing_says_who_lost(make: Make) -> None:
    history = make(np.tile([1.0, 5.0, 2.0, 8.0, 3.0, 9.0, 4.0], 12) + 0.01 * np.arange(84.0))
    models = {"seasonal_naive": QUICK["seasonal_naive"], "last": Persistence()}
    scores = evaluate(history, models=models, horizon=7, origins=4, high="q80", samples=50, seed=0)
    choice = choose(scores)
    assert choice.model == "seasonal_naive"
    assert choice.reason.startswith("last did not beat seasonal_naive")
    assert choose([row for row in scores if row["model"] == "last"]).model == "last"


def test_nothing_to_choose_from() -> None:
    with pytest.raises(AnalysisError, match="none can be chosen"):
        choose([])
