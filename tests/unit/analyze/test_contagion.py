"""`analyze contagion` on a database: replies, their labels, words, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import contagion
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.analyze.contagion_worlds import World, talk
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.analyze._contagion_rows import Talk

LABELS = {"anger": -1.0, "joy": 1.0, "neutral": 0.0}
WEEK = World(contagion=0.5, threads=60, labels=3, authors=80)


def _store(
    path: Path, made: Talk, bodies: list[str] | None = None, *, parents: bool = True
) -> Context:
    """Store the posts of a talk; a post's text_hash is the number of its set of labels."""
    db = Database(path)
    ctx = Context(db, Settings(db=path, tag=Tag(tagger="t")), "run-1", 1)
    n = len(made.labels)
    frame = pl.DataFrame(
        {
            "post_id": [f"t:{i}" for i in range(n)],
            "parent_id": [f"t:{p}" if p >= 0 and parents else None for p in made.parent],
            "author": [f"a{a}" for a in made.author],
            "second": made.seconds,
            "hash": made.labels @ [1, 2, 4],
            "norm": np.arange(n) + 10,
            "body": bodies or ["some words"] * n,
        }
    )
    with db.write() as con:
        tables.scheme(con, "goemotions28", LABELS)
        for text in range(8):
            tables.score(con, text, "goemotions28", [0.9 * (text >> i & 1) for i in range(3)])
        con.register(made=frame)
        con.raw.execute(
            "insert into post by name select post_id, 't' as source, 'c/x' as community,"
            " 'comment' as kind, parent_id, author,"
            " timestamp '2024-01-01' + to_seconds(second) as created, '' as title, body,"
            " 'en' as lang, [] as symbols, hash::ubigint as text_hash, norm::ubigint as norm_hash,"
            " 'live' as status, timestamp '2024-01-01' as ingested, 'r' as run_id from made"
        )
    return ctx


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Talk, Context]:
    """Return a community with words and planted contagion; tests only read it."""
    made = talk(WEEK, np.random.default_rng(1))
    return made, _store(tmp_path_factory.mktemp("week") / "a.duckdb", made, _words(made))


def _rows(ctx: Context, kind: str, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # options
    asked = {"nulls": 199, "community": "c/x", **more}
    return [row for row in contagion.run(ctx, **asked).rows if row["kind"] == kind]


def _words(made: Talk) -> list[str]:
    """Return texts whose word `provoke` is answered with anger, beside words that are not."""
    dice = np.random.default_rng(2)
    angry = np.zeros(len(made.labels), dtype=np.bool_)
    answered = made.parent[made.labels[:, 0] & (made.parent >= 0)]
    angry[answered] = True
    said = [
        "provoke" if a and d < 0.7 else "gently"
        for a, d in zip(angry, dice.random(len(angry)), strict=True)
    ]
    return [f"{word} https://x.y/provoked @somebody u/someone it's" for word in said]


def test_planted_contagion_and_hidden_words_are_found(week: tuple[Talk, Context]) -> None:
    _, ctx = week
    outcome = contagion.run(ctx, community="c/x", nulls=199)
    found = [(row["kind"], row["emotion"]) for row in outcome.rows if row["q_value"] <= 0.05]
    assert ("contagion", "anger") in found
    assert not {("contagion", "joy"), ("contagion", "neutral"), ("inertia", "joy")} & set(found)
    row = next(row for row in outcome.rows if (row["kind"], row["emotion"]) == found[0])
    assert {row["term"] for row in outcome.rows if row["kind"] == "term"} == {"provoke", "gently"}
    assert "x" in row["community"]
    one = next(r for r in outcome.rows if r["kind"] == "contagion" and r["emotion"] == "anger")
    assert 0.2 < one["low"] < one["difference"] < one["high"] < 0.7
    assert one["odds_low"] > 1
    assert one["family_size"] == 3
    assert one["verdict"].startswith("Replies in c/x carry anger more often where the reply they")
    with ctx.db.read() as con:
        stored = con.raw.sql("select verdict from finding where analysis = 'contagion'").pl()
    assert set(stored["verdict"]) == {r["verdict"] for r in outcome.rows}
    again = contagion.run(ctx, community="c/x", nulls=199)
    assert again.rows == outcome.rows
    assert again.rows_out == 0


def test_replies_in_other_words_than_their_parents_count(tmp_path: Path) -> None:
    made = talk(WEEK, np.random.default_rng(1))
    bodies = ["> quoted\nI see" if i % 3 == 0 else "I see" for i in range(len(made.labels))]
    ctx = _store(tmp_path / "a.duckdb", made, bodies)
    message = contagion.run(ctx, community="c/x", nulls=99).message
    quoting = sum(
        i % 3 == 0 and p >= 0 and made.author[i] != made.author[p]
        for i, p in enumerate(made.parent)
    )
    assert f"quotes or repeats: {quoting}" in message
    with ctx.db.write() as con:
        con.raw.execute("update post set status = 'deleted' where parent_id is null")
    message = contagion.run(ctx, community="c/x", nulls=99).message
    assert "parent deleted or not read: " in message


def test_what_is_known_later_is_left_out(tmp_path: Path) -> None:
    made = talk(WEEK, np.random.default_rng(1))
    ctx = _store(tmp_path / "a.duckdb", made)
    some = _rows(ctx, "evoked", as_of="2024-02-01")
    with ctx.db.write() as con:
        con.raw.execute("delete from post where created > timestamp '2024-02-01'")
    rest = _rows(ctx, "evoked")
    keys = ("emotion", "rate", "expressed", "p_value", "evokes")
    assert [[r[k] for k in keys] for r in some] == [[r[k] for k in keys] for r in rest]


def test_terms_of_few_authors_are_not_looked_at(tmp_path: Path) -> None:
    made = talk(WEEK, np.random.default_rng(1))
    secret = ["some words" + " secret" * int(a < 3) for a in made.author]
    ctx = _store(tmp_path / "a.duckdb", made, secret)
    outcome = contagion.run(ctx, community="c/x", nulls=99)
    assert "term 0 of 2" in outcome.message
    assert "secret" not in str(outcome.rows)


def test_what_cannot_be_asked_is_refused(week: tuple[Talk, Context], tmp_path: Path) -> None:
    made, ctx = week
    for asked, error, words in (
        ({"community": "c/y"}, UsageError, "Nearest: c/x"),
        ({"emotions": "angre"}, UsageError, "Nearest: anger"),
        ({"hidden": "joj"}, UsageError, "Nearest: joy"),
        ({"block": 30}, UsageError, "from 1 to 24"),
        ({"as_of": "2023-01-01"}, AnalysisError, "no post before the origin"),
    ):
        with pytest.raises(error, match=words):
            contagion.run(ctx, **{"community": "c/x", **asked})  # type: ignore[arg-type]  # options
    flat = _store(tmp_path / "b.duckdb", made, parents=False)
    with pytest.raises(AnalysisError, match="c/x has no replies: none of its 1200 posts"):
        contagion.run(flat, community="c/x")
    with flat.db.write() as con:
        con.raw.execute("delete from score")
    with pytest.raises(AnalysisError, match="affect tag"):
        contagion.run(flat, community="c/x")


def test_five_posts_and_one_author_are_too_few(tmp_path: Path) -> None:
    made = talk(World(threads=1, size=5, labels=3, authors=60), np.random.default_rng(1))
    with pytest.raises(AnalysisError, match="is carried by 10 authors"):
        contagion.run(_store(tmp_path / "a.duckdb", made), community="c/x")
    made.author[:] = 1
    with pytest.raises(AnalysisError, match="answers himself: 4"):
        contagion.run(_store(tmp_path / "b.duckdb", made), community="c/x")
