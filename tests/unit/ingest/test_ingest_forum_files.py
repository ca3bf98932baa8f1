"""Forums from files: Stack Exchange dumps, feeds, Hacker News items, and HTML of any shape."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import InputError, UsageError
from affectcli.ingest import forum
from affectcli.ingest._forum_html import text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.ingest.conftest import Desk, Refused

SITE = "crypto.stackexchange.com"
POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" CreationDate="2011-07-12T19:02:48.193" Score="5" Title="RSA" \
Body="&lt;p&gt;Why &amp;amp; how?&lt;/p&gt;" OwnerUserId="3" AnswerCount="1" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2011-07-12T20:02:48.193" Score="-7" \
Body="Because" OwnerDisplayName="bob" />
  <row Id="3" PostTypeId="5" CreationDate="2011-07-12T20:02:48.193" Body="wiki" />
  <row Id="4" Pos<<tTypeId="2"
  <row Id="1000000001" PostTypeId="1" CreationDate="2011-07-12T20:02:48.193" Body="fake" />
  <row Id="1000000010" PostTypeId="2" CreationDate="2011-07-12T20:02:48.193" Body="fake" />
  <row Id="5" PostTypeId="2" ParentId="1" CreationDate="2011-07-12T20:02:48.193" Body="x&#xA;y" />
</posts>
"""
COMMENTS = """<?xml version="1.0" encoding="utf-8"?>
<comments>
  <row Id="1" PostId="2" Score="0" Text="thanks" CreationDate="2011-07-13" UserId="3" />
  <row Id="2" PostId="77" Score="0" Text="lost" CreationDate="2011-07-13" UserId="4" />
</comments>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / SITE
    place.mkdir()
    (place / "Posts.xml").write_text(POSTS)
    (place / "Comments.xml.gz").write_bytes(gzip.compress(COMMENTS.encode()))
    return place


def read(desk: Desk, path: str | Path, kind: str = "stackexchange", **more: Any) -> Any:  # noqa: ANN401  # an outcome
    return forum.run(desk.ctx(), path=str(path), kind=kind, **more)


def test_a_dump_folder_with_its_threads(desk: Desk, refused: Refused, folder: Path) -> None:
    outcome = read(desk, folder)
    assert refused(outcome) == {"bad_xml": (1, 4), "fabricated": (2, 5)}
    assert [row["filtered"] for row in outcome.rows] == [1, 0]
    rows = {row["post_id"].rpartition("/")[2]: row for row in desk.table("post")}
    assert set(rows) == {"p1", "p2", "p5", "c1", "c2"}
    assert {row["community"] for row in rows.values()} == {f"forum/{SITE}"}
    question = f"stackexchange:{SITE}/p1"
    assert {name for name, row in rows.items() if row["thread_id"] == question} == {
        *("p1", "p2", "p5", "c1")
    }
    assert rows["c1"]["parent_id"] == f"stackexchange:{SITE}/p2"
    assert rows["p1"]["author"] == rows["c1"]["author"] != rows["p2"]["author"]
    assert (rows["p1"]["title"], rows["p1"]["body"], rows["p1"]["score"]) == (
        "RSA",
        "Why & how?",
        5,
    )
    before = desk.tables(but=())
    assert "Nothing new" in read(desk, folder).message
    assert desk.tables(but=()) == before


def test_a_dump_that_breaks_off_keeps_its_rows(desk: Desk, folder: Path) -> None:
    place = folder / "Posts.xml"
    place.write_text(POSTS[: POSTS.index('  <row Id="3"')])
    with pytest.raises(InputError, match="before </posts>"):
        read(desk, place)
    assert len(desk.table("post")) == 2


def test_what_is_no_dump(desk: Desk, tmp_path: Path) -> None:
    cases = {
        "a.7z": (b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "7z x"),
        "Users.xml": (b"<users><row/></users>", "<users>"),
        "text.xml": (b"hello", "no XML"),
    }
    for name, (body, says) in cases.items():
        (tmp_path / name).write_bytes(body)
        with pytest.raises(InputError) as error:
            read(desk, tmp_path / name, community="forum/x")
        assert says in str(error.value)
    with pytest.raises(InputError, match="neither"):
        read(desk, tmp_path, community="forum/x")
    with pytest.raises(UsageError, match="which site"):
        read(desk, tmp_path / "Users.xml")
    with pytest.raises(UsageError, match="dump files"):
        read(desk, "https://crypto.stackexchange.com")


def test_entities_are_not_expanded(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "Posts.xml"
    place.write_text(
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>\n<posts>\n<row Id="1" PostTypeId="1" Body="&a;" '
        'CreationDate="2020-01-01"/>\n</posts>\n'
    )
    read(desk, place, community="forum/x")
    assert not desk.table("post")


FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:thr="http://purl.org/syndication/thread/1.0">
<channel><link>https://www.blog.example/</link>
<item><title>One &amp; only</title><guid>a1</guid><pubDate>Thu, 21 Dec 2023 16:01:07 +0200</pubDate>
<description>&lt;p&gt;I am &lt;b&gt;sad&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>Two</title><link>https://blog.example/2</link><pubDate>2023-12-22</pubDate></item>
<item><title>Undated</title><link>https://blog.example/3</link></item>
<item><title>Re: One</title><guid>a2</guid><thr:in-reply-to ref="a1"/>
<pubDate>Fri, 22 Dec 2023</pubDate><author>ann@blog.example (Ann)</author></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://blog.example/"/>
<entry><id>urn:1</id><title type="html">A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; claim</title>
<updated>2024-03-01T12:00:00+01:00</updated><summary>short</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>long <i>text</i> here</p></div>
</content></entry></feed>"""


def test_rss_and_atom(desk: Desk, refused: Refused) -> None:
    outcome = read(desk, desk.file(FEED, "f.xml"), "rss")
    assert refused(outcome) == {"bad_date": (1, 3)}
    rows = {row["title"]: row for row in desk.table("post")}
    first = rows["One & only"]
    assert (first["body"], f"{first['created']:%d %H:%M}") == ("I am sad", "21 14:01")
    assert first["community"] == "forum/blog.example"
    assert rows["Re: One"]["parent_id"] == rows["Re: One"]["thread_id"] == first["post_id"]
    assert first["thread_id"] == first["post_id"]
    read(desk, desk.file(ATOM, "a.xml"), "atom")
    (row,) = [row for row in desk.table("post") if row["body"] == "long text here"]
    assert f"{row['created']:%Y-%m-%d %H:%M}" == "2024-03-01 11:00"


def test_a_broken_feed_gives_what_can_be_read(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    outcome = read(desk, desk.file(FEED[: FEED.index("</channel>")], "f.xml"), "rss")
    assert outcome.rows[0]["added"] == 3
    assert "not well-formed" in caplog.text
    for wrong in ("<html><body>hello</body></html>", "hello", '{"a": 1}'):
        with pytest.raises(InputError, match="no RSS or Atom"):
            read(desk, desk.file(wrong, "g.xml"), "rss", community="forum/x")


def test_items_of_hacker_news(desk: Desk, refused: Refused) -> None:
    items: list[dict[str, Any]] = [
        {"id": 1, "by": "pg", "time": 1160418111, "title": "Y", "type": "story", "score": 57},
        {"id": 15, "by": "s", "time": 1160418211, "text": "&quot;a&quot;<p>b", "type": "comment"},
        {"id": 16, "time": 1160418311, "text": "deep", "type": "comment", "parent": 15},
        {"id": 17, "time": 1160418311, "deleted": True, "type": "comment", "parent": 15},
        {"id": 18, "time": 1160418311, "title": "We hire", "type": "job"},
    ]
    items[1]["parent"] = 1
    body = "\n".join(json.dumps(item) for item in items)
    outcome = read(desk, desk.file(body, "hn.jsonl"), "hackernews")
    assert refused(outcome) == {}
    rows = {row["post_id"]: row for row in desk.table("post")}
    assert {row["thread_id"] for row in rows.values()} == {"hackernews:1"}
    assert rows["hackernews:15"]["body"] == '"a"\n\nb'
    assert rows["hackernews:17"]["status"] == "deleted"
    assert len(rows) == 4


def test_options_that_do_not_fit(desk: Desk) -> None:
    for wrong in ({"kind": "usenet"}, {"kind": "rss", "query": "x"}):
        with pytest.raises(UsageError):
            read(desk, "x", **wrong)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("a<br>b", "a\nb"),
        ("<p>one</p><p>two &lt;3</p>", "one\n\ntwo <3"),
        ("x<script>evil()</script>y<style>p{}</style>", "xy"),
        ('<aside class="quote"><aside>q</aside>r</aside>mine', "mine"),
        ('ok <img class="emoji" alt=":smile:" src=x> fine', "ok :smile: fine"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<!-- no --> b", "a b"),
        ("open <!-- for ever", "open"),
        ('<a title="x > y" href=z>link</a>', "link"),
        ("<script>never closed", ""),
    ],
)
def test_html_to_text(source: str, seen: str) -> None:
    assert text(source) == seen


@pytest.mark.parametrize("piece", ["<", "<!", "<a ", "</", "<!--", "<a b=", '<a x="', "&#", "<p>"])
def test_no_html_takes_quadratic_time(piece: str) -> None:
    started = time.process_time()
    text(piece * 100_000)
    assert time.process_time() - started < 5
