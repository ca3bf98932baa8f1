"""Forgetting: nothing of a post is left, nothing of others is lost, and it does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import BudgetError, ConfigError, DatabaseError, UsageError
from affectcli.ingest import _forget, _forget_deleted, stocktwits
from affectcli.ingest._authors import author_key
from affectcli.ingest._http import Patience
from affectcli.ingest._reddit_wire import Wire
from affectcli.settings import Settings
from affectcli.store import Database
from affectcli.store.checks import violations
from tests.unit.ingest.fakes.crawl import PATIENT, use
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import Clock, Faults, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk, Refused

POSTS = (
    "id,created,author,body,parent_id,thread_id\n"
    "1,2024-01-01T08:00:00Z,ann,the same words,,1\n"
    "2,2024-01-01T09:00:00Z,bob,the same words,1,1\n"
    "3,2024-01-02T09:00:00Z,ann,only hers,2,1\n"
    "4,2024-01-03T09:00:00Z,cy,of another day,3,1\n"
)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Return four posts with scores, causes and buckets, as the later stages would leave them."""
    desk.posts(POSTS, name="posts.csv")
    with Database(desk.path).write() as con:
        raw = con.raw
        raw.execute(
            "insert into score select distinct text_hash, 'mini', 'r', 's', [0.5], 'x' from post"
        )
        for post, evidence in (("1", "1"), ("2", "1"), ("4", "3"), ("3", "3"), ("2", "2")):
            raw.execute(
                "insert into cause (post_id, tagger, emotion, kind, evidence_post_id, run_id, "
                "revision) values (?, 'mini', ?, 'self', ?, 'x', 'r')",
                [f"file:{post}", f"joy{evidence}", f"file:{evidence}"],
            )
        raw.execute(
            "insert into prevalence (freq, community, ts, measure, posts, authors, available_at, "
            "run_id) select f.freq, 'forum/x', d::timestamp, 'joy', 1, 1, d, 'x' from "
            "(values ('day'), ('week')) as f (freq), "
            "(values (date '2024-01-01'), (date '2024-01-02'), (date '2024-01-03')) as t (d)"
        )
        raw.execute("insert into declared values ('file:1', 'Bullish', 'x')")
    return desk


def forget(desk: Desk, *posts: str, dry: bool = False, **more: Any) -> Outcome:  # noqa: ANN401  # what a wish has
    settings = desk.ctx().settings
    return _forget.execute(settings, _forget.Wish(posts, **more), dry_run=dry)


def left(desk: Desk) -> dict[str, set[Any]]:
    hashes = {row["text_hash"]: row["post_id"] for row in desk.table("post") if row["text_hash"]}
    return {
        "live": {row["post_id"] for row in desk.table("post") if row["status"] == "live"},
        "score": {hashes.get(row["text_hash"], "nobody's") for row in desk.table("score")},
        "cause": {(row["post_id"], row["evidence_post_id"]) for row in desk.table("cause")},
        "day": {f"{r['ts']:%m-%d}" for r in desk.table("prevalence") if r["freq"] == "day"},
        "declared": {row["post_id"] for row in desk.table("declared")},
    }


def test_a_post_is_forgotten_with_all_that_hangs_on_it(full: Desk) -> None:
    (row,) = forget(full, "file:1").rows
    assert row == {
        "posts": 1,
        "scores": 0,
        "causes": 2,
        "declared": 1,
        "buckets": 2,
        "unknown": 0,
    }
    stub = next(row for row in full.table("post") if row["post_id"] == "file:1")
    assert (stub["title"], stub["body"], stub["author"], stub["status"]) == (
        "",
        "",
        None,
        "deleted",
    )
    assert stub["text_hash"] is None
    assert stub["norm_hash"] is None
    assert stub["created"] is not None
    found = left(full)
    assert found["live"] == {"file:2", "file:3", "file:4"}
    assert "nobody's" not in found["score"]
    assert found["cause"] == {("file:4", "file:3"), ("file:3", "file:3"), ("file:2", "file:2")}
    assert found["day"] == {"01-02", "01-03"}
    assert not violations(Database(full.path)) or all(
        name not in {"duplicate_posts", "duplicate_causes"}
        for name, _, rows in violations(Database(full.path))
        if rows
    )


def test_an_author_is_forgotten_and_does_not_come_back(full: Desk) -> None:
    (row,) = forget(full, authors=("file:ann",)).rows
    assert (row["posts"], row["scores"], row["causes"]) == (2, 1, 4)
    assert left(full)["cause"] == {("file:2", "file:2")}
    text = b"ann"
    assert not any(text in repr(r).encode() for r in full.table("run"))
    before = full.table("post", but=("run_id", "ingested"))
    full.posts(POSTS + "5,2024-01-04,dee,new\n", name="again.csv")
    after = full.table("post", but=("run_id", "ingested"))
    assert [row for row in after if row["post_id"] != "file:5"] == before
    again = forget(full, "file:1", "file:99").rows[0]
    assert (again["posts"], again["unknown"]) == (0, 1)


def test_what_comes_later_of_a_forgotten_author_or_id_stays_out(
    full: Desk, refused: Refused
) -> None:
    outcome = forget(full, "file:6", authors=("file:ann", "file:eve"))
    assert "they stay out" in outcome.message
    marks = full.table("mark")
    assert len(marks) == 3
    assert not any(name in repr(marks) for name in ("ann", "eve"))
    later = (
        "5,2024-01-04,ann,her later words\n6,2024-01-04,cy,asked for by id\n"
        "7,2024-01-04,Ann,somebody else\n8,2024-01-04,eve,never seen before\n9,2024-01-04,,nobody\n"
    )
    outcome = full.posts("id,created,author,body\n" + later, name="later.csv")
    assert refused(outcome) == {"forgotten": (3, 1)}
    assert {"file:7", "file:9"} == {row["post_id"] for row in full.table("post")} - {
        f"file:{n}" for n in range(1, 5)
    }
    full.posts("id,created,author,body\n2,2024-01-04,ann,said by ann now\n", name="taken.csv")
    assert full.body()["file:2"] == "the same words"
    assert forget(full, "file:6").rows[0]["unknown"] == 1
    assert len(full.table("mark")) == 3


def test_a_rehearsal_leaves_no_mark_and_an_author_seals_the_key(desk: Desk) -> None:
    forget(desk, "file:1", dry=True)
    assert desk.table("mark") == []
    forget(desk, authors=("file:ann",))
    (desk.folder / "keys" / "author.key").unlink()
    with pytest.raises(ConfigError, match="another author key"):
        desk.posts(POSTS)


def test_a_rehearsal_counts_and_changes_nothing(full: Desk) -> None:
    before = {name: full.table(name) for name in ("post", "score", "cause", "prevalence")}
    outcome = forget(full, "file:1", dry=True)
    assert outcome.rows[0]["causes"] == 2
    assert "Would forget" in outcome.message
    assert {name: full.table(name) for name in before} == before


def test_steps_that_read_are_told(full: Desk) -> None:
    counts = {row["name"]: row["changes"] for row in full.table("counter")}
    forget(full, "file:4")
    now = {row["name"]: row["changes"] for row in full.table("counter")}
    assert all(now[name] > counts.get(name, 0) for name in ("post", "score", "cause"))


def test_declared_sentiment_of_a_forgotten_message_stays_away(desk: Desk) -> None:
    line = (
        '{"id": 7, "body": "I like $A", "created_at": "2024-01-01", "symbols": [{"symbol": "A"}],'
        ' "entities": {"sentiment": {"basic": "Bullish"}}}\n'
    )
    stocktwits.run(desk.ctx(), path=desk.file(line, "a.json"))
    forget(desk, "stocktwits:7")
    stocktwits.run(desk.ctx(), path=desk.file(line + "\n", "b.json"))
    assert not desk.table("declared")
    assert desk.table("post")[0]["body"] == ""


def test_wishes_that_name_nothing(desk: Desk, tmp_path: Path) -> None:
    for authors in ((), ("ann",), ("reddit: ",)):
        with pytest.raises(UsageError):
            forget(desk, authors=authors)
    with pytest.raises(DatabaseError):
        _forget.execute(Settings(db=tmp_path / "no.duckdb"), _forget.Wish(("file:1",)))
    assert desk.table("run")[0]["status"] == "failed"


def test_reddit_names_are_taken_with_and_without_prefix(desk: Desk) -> None:
    desk.posts("id,created,author,body\nt1_a,2024-01-01,Ann,x y\n", source="reddit")
    assert author_key(desk.ctx()).lasting
    assert forget(desk, authors=("reddit:u/Ann",)).rows[0]["posts"] == 1


def reddit(desk: Desk, world: FakeReddit) -> None:
    rows = ["id,created,author,body,community"]
    rows += [
        f"{name},2024-01-01,{t['author']},text of {name},reddit/x"
        for name, t in world.things.items()
    ]
    desk.posts("\n".join(rows) + "\n", name="reddit.csv", source="reddit", community=None)


def use_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    def patience(budget: float, resume: str) -> Patience:
        return Patience(budget, clock=clock, sleep=clock.sleep, resume=resume)

    monkeypatch.setattr(_forget_deleted, "Patience", patience)
    monkeypatch.setattr(_forget_deleted, "Wire", lambda: Wire(clock, timeout=PATIENT))


def test_what_is_gone_at_reddit_is_forgotten(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeReddit(Clock())
    use_clock(monkeypatch, world.clock)
    world.fill("x", 230)
    reddit(desk, world)
    names = sorted(world.things)
    world.delete(world.things[names[3]])
    del world.things[names[150]]
    gone = {f"reddit:{names[3]}", f"reddit:{names[150]}"}
    with Server(world, Faults(planned=["", "", "429+", "reset", "502"])) as server:
        use(monkeypatch, server.url)
        rehearsed = forget(desk, deleted=True, dry=True)
        assert rehearsed.rows[0]["posts"] == 2
        assert len(left(desk)["live"]) == 230
        assert forget(desk, deleted=True).rows[0]["posts"] == 2
        assert {row["post_id"] for row in desk.table("post") if row["status"] == "deleted"} == gone
        assert all(row["body"] == "" for row in desk.table("post") if row["post_id"] in gone)
        before = len(server.paths("/api/info"))
        assert forget(desk, deleted=True).rows[0]["posts"] == 0
        assert len(server.paths("/api/info")) - before == 3


def test_a_check_at_reddit_goes_on_where_patience_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FakeReddit(Clock())
    use_clock(monkeypatch, world.clock)
    world.fill("x", 250)
    reddit(desk, world)
    names = sorted(world.things)
    world.delete(world.things[names[0]])
    with Server(world, Faults(planned=["", "", "429+"], wait="5000")) as server:
        use(monkeypatch, server.url)
        with pytest.raises(BudgetError):
            forget(desk, deleted=True)
        assert f"reddit:{names[0]}" not in left(desk)["live"]
        before = len(server.paths("/api/info"))
        forget(desk, deleted=True)
        assert len(server.paths("/api/info")) - before == 2
        for name in names:
            del world.things[name]
        assert forget(desk, deleted=True).rows[0]["posts"] == 0


def test_nothing_of_a_text_is_left_in_the_file(desk: Desk) -> None:
    lines = [f"{n},2024-01-01,u{n},zebra{n} and some more words" for n in range(500)]
    desk.posts("id,created,author,body\n" + "\n".join(lines) + "\n")
    assert b"zebra7 " in desk.path.read_bytes()
    forget(desk, *(f"file:{n}" for n in range(499)))
    assert b"zebra7 " not in desk.path.read_bytes()
    assert desk.body()["file:499"] == "zebra499 and some more words"
    assert len(desk.table("post")) == 500


def test_the_command(
    full: Desk, affect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFECT_KEY_FILE", str(full.folder / "keys" / "author.key"))
    result = affect("forget", "file:1", "--dry-run", "--json", "--db", full.path)
    assert result.exit_code == 0
    assert '"posts": 1' in result.stdout
    assert affect("forget", "--db", full.path).exit_code == 2
    assert affect("forget", "file:77", "--fail-on-empty", "--db", full.path).exit_code == 8
