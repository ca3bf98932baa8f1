"""Drivers: what was planted ranks first, one author is no driver, and rows add up to the change."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli import aggregate
from affectcli.analyze import drivers
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIRST = datetime(2024, 1, 1)  # noqa: DTZ001  # naive UTC, as stored
ASKED: dict[str, Any] = {
    "signal": "c/x:fear",
    "window": "2024-02-01/2024-03-01",
    "baseline": "2024-01-01/2024-02-01",
}
Row = dict[str, Any]
ALONE = {"depeg", "merger"}
"""Words that frighten without any word of fear beside them."""
WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "nu", "pe") for b in ("ra", "so", "ti", "ve")]


def _posts(*, late: bool, seed: int, count: int = 600, fear: float = 0.1) -> list[Row]:
    """Return posts by 60 authors in 6 threads of their span, the same share of which is fearful."""
    rng = np.random.default_rng([seed, late])
    first = FIRST + timedelta(days=31 * late)
    return [
        {
            "author": f"a{rng.integers(60)}",
            "created": first + timedelta(minutes=int(rng.integers(28 * 24 * 60))),
            "community": "c/x",
            "thread_id": f"t{rng.integers(6)}-{late:d}",
            "afraid": bool(rng.random() < fear),
            "words": rng.choice(WORDS, 5).tolist(),
            "category": str(rng.choice(["work", "money"])),
        }
        for _ in range(count)
    ]


def _store(ctx: Context, posts: Sequence[Row], *, weak: Sequence[str] = ()) -> None:
    """Store posts; nine of ten fearful ones say so in one of six words."""
    ways = ["scared", "afraid", "terrified", "worried", "panic", "dread"]
    rows = []
    for number, post in enumerate(posts):
        told = list(post["words"])
        if post["afraid"] and number % 10 and not ALONE & set(told):
            told.append(ways[number % 6])
        rows.append(
            {k: post[k] for k in ("author", "created", "community", "thread_id")}
            | {"id": f"p{number:05}", "hash": number + 1, "body": " ".join(told)}
        )
    causes = [
        {"id": row["id"], "category": post["category"]}
        for row, post in zip(rows, posts, strict=True)
        if post["afraid"]
    ]
    scores = [
        {"hash": row["hash"], "p": [0.9 if post["afraid"] else 0.1, 0.1]}
        for row, post in zip(rows, posts, strict=True)
    ]
    with ctx.db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0}, weak=weak)
        con.register(
            made=pl.DataFrame(rows), scored=pl.DataFrame(scores), felt=pl.DataFrame(causes)
        )
        con.raw.execute(
            "insert into post by name select id as post_id, 't' as source, community,"
            " 'message' as kind, author, thread_id, created, '' as title, body, 'en' as lang,"
            " [] as symbols, hash::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made"
        )
        con.raw.execute(
            "insert into score select hash, 't', 'r-goemotions28', 'goemotions28', p, 'r'"
            " from scored"
        )
        con.raw.execute(
            "insert into cause by name select id as post_id, 't' as tagger, 'fear' as emotion,"
            " 'self' as kind, category, 'r' as run_id, 'c' as revision from felt"
        )
    aggregate.run(ctx)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _explained(ctx: Context, posts: Sequence[Row], **changed: str) -> list[Row]:
    _store(ctx, posts)
    rows = drivers.run(ctx, **{**ASKED, **changed}).rows
    sums: dict[str, float] = defaultdict(float)
    for row in rows[1:]:
        sums[row["dimension"]] += row["contribution"]
    assert rows[0]["dimension"] is None
    for dimension, total in sums.items():
        assert total == pytest.approx(rows[0]["contribution"], abs=1e-9), dimension
    return rows


def _both(seed: int = 0) -> tuple[list[Row], list[Row]]:
    return _posts(late=False, seed=seed), _posts(late=True, seed=seed)


def test_a_new_word_that_frightens_ranks_first(ctx: Context) -> None:
    before, after = _both()
    for post in after[:120]:
        post["words"] = [*post["words"][:3], "depeg"]
        post["afraid"] = True
    rows = _explained(ctx, before + after)
    best = rows[1]
    assert (best["dimension"], best["name"], best["role"]) == ("terms", "depeg", "driver")
    assert best["share"] > 0.6
    assert best["from_amount"] == pytest.approx(best["contribution"], abs=1e-9)
    assert best["q_value"] <= 0.05
    assert best["posts_share_before"] == 0
    assert best["felt"] == 1
    same = next(row for row in rows if row["name"] == "the same authors feel differently")
    assert same["role"] == "general"
    assert same["share"] > 0.6


def test_a_word_felt_differently_is_told_from_one_used_more(ctx: Context) -> None:
    before, after = _both(1)
    for post in before[:150]:
        post["words"] = [*post["words"][:3], "merger"]
        post["afraid"] = False
    for post in after[:150]:
        post["words"] = [*post["words"][:3], "merger"]
        post["afraid"] = True
    rows = _explained(ctx, before + after)
    merger = next(row for row in rows if row["name"] == "merger")
    assert merger["role"] == "driver"
    assert merger["from_feeling"] > 5 * abs(merger["from_amount"])


def test_a_thread_ranks_first(ctx: Context) -> None:
    before, after = _both(2)
    for number, post in enumerate(after[:120]):
        post["thread_id"], post["afraid"] = "t-planted", number % 5 > 0
    best = _explained(ctx, before + after)[1]
    assert (best["dimension"], best["name"], best["role"]) == ("threads", "t-planted", "driver")


def test_newcomers_rank_first_and_are_told_from_a_mood_of_all(ctx: Context) -> None:
    before, after = _both(3)
    for number, post in enumerate(after[:240]):
        post["author"], post["afraid"] = f"new{number % 60}", number % 5 < 2
    best, *rest = _explained(ctx, before + after)[1:]
    assert (best["dimension"], best["name"], best["role"]) == ("authors", "newcomers", "driver")
    assert best["from_feeling"] == 0
    assert best["authors"] == 60
    same = next(row for row in rest if row["name"] == "the same authors feel differently")
    assert abs(same["share"]) < 0.5


def test_one_loud_author_is_a_warning_and_no_driver(ctx: Context) -> None:
    before, after = _both(4)
    for post in after[:100]:
        post["author"], post["afraid"], post["thread_id"] = "a7", True, "t-loud"
        post["words"] = ["doomed", *post["words"]]
    for post in after[100:112]:  # others use the word and the thread, without fear
        post["thread_id"], post["words"] = "t-loud", ["doomed", *post["words"]]
    rows = _explained(ctx, before + after)
    best = rows[1]
    assert (best["dimension"], best["name"]) == ("authors", "one author")
    assert (best["authors"], best["felt"], best["p_value"]) == (None, None, None)
    assert [row["name"] for row in rows if row["role"] == "driver"] == []
    assert not any("a7" in str(value) for row in rows for value in row.values())
    with ctx.db.read() as con:
        said = con.raw.sql("select verdict, result::varchar from finding").fetchall()
    assert any("One author alone" in verdict for verdict, _ in said)
    assert not any('"a7"' in result for _, result in said)


def test_a_mood_of_all_and_no_change_have_no_driver(tmp_path: Path) -> None:
    for name, fear in (("rise", 0.3), ("none", 0.1)):
        db = Database(tmp_path / f"{name}.duckdb")
        ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run", 1)
        posts = _posts(late=False, seed=5) + _posts(late=True, seed=5, fear=fear)
        rows = _explained(ctx, posts)
        found = {row["dimension"] for row in rows if row["role"] == "driver"}
        assert found <= {"terms"}  # words of fear did rise, where fear did
        if name == "none":
            assert not found
            assert rows[0]["share"] is None
            assert "not surely" in drivers.run(ctx, **ASKED).message


def test_communities_are_pooled_and_the_one_that_rose_is_named(ctx: Context) -> None:
    before, after = _both(6)
    for number, post in enumerate(before + after):
        post["community"] = f"c/{'xyz'[number % 3]}"
    for number, post in enumerate(after):
        post["afraid"] = post["afraid"] or (post["community"] == "c/y" and number % 2 == 0)
    rows = _explained(ctx, before + after, signal="c/*:fear")
    named = [r["name"] for r in rows if r["dimension"] == "communities" and r["role"] == "driver"]
    assert named == ["c/y"]
    assert rows[1]["name"] == "c/y"


def test_causes_are_compared_with_the_growth_of_all(ctx: Context) -> None:
    before, after = _both(7)
    for number, post in enumerate(after):
        if number % 5 == 0 and not post["afraid"]:
            post["afraid"], post["category"] = True, "housing"
    rows = _explained(ctx, before + after)
    named = [
        row["name"] for row in rows if row["dimension"] == "causes" and row["role"] == "driver"
    ]
    assert named == ["housing"]


def test_findings_are_stored_once_and_the_seed_decides(ctx: Context) -> None:
    before, after = _both(8)
    for post in after[:200]:
        post["afraid"] = True
    _explained(ctx, before + after)
    again = drivers.run(ctx, **ASKED)
    assert again.rows_out == 0
    assert again.rows == drivers.run(ctx, **ASKED).rows
    corrected = again.rows[0]["contribution"] / (60 / 90 - 40 / 5040)
    assert f"{100 * corrected:+.1f} points once corrected" in again.message
    with ctx.db.read() as con:
        stored = con.raw.sql("select y, as_of from finding order by y nulls first").fetchall()
    assert [y for y, _ in stored] == [None, "authors", "causes", "terms", "threads"]
    assert {as_of for _, as_of in stored} == {datetime(2024, 3, 1)}  # noqa: DTZ001  # naive UTC


def test_later_posts_change_nothing(tmp_path: Path) -> None:
    found = []
    for seed in (1, 2):
        db = Database(tmp_path / f"{seed}.duckdb")
        ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run", 1)
        early, late = _both(9)
        cut = datetime(2024, 2, 15)  # noqa: DTZ001  # naive UTC
        later = [post for post in _posts(late=True, seed=seed + 20) if post["created"] >= cut]
        _store(ctx, early + [post for post in late if post["created"] < cut] + later)
        found.append(drivers.run(ctx, **ASKED, as_of="2024-02-15").rows)
    assert found[0] == found[1]


def test_the_mean_probability_can_be_asked_for(ctx: Context) -> None:
    before, after = _both(10)
    for post in after[:200]:
        post["afraid"] = True
    rows = _explained(ctx, before + after, signal="c/x:fear@mean")
    assert rows[0]["contribution"] == pytest.approx(0.8 * (200 / 600) * 0.9, abs=0.03)


def test_bad_input_is_refused_with_a_reason(ctx: Context) -> None:
    before, after = _both(11)
    few = _posts(late=False, seed=12, count=5)
    for post in few:
        post["created"], post["community"] = post["created"] + timedelta(days=70), "c/few"
    _store(ctx, [*before, *after, *few], weak=["joy"])
    for wrong, error, text in (
        ({"signal": "c/x:fera"}, UsageError, "c/x:fear"),
        ({"signal": "c/x:posts"}, UsageError, "no share"),
        ({"signal": "c/x:*"}, UsageError, "measures; drivers explains one"),
        ({"signal": "c/x:joy"}, AnalysisError, "weak"),
        ({"window": "2024-02-01"}, UsageError, "START/END"),
        ({"window": "2024-03-01/2024-02-01"}, UsageError, "ends before"),
        ({"window": "soon/later"}, UsageError, "no date"),
        ({"baseline": "2024-01-01/2024-02-02"}, UsageError, "overlap"),
        (
            {"window": "2024-02-10/2024-02-11T01:00", "signal": "c/few:fear"},
            AnalysisError,
            "No post",
        ),
        ({"window": "2024-03-10/2024-03-20", "baseline": ""}, AnalysisError, "window has"),
        ({"as_of": "2024-01-15"}, AnalysisError, "had not begun"),
    ):
        with pytest.raises(error, match=text):
            drivers.run(ctx, **{**ASKED, **wrong})
    with ctx.db.write() as con:
        con.raw.execute("update score set p = [0.1, 0.1]")
    with pytest.raises(AnalysisError, match="nothing changed"):
        drivers.run(ctx, **ASKED)
    with ctx.db.write() as con:
        con.raw.execute("delete from score")
    with pytest.raises(AnalysisError, match="affect tag") as caught:
        drivers.run(ctx, **ASKED)
    assert caught.value.code == 10
