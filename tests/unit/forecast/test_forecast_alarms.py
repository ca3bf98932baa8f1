"""Past alarms beside what came."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from affectcli.forecast._alarms import missed_periods, past_alarms, reliability, skill
from affectcli.forecast._periods import Span
from affectcli.forecast._scale import Observed
from affectcli.forecast._scorecard import Forecasts, Targets
from affectcli.forecast._trial import base_rate

DAYS = [date(2024, 1, 1) + timedelta(days=k) for k in range(40)]


def seen(value: np.ndarray) -> Observed:
    return Observed(DAYS, value, np.full(len(value), np.nan))


def targets(value: np.ndarray, origins: list[int], periods: list[tuple[int, int]]) -> Targets:
    return Targets(
        origins=origins,
        actual=np.stack([value[row + 1 : row + 8] for row in origins]),
        threshold=np.full((len(origins), 1), 0.5),
        scale=np.ones((len(origins), 1)),
        periods=periods,
    )


def test_an_alarm_is_a_hit_if_two_high_days_in_a_row_touch_it() -> None:
    value = np.zeros(40)
    value[[12, 13, 22]] = 1.0
    value[31:34] = np.nan
    asked = targets(value, [10, 20, 30], [(12, 13)])
    found = past_alarms(
        seen(value), asked, [[Span(2, 4, 0.8)], [Span(1, 2, 0.7)], [Span(0, 2, 0.6)]]
    )
    assert [alarm["outcome"] for alarm in found] == ["hit", "miss", None]
    assert (found[0]["start"], found[0]["end"]) == (DAYS[13], DAYS[15])
    assert [alarm["lead_days"] for alarm in found] == [3, None, None]
    assert past_alarms(seen(value), asked, [[Span(2, 4, 0.3)], [], []]) == []


def test_a_run_counts_with_the_day_before_and_the_day_after_the_window() -> None:
    """As settle_alert.sql judges the same alarm once it is stored."""
    value = np.zeros(40)
    value[[10, 11, 27, 28]] = 1.0
    asked = targets(value, [10, 20, 30], [])
    found = past_alarms(seen(value), asked, [[Span(0, 0, 0.9)], [Span(5, 6, 0.9)], []])
    assert [(alarm["outcome"], alarm["lead_days"]) for alarm in found] == [("hit", 1), ("hit", 7)]
    over = past_alarms(seen(value), asked, [[], [], [Span(0, 0, 0.9)]])
    assert [alarm["outcome"] for alarm in over] == ["miss"]


def test_a_period_that_no_earlier_alarm_touched_was_missed() -> None:
    value = np.zeros(40)
    value[[12, 13, 24, 25]] = 1.0
    asked = targets(value, [10, 20], [(12, 13), (24, 25), (39, 39)])
    alarms = past_alarms(seen(value), asked, [[Span(1, 2, 0.9)], [Span(5, 6, 0.9)]])
    found = missed_periods(DAYS, asked, alarms)
    assert found == [{"start": DAYS[24], "end": DAYS[25]}]  # the last lay within nobody's reach


def forecasts(p: np.ndarray) -> Forecasts:
    return Forecasts(np.zeros((9, *p.shape)), p, np.zeros(p.shape), np.ones(p.shape), np.ones(1))


def test_honest_probabilities_lie_on_the_diagonal() -> None:
    dice = np.random.default_rng(3)
    p = dice.uniform(size=(3000, 7))
    value = (dice.uniform(size=p.shape) < p).astype(float)
    asked = Targets(list(range(3000)), value, np.full((3000, 1), 0.5), np.ones((3000, 1)), [])
    bins = reliability(asked, forecasts(p))
    assert [b["observed"] for b in bins] == pytest.approx([b["forecast"] for b in bins], abs=0.04)
    assert sum(b["days"] for b in bins) == p.size


def test_skill_is_one_for_a_prophet_zero_for_the_base_rate() -> None:
    value = np.tile([0.0, 0.0, 0.0, 1.0], 20)
    asked = targets(value, [20, 24, 28], [])
    base = np.array([base_rate(value, row, "0.5") for row in asked.origins])
    assert base == pytest.approx([5 / 21, 6 / 25, 7 / 29])
    assert skill(asked, forecasts(asked.actual), base) == 1.0
    said = np.broadcast_to(base[:, np.newaxis], (3, 7))
    assert skill(asked, forecasts(said), base) == pytest.approx(0.0)
