"""Backtests from stored rows: contract keys, families, what was tried before, and bad input."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import polars as pl
import pytest

from affectcli import runner
from affectcli.analyze import backtest
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
N = 300
CONTRACT = (
    *("rule", "signal", "asset", "start", "end", "bars", "total_return", "buy_and_hold_return"),
    *("cagr", "volatility", "sharpe", "sharpe_low", "sharpe_high", "max_drawdown", "exposure"),
    *("turnover", "cost_bps", "execute", "random_timing_percentile", "p_value"),
    *("same_bar_total_return", "deflated_sharpe", "tried", "sma_return", "verdict", "q_value"),
)


def _bars(ctx: Context, asset: str, close: NDArray[np.float64], days: list[datetime]) -> None:
    opens = np.concatenate([close[:1], close[:-1]])
    frame = pl.DataFrame({"ts": days, "o": opens, "c": close}).with_columns(asset=pl.lit(asset))
    with ctx.db.write() as con:
        con.register(bars=frame)
        con.raw.execute(
            "insert into price select asset, ts, '1d', o, greatest(o, c), least(o, c), c, 1, 's',"
            " ts + interval 1 day, 'r' from bars"
        )


def _made(path: Path, *, change: int | None = None) -> Context:
    """Return a database where joy knows tomorrow's return of UP; noise from day `change` on."""
    path.mkdir(exist_ok=True)
    rng = np.random.default_rng(1)
    news, idle, shock = rng.normal(size=(3, N))
    log_return = np.concatenate([[0.0], 0.012 * news[:-1]]) + 0.02 * shock
    values = {"joy": 0.3 + 0.03 * news, "calm": 0.3 + 0.03 * idle}
    if change is not None:
        later = np.random.default_rng(2)
        log_return[change:] = 0.2 * later.normal(size=N - change)
        values = {
            k: np.concatenate([v[:change], later.random(N - change)]) for k, v in values.items()
        }
    ctx = Context(
        Database(path / "a.duckdb"),
        Settings(db=path / "a.duckdb", tag=Tag(tagger="t")),
        "run-1",
        1,
    )
    days = [START + timedelta(k) for k in range(N)]
    with ctx.db.write() as con:
        tables.days(con, {name: series.tolist() for name, series in values.items()})
    _bars(ctx, "UP", 100 * np.exp(np.cumsum(log_return)), days)
    return ctx


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return _made(tmp_path_factory.mktemp("backtest"))


def test_what_is_planted_is_found_and_its_idle_neighbour_is_not(ctx: Context) -> None:
    rows = backtest.run(ctx, rule="above:q60", signal="c/x:*", asset="UP").rows
    found = {row["signal"]: row for row in rows}
    assert set(CONTRACT) <= found["c/x:joy"].keys()
    assert found["c/x:joy"]["q_value"] <= 0.05 < found["c/x:calm"]["q_value"]
    assert found["c/x:joy"]["family_size"] == 2
    assert found["c/x:joy"]["random_timing_percentile"] > 0.99
    assert "Look-ahead, not attainable" in found["c/x:joy"]["verdict"]
    assert "no better than chance" in found["c/x:calm"]["verdict"]
    assert orjson.loads(orjson.dumps(found["c/x:joy"]))["sharpe_low"] is not None


def test_costs_cost_and_the_close_is_another_price(ctx: Context) -> None:
    def total(**options: Any) -> float:  # noqa: ANN401  # options of the step
        (row,) = backtest.run(ctx, rule="up", signal="c/x:joy", asset="asset/UP", **options).rows
        return float(row["total_return"])

    assert total(cost_bps=0) > total(cost_bps=10) > total(cost_bps=50)
    assert total(execute="next-close") < total(execute="next-open")
    assert total(side="short") < total()


def test_random_timings_have_the_same_costs(ctx: Context) -> None:
    free, dear = (
        backtest.run(ctx, rule="up", signal="c/x:joy", asset="UP", cost_bps=bps).rows[0]
        for bps in (0, 50)
    )
    assert free["random_timing_percentile"] == dear["random_timing_percentile"]
    assert dear["random_timing_return"] < free["random_timing_return"]


def test_the_future_changes_nothing_that_was_known(ctx: Context, tmp_path: Path) -> None:
    other = _made(tmp_path / "changed", change=200)
    for rule, walk in (("up", False), ("below:q40", True)):
        rows = [
            backtest.run(
                one,
                rule=rule,
                signal="c/x:joy",
                asset="UP",
                walk_forward=walk,
                as_of="2024-07-19",
            ).rows
            for one in (ctx, other)
        ]
        assert rows[0] == rows[1]


def test_rules_tried_are_counted_once_each(tmp_path: Path) -> None:
    made = _made(tmp_path / "tried")
    settings = made.settings

    def tried(rule: str, signal: str = "c/x:joy") -> int:
        asked = {"rule": rule, "signal": signal, "asset": "UP"}
        outcome = runner.execute("analyze backtest", asked, settings)
        return int(outcome.rows[0]["tried"])

    assert tried("up") == 1
    assert tried("up") == 1
    assert tried("down") == 2
    assert tried("above:q60", "c/x:*") == 4
    assert tried("up") == 4
    with made.db.read() as con:
        assert con.raw.sql("select count(*) from finding").fetchall() == [(4,)]


def test_running_twice_changes_nothing(ctx: Context) -> None:
    backtest.run(ctx, rule="down", signal="c/x:calm", asset="UP")
    assert backtest.run(ctx, rule="down", signal="c/x:calm", asset="UP").rows_out == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rule": "north"}, "is no rule"),
        ({"asset": "NONE"}, "There: UP"),
        ({"signal": "c/x:anger"}, "No signal matches"),
        ({"walk_forward": True}, "no threshold"),
        ({"cost_bps": -1.0}, "no cost"),
        ({"as_of": "soon"}, "no time"),
    ],
)
def test_what_is_typed_wrong(ctx: Context, options: dict[str, Any], says: str) -> None:
    asked: dict[str, Any] = {"rule": "up", "signal": "c/x:joy", "asset": "UP"}
    with pytest.raises(UsageError, match=says):
        backtest.run(ctx, **{**asked, **options})


def test_a_signal_that_says_nothing_is_exit_10(tmp_path: Path) -> None:
    made = _made(tmp_path / "bad")
    far = [datetime(2030, 1, 1) + timedelta(k) for k in range(N)]  # noqa: DTZ001  # naive UTC
    _bars(made, "FAR", np.linspace(100, 200, N), far)
    with made.db.write() as con:
        tables.days(con, {"flat": [0.2] * N, "short": [0.1, 0.2, 0.3, 0.1, 0.2]})
        tables.days(con, {"gone": [0.2] * N})
        con.raw.execute("update prevalence set value = null, raw = null where measure = 'gone'")
        tables.days(con, {"twice": np.linspace(0, 0.5, N).tolist()})
        con.raw.execute("insert into prevalence select * from prevalence where measure = 'twice'")
    cases = {
        ("flat", "UP"): "constant",
        ("short", "UP"): "bars have a decision",
        ("gone", "UP"): "No day has a value",
        ("twice", "UP"): "there twice",
        ("joy", "FAR"): "decides nothing on any bar",
    }
    for (measure, asset), says in cases.items():
        with pytest.raises(AnalysisError, match=says) as caught:
            backtest.run(made, rule="up", signal=f"c/x:{measure}", asset=asset)
        assert caught.value.code == 10
    outcome = backtest.run(made, rule="up", signal="c/x:joy", asset="*")
    assert [row["asset"] for row in outcome.rows] == ["UP"]
    assert "1 not tradable" in outcome.message


def test_a_stock_trades_on_the_bar_after_the_weekend(tmp_path: Path) -> None:
    made = _made(tmp_path / "stock")
    days = [START + timedelta(k) for k in range(N) if k % 7 < 5]
    close = 100 + np.cumsum(np.random.default_rng(3).normal(size=len(days)))
    _bars(made, "STOCK", close, days)
    (row,) = backtest.run(made, rule="above:q50", signal="c/x:joy", asset="STOCK").rows
    assert row["start"] == START.date() + timedelta(31)
    assert row["bars"] == sum(day >= START + timedelta(31) for day in days)


def test_each_community_on_the_asset_it_is_named_after(tmp_path: Path) -> None:
    made = _made(tmp_path / "same")
    with pytest.raises(AnalysisError, match="named as its community"):
        backtest.run(made, rule="up", signal="c/x:joy", asset="same")
    rng = np.random.default_rng(4)
    days = [START + timedelta(k) for k in range(N)]
    with made.db.write() as con:
        for name in ("AA", "BB"):
            tables.days(con, {"joy": rng.random(N).tolist()}, community=f"s/{name}")
    for name in ("AA", "BB"):
        _bars(made, name, 100 + np.cumsum(rng.normal(size=N)), days)
    rows = backtest.run(made, rule="up", signal="s/*:joy", asset="same").rows
    assert sorted((row["signal"], row["asset"]) for row in rows) == [
        ("s/AA:joy", "AA"),
        ("s/BB:joy", "BB"),
    ]
