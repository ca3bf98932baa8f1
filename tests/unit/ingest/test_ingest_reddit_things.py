"""One Reddit thing of any year becomes the same row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli.ingest._reddit import Row, frame, row, unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBMISSION = {
    "id": "abc",
    "name": "t3_abc",
    "title": "A title",
    "selftext": "Some text",
    "subreddit": "Bitcoin",
    "author": "someone",
    "created_utc": 1_136_073_600,
    "score": 5,
    "num_comments": 2,
    "edited": False,
}
COMMENT = {
    "id": "def",
    "name": "t1_def",
    "body": "A reply",
    "link_id": "t3_abc",
    "parent_id": "t1_ddd",
    "subreddit": "Bitcoin",
    "author": "other",
    "score": 1,
    "created_utc": 1_136_073_700,
    "edited": False,
}


def made(thing: Mapping[str, Any], **options: bool) -> Row:
    found = row(thing, **options)
    assert isinstance(found, Row), found
    return found


def test_a_submission_and_a_comment() -> None:
    post = made(SUBMISSION)
    assert (post.id, post.kind, post.community) == ("t3_abc", "submission", "reddit/Bitcoin")
    assert (post.title, post.body, post.created) == ("A title", "Some text", "1136073600")
    assert (post.parent_id, post.thread_id, post.score, post.replies) == (None, "t3_abc", "5", "2")
    reply = made(COMMENT)
    assert (reply.id, reply.kind, reply.title, reply.body) == ("t1_def", "comment", "", "A reply")
    assert (reply.parent_id, reply.thread_id, reply.replies) == ("t1_ddd", "t3_abc", None)


@pytest.mark.parametrize("thing", [SUBMISSION, COMMENT])
def test_a_missing_name_follows_from_the_rest(thing: dict[str, Any]) -> None:
    without = {key: value for key, value in thing.items() if key != "name"}
    assert made(without) == made(thing)
    assert made(without | {"id": thing["name"]}) == made(thing)


@pytest.mark.parametrize(
    ("given", "created"),
    [("1136073600", "1136073600"), (1136073600.0, "1136073600.0"), (None, None), (True, None)],
)
def test_times_may_be_text(given: object, created: str | None) -> None:
    assert made(SUBMISSION | {"created_utc": given}).created == created


@pytest.mark.parametrize(
    ("edited", "mark"),
    [(False, None), (True, "edited"), (1_500_000_000.0, "edited"), (None, None), ("false", None)],
)
def test_edited_is_a_bool_or_a_time(edited: object, mark: str | None) -> None:
    assert made(SUBMISSION | {"edited": edited}).edited == mark


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("&amp;#x200B;", "&#x200B;"),
        ("&quot;x&quot; &#39;y&#39;", "\"x\" 'y'"),
        ("http://x.org/?a=1&copy=2&amp;b", "http://x.org/?a=1&copy=2&b"),
        ("&amp", "&amp"),
    ],
)
def test_text_is_unescaped_exactly_once(given: str, text: str) -> None:
    assert unescaped(given) == text
    assert made(COMMENT | {"body": given}).body == text
    assert made(SUBMISSION | {"title": given}).title == text
    assert made(COMMENT | {"body": given}, escaped=False).body == given


@pytest.mark.parametrize(
    ("parent", "link", "found"),
    [
        (None, "t3_abc", "t3_abc"),
        (13_368, "t3_abc", "t3_abc"),
        (13_369, "t3_abc", "t1_abd"),
        ("abd", "t3_abc", "t1_abd"),
        ("t3_abc", "abc", "t3_abc"),
        (-1, "t3_abc", None),
        ({}, "t3_abc", None),
    ],
)
def test_parents_may_have_lost_their_prefix(
    parent: object, link: object, found: str | None
) -> None:
    reply = made(COMMENT | {"parent_id": parent, "link_id": link})
    assert (reply.parent_id, reply.thread_id) == (found, "t3_abc")


@pytest.mark.parametrize(
    ("thing", "rule"),
    [
        ({"id": "x", "subreddit": "y"}, "bad_kind"),
        (COMMENT | {"id": None, "name": None}, "no_id"),
        (COMMENT | {"id": "not an id", "name": None}, "no_id"),
        (COMMENT | {"subreddit": None}, "no_community"),
        (COMMENT | {"_meta": {"was_deleted_later": True}}, "deleted_later"),
    ],
)
def test_what_is_no_post_is_refused_by_a_rule(thing: dict[str, Any], rule: str) -> None:
    assert row(thing) == rule


def test_deleted_later_is_kept_when_asked_for() -> None:
    thing = COMMENT | {"_meta": {"was_deleted_later": True}}
    assert made(thing, deleted_later=True) == made(COMMENT)


def test_odd_values_do_no_harm() -> None:
    odd = made(
        COMMENT
        | {"author": None, "body": None, "score": {}, "parent_id": [1], "link_id": 1.5}
        | {"_meta": [], "gilded": {"junk": 1}, "retrieved_on": "never"}
    )
    assert (odd.author, odd.body, odd.score, odd.thread_id) == (None, "", None, None)
    assert made(COMMENT | {"score_hidden": True}).score is None
    lone = made(COMMENT | {"body": "a\0b \ud83d\ude80 \ud800"})
    assert lone.body == "ab 🚀 �"
    assert frame([lone], [7]).row(0)[:2] == (7, "t1_def")
    assert made({**COMMENT, "subreddit": None, "subreddit_name_prefixed": "u/me"}).community == (
        "reddit/u_me"
    )
