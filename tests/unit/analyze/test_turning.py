"""Turning points of a thread: found where they were planted, none where nothing turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli.analyze._turning import segment, turning_points
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

SCORES = ([0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9])


def _store(path: Path, texts: list[int], people: int = 12) -> Context:
    """Store one thread of which each post has the scores of SCORES[text], and one other post."""
    db = Database(path)
    ctx = Context(db, Settings(db=path, tag=Tag(tagger="t")), "run-1", 1)
    rows = [
        (
            f"t:{i}",
            f"t:{i // 2}" if i else None,
            None if i % 2 else "t:0",
            f"a{i % people}",
            i,
            text,
        )
        for i, text in enumerate(texts)
    ]
    made = pl.DataFrame(
        [*rows, ("t:other", None, None, "a1", 5, 0)],
        schema=["post_id", "parent_id", "thread_id", "author", "minute", "hash"],
        orient="row",
    )
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0, "neutral": 0.0})
        for text, p in enumerate(SCORES):
            tables.score(con, text, "goemotions28", p)
        con.register(made=made)
        con.raw.execute(
            "insert into post by name select post_id, 't' as source, 'c/x' as community,"
            " 'message' as kind, parent_id, thread_id, author,"
            " timestamp '2024-01-01' + to_minutes(minute) as created, '' as title, 'x' as body,"
            " 'en' as lang, [] as symbols, hash::ubigint as text_hash, 'live' as status,"
            " timestamp '2024-01-02' as ingested, 'r' as run_id from made"
        )
    return ctx


def test_a_planted_turn_is_found_with_the_posts_around_it(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    texts = [int(i) for i in [*dice.choice([1, 2], 30), *dice.choice([0, 2], 30)]]
    ctx = _store(tmp_path / "a.duckdb", texts)
    rows = turning_points(ctx, "t:17")
    assert len(rows) == 1
    turn = rows[0]
    assert turn == turning_points(ctx, "t:17")[0]
    at = int(turn["post_id"].removeprefix("t:"))
    assert abs(at - 30) <= 3
    assert turn["n_before"] == at
    assert turn["n_after"] == 60 - at
    assert turn["posts_before"][-1] == f"t:{at - 1}"
    assert turn["posts_after"][0] == turn["post_id"]
    assert turn["emotions"]["fear"]["after"] > turn["emotions"]["fear"]["before"]
    assert turn["emotions"]["valence"]["after"] < turn["emotions"]["valence"]["before"]
    assert turn["p_value"] <= 0.05


def test_two_turns_are_found_in_order() -> None:
    values = np.random.default_rng(2).standard_normal((180, 29))
    values[60:120, :3] += 2
    turns = segment(values, np.random.default_rng(1))
    assert [abs(turn.at - at) <= 2 for turn, at in zip(turns, (60, 120), strict=True)] == [True] * 2
    assert set(turns[0].signals) <= {0, 1, 2}


def test_a_thread_that_stays_as_it_is_has_none(tmp_path: Path) -> None:
    texts = [int(i) for i in np.random.default_rng(3).integers(0, 3, 60)]
    assert turning_points(_store(tmp_path / "a.duckdb", texts), "t:0") == []
    assert turning_points(_store(tmp_path / "b.duckdb", [1] * 60), "t:0") == []


def test_noise_is_seldom_cut() -> None:
    dice = np.random.default_rng(4)
    cut = [bool(segment(dice.random((40, 5)) ** 3, dice, nulls=99)) for _ in range(60)]
    assert sum(cut) <= 8


def test_what_cannot_be_said_is_refused(tmp_path: Path) -> None:
    ctx = _store(tmp_path / "a.duckdb", [0, 1] * 20)
    with pytest.raises(UsageError, match=r"no post 't:9x'.*t:9"):
        turning_points(ctx, "t:9x")
    with pytest.raises(AnalysisError, match="1 tagged posts; 20 are needed"):
        turning_points(ctx, "t:other")
    few = _store(tmp_path / "b.duckdb", [0, 1] * 20, people=9)
    with pytest.raises(AnalysisError, match="fewer than 10 authors"):
        turning_points(few, "t:3")
