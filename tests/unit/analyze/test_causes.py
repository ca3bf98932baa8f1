"""Themes of causes from a database: what was planted is found, named, counted and kept private."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import causes
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
TOPICS = {
    "boss": "my {a} boss {b} at me in the office",
    "cat": "our {a} cat {b} at the vet",
    "exam": "the {a} exam at school {b}",
}
HOW = ("angry", "old", "little", "strange", "quiet", "new")
DOES = ("shouted", "stared", "failed", "waited", "laughed", "came back")


def _rows(posts: int, *, seed: int = 0) -> list[tuple[Any, ...]]:
    """Return posts about a boss, a cat, an exam: the boss fades over a year and exams come."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(posts):
        done = number / posts
        topic = str(dice.choice(list(TOPICS), p=[0.6 - 0.5 * done, 0.3, 0.1 + 0.5 * done]))
        span = TOPICS[topic].format(a=dice.choice(HOW), b=dice.choice(DOES))
        emotion = "fear" if dice.random() < 0.7 else "grief"
        created = START + timedelta(days=360 * done)
        rows.append((f"p{number}", f"a{dice.integers(80)}", created, span, emotion))
    return rows


def _context(path: Path, rows: list[tuple[Any, ...]]) -> Context:
    db = Database(path / "a.duckdb")
    schema = ["id", "author", "created", "span", "emotion"]
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "grief": -1.0}, weak=["grief"])
        tables.scheme(con, "sad9", {"work": 0.0, "school": 0.0}, kind="one", weak=["school"])
        con.register(made=pl.DataFrame(rows, schema=schema, orient="row"))
        con.raw.execute(
            "insert into post by name select id as post_id, 't' as source, 'c/x' as community,"
            " 'message' as kind, author, created, '' as title, span as body, 'en' as lang,"
            " [] as symbols, 1::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made"
        )
        con.raw.execute(
            "insert into cause by name select id as post_id, 't' as tagger, emotion, span,"
            " id as evidence_post_id, 'self' as kind, 'r' as run_id, 'c' as revision,"
            " if(span like '%boss%', 'work', if(span like '%exam%', 'school', null)) as category"
            " from made"
        )
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return _context(tmp_path_factory.mktemp("causes"), _rows(1500))


@pytest.fixture(scope="module")
def rows(planted: Context) -> list[dict[str, Any]]:
    return causes.run(planted).rows


def _about(rows: list[dict[str, Any]], word: str) -> list[dict[str, Any]]:
    return [row for row in rows if word in row["theme"]]


@pytest.mark.parametrize(("word", "way"), [("boss", -1), ("cat", 0), ("exam", 1)])
def test_planted_themes_are_named_and_their_trends_found(
    rows: list[dict[str, Any]], word: str, way: int
) -> None:
    (row,) = _about(rows, word)
    assert row["emotion"] == "fear"  # the label grief is weak, and one emotion is all there is
    assert row["share"] == pytest.approx(row["spans"] / row["of"])
    assert row["low"] < row["share"] < row["high"]
    found = np.sign(row["trend"]) if row["q_value"] <= 0.05 else 0
    assert found == way
    assert ("rising" in row["verdict"], "falling" in row["verdict"]) == (way > 0, way < 0)
    assert sum(period["hits"] for period in row["periods"]) <= row["spans"]
    assert row["again"] > 0.5
    assert row["adjusted_rand"] > 0.5


def test_shares_add_up_and_weak_labels_are_withheld(rows: list[dict[str, Any]]) -> None:
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert _about(rows, "boss")[0]["categories"] == {"work": 1.0}
    (exam,) = _about(rows, "exam")
    assert exam["categories"] == {}
    assert exam["vague"] == 1.0
    assert exam["verdict"].endswith("not a diagnosis.")


def test_no_span_leaves_the_house(planted: Context, rows: list[dict[str, Any]]) -> None:
    with planted.db.read() as con:
        spans = con.raw.sql("select distinct span from cause").pl()["span"].to_list()
        stored = con.raw.sql("select result::varchar as r from finding").pl()["r"].to_list()
    assert len(stored) == len(rows)
    assert not any(span in text for span in spans for text in [*map(str, rows), *stored])


def test_the_same_seed_says_the_same(planted: Context, rows: list[dict[str, Any]]) -> None:
    again = causes.run(planted)
    assert again.rows == rows
    assert again.rows_out == 0  # nothing new to store
    assert "themes in" in again.message
    assert "adjusted Rand index" in again.message


def test_an_emotion_is_counted_in_the_themes_of_all(planted: Context) -> None:
    with pytest.raises(UsageError, match="Nearest: fear"):
        causes.run(planted, emotion="fera")
    assert {row["emotion"] for row in causes.run(planted, emotion="f*").rows} == {"fear"}


def test_a_draw_is_told(planted: Context) -> None:
    drawn = causes.run(planted, most=60)
    assert drawn.rows[0]["read_spans"] == 60
    assert "a draw of" in drawn.message


def test_what_one_author_says_is_never_a_theme(tmp_path: Path) -> None:
    rows = _rows(400)
    for k in range(100):
        word = DOES[k % 6]
        span = f"zorro the fox {word} on the {HOW[k % 5]} roof {k}"
        rows.append((f"z{k}", "one", START + timedelta(days=k), span, "fear"))
    found = causes.run(_context(tmp_path, rows)).rows
    assert not _about(found, "zorro")
    assert not _about(found, "fox")
    assert any(row["theme"] == "too few authors" for row in found)


def test_bad_input_has_its_reason(planted: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Nearest: c/x"):
        causes.run(planted, community="c/y")
    with pytest.raises(UsageError, match="--by"):
        causes.run(planted, by="day")  # type: ignore[arg-type]  # what a user may type
    with pytest.raises(UsageError, match="--since 'noon'"):
        causes.run(planted, since="noon")
    with pytest.raises(AnalysisError, match="weak: grief"):
        causes.run(planted, emotion="grief")
    with pytest.raises(AnalysisError, match="No cause is known"):
        causes.run(planted, since="2030-01-01")
    with pytest.raises(AnalysisError, match="too few for themes"):
        causes.run(planted, until="2024-01-10")
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    with pytest.raises(AnalysisError, match="no causes yet"):
        causes.run(_context(nothing, []))


def test_one_author_alone_has_no_themes(tmp_path: Path) -> None:
    rows = [(post, "one", created, span, "fear") for post, _, created, span, _ in _rows(300)]
    with pytest.raises(AnalysisError, match="No theme has 10 authors"):
        causes.run(_context(tmp_path, rows))


def test_only_the_newest_models_spans_of_what_may_be_read(tmp_path: Path) -> None:
    ctx = _context(tmp_path, [(f"p{k}", f"a{k}", START, f"span {k}", "fear") for k in range(4)])
    with ctx.db.write() as con:
        for run_id, day in (("r", 1), ("later", 2)):
            con.raw.execute(
                "insert into run by name select ? as run_id, 'tag' as command, '{}' as parameters,"
                " '{}' as versions, 0 as seed, ? as started, 'done' as status",
                [run_id, START + timedelta(days=day)],
            )
        con.raw.execute("update post set status = 'deleted' where post_id = 'p3'")
        con.raw.execute(
            "insert into cause by name select post_id, tagger, emotion, 'new ' || span as span,"
            " if(post_id = 'p0', 'p3', 'p1') as evidence_post_id, 'parent' as kind,"
            " 'later' as run_id, 'd' as revision from cause"
        )
        window = {"since": START, "until": START + timedelta(days=1)}
        found = con.frame("analyze/select_causes", tagger="t", community="c/*", **window)
    # p0's evidence and p3 itself are deleted; what p2 felt was written by the author of p1.
    assert found.select("span", "author", "writer").rows() == [
        ("new span 1", "a1", "a1"),
        ("new span 2", "a2", "a1"),
    ]
