"""What becomes of a post: rules, text, authors, symbols, language, edits and deletions."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import ConfigError, InputError, UsageError
from affectcli.ingest import file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ingest.conftest import Desk, Refused


def jsonl(*rows: dict[str, Any]) -> str:
    return "".join(
        json.dumps({"created": "2024-01-02", "body": "some text", **row}) + "\n" for row in rows
    )


def test_every_rule_refuses_its_rows(desk: Desk, refused: Refused) -> None:
    far = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    near = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    rows: list[dict[str, Any]] = [
        {"id": ""},
        {"id": 1, "created": "soon"},
        {"id": 2, "created": ""},
        {"id": 3, "created": far},
        {"id": 4, "created": near},
        {"id": 5, "created": "1985-05-05"},
        {"id": 6, "body": " \n"},
        {"id": 7, "kind": "poem"},
        {"id": 8, "body": "[deleted]"},
    ]
    outcome = desk.posts(jsonl(*rows), name="a.jsonl")
    assert refused(outcome) == {
        "no_id": (1, 1),
        "bad_date": (2, 2),
        "future_date": (1, 4),
        "ancient_date": (1, 6),
        "empty_text": (1, 7),
        "bad_kind": (1, 8),
    }
    assert "bad_date 2" in outcome.message
    assert sorted(desk.body()) == ["file:4", "file:8"]
    assert {row["rule"]: row["rows"] for row in desk.table("reject")}["bad_date"] == 2


def test_a_row_without_community_is_refused_unless_an_option_names_it(
    desk: Desk, refused: Refused
) -> None:
    text = jsonl({"id": 1, "community": "forum/a"}, {"id": 2, "community": ""})
    assert refused(desk.posts(text, name="a.jsonl", community=None)) == {"no_community": (1, 2)}
    desk.posts(text, name="a.jsonl", community="forum/b")
    assert [row["community"] for row in desk.table("post")] == ["forum/a", "forum/b"]
    with pytest.raises(UsageError, match="where the posts"):
        desk.posts(jsonl({"id": 1}), name="a.jsonl", community=None)


def test_a_subreddit_is_a_community_of_reddit_unless_the_user_calls_it_otherwise(
    desk: Desk,
) -> None:
    text = jsonl({"id": 1, "subreddit": "Depression"}, {"id": 2, "subreddit": "/r/sad"})
    desk.posts(text, name="a.jsonl", community=None)
    desk.posts(text.replace('"id": ', '"id": 1'), name="b.jsonl", community="forum/b")
    places = sorted(row["community"] for row in desk.table("post"))
    assert places == ["forum/b", "forum/b", "reddit/Depression", "reddit/sad"]


def test_usual_names_are_recognised_and_map_overrules_them(desk: Desk) -> None:
    desk.posts(
        "Tweet ID;Created At;User Name;Text;Likes;num_comments;Parent\n"
        "5;1704153600123;ann;hello there;3;2.0;4\n"
    )
    (row,) = desk.table("post")
    assert (row["post_id"], row["body"], row["score"], row["replies"]) == (
        "file:5",
        "hello there",
        3,
        2,
    )
    assert row["parent_id"] == "file:4"
    assert row["created"] == datetime(2024, 1, 2, 0, 0, 0, 123000)  # noqa: DTZ001  # as stored
    desk.posts(
        "id,when,title,body\n7,2024-01-02,used as text,ignored\n",
        map={"created": "WHEN", "body": "title"},
        source="zine",
    )
    assert desk.body()["zine:7"] == "used as text"


def test_wrong_mappings_are_explained(desk: Desk) -> None:
    text = "id,created,body\n1,2024-01-02,a\n"
    with pytest.raises(UsageError, match=r"'bdy' is no field.*Did you mean body"):
        desk.posts(text, map={"bdy": "body"})
    with pytest.raises(InputError, match=r"no column 'bodi'.*Did you mean body"):
        desk.posts(text, map={"body": "bodi"})
    with pytest.raises(UsageError, match="--kind"):
        desk.posts(text, kind="poem")
    with pytest.raises(UsageError, match="--since 'once'"):
        desk.posts(text, since="once")


def test_where_since_and_limit_count_what_they_leave_out(desk: Desk, refused: Refused) -> None:
    rows = [f"{n},2024-01-{n:02},text {n},{'x' if n % 2 else 'y'}" for n in range(1, 21)]
    text = "id,created,body,tag\n" + "\n".join(rows)
    options = {"where": "tag = 'x'", "since": "2024-01-04", "until": "2024-01-16"}
    outcome = desk.posts(text, **options)
    refused(outcome)
    assert (outcome.rows[0]["added"], outcome.rows[0]["filtered"]) == (6, 14)
    limited = desk.posts(text, **options, limit=2, source="b", batch=3)
    assert (limited.rows[0]["read"], limited.rows[0]["added"]) == (7, 2)
    with pytest.raises(UsageError, match="--where"):
        desk.posts(text, where="tag ==== 'x'")
    with pytest.raises(InputError, match="no column 'tga'"):
        desk.posts(text, where="tga = 'x'")


def test_deleted_posts_stay_with_what_was_stored_of_them(desk: Desk) -> None:
    first = jsonl({"id": 1, "author": "ann"}, {"id": 2, "body": "[removed]", "author": "[deleted]"})
    desk.posts(first, name="a.jsonl")
    stored = {row["post_id"]: row for row in desk.table("post")}
    gone = stored["file:2"]
    assert (gone["status"], gone["text_hash"], gone["author"]) == ("deleted", None, None)
    assert gone["body"] == ""
    later = desk.posts(jsonl({"id": 1, "body": "[deleted]"}), name="b.jsonl")
    assert later.rows[0]["updated"] == 1
    row = next(row for row in desk.table("post") if row["post_id"] == "file:1")
    assert {**row, "status": "live", "run_id": "", "ingested": 0} == {
        **stored["file:1"],
        "run_id": "",
        "ingested": 0,
    }
    assert row["status"] == "deleted"
    back = desk.posts(jsonl({"id": 1, "body": "back again"}), name="c.jsonl")
    assert (back.rows[0]["duplicates"], back.rows_out) == (1, 0)


def test_edits_and_scores_update_and_nothing_else_does(desk: Desk) -> None:
    desk.posts(jsonl({"id": 1, "score": 1}, {"id": 2}, {"id": 3}), name="a.jsonl")
    before = {row["post_id"]: row for row in desk.table("post")}
    outcome = desk.posts(
        jsonl({"id": 1, "score": 9}, {"id": 2, "body": "other"}, {"id": 3}), name="b.jsonl"
    )
    after = {row["post_id"]: row for row in desk.table("post")}
    assert (outcome.rows[0]["updated"], outcome.rows[0]["duplicates"]) == (2, 1)
    assert (after["file:1"]["score"], after["file:1"]["status"]) == (9, "live")
    assert (after["file:2"]["body"], after["file:2"]["status"]) == ("other", "edited")
    assert after["file:3"] == before["file:3"]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_the_last_of_conflicting_posts_wins_in_any_batches(
    desk: Desk, refused: Refused, caplog: pytest.LogCaptureFixture, batch: int
) -> None:
    rows = ({"id": 1, "body": text} for text in ("a", "a", "b", "c", "c"))
    outcome = desk.posts(jsonl(*rows), name="a.jsonl", batch=batch)
    assert refused(outcome) == {"id_conflict": (2, 3)}
    assert (outcome.rows[0]["added"], outcome.rows[0]["duplicates"]) == (1, 2)
    assert desk.body() == {"file:1": "c"}
    assert "--map id=COLUMN" in caplog.text


def test_repeats_are_refused_within_a_community_only(desk: Desk, refused: Refused) -> None:
    text = jsonl(
        {"id": 1, "body": "Buy now http://a.b/c @you"},
        {"id": 2, "body": "buy   NOW @me http://x.y"},
        {"id": 3, "body": "buy now", "community": "forum/y"},
        {"id": 1, "body": "Buy now http://a.b/c @you"},
    )
    outcome = desk.posts(text, name="a.jsonl", no_repeats=True)
    assert refused(outcome) == {"repeated_text": (1, 2)}
    assert sorted(desk.body()) == ["file:1", "file:3"]
    again = desk.posts(text + "\n", name="b.jsonl", no_repeats=True)
    assert refused(again) == {"repeated_text": (1, 2)}
    assert again.rows[0]["duplicates"] == 3


def test_posts_without_ids_are_told_apart_by_what_they_say(desk: Desk) -> None:
    text = "created,author,body\n2024-01-02,ann,hi\n2024-01-02,ann,hi\n2024-01-02,bob,hi\n"
    outcome = desk.posts(text)
    assert "no id column" in outcome.message
    assert (outcome.rows[0]["added"], outcome.rows[0]["duplicates"]) == (2, 1)


def test_authors_are_keyed_hashes(desk: Desk, tmp_path: Path) -> None:
    text = "id,created,author,body\n1,2024-01-02,ann,a\n2,2024-01-02,ann,b\n3,2024-01-02,bob,c\n"
    desk.posts(text)
    names = [row["author"] for row in desk.table("post")]
    key = tmp_path / "keys" / "author.key"
    assert names[0] == names[1] != names[2]
    assert all(len(name) == 16 and int(name, 16) for name in names)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes() not in desk.path.read_bytes()
    key.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        desk.posts(text, source="b")
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(ConfigError, match="5 bytes"):
        desk.posts(text, source="b")


def test_symbols_and_languages(desk: Desk) -> None:
    english = "I really think that this market is going to fall tomorrow morning"
    rows = [
        {"id": 1, "body": f"$aapl $BRK.B $100 $$$ US$X MSFT goog {english}"},
        {"id": 2, "body": "Ich glaube nicht, dass sich das morgen noch einmal bessern wird"},
        {"id": 3, "body": "$BTC lol"},
        {"id": 4, "body": "今日はとても良い天気です"},
    ]
    context = desk.ctx(tickers=("MSFT", "GOOG"))
    file.run(context, path=desk.file(jsonl(*rows), "a.jsonl"), community="x", ticker=("US",))
    found = {row["post_id"]: row for row in desk.table("post")}
    assert found["file:1"]["symbols"] == ["AAPL", "BRK.B", "MSFT", "US"]
    assert found["file:3"]["symbols"] == ["BTC"]
    assert [found[f"file:{n}"]["lang"] for n in (1, 2, 3, 4)] == ["en", "de", "und", "ja"]
    desk.posts(jsonl({"id": 9, "lang": "en-US"}, {"id": 10, "lang": ""}), name="b.jsonl")
    given = {row["post_id"]: row["lang"] for row in desk.table("post")}
    assert (given["file:9"], given["file:10"]) == ("en", "und")


def test_equal_texts_have_equal_hashes(desk: Desk) -> None:
    rows = [
        {"id": 1, "title": "café", "body": "x"},
        {"id": 2, "title": "cafe\u0301 ", "body": " x\n"},
        {"id": 3, "title": "", "body": "café\n\nx"},
        {"id": 4, "title": "café", "body": "y"},
    ]
    desk.posts(jsonl(*rows), name="a.jsonl")
    one, two, three, four = (row["text_hash"] for row in desk.table("post"))
    assert one == two == three != four
