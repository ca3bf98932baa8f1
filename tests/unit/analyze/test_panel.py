"""Panels: a planted effect is found, noise is not, windows end before returns begin."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.formula.api as smf

from affectcli.analyze import panel
from affectcli.analyze._panel_calendar import sessions
from affectcli.analyze._panel_fit import Panel, fit, wild_cluster_p
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LAST = date(2014, 1, 2), date(2014, 6, 30)
ASSETS = ("AAPL", "BA", "CAT", "DIS", "FB", "GE", "KO", "MSFT")
FEARFUL, GLAD, FLAT = 1, 2, 3


def _market(ctx: Context, *, effect: float, seed: int = 0, until: date = LAST) -> None:
    """Store posts about assets and bars whose open-to-close return falls with fear before it.

    After `until` everything is drawn anew, with another seed.
    """
    rng, later = np.random.default_rng(seed), np.random.default_rng(seed + 99)
    posts: list[tuple[Any, ...]] = []
    bars: list[tuple[Any, ...]] = []
    for day, starts, ends in sessions("XNYS", FIRST, LAST).iter_rows():
        dice = rng if day <= until else later
        common = 0.01 * dice.standard_normal()
        for asset in ASSETS:
            texts = dice.choice([FEARFUL, GLAD, FLAT], 12, p=[0.3, 0.2, 0.5])
            for number, text in enumerate(texts):
                late = (ends - timedelta(seconds=1)) if number % 2 else starts
                posts.append((f"{asset}-{day}-{number}", f"stocktwits/{asset}", late, int(text)))
            # Fear within trading hours is of no consequence here, and must not be counted.
            within = ends + timedelta(hours=2)
            posts += [(f"{asset}-{day}-in-{k}", f"stocktwits/{asset}", within, 1) for k in range(3)]
            fear = np.mean(texts == FEARFUL) - 0.3
            change = common - effect * fear + 0.01 * dice.standard_normal()
            bars.append(
                (asset, day, 100.0, 100.0 * float(np.exp(change)), ends + timedelta(hours=6))
            )
    with ctx.db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0, "neutral": 0.0})
        for text, p in ((FEARFUL, [0.9, 0.0, 0.1]), (GLAD, [0.0, 0.9, 0.1]), (FLAT, [0, 0, 0.9])):
            tables.score(con, text, "goemotions28", p)
        made = pl.DataFrame(posts, schema=["id", "community", "created", "hash"], orient="row")
        con.register(made=made, bars=pl.DataFrame(bars, schema=list("adoce"), orient="row"))
        con.raw.execute(
            "insert into post by name select id as post_id, 't' as source, community,"
            " 'message' as kind, id as author, created, '' as title, 'x' as body,"
            " 'en' as lang, [] as symbols, hash::ubigint as text_hash, 'live' as status,"
            " created as ingested, 'r' as run_id from made"
        )
        con.raw.execute(
            "insert into price by name select a as asset, d::timestamp as ts, '1d' as bar,"
            " o as open, greatest(o, c) as high, least(o, c) as low, c as close, 1 as volume,"
            " 't' as source, e as available_at, 'r' as run_id from bars"
        )


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _row(rows: list[dict[str, Any]], term: str) -> dict[str, Any]:
    return next(row for row in rows if row["term"] == term)


def test_fear_before_the_opening_is_found_and_joy_is_not(ctx: Context) -> None:
    _market(ctx, effect=0.03)
    outcome = panel.run(ctx)
    fear = _row(outcome.rows, "fear")
    assert fear["coef"] < 0
    assert fear["q_value"] < 0.05
    assert fear["errors"] == "wild cluster bootstrap"
    assert fear["clusters"] == {"asset": 8, "day": fear["days"]}
    assert fear["fixed_effects"] == ["asset", "day"]
    assert (fear["calendar"], fear["returns"]) == ("XNYS", "open to close")
    assert "goes before a return" in fear["verdict"]
    joy = _row(outcome.rows, "joy")
    assert joy["q_value"] > 0.05
    assert "No sign" in joy["verdict"]
    # 0.03 times the share's spread: 12 posts, p = 0.3.
    assert fear["coef"] == pytest.approx(-0.03 * np.sqrt(0.3 * 0.7 / 12), rel=0.35)
    assert {row["model"] for row in outcome.rows} == {"together", "valence"}
    controls = [row for row in outcome.rows if row["kind"] == "control"]
    # Every window here has 12 posts: their number cannot be a control.
    assert {row["term"] for row in controls} == {"past return", "volatility"}
    assert all(row["q_value"] is None and row["finding_id"] is None for row in controls)
    with ctx.db.read() as con:
        stored = con.raw.sql("select count(*) from finding where analysis = 'panel'").fetchall()
    assert stored == [(fear["family_size"],)]
    assert panel.run(ctx).rows_out == 0


def test_lags_and_interactions_are_terms_of_one_family(ctx: Context) -> None:
    _market(ctx, effect=0.0)
    outcome = panel.run(ctx, signals="fear@mean", lags=1, by_volatility=True)
    claims = [row["term"] for row in outcome.rows if row["kind"] == "claim"]
    assert sorted(claims) == ["fear", "fear lag 1", "fear x volatility"]
    assert all(row["q_value"] > 0.05 for row in outcome.rows if row["kind"] == "claim")


def test_the_future_changes_nothing_before_it(tmp_path: Path) -> None:
    until = date(2014, 4, 30)
    found = []
    for name, changed in (("a", LAST), ("b", until)):
        db = Database(tmp_path / f"{name}.duckdb")
        ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run", 1)
        _market(ctx, effect=0.01, until=changed)
        found.append(panel.run(ctx, as_of="2014-05-01").rows)
    assert found[0] == found[1]
    assert found[0][0]["end"] <= until


def test_bad_input_is_refused_with_a_reason(ctx: Context) -> None:
    _market(ctx, effect=0.0)
    with pytest.raises(UsageError, match="No asset"):
        panel.run(ctx, assets="NOPE")
    for wrong, error, text in (
        ({"assets": "AAPL"}, AnalysisError, "1 asset"),
        ({"signals": "pride"}, AnalysisError, "No post before a session"),
        ({"calendar": "XMARS"}, UsageError, "no trading calendar"),
        ({"min_posts": 500}, AnalysisError, "the fullest has 12 posts"),
        ({"as_of": "soon"}, UsageError, "no time"),
        ({"as_of": "2014-01-10"}, AnalysisError, "returns; 60 are needed"),
    ):
        with pytest.raises(error, match=text):
            panel.run(ctx, **wrong)
    with ctx.db.write() as con:
        con.raw.execute("delete from price where ts > '2014-01-20' and asset <> 'GE'")
        con.raw.execute("update price set ts = ts + interval 1 year where ts > '2014-04-01'")
    with pytest.raises(AnalysisError) as caught:
        panel.run(ctx)
    assert caught.value.code == 10


def test_windows_end_where_returns_begin() -> None:
    found = sessions("XNYS", date(2014, 3, 6), date(2014, 3, 11))
    assert found["day"].to_list() == [date(2014, 3, d) for d in (6, 7, 10, 11)]
    # Over the weekend of 9 March New York goes to summer time: 14:30 UTC becomes 13:30.
    monday = found.row(2)
    assert monday[1:] == (datetime(2014, 3, 7, 21, 0), datetime(2014, 3, 10, 13, 30))  # noqa: DTZ001  # naive UTC, as stored
    whole = sessions("XNYS", date(2014, 3, 6), date(2014, 3, 11), hours="all")
    assert whole["starts"][1:].to_list() == whole["ends"][:-1].to_list()
    day = sessions("24/7", date(2014, 7, 1), date(2014, 7, 2), zone="America/New_York")
    assert day["ends"].to_list()[0] == datetime(2014, 6, 30, 4, 0)  # noqa: DTZ001  # naive UTC
    with pytest.raises(UsageError, match="no time zone"):
        sessions("24/7", FIRST, LAST, zone="Mars/Base")


def _unbalanced(assets: int, days: int, seed: int) -> Panel:
    rng = np.random.default_rng(seed)
    asset, day = (a.ravel() for a in np.meshgrid(np.arange(assets), np.arange(days)))
    kept = rng.random(len(asset)) < 0.8
    asset, day = asset[kept], day[kept]
    X = rng.standard_normal((len(asset), 2)) + 0.5 * rng.standard_normal(days)[day][:, None]
    shocks = rng.standard_normal(days)[day] + rng.standard_normal(assets)[asset]
    y = 0.3 * X[:, 0] + shocks + rng.standard_normal(len(asset))
    return Panel(asset, day, y, X, ["a", "b"])


def test_coefficients_are_those_of_dummies_in_statsmodels() -> None:
    made = _unbalanced(40, 50, 1)
    found = fit(made)
    frame = pd.DataFrame({"y": made.y, "a": made.X[:, 0], "b": made.X[:, 1]})
    frame["asset"], frame["day"] = made.asset, made.day
    groups = frame[["asset", "day"]].to_numpy()
    by_hand = smf.ols("y ~ a + b + C(asset) + C(day)", frame).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    for term in found:
        assert term.coef == pytest.approx(by_hand.params[term.name], abs=1e-9)
        # The small-sample corrections of the two differ by about 2 % here.
        assert term.se == pytest.approx(
            np.sqrt(by_hand.cov_params().loc[term.name, term.name]), rel=0.06
        )
        assert not term.bootstrapped
    assert found[0].p_value < 0.001


def test_few_clusters_are_bootstrapped() -> None:
    made = _unbalanced(8, 60, 2)
    strong, _ = fit(made)
    assert strong.bootstrapped
    assert strong.p_value < 0.05
    rng = np.random.default_rng(3)
    p = []
    for seed in range(40):
        null = _unbalanced(8, 40, seed + 10)
        noise = Panel(null.asset, null.day, rng.standard_normal(len(null.y)), null.X, null.names)
        p.append(wild_cluster_p(noise, [0, 1], draws=199))
    assert np.mean(np.array(p) <= 0.05) <= 0.12  # three standard errors above 5 %


def test_a_label_that_two_posts_carry_proves_nothing() -> None:
    made = _unbalanced(60, 60, 4)
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(12):
        rare = np.zeros(len(made.y))
        rare[rng.integers(len(rare), size=2)] = 1.0
        term = fit(Panel(made.asset, made.day, made.y, rare[:, None], ["rare"]))[0]
        assert term.carried < 4
        assert term.bootstrapped
        wrong += term.p_value <= 0.05
    assert wrong <= 2
