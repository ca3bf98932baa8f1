"""A whole crawl of a fake Reddit, driven by unmodified PRAW: what is stored is what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli import runner
from affectcli.errors import ConfigError, RemoteError, UsageError
from affectcli.ingest import reddit
from affectcli.settings import Settings
from tests.unit.ingest.fakes.crawl import Crawler, use
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import Clock, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.ingest.conftest import Desk, Refused

HOUR = 3600
NAME = "CryptoCurrency"


@pytest.fixture
def world() -> FakeReddit:
    return FakeReddit(Clock())


@pytest.fixture
def crawler(desk: Desk, world: FakeReddit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawler]:
    with Server(world) as server:
        use(monkeypatch, server.url)
        yield Crawler(desk, server, world.clock)


def test_posts_and_whole_trees_are_stored(
    world: FakeReddit, crawler: Crawler, refused: Refused
) -> None:
    world.fill(NAME, 130)
    world.fill("Bitcoin", 3)
    for post in world.sub(NAME).posts[:3]:
        world.chat(post, 40)
    outcome = crawler.reddit(NAME.lower(), "r/Bitcoin", comments=True)
    assert crawler.stored() == world.truth()
    assert refused(outcome) == {}
    assert len(crawler.server.paths("morechildren")) > 0
    assert any(request.query.get("comment") for request in crawler.server.seen)
    rows = {row["post_id"]: row for row in crawler.desk.table("post")}
    for name, thing in world.things.items():
        row = rows[f"reddit:{name}"]
        assert row["community"] == f"reddit/{thing['subreddit']}"
        assert row["thread_id"] == f"reddit:{thing.get('link_id', name)}"
        assert row["parent_id"] == (f"reddit:{thing['parent_id']}" if "link_id" in thing else None)


def test_a_second_crawl_needs_three_listing_requests(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 330, every=120)
    crawler.reddit(NAME)
    world.clock.now += 2 * HOUR
    world.fill(NAME, 50, every=100)
    seen = len(crawler.server.seen)
    outcome = crawler.reddit(NAME)
    assert outcome.rows_out == 50
    assert len(crawler.since(seen)) <= 3
    assert crawler.stored() == world.truth()


def test_edits_votes_and_deletions_within_the_lag_are_found(
    world: FakeReddit, crawler: Crawler
) -> None:
    world.fill(NAME, 150, every=HOUR)
    for post in world.sub(NAME).posts[:2]:
        world.chat(post, 10)
    crawler.reddit(NAME, comments=True)
    world.clock.now += 2 * HOUR
    young, old = world.sub(NAME).posts[:40], world.sub(NAME).posts[120]
    world.edit(young[0], "other words")
    world.delete(young[1])
    young[2]["score"] = 9999
    comments = [thing for thing in world.things.values() if "link_id" in thing]
    world.edit(comments[3], "I take that back")
    world.delete(comments[4])
    purged = world.things.pop(young[3]["name"])
    world.sub(NAME).posts.remove(purged)
    world.edit(old, "too old to be looked at")
    seen = len(crawler.server.seen)
    crawler.reddit(NAME, comments=True)
    stored, truth = crawler.stored(), world.truth()
    for thing in (young[0], young[2], comments[3]):
        assert stored[f"reddit:{thing['name']}"] == truth[f"reddit:{thing['name']}"]
    for thing in (young[1], comments[4], purged):
        assert stored[f"reddit:{thing['name']}"][4] == "deleted"
        assert "[deleted]" not in stored[f"reddit:{thing['name']}"][2]
    assert stored[f"reddit:{old['name']}"][2] != "too old to be looked at"
    assert len(crawler.since(seen)) <= 3
    seen = len(crawler.server.seen)
    world.clock.now += 600
    crawler.reddit(NAME, comments=True)  # all of it was read within the hour
    assert crawler.since(seen, "info") == []


def test_new_comments_are_read_and_old_trees_are_not(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 20)
    for post in world.sub(NAME).posts[:6]:
        world.chat(post, 5)
    crawler.reddit(NAME, comments=True)
    world.clock.now += 2 * HOUR
    world.chat(world.sub(NAME).posts[3], 4)
    seen = len(crawler.server.seen)
    crawler.reddit(NAME, comments=True)
    assert crawler.stored() == world.truth()
    assert len(crawler.since(seen, "/comments/")) == 1


def test_the_cap_leaves_a_gap_that_is_named_with_the_command_that_fills_it(
    world: FakeReddit, crawler: Crawler, caplog: pytest.LogCaptureFixture
) -> None:
    world.fill(NAME, 30, every=60)
    crawler.reddit(NAME)
    assert caplog.text == ""
    world.clock.now += 400 * HOUR
    world.fill(NAME, 1200, every=900)
    caplog.set_level("WARNING", logger="affect")
    crawler.reddit(NAME)
    assert len(crawler.stored()) == 1030
    assert f"r/{NAME}: 1" in caplog.text
    low = "2024-06-01T00:00:00Z"
    assert f"affect ingest arctic --sub {NAME} --since {low} --until 2024-06-07T" in caplog.text
    assert f"affect ingest dump FILE.zst --sub {NAME} --since {low}" in caplog.text
    caplog.clear()
    crawler.reddit(NAME)
    assert "are missing" in caplog.text, "a gap is named until it is filled"


def test_a_window_that_listings_do_not_reach_is_named(
    world: FakeReddit, crawler: Crawler, caplog: pytest.LogCaptureFixture
) -> None:
    world.cap = 520
    world.fill(NAME, 600, every=HOUR)
    crawler.reddit(NAME, since="2024-01-01")
    assert "--since 2024-01-01T00:00:00Z --until 2024-05-10T" in caplog.text


def test_since_and_until_bound_what_is_stored(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 500, every=HOUR)
    outcome = crawler.reddit(NAME, since="2024-05-25", until="2024-05-28")
    assert len(crawler.stored()) == 72
    assert outcome.rows[0]["filtered"] > 0
    assert len(crawler.server.paths("/r/")) == 2
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()


def test_a_limit_stops_and_a_crawl_without_goes_on_below(
    world: FakeReddit, crawler: Crawler
) -> None:
    world.fill(NAME, 340)
    assert crawler.reddit(NAME, limit=130).rows[0]["read"] == 130
    seen = len(crawler.server.seen)
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()
    assert len(crawler.since(seen)) <= 5


@pytest.mark.parametrize("listing", ["hot", "top", "rising"])
def test_ranked_listings_are_read_to_their_end(
    world: FakeReddit, crawler: Crawler, listing: str
) -> None:
    world.fill(NAME, 230)
    world.chat(world.sub(NAME).posts[7], 12)
    crawler.reddit(NAME, listing=listing, comments=True)
    assert crawler.stored() == world.truth()
    assert all(path == f"/r/{NAME}/{listing}" for path in crawler.server.paths("/r/"))


def test_a_search_stores_what_matches(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 200)
    crawler.reddit(NAME, query="wallet")
    wanted = {name for name, row in world.truth().items() if "wallet" in row[1]}
    assert set(crawler.stored()) == wanted
    assert len(wanted) > 20


@pytest.mark.parametrize(
    ("state", "why"),
    [("private", "it is private"), ("quarantined", "it is quarantined"), ("banned", "banned it")],
)
def test_a_refused_community_does_not_stop_the_others(
    world: FakeReddit, crawler: Crawler, state: str, why: str
) -> None:
    world.fill(NAME, 3)
    world.fill("hidden", 3)
    world.sub("hidden").state = state
    with pytest.raises(RemoteError, match=f"r/hidden: .*{why}.*Added|added") as caught:
        crawler.reddit("hidden", "nowhere_at_all", NAME)
    assert caught.value.code == 4
    assert "r/nowhere_at_all: there is no such community" in str(caught.value)
    assert crawler.stored() == world.truth()


def test_missing_credentials_say_what_works_without(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFFECT_REDDIT_CLIENT_ID", raising=False)
    monkeypatch.delenv("praw_client_id", raising=False)
    with pytest.raises(ConfigError, match="rarely granted") as caught:
        reddit.run(desk.ctx(), sub=(NAME,))
    assert caught.value.code == 3
    for command in ("arctic", "dump", "file"):
        assert f"affect ingest {command}" in str(caught.value)


def test_a_dry_run_stores_nothing(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 120)
    crawler.dry = True
    assert crawler.reddit(NAME, comments=True).rows_out == 120
    assert crawler.stored() == {}
    assert crawler.desk.table("ledger") == []


@pytest.mark.parametrize(
    "wrong",
    [{"sub": []}, {"sub": ["a b"]}, {"sub": ["all"]}, {"sub": ["x", "../y"]},
     {"sub": ["Bitcoin"], "listing": "best"}, {"sub": ["Bitcoin"], "lag": "soon"},
     {"sub": ["Bitcoin"], "query": "x", "listing": "hot"}, {"sub": ["Bitcoin"], "since": "never"}],
)  # fmt: skip
def test_options_that_are_wrong(desk: Desk, wrong: dict[str, object]) -> None:
    settings = Settings(db=desk.path, key_file=desk.folder / "keys" / "author.key")
    with pytest.raises(UsageError):
        runner.execute("ingest reddit", wrong, settings)
