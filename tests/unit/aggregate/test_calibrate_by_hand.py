"""Posts labelled by hand become a community's own errors, and its shares become right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli import aggregate
from affectcli.aggregate import _calibrate, _sample
from affectcli.errors import AnalysisError, InputError, UsageError
from affectcli.settings import Settings
from affectcli.store import Context, Database, signals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from typer.testing import Result

POSTS, SHARE = 12_000, 0.08


def _community(rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth and probability of posts: the tagger finds about 60 % and errs on 3 %."""
    true = rng.random(POSTS) < SHARE
    return true, 1 / (1 + np.exp(-rng.normal(np.where(true, 0.4, -3.0), 1.6)))


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    """Two communities with the same posts; 10 days; validation counts that do not fit them."""
    true, p = _community(np.random.default_rng(3))
    made = pl.DataFrame({"n": np.arange(POSTS), "p": p, "yes": true})
    db = Database(tmp_path / "affect.duckdb")
    with db.write() as con:
        con.register(made=made)
        for place in ("c/x", "c/y"):
            con.raw.execute(
                "insert into post by name select $place || ':' || n as post_id, 't' as source,"
                " $place as community, 'message' as kind, 'a' || (n % 900) as author,"
                " timestamp '2024-01-01' + to_days((n % 10)::int) as created, '' as title,"
                " yes::varchar as body, 'en' as lang, [] as symbols, n::ubigint as text_hash,"
                " 'live' as status, created as ingested, 'r' as run_id from made",
                {"place": place},
            )
        con.raw.execute(
            "insert into score select n::ubigint, 'mini', 'r1', 'goemotions28', [p], 'r' from made"
        )
        con.raw.execute(
            "insert into label values ('mini', 'r1', 'goemotions28', 1, 'fear', -1, 0.5,"
            " 30, 70, 10, 990, true, 'many', false, ['en'])"
        )
    return Context(db, Settings(db=db.path), "run-1", seed=5)


def _answered(ctx: Context, file: Path, size: int = 300) -> pl.DataFrame:
    rows = _sample.run(ctx, community="c/x", labels=["fear"], size=size).rows
    asked = pl.DataFrame(rows).with_columns(
        answer=pl.when(pl.col("text") == "true").then(pl.lit("1")).otherwise(pl.lit("no"))
    )
    asked.write_csv(file)
    return asked


def _shares(ctx: Context, community: str) -> pl.DataFrame:
    aggregate.run(ctx)
    with ctx.db.read() as con:
        found: pl.DataFrame = con.raw.sql(
            "from daily where community = $c and measure = 'fear' order by day",
            params={"c": community},
        ).pl()
    return found


def test_a_labelled_sample_corrects_its_community_and_no_other(
    ctx: Context, tmp_path: Path
) -> None:
    before = _shares(ctx, "c/x")
    assert before.filter(pl.lit(SHARE).is_between("low", "high")).height < 5
    asked = _answered(ctx, tmp_path / "sample.csv")
    assert asked["stratum"].n_unique() == 6
    weight = asked.group_by("stratum").agg(pl.col("weight").sum(), pl.col("stratum_posts").first())
    np.testing.assert_allclose(weight["weight"], weight["stratum_posts"])
    assert asked["stratum_posts"].unique().sum() == POSTS
    outcome = _calibrate.run(ctx, tmp_path / "sample.csv", community="c/x")
    true, p = _community(np.random.default_rng(3))
    (row,) = outcome.rows
    assert row["sensitivity"] == pytest.approx((p[true] >= 0.5).mean(), abs=0.12)
    assert row["specificity"] == pytest.approx((p[~true] < 0.5).mean(), abs=0.02)
    assert 10 < row["tp"] + row["fn"] < 300
    after = _shares(ctx, "c/x")
    assert after.filter(pl.lit(SHARE).is_between("low", "high")).height >= 9
    other = _shares(ctx, "c/y")
    assert other.select("value", "low", "high").equals(before.select("value", "low", "high"))
    again = _calibrate.run(ctx, tmp_path / "sample.csv", community="c/x")
    assert again.rows == outcome.rows
    with ctx.db.read() as con:
        assert con.raw.sql("select count(*), any_value(run_id) from calibration").fetchall() == [
            (1, "run-1")
        ]


def test_intervals_of_the_rates_cover_them() -> None:
    rng = np.random.default_rng(8)
    inside = []
    for _ in range(150):
        true, p = _community(rng)
        said = p >= 0.5
        stratum = _sample._strata(p.astype(np.float32), said)
        size = np.bincount(stratum)
        taken = _sample.allot(size, 200)
        drawn = np.concatenate(
            [rng.permutation(np.flatnonzero(stratum == k))[:n] for k, n in enumerate(taken)]
        )
        counts = _calibrate.effective_counts(
            true[drawn], said[drawn], stratum[drawn], size.astype(np.float64)
        )
        for hits, misses, rate in (
            (counts.tp, counts.fn, said[true].mean()),
            (counts.fp, counts.tn, said[~true].mean()),
        ):
            n = hits + misses
            middle = (hits + 1.92) / (n + 3.84)
            half = 1.96 * np.sqrt(hits * misses / n + 0.96) / (n + 3.84)
            inside.append(abs(rate - middle) <= half)
    assert np.mean(inside) > 0.92


def test_a_plain_random_sample_counts_as_it_is() -> None:
    yes = np.repeat([True, False], [40, 160])
    said = np.r_[np.repeat([True, False], [30, 10]), np.repeat([True, False], [8, 152])]
    stratum, size = np.zeros(200, dtype=np.int64), np.array([200.0])
    counts = _calibrate.effective_counts(yes, said, stratum, size)
    assert counts.tp / (counts.tp + counts.fn) == pytest.approx(0.75)
    assert counts.fp / (counts.fp + counts.tn) == pytest.approx(0.05)
    assert counts.tp + counts.fn == pytest.approx(40, rel=0.1)
    assert counts.fp + counts.tn == pytest.approx(160, rel=0.1)


def test_strata_give_what_they_have() -> None:
    taken = _sample.allot(np.array([3, 100, 2, 500, 500, 5000]), 60)
    assert taken.sum() == 60
    assert taken[0] == 3
    assert taken[2] == 2
    assert _sample.allot(np.array([3, 3, 3, 3, 3, 3]), 60).sum() == 18


def test_what_cannot_be_used_is_said(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    with pytest.raises(UsageError, match="There: c/x, c/y"):
        _sample.run(ctx)
    with pytest.raises(UsageError, match="no label 'joy'"):
        _sample.run(ctx, community="c/x", labels=["joy"])
    with pytest.raises(InputError, match="no file"):
        _calibrate.run(ctx, file, community="c/x")
    file.write_text("post_id,label\nc/x:1,fear\n")
    with pytest.raises(InputError, match="no column 'answer'"):
        _calibrate.run(ctx, file, community="c/x")
    file.write_text("post_id,label,answer\nc/x:1,fear,maybe\n")
    with pytest.raises(InputError, match="'maybe'"):
        _calibrate.run(ctx, file, community="c/x")
    file.write_text("post_id,label,answer\nc/x:1,fear,1\nc/x:2,fear,0\n")
    with pytest.raises(AnalysisError, match="5 of each kind"):
        _calibrate.run(ctx, file, community="c/x")
    with pytest.raises(UsageError, match="no community 'c/z'"):
        _calibrate.run(ctx, file, community="c/z")


def test_the_commands_work(ctx: Context, tmp_path: Path, affect: Callable[..., Result]) -> None:
    file, db = tmp_path / "out.csv", ("--db", ctx.db.path)
    drawn = affect("label", "sample", "--community", "c/x", "--size", "240", "-o", file, *db)
    assert drawn.exit_code == 0, drawn.stderr
    assert "word for word" in drawn.stderr
    asked = pl.read_csv(file, infer_schema=False)
    assert asked["label"].unique().to_list() == ["fear"]
    asked.with_columns(answer=pl.col("text").replace({"true": "yes", "false": "0"})).write_csv(file)
    done = affect("model", "calibrate", file, "--community", "c/x", "--json", *db)
    assert done.exit_code == 0, done.stderr
    assert "sensitivity" in done.stdout
    with ctx.db.read() as con:
        runs = con.raw.sql("select command, status from run").fetchall()
        assert con.raw.sql("select posts from calibration").fetchall() == [(240,)]
    assert runs == [("model calibrate", "done")]


def test_emq_finds_the_share_that_probabilities_tell() -> None:
    from affectcli.aggregate._emq import estimate

    rng = np.random.default_rng(2)
    prior, shares = 0.1, (0.02, 0.3)
    parts = []
    for share in shares:
        x = rng.normal(np.where(rng.random(20_000) < share, 2.0, 0.0), 1.0)
        odds = np.exp(2 * x - 2) * prior / (1 - prior)
        parts.append(odds / (1 + odds))
    p = np.concatenate(parts)
    found = estimate(
        p,
        np.ones_like(p),
        prior=np.full_like(p, prior),
        starts=np.array([0, 20_000]),
    )
    np.testing.assert_allclose(found, shares, atol=0.012)


def test_emq_is_stored_beside_the_adjusted_count(ctx: Context) -> None:
    daily = _shares(ctx, "c/x")
    assert daily["emq"].null_count() == 0
    assert daily["emq"].is_between(0, 1).all()
    with ctx.db.read() as con:
        names = con.raw.sql("select distinct signal from signal where variant = 'emq'").fetchall()
    assert ("c/x:fear@emq",) in names


def test_a_weak_label_is_no_longer_weak_where_it_was_counted(ctx: Context, tmp_path: Path) -> None:
    names = ["c/x:fear", "c/y:fear"]
    with ctx.db.write() as con:
        con.raw.execute("update label set weak = true")
        assert list(signals.weak(con, names, tagger="mini")) == names
    found = []
    for size in (200, 1200):
        _answered(ctx, tmp_path / "sample.csv", size)
        _calibrate.run(ctx, tmp_path / "sample.csv", community="c/x")
        with ctx.db.read() as con:
            found.append(signals.weak(con, names, tagger="mini"))
    assert "labelled by hand are worth" in found[0]["c/x:fear"]
    assert list(found[1]) == ["c/y:fear"]
