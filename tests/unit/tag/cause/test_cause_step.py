"""Causes in a database: who may be evidence, what is written, nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from affectcli.errors import ModelError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from affectcli.tag import _cause_file
from affectcli.tag._cause_step import find_causes, kind

if TYPE_CHECKING:
    from pathlib import Path

POSTS = """post_id,parent,thread,author,hour,text
f:1,,f:1,ann,1,Hello everyone . my dog died
f:2,f:1,f:1,bob,2,oh no that is so sad
f:3,f:2,f:1,ann,3,thank you . the weather is fine
f:4,f:3,f:1,bob,4,I am so sad because my car broke
f:5,f:9,f:1,cem,5,oh no that is so sad
f:6,,f:6,eve,6,the bus leaves at noon
f:9,f:1,f:1,dan,9,Hello everyone . my house burned
f:10,f:1,f:1,bob,10,that is so sad
"""
SAD = ("f:2", "f:4", "f:5", "f:10")
SCHEMES = {
    "goemotions28": ("many", ("sadness", "grief", "neutral")),
    "markers": ("many", ("stress", "depression")),
    "cams6": ("one", ("none", "relationship")),
    "sad9": ("one", ("work", "school")),
    "status": ("one", ("present", "past")),
}


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    settings = Settings(db=tmp_path / "a.duckdb", tag=Tag(batch=3, device="cpu"))
    ctx = Context(Database(settings.db), settings, "run-1")
    posts = pl.read_csv(POSTS.encode())
    labels = [
        {"scheme": scheme, "kind": kind_, "position": at, "label": label}
        for scheme, (kind_, names) in SCHEMES.items()
        for at, label in enumerate(names, start=1)
    ]
    with ctx.db.write() as con:
        con.register(posts=posts, labels=pl.DataFrame(labels))
        con.raw.execute(
            "insert into post select post_id, 'f', 'c/x', 'comment', parent, thread, author,"
            " timestamp '2024-01-01' + to_hours(hour), '', text, 'en', null, null, [], hash(text),"
            " hash(text), 'live', now()::timestamp, 'run-0' from posts"
        )
        con.raw.execute(
            "insert into label (tagger, revision, scheme, position, label, valence, threshold, tp,"
            " fn, fp, tn, current, kind, weak, languages) select 'mini', 'r1', scheme, position,"
            " label, 0, 0.5, 0, 0, 0, 0, true, kind, false, ['en'] from labels"
        )
    score(ctx, "goemotions28", [0.1, 0.1, 0.9])
    return ctx


def score(ctx: Context, scheme: str, p: list[float], *posts: str) -> None:
    """Give every text, or those of `posts`, the scores `p`."""
    with ctx.db.write() as con:
        con.raw.execute(
            "delete from score where scheme = $scheme and (len($posts) = 0 or text_hash in"
            " (select text_hash from post where post_id in (select unnest($posts))))",
            {"scheme": scheme, "posts": list(posts)},
        )
        con.raw.execute(
            "insert into score select distinct text_hash, 'mini', 'r1', $scheme, $p, 'run-0'"
            " from post where len($posts) = 0 or post_id in (select unnest($posts))",
            {"scheme": scheme, "p": p, "posts": list(posts)},
        )


def candidates(ctx: Context, *posts: str) -> list[tuple[Any, ...]]:
    with ctx.db.read() as con:
        con.register(batch=pl.DataFrame({"post_id": list(posts)}))
        frame = con.frame("tag/select_cause_threads")
    return frame.select("post_id", "distance", "same_author").rows()


def causes(ctx: Context) -> dict[tuple[str, str], dict[str, Any]]:
    with ctx.db.read() as con:
        rows = con.raw.sql("select * from cause").pl().to_dicts()
    return {(row["post_id"], row["emotion"]): row for row in rows}


def run(ctx: Context, weights: Path, *, limit: int | None = None) -> int:
    outcome = find_causes(ctx, tagger="mini", revision="r1", weights=weights, limit=limit)
    return outcome.rows_out


def test_candidates_are_the_post_three_ancestors_and_the_authors_last_post(ctx: Context) -> None:
    assert candidates(ctx, "f:4") == [
        ("f:1", 3, False),
        ("f:2", 2, True),
        ("f:3", 1, False),
        ("f:4", 0, True),
    ]
    assert candidates(ctx, "f:10") == [("f:1", 1, False), ("f:4", 4, True), ("f:10", 0, True)]


def test_a_later_post_is_never_a_candidate(ctx: Context) -> None:
    assert candidates(ctx, "f:5") == [("f:5", 0, True)]
    assert [row[0] for row in candidates(ctx, "f:2")] == ["f:1", "f:2"]


def test_deleted_ancestors_are_stepped_over(ctx: Context) -> None:
    with ctx.db.write() as con:
        con.raw.execute("update post set status = 'deleted', text_hash = null where post_id='f:3'")
    assert candidates(ctx, "f:4") == [("f:1", 3, False), ("f:2", 2, True), ("f:4", 0, True)]


def test_a_parent_named_as_in_reddits_dumps_is_found(ctx: Context) -> None:
    with ctx.db.write() as con:
        con.raw.execute("update post set parent_id = 'f:t3_1' where post_id = 'f:2'")
    assert candidates(ctx, "f:2") == [("f:1", 1, False), ("f:2", 0, True)]


def test_a_loop_of_parents_ends(ctx: Context) -> None:
    with ctx.db.write() as con:
        con.raw.execute("update post set created = timestamp '2024-01-01'")
        con.raw.execute("update post set parent_id = 'f:2' where post_id = 'f:1'")
    assert [row[0] for row in candidates(ctx, "f:2")] == ["f:1", "f:2"]


def test_a_reply_whose_cause_is_in_its_parent_says_so(ctx: Context, tiny_cause: Path) -> None:
    score(ctx, "goemotions28", [0.9, 0.6, 0.1], "f:2", "f:4")
    assert run(ctx, tiny_cause) == 6  # f:5 has the text of f:2, hence its emotions
    found = causes(ctx)
    reply, alone = found["f:2", "sadness"], found["f:4", "sadness"]
    assert (reply["kind"], reply["evidence_post_id"], reply["span"]) == (
        "parent",
        "f:1",
        "my dog died",
    )
    assert (reply["start"], reply["stop"]) == (17, 28)
    assert (alone["kind"], alone["evidence_post_id"], alone["span"]) == (
        "self",
        "f:4",
        "my car broke",
    )
    assert found["f:2", "grief"]["span"] == reply["span"]
    assert {row["revision"] for row in found.values()} == {_cause_file.revision(tiny_cause, "r1")}
    with ctx.db.read() as con:
        assert con.frame("check/invented_spans").is_empty()
        assert con.frame("check/duplicate_causes").is_empty()


def test_what_a_later_post_says_is_not_seen(ctx: Context, tiny_cause: Path) -> None:
    score(ctx, "goemotions28", [0.9, 0.1, 0.1], "f:5")
    run(ctx, tiny_cause)
    # f:5 and f:2 share their text, hence their score.
    assert causes(ctx)["f:2", "sadness"]["kind"] == "parent"
    assert causes(ctx)["f:5", "sadness"]["kind"] in {"self", "none"}


def test_a_post_without_a_cause_has_a_row_that_says_none(ctx: Context, tiny_cause: Path) -> None:
    score(ctx, "goemotions28", [0.9, 0.1, 0.1], "f:6")
    assert run(ctx, tiny_cause) == 1
    row = causes(ctx)["f:6", "sadness"]
    assert row["kind"] == "none"
    assert all(row[name] is None for name in ("span", "start", "evidence_post_id", "category"))


def test_nothing_is_written_twice_and_a_limit_leaves_the_rest(
    ctx: Context, tiny_cause: Path
) -> None:
    score(ctx, "goemotions28", [0.9, 0.1, 0.1], *SAD)
    assert run(ctx, tiny_cause, limit=1) == 1
    assert run(ctx, tiny_cause) == 3
    assert run(ctx, tiny_cause) == 0
    assert {post for post, _ in causes(ctx)} == set(SAD)


@pytest.mark.parametrize(
    ("scores", "category"),
    [
        ({"cams6": [0.1, 0.9]}, None),
        ({"markers": [0.1, 0.2], "cams6": [0.1, 0.9]}, None),
        ({"markers": [0.9, 0.2], "cams6": [0.1, 0.9]}, "relationship"),
        ({"markers": [0.9, 0.2], "cams6": [0.9, 0.1], "sad9": [0.2, 0.8]}, "school"),
        ({"markers": [0.9, 0.2], "sad9": [0.2, 0.8], "status": [0.2, 0.8]}, None),
        ({"markers": [0.9, 0.2], "sad9": [0.2, 0.8], "status": [0.8, 0.2]}, "school"),
    ],
)
def test_a_category_is_given_where_the_evidence_is_about_distress(
    ctx: Context, tiny_cause: Path, scores: dict[str, list[float]], category: str | None
) -> None:
    score(ctx, "goemotions28", [0.9, 0.1, 0.1], "f:2")
    for scheme, p in scores.items():
        score(ctx, scheme, p, "f:1")
    run(ctx, tiny_cause)
    assert causes(ctx)["f:2", "sadness"]["category"] == category


def test_nothing_to_do_loads_nothing(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / _cause_file.CAUSE).write_bytes(b"never parsed")
    assert run(ctx, tmp_path) == 0


def test_weights_that_are_not_there_are_named(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cause\.safetensors is missing"):
        run(ctx, tmp_path)


def test_kinds() -> None:
    assert kind(0, same_author=True) == "self"
    assert kind(1, same_author=False) == kind(1, same_author=True) == "parent"
    assert kind(2, same_author=False) == "parent"
    assert kind(2, same_author=True) == kind(4, same_author=True) == "same-author"
