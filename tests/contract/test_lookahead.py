"""What comes later changes nothing: the future is replaced by noise, and the past stays to the bit.

One body for every analysis: a new part fails here until it has an entry in QUESTIONS.
"""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import polars as pl
import pytest

from affectcli import aggregate, forecast, parts, runner
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.forecast.histories import causal, history
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIRST, DAYS = date(2014, 1, 1), 330
CUT = date(2014, 10, 1)
ASSETS = ("AAPL", "BA", "CAT", "KO", "MSFT")
PLACE = "stocktwits/AAPL"
QUESTIONS: dict[str, dict[str, Any]] = {
    "backtest": {"rule": "up", "signal": f"{PLACE}:posts", "asset": "AAPL"},
    "causes": {"community": PLACE},
    "contagion": {"community": PLACE, "nulls": 99},
    "changepoints": {"signal": f"{PLACE}:*", "nulls": 199},
    "drivers": {"signal": f"{PLACE}:fear", "window": "2014-09-01/2014-11-01", "draws": 199},
    "events": {"signal": f"{PLACE}:fear", "placebos": 99},
    "granger": {"x": f"{PLACE}:fear", "y": "asset/AAPL:return", "max_lag": 3, "nulls": 99},
    "levels": {"signal": f"{PLACE}:*"},
    "panel": {"signals": "fear@mean"},
    "xcorr": {"x": f"{PLACE}:*", "y": "asset/*:return", "max_lag": 7, "nulls": 99},
}
"""The parameters with which each analysis has something to say of the database below."""


def _days(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return posts, bars and events; those after CUT are drawn with another seed."""
    posts: list[tuple[Any, ...]] = []
    bars: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    before, after = np.random.default_rng(0), np.random.default_rng(seed)
    for number in range(DAYS):
        day = FIRST + timedelta(number)
        dice = before if day < CUT else after
        moment = datetime.combine(day, datetime.min.time(), UTC).replace(tzinfo=None)
        for asset in ASSETS:
            fear = dice.uniform(0.1, 0.5)
            texts = dice.choice(3, dice.integers(12, 25), p=[fear, 0.8 - fear, 0.2])
            posts += [
                (f"{asset}-{number}-{k}", f"stocktwits/{asset}", moment + timedelta(hours=5), t)
                for k, t in enumerate(texts.tolist())
            ]
            start, change = 100.0 * np.exp(dice.normal(0, 0.1)), np.exp(0.02 * dice.normal())
            if day.weekday() < 5:
                bars.append((asset, moment, start, start * change, moment + timedelta(hours=21)))
        if dice.random() < 0.04:
            events.append((f"e{number}", moment))
    return (
        pl.DataFrame(posts, schema=["id", "community", "created", "hash"], orient="row"),
        pl.DataFrame(bars, schema=["asset", "ts", "first", "last", "known"], orient="row"),
        pl.DataFrame(events, schema=["id", "ts"], orient="row"),
    )


def _store(path: Path, seed: int) -> Context:
    db = Database(path)
    ctx = Context(db, Settings(db=path, tag=Tag(tagger="t")), "run-1", 1)
    posts, bars, events = _days(seed)
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0, "neutral": 0.0})
        for text, p in enumerate(([0.9, 0.0, 0.1], [0.0, 0.9, 0.1], [0.0, 0.0, 0.9])):
            tables.score(con, text, "goemotions28", p)
        con.register(made=posts, bars=bars, dated=events)
        con.raw.execute(
            "insert into post by name select id as post_id, 't' as source, community,"
            " 'message' as kind, id as author, created, '' as title, 'x' as body, 'en' as lang,"
            # Each post of a day but its first answers an earlier one.
            " if(ends_with(id, '-0'), null, regexp_replace(id, '[0-9]+$',"
            " ((split_part(id, '-', 3)::int - 1) // 2)::varchar)) as parent_id,"
            " [] as symbols, hash::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made"
        )
        con.raw.execute(  # what was feared, in 160 different spans about four things
            "insert into cause by name select id as post_id, 't' as tagger, 'fear' as emotion,"
            " ['the shares fall', 'my boss shouts', 'the train is late', 'it rains'][1 + n % 4]"
            " || ' for ' || n || ' days' as span, id as evidence_post_id, 'self' as kind,"
            " 'r' as run_id, 'c' as revision"
            " from (select *, (hash(id) % 160)::int as n from made) where hash = 0"
        )
        con.raw.execute(
            "insert into price by name select asset, ts, '1d' as bar, first as open,"
            " greatest(first, last) as high, least(first, last) as low, last as close,"
            " 1 as volume, 't' as source, known as available_at, 'r' as run_id from bars"
        )
        con.raw.execute(
            "insert into event by name select id as event_id, ts, id as name, 't' as source,"
            " 'r' as run_id from dated"
        )
    aggregate.run(ctx)
    return ctx


@pytest.fixture(scope="module")
def futures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, Context]:
    """Return two databases that are alike before CUT and share nothing after it."""
    folder = tmp_path_factory.mktemp("futures")
    return _store(folder / "one.duckdb", 1), _store(folder / "other.duckdb", 2)


def _asked(ctx: Context, name: str, extra: Mapping[str, str]) -> list[bytes]:
    """Return what an analysis says and stores, as text of its last bit."""
    module = parts.load("analyze", name)
    command = f"analyze {name}"
    rows = module.run(ctx, **runner.bind(module, command, {**QUESTIONS[name], **extra})).rows
    with ctx.db.write() as con:
        stored = con.raw.sql(
            "from finding where analysis = $name order by finding_id", params={"name": name}
        ).pl()
        con.raw.execute("delete from finding")
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS
    return sorted(
        orjson.dumps(row, default=str, option=option) for row in [*rows, *stored.to_dicts()]
    )


def test_every_series_ends_the_same(futures: tuple[Context, Context]) -> None:
    tables_ = []
    for ctx in futures:
        with ctx.db.read() as con:
            tables_.append(
                con.raw.sql(
                    "from prevalence where available_at <= $cut order by all", params={"cut": CUT}
                ).pl()
            )
    assert len(tables_[0]) > 1000
    assert tables_[0].equals(tables_[1])


@pytest.mark.parametrize("name", parts.names("analyze"))
def test_the_future_changes_nothing_before_it(name: str, futures: tuple[Context, Context]) -> None:
    assert name in QUESTIONS, (
        f"Add {name!r} to QUESTIONS in {__file__}: parameters with which it finds something to say "
        "about stocktwits/AAPL, asset/AAPL and the events of 2014."
    )
    whole = [_asked(ctx, name, {}) for ctx in futures]
    assert whole[0] != whole[1], "the two futures look alike to it: this test could not fail"
    takes = inspect.signature(parts.load("analyze", name).run).parameters
    assert "as_of" in takes, f"{name} needs `as_of: str = ''`"
    known = [_asked(ctx, name, {"as_of": str(CUT)}) for ctx in futures]
    assert known[0]
    assert known[0] == known[1]


FORECAST: dict[str, Any] = {
    "signal": f"{PLACE}:[fp]*",
    "origins": 20,
    "others": ["asset/AAPL:return"],
    "model": ["ets", "ridge"],
}
"""What forecasts are asked, on top of which every forecaster has a test of its own below."""
ALERTS = ((CUT - timedelta(9), CUT - timedelta(3)), (CUT - timedelta(3), CUT + timedelta(3)))
"""Days of alerts given before CUT: one is over then, one is not."""


def _foretold(ctx: Context, as_of: str) -> list[pl.DataFrame]:
    """Return what forecasts say and store, and what they say of earlier alerts."""
    with ctx.db.write() as con:
        for starts, ends in ALERTS:
            given = [f"{PLACE}:fear", CUT - timedelta(30), starts, ends]
            con.raw.execute(
                "insert into alert values ('r', ?, 'm', ?, ?, ?, 1, 0, 'q', 7, null)", given
            )
    forecast.run(ctx, **FORECAST, as_of=as_of)
    with ctx.db.write() as con:
        tables_ = ("forecast", "alert", "finding")
        found = [con.raw.sql(f"from {table} order by all").pl() for table in tables_]
        for table in tables_:
            con.raw.execute(f"delete from {table}")
    return found


def test_no_forecast_looks_ahead(futures: tuple[Context, Context]) -> None:
    whole = [_foretold(ctx, "") for ctx in futures]
    known = [_foretold(ctx, str(CUT)) for ctx in futures]
    assert not any(one.equals(other) for one, other in zip(*whole, strict=True) if one.height > 2)
    assert all(one.equals(other) for one, other in zip(*known, strict=True))
    forecasts, alerts, findings = known[0]
    assert forecasts.height == 2 * 4 * 14  # signals, models and the combination, days
    assert set(findings["x"]) == {f"{PLACE}:fear", f"{PLACE}:posts"}
    assert alerts.filter(pl.col("model") == "m")["outcome"].to_list() == ["hit", None]


@pytest.mark.parametrize("name", parts.names("forecast"))
def test_no_forecaster_looks_ahead(name: str) -> None:
    dice = np.random.default_rng(5)
    z = np.resize([0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 2.0], 60) + dice.normal(size=60)
    z[[20, 21, 22, 40]] = np.nan
    noise, columns = dice.uniform(0.1, 2.0, 60), dice.normal(size=(60, 2))
    causal(parts.load("forecast", name), history(z, noise=noise, columns=columns), 45)
