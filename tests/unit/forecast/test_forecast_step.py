"""The step as a whole: many signals, what is stored and said, and what cannot be forecast."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._step import _q_values
from tests.unit.forecast.stored import change, rows, run, weekly, world
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.store import Context


@pytest.fixture
def two(tmp_path: Path) -> Context:
    """Return a community with two shares that repeat every week."""
    return world(tmp_path, {"fear": weekly(), "joy": weekly(seed=2, phase=3)})


def test_every_signal_that_matches_has_one_claim(two: Context) -> None:
    outcome = run(two, "c/x:*", model=("ets",))
    fear, joy = outcome.rows
    assert [fear["signal"], joy["signal"]] == ["c/x:fear", "c/x:joy"]
    assert rows(two, "select x from finding order by x") == [("c/x:fear",), ("c/x:joy",)]
    assert len(fear["forecast"]) == 7
    assert set(fear["forecast"][0]) == {
        *("ts", "mean", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "p_high")
    }
    assert {row["model"] for row in fear["scores"]} == {
        *("seasonal_naive", "ets", "combination", "used")
    }
    assert {row["horizon"] for row in fear["scores"]} == {1, 7}
    assert {"wis_ratio", "dm_p", "dm_q", "lead_days"} <= set(fear["scores"][0])
    assert fear["reliability"][0]["days"] > 0
    assert fear["past_alarms"][0]["outcome"] in {"hit", "miss"}
    assert fear["abstains"] is None
    assert fear["periods"][0]["probability"] > 0.5
    stored = rows(two, "select distinct model, chosen from forecast where signal = 'c/x:joy'")
    assert {name for name, _ in stored} == {"seasonal_naive", "ets", "combination"}
    assert [name for name, chosen in stored if chosen] == [joy["model"]]


def test_the_sentence_says_when_how_sure_and_how_good(two: Context) -> None:
    verdict = run(two).rows[0]["verdict"]
    assert verdict.startswith("c/x:fear, 7 days after 2024-04-29: high, above ")
    assert "2024-05-04 to 2024-05-05 (probability" in verdict
    assert "Model: seasonal-naive; " in verdict
    assert "Past alarms that came true: " in verdict
    assert "_" not in verdict
    assert "diagnosis" not in verdict


def test_seasonal_naive_is_used_where_nothing_beats_it(tmp_path: Path) -> None:
    walk = 0.3 + 0.005 * np.random.default_rng(3).normal(size=150).cumsum()
    row = run(world(tmp_path, {"fear": weekly(150) + walk}), model=("drift",), high="q80").rows[0]
    assert row["model"] == "seasonal_naive"
    assert "seasonal-naive" in row["verdict"].partition("Model: ")[2]


def test_a_health_marker_is_no_diagnosis(tmp_path: Path) -> None:
    ctx = world(tmp_path, {"stress": weekly()})
    with ctx.db.write() as con:
        tables.scheme(con, "markers", {"stress": -1.0})
    assert run(ctx, "c/x:stress").rows[0]["verdict"].endswith("Not a diagnosis.")


def test_twice_is_once(two: Context) -> None:
    asked = [f"from {name} order by all" for name in ("alert", "forecast", "finding", "counter")]
    first = run(two, "c/x:*")
    before = [rows(two, query) for query in asked]
    second = run(replace(two, run_id="run-2"), "c/x:*")
    assert [rows(two, query) for query in asked] == before
    assert all(before)
    assert (first.rows_out, second.rows_out) == (2, 0)


def test_one_family_of_tests() -> None:
    flat = [0.001, 0.02, None, 0.03, 0.5]
    (one, two_) = _q_values([flat[:2], flat[2:]])
    assert one == pytest.approx([0.004, 0.04])
    assert two_[0] is None
    assert two_[1:] == pytest.approx([0.04, 0.5])
    assert _q_values([[None]]) == [[None]]
    assert _q_values([[], []]) == [[], []]


def test_only_the_models_asked_for_and_the_baseline(two: Context) -> None:
    row = run(two, model=("naive",)).rows[0]
    assert {score["model"] for score in row["scores"]} == {
        *("naive", "seasonal_naive", "combination", "used")
    }
    with pytest.raises(UsageError, match="Did you mean ets"):
        run(two, model=("etc",))


def test_the_last_answer_to_a_question_is_the_one_that_is_stored(two: Context) -> None:
    run(two, model=("ets", "naive"))
    run(two, "c/x:joy", model=("naive",))
    run(two, horizon=3)
    run(two, model=("drift",))
    asked = "select distinct model from forecast where signal = ? and horizon = ? order by model"
    with two.db.read() as con:
        found = [
            [name for (name,) in con.raw.execute(asked, about).fetchall()]
            for about in (["c/x:fear", 7], ["c/x:joy", 7], ["c/x:fear", 3])
        ]
    assert found == [
        ["combination", "drift", "seasonal_naive"],
        ["combination", "naive", "seasonal_naive"],
        ["combination", "seasonal_naive"],
    ]
    assert rows(two, "select count(distinct model) from forecast where chosen group by signal") == [
        *((1,), (1,))
    ]


def test_a_broken_backend_is_said_once(
    two: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)
    monkeypatch.setattr(logging.getLogger("affect"), "propagate", True)
    outcome = run(two, "c/x:*", model=("prophet",))
    assert [row["model"] for row in outcome.rows] == ["seasonal_naive"] * 2
    assert outcome.rows[0]["left_out"]["prophet"].startswith("Prophet does not load")
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warned) == 1
    assert warned[0].startswith("prophet is left out of 2 of 2 signals: Prophet does not load")


BAD: dict[str, tuple[NDArray[np.float64], str]] = {
    "three points": (np.array([0.1, 0.2, 0.3]), "3 observed days"),
    "constant": (np.full(60, 0.25), "constant"),
    "all zero": (np.zeros(60), "constant"),
    "all one": (np.ones(60), "constant"),
    "mostly zero": (np.resize([0.0] * 9 + [0.2], 90), "does not separate"),
    "nothing": (np.full(40, np.nan), "no value"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_forecast_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    values, says = BAD[name]
    ctx = world(tmp_path, {"fear": values})
    change(ctx, "update prevalence set value = null where isnan(value)")
    with pytest.raises(AnalysisError, match=says) as caught:
        run(ctx, high="q80")
    assert str(caught.value).startswith("c/x:fear")


def test_others_go_on_where_one_cannot_be_forecast(tmp_path: Path) -> None:
    ctx = world(tmp_path, {"fear": weekly(), "joy": np.zeros(60)})
    outcome = run(ctx, "c/x:*")
    assert [row["signal"] for row in outcome.rows] == ["c/x:fear"]
    assert "1 not possible (c/x:joy: The signal is constant" in outcome.message


def test_gaps_and_shares_of_one_are_no_hindrance(tmp_path: Path) -> None:
    values = weekly(150)
    values[[20, 60, 100]] = 1.0
    ctx = world(tmp_path, {"fear": values})
    change(ctx, "update prevalence set value = null where ts between '2024-03-01' and '2024-03-31'")
    change(ctx, "delete from prevalence where ts between '2024-02-03' and '2024-02-09'")
    row = run(ctx, model=("ets", "ridge")).rows[0]
    assert row["missing_days"] == 31 + 7
    assert all(0 <= day["q05"] <= day["q95"] <= 1 for day in row["forecast"])


def test_a_short_history_is_forecast_and_not_announced(tmp_path: Path) -> None:
    row = run(world(tmp_path, {"fear": weekly(12)})).rows[0]
    assert row["scores"] == []
    assert row["skill"] is None
    assert "12 days have a value" in row["abstains"]
    assert "too short, or holds too few high days" in row["abstains"]


def test_seven_days_are_enough_at_any_horizon(tmp_path: Path) -> None:
    row = run(world(tmp_path, {"fear": weekly(7)}), horizon=30, model=("ets", "ridge")).rows[0]
    assert (row["model"], len(row["forecast"])) == ("seasonal_naive", 30)
    assert set(row["left_out"]) == {"ets", "ridge"}


def test_a_past_without_a_single_error(tmp_path: Path) -> None:
    """All zero until lately: no model was ever wrong, and none is better than the baseline."""
    late = np.concatenate([np.zeros(280), weekly(20)])
    row = run(world(tmp_path, {"fear": late}), model=("ets", "ridge")).rows[0]
    assert row["model"] == "seasonal_naive"
    assert all(np.isfinite(day["mean"]) for day in row["forecast"])


def test_what_was_not_known_yet(two: Context) -> None:
    with pytest.raises(AnalysisError, match="c/x:fear: The signal has no value: no day was known"):
        run(two, as_of="2020-01-01")


def test_a_signal_that_does_not_exist_has_neighbours(two: Context) -> None:
    with pytest.raises(UsageError, match=r"Nearest: c/x:fear"):
        run(two, "c/x:faer")


def test_no_threshold(two: Context) -> None:
    with pytest.raises(UsageError, match="no threshold"):
        run(two, high="q101")


def test_what_was_not_known_is_left_out(two: Context) -> None:
    row = run(two, as_of="2024-04-01").rows[0]
    assert str(row["origin"]) == "2024-03-31"
    with pytest.raises(UsageError, match="soon"):
        run(two, as_of="soon")
