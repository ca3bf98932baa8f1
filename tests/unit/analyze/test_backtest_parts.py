"""Rules, executions and the measures of luck, each by hand or against many draws."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import _backtest_chance as chance
from affectcli.analyze import _rules as rules
from affectcli.analyze import _shifts
from affectcli.analyze import _trades as trades
from affectcli.analyze._backtest_bars import Bars, Spoken, bars, latest, spoken
from affectcli.analyze._backtest_trial import Options, trial
from affectcli.errors import AnalysisError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
DAYS = [START + timedelta(k) for k in range(2000)]
WHEN = np.array(DAYS, dtype="datetime64[us]")


def market(close: NDArray[np.float64]) -> Bars:
    n = len(close)
    return Bars("A", WHEN[:n], np.concatenate([close[:1], close[:-1]]), close, DAYS[n])


def said(values: NDArray[np.float64]) -> Spoken:
    n = len(values)
    return Spoken(values, WHEN[:n], WHEN[1 : n + 1], DAYS[n])


def how(rule: str, *, cost: float = 0.0, walk_forward: bool = False) -> Options:
    return Options(rules.parse(rule), cost, "next-open", "long", walk_forward)


@pytest.mark.parametrize("text", ["up", "down", "above:q80", "below:q5"])
def test_a_rule_reads_as_it_is_written(text: str) -> None:
    assert str(rules.parse(text)) == text


@pytest.mark.parametrize("text", ["sideways", "above", "above:q0", "above:80", "below:q100", ""])
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(UsageError, match="is no rule"):
        rules.parse(text)


def test_up_and_down_need_both_days() -> None:
    values = np.array([1.0, 2.0, 2.0, np.nan, 3.0, 1.0])
    up = rules.decide(rules.parse("up"), values)
    assert np.array_equal(up, [np.nan, 1, 0, np.nan, np.nan, 0], equal_nan=True)
    down = rules.decide(rules.parse("down"), values)
    assert np.array_equal(down, [np.nan, 0, 0, np.nan, np.nan, 1], equal_nan=True)


def test_a_threshold_knows_only_the_days_before() -> None:
    values = np.random.default_rng(1).normal(size=120)
    values[50] = np.nan
    held = rules.decide(rules.parse("above:q80"), values)
    assert np.isnan(held[: rules.HISTORY]).all()
    for day in (31, 49, 70, 119):
        past = values[:day]
        bound = np.quantile(past[np.isfinite(past)], 0.8)
        assert held[day] == float(values[day] > bound)
    changed = values.copy()
    changed[80:] = 1e6
    again = rules.decide(rules.parse("above:q80"), changed)
    assert np.array_equal(held[:80], again[:80], equal_nan=True)


def test_wealth_by_hand() -> None:
    found = trades.curve(
        np.array([0.0, 1.0, 1.0, -1.0]), np.array([0.5, 0.1, -0.2, 0.1]), cost=0.01, per_year=2
    )
    wealth = 1.0 * (1.1 * 0.99) * 0.8 * (0.9 * 0.98)
    assert found.total == pytest.approx(wealth - 1)
    assert found.cagr == pytest.approx(wealth**0.5 - 1)
    assert found.exposure == 0.75
    assert found.turnover == pytest.approx(3 / 2)
    assert found.max_drawdown == pytest.approx(1 - 0.8 * 0.9 * 0.98)


def test_a_short_position_cannot_lose_more_than_everything() -> None:
    found = trades.curve(np.array([-1.0]), np.array([5.0]), cost=0.0, per_year=365)
    assert found.total == pytest.approx(-0.99)


def test_a_value_is_used_at_the_first_bar_that_begins_after_it_is_known() -> None:
    of, on = said(np.arange(10.0)), market(np.linspace(1, 2, 12))
    assert latest(of, on).tolist() == [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert latest(of, on, same_bar=True).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]


def test_an_old_value_says_nothing() -> None:
    at = latest(said(np.arange(5.0)), market(np.linspace(1, 2, 30)))
    assert at[11] == 4
    assert (at[12:] == -1).all()


def test_a_late_value_is_used_late() -> None:
    frame = pl.DataFrame(
        {
            "ts": [day.date() for day in DAYS[:10]],
            "value": np.arange(10.0),
            "linear": np.arange(10.0),
            "posts": [None] * 10,
            "available_at": [
                day + timedelta(4 if k == 3 else 1) for k, day in enumerate(DAYS[:10])
            ],
        }
    )
    at = latest(spoken(frame), market(np.linspace(1, 2, 12)))
    assert at.tolist() == [-1, 0, 1, 2, 2, 2, 2, 6, 7, 8, 9, 9]


def test_the_fast_timings_are_those_of_a_loop() -> None:
    rng = np.random.default_rng(2)
    position = rng.choice([-1.0, 0.0, 1.0], 50)
    growing = 0.05 * rng.normal(size=50)
    drawn = _shifts.turns(40, 3)
    own, random = chance.timings(position, growing, drawn)
    assert own == pytest.approx(np.log1p(position * growing).sum())
    for k in range(40):
        step = int(drawn.part[k] * 50)
        spells = np.roll(position[::-1] if drawn.backwards[k] else position, step)
        # Backwards begins at the same bar: index 0 stays where the reading begins.
        spells = np.roll(spells, 1) if drawn.backwards[k] else spells
        assert random[k] == pytest.approx(np.log1p(spells * growing).sum())


def test_luck_is_rarely_called_skill() -> None:
    rng, claims = np.random.default_rng(4), []
    for seed in range(150):
        on = market(100 * np.exp(np.cumsum(0.001 + 0.03 * rng.normal(size=200))))
        found = trial(
            said(np.cumsum(rng.normal(size=200))), on, how("up"), _shifts.turns(500, seed)
        )
        p = _shifts.p_values(np.array([found.log_wealth]), found.random[None])[0]
        claims.append(p <= 0.05)
    assert np.mean(claims) <= 0.11  # three standard errors above 5 % with 150 backtests


def test_a_signal_that_knows_tomorrow_is_found_and_the_same_bar_is_not_it() -> None:
    rng = np.random.default_rng(5)
    news = rng.normal(size=400)
    returns = np.concatenate([[0.0], 0.01 * news[:-1]]) + 0.02 * rng.normal(size=400)
    found = trial(
        said(np.cumsum(news)),
        market(100 * np.exp(np.cumsum(returns))),
        how("up"),
        _shifts.turns(999, 1),
    )
    assert (found.random < found.log_wealth).mean() > 0.99
    assert found.rule.total > found.hold.total
    assert found.same_bar.total < found.rule.total


def test_the_future_changes_no_position_before_it() -> None:
    rng = np.random.default_rng(6)
    values, log_price = rng.normal(size=500), np.cumsum(0.02 * rng.normal(size=500))
    for rule, walk in (("up", False), ("above:q70", False), ("above:q70", True)):
        options = how(rule, cost=0.001, walk_forward=walk)
        one = trial(said(values), market(np.exp(log_price)), options, _shifts.turns(99, 1))
        noise = np.concatenate([values[:300], 9 * rng.normal(size=200)])
        prices = np.exp(np.concatenate([log_price[:300], rng.normal(size=200)]))
        two = trial(said(noise), market(prices), options, _shifts.turns(99, 1))
        until = 299 - one.begin
        for mine, other in ((one.rule, two.rule), (one.average, two.average)):
            assert np.array_equal(mine.returns[:until], other.returns[:until])


def test_walk_forward_finds_a_better_threshold() -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(size=1500)
    earned = np.where(values[:-1] > 0.5, 0.01, -0.01)
    returns = np.concatenate([[0.0], earned]) + 0.01 * rng.normal(size=1500)
    on = market(np.exp(np.cumsum(returns)))
    fixed = trial(said(values), on, how("above:q10"), _shifts.turns(99, 1))
    chosen = trial(said(values), on, how("above:q10", walk_forward=True), _shifts.turns(99, 1))
    assert chosen.rule.total > fixed.rule.total
    assert set(chosen.percents) & {60, 65, 70, 75, 80}


def test_the_sharpe_interval_covers() -> None:
    rng, true = np.random.default_rng(8), 0.06
    held = []
    for _ in range(200):
        found = chance.sharpe_interval(true + rng.normal(size=300), 1.0, seed=1)
        assert found is not None
        held.append(found[0] <= true <= found[1])
    assert 0.9 <= np.mean(held) <= 0.99
    assert chance.sharpe_interval(np.zeros(100), 365, seed=1) is None


def test_every_rule_tried_deflates() -> None:
    returns = 0.08 + np.random.default_rng(9).normal(size=500)
    figures = [chance.deflated(returns, tried) for tried in (1, 10, 100)]
    assert all(figure is not None for figure in figures)
    assert figures == sorted(figures, reverse=True)  # type: ignore[type-var]  # none is None, as asserted
    # The example of Bailey & Lopez de Prado (2014, p. 9): 100 trials, variance 1/2 a year, a best
    # ratio of 0.1132 a day for true ratios of zero.
    days = 250
    best = chance.expected_best(100) * np.sqrt(0.5 / days)
    assert best == pytest.approx(0.1132, abs=0.0005)


def _frame(close: NDArray[np.float64], days: list[datetime] | None = None) -> pl.DataFrame:
    days = DAYS[: len(close)] if days is None else days
    opens = np.concatenate([close[:1], close[:-1]])
    known = [day + timedelta(1) for day in days]
    return pl.DataFrame({"ts": days, "open": opens, "close": close, "available_at": known})


def test_bars_that_cannot_be_traded_on() -> None:
    close = 100 + np.random.default_rng(10).normal(size=200)
    assert bars("A", _frame(close)).per_year == pytest.approx(365.25)
    with pytest.raises(AnalysisError, match="60 are needed"):
        bars("A", _frame(close[:5]))
    with pytest.raises(AnalysisError, match="constant"):
        bars("A", _frame(np.full(200, 3.0)))
    with pytest.raises(AnalysisError, match="nothing can be bought"):
        bars("A", _frame(close - 100))
    with pytest.raises(AnalysisError, match="two bars"):
        bars("A", pl.concat([_frame(close), _frame(close[:1])]))
    gap = [*DAYS[:100], *(day + timedelta(365) for day in DAYS[100:200])]
    with pytest.raises(AnalysisError, match="no bars from"):
        bars("A", _frame(close, gap))


def test_a_split_is_seen_and_a_crash_is_not_one() -> None:
    close = 100 + np.random.default_rng(11).normal(size=200)
    split = close.copy()
    split[100:] /= 7
    frame = _frame(split).with_columns(
        open=pl.Series(np.concatenate([split[:100], split[100:101], split[100:-1]]))
    )
    with pytest.raises(AnalysisError, match="not adjusted"):
        bars("A", frame)
    crash = close.copy()
    crash[100:] *= 0.45  # within the bar: it opens where the last one closed
    assert bars("A", _frame(crash)).close[100] < 50
