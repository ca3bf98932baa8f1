"""Pairs of signals and assets, events and what they concern: who belongs to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import backtest, granger, xcorr
from affectcli.analyze._asked import asked
from affectcli.errors import AnalysisError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database, signals
from affectcli.store.places import called, concerns
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

OWN = {("s/AA:fear", "asset/AA:return"), ("s/BB:fear", "asset/BB:return")}
"""The pairs below; nobody talks about CC."""


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    """Two communities named after assets and one that is not; three assets."""
    db = Database(tmp_path / "a.duckdb")
    rng = np.random.default_rng(0)
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0}, weak=["joy"])
        for place in ("s/AA", "s/BB", "s/all"):
            moods = {name: rng.uniform(0.1, 0.5, 200).tolist() for name in ("fear", "joy")}
            tables.days(con, moods, community=place)
        for asset in ("AA", "BB", "CC"):
            con.register(p=pl.DataFrame({"p": 100 * np.exp(np.cumsum(rng.normal(0, 0.02, 200)))}))
            con.raw.execute(
                "insert into price select ?, ts, '1d', p, p, p, p, 1, 's', ts + interval 1 day, 'r'"
                " from (select p, timestamp '2024-01-01' + to_days((row_number() over ())::int - 1)"
                " as ts from p)",
                [asset],
            )
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def test_the_same_asset_is_the_communitys_own(ctx: Context) -> None:
    pairs, family, _ = asked(ctx, "s/*:fear", "asset/same:return", until=signals.END_OF_TIME)
    assert set(pairs) == OWN
    assert set(family) == {name for pair in OWN for name in pair}
    turned, _, _ = asked(ctx, "asset/same:return", "s/*:fear", until=signals.END_OF_TIME)
    assert {(y, x) for x, y in turned} == OWN
    assets, _, _ = asked(ctx, "asset/same:c*", "asset/same:return", until=signals.END_OF_TIME)
    assert {x.partition(":")[0] == y.partition(":")[0] for x, y in assets} == {True}
    assert len(assets) == 3


def test_every_analysis_of_pairs_knows_it(ctx: Context) -> None:
    rows = xcorr.run(ctx, x="s/*:fear", y="asset/same:return", max_lag=3, nulls=99).rows
    assert {(row["x"], row["y"]) for row in rows} == OWN
    assert {row["family_size"] for row in rows} == {2}
    rows = granger.run(ctx, x="s/*:fear", y="asset/same:return", max_lag=2, nulls=99).rows
    assert {(row["x"], row["y"]) for row in rows} == OWN
    assert {row["family_size"] for row in rows} == {4}
    for asset in ("same", "asset/same"):
        rows = backtest.run(ctx, rule="up", signal="s/*:fear", asset=asset).rows
        assert {(row["signal"], f"asset/{row['asset']}:return") for row in rows} == OWN


def test_communities_without_an_asset_have_no_pair(ctx: Context) -> None:
    with pytest.raises(AnalysisError, match="no asset is named as a community") as caught:
        asked(ctx, "s/all:fear", "asset/same:return", until=signals.END_OF_TIME)
    assert caught.value.code == 10
    with pytest.raises(AnalysisError, match="label joy is weak"):
        asked(ctx, "s/*:joy", "asset/same:return", until=signals.END_OF_TIME)


def test_an_asset_has_the_names_that_people_use() -> None:
    assert called("stocktwits/BTC.X:fear") <= called("asset/BTC-USD:return")
    assert called("reddit/aapl:fear") & called("asset/AAPL:return")
    assert not called("reddit/mental-health:fear") & called("asset/MENTAL:return")


@pytest.mark.parametrize(
    ("scope", "signal", "said"),
    [
        (None, "reddit/x:fear", True),
        (" ", "reddit/x:fear", True),
        ("AAPL", "asset/AAPL:return", True),
        ("$aapl", "stocktwits/AAPL:fear@mean", True),
        ("AAPL", "stocktwits/MSFT:fear", False),
        ("BTC", "asset/BTC-USD:return", True),
        ("reddit/x", "reddit/x:fear", True),
        ("reddit/x", "forum/x:fear", False),
        ("reddit/*", "reddit/x:fear", True),
        ("reddit/*", "asset/X:return", False),
        ("MSFT, AAPL", "asset/AAPL:return", True),
        ("US", "asset/AAPL:return", False),
        ("AAP", "asset/AAPL:return", False),
    ],
)
def test_what_an_event_concerns(scope: str | None, signal: str, said: bool) -> None:
    assert concerns(scope, signal) is said
