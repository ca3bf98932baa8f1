"""Whatever befalls a crawl, nothing is lost, nothing doubled, and a crawl goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import BudgetError, ConfigError, RemoteError
from tests.unit.ingest.fakes.crawl import Crawler, use
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import KINDS, Answer, Clock, Faults, Request, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.ingest.conftest import Desk, Refused

NAME = "CryptoCurrency"


@pytest.fixture
def world() -> FakeReddit:
    return FakeReddit(Clock())


@pytest.fixture
def crawler(desk: Desk, world: FakeReddit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawler]:
    with Server(world) as server:
        use(monkeypatch, server.url)
        yield Crawler(desk, server, world.clock)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_mid_listing_costs_a_request_and_no_post(
    world: FakeReddit, crawler: Crawler, kind: str
) -> None:
    world.fill(NAME, 350)
    crawler.server.faults.planned += ["", "", kind, "", kind]
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()
    assert crawler.server.faults.made[kind] == 2
    assert len(crawler.server.paths("/r/")) <= 9


def test_after_a_429_pages_are_half_as_long_and_grow_again(
    world: FakeReddit, crawler: Crawler
) -> None:
    world.fill(NAME, 400)
    crawler.server.faults.wait = "20"
    crawler.server.faults.planned += ["", "", "429+", "429+"]
    crawler.reddit(NAME)
    limits = [int(r.query["limit"]) for r in crawler.server.seen if "/r/" in r.path]
    assert limits == [100, 100, 50, 25, 50, 100, 100, 100]
    assert 40 <= world.clock.slept <= 42


def test_a_spent_budget_saves_progress_and_says_how_to_go_on(
    world: FakeReddit, crawler: Crawler
) -> None:
    world.fill(NAME, 300)
    crawler.server.faults.wait = "600"
    crawler.server.faults.planned += ["", "", "", "429+", "429+"]
    command = f"affect ingest reddit --sub {NAME} --limit 300"
    with pytest.raises(BudgetError, match="600 s") as caught:
        crawler.reddit(NAME, resume=command)
    assert caught.value.code == 5
    assert command in str(caught.value)
    assert len(crawler.stored()) == 200
    seen = len(crawler.server.seen)
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()
    assert len(crawler.since(seen)) <= 2


def test_the_rate_is_kept_before_reddit_has_to_refuse(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 300)
    world.rate = (1, 120)
    crawler.budget = 0
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()
    assert world.clock.slept == 120


def test_pages_out_of_order_with_repeats_and_arrivals_lose_nothing(
    world: FakeReddit, crawler: Crawler, refused: Refused
) -> None:
    world.fill(NAME, 400)
    world.shuffle(NAME)
    world.repeats = True
    world.arrivals.append(NAME)
    outcome = crawler.reddit(NAME)
    assert refused(outcome) == {}
    world.arrivals.clear()
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()


def test_an_ancient_post_among_the_new_hides_no_time(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 250)
    ancient = world.post(NAME, created=world.clock() - 10**8)
    posts = world.sub(NAME).posts
    posts.remove(ancient)
    posts.insert(98, ancient)
    crawler.server.faults.planned += ["", "", "429+"]
    crawler.server.faults.wait = "9999"
    with pytest.raises(BudgetError):
        crawler.reddit(NAME)
    crawler.reddit(NAME)
    assert crawler.stored() == world.truth()


def test_items_that_cannot_be_read_are_refused_by_rule(
    world: FakeReddit, crawler: Crawler, refused: Refused
) -> None:
    world.fill(NAME, 5)
    posts = world.sub(NAME).posts
    posts[1]["created_utc"] = None
    posts[2] |= {"title": "", "selftext": ""}
    posts[3]["subreddit"] = None
    outcome = crawler.reddit(NAME)
    assert {rule: rows for rule, (rows, _) in refused(outcome).items()} == {
        "bad_date": 1,
        "empty_text": 1,
        "no_community": 1,
    }
    assert len(crawler.stored()) == 2


@pytest.mark.parametrize("children", [[None], ["x"], [{"kind": "t3"}], [{"data": 7}]])
def test_children_that_are_none_are_refused(
    world: FakeReddit,
    crawler: Crawler,
    monkeypatch: pytest.MonkeyPatch,
    children: list[Any],
) -> None:
    body = {"kind": "Listing", "data": {"children": children, "after": None}}
    monkeypatch.setattr(world, "_listing", lambda *_: Answer(body))
    outcome = crawler.reddit(NAME)
    assert outcome.rows[0]["rejected"] == 1


@pytest.mark.parametrize("body", [[], {}, "x", None, {"data": {"children": 3}}])
def test_a_listing_of_another_shape_is_asked_for_again_and_given_up(
    world: FakeReddit, crawler: Crawler, monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    monkeypatch.setattr(world, "_listing", lambda *_: Answer(body))
    with pytest.raises(RemoteError, match="8 times in a row"):
        crawler.reddit(NAME)


def test_an_anchor_that_is_gone_is_walked_around(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 300)
    crawler.server.faults.wait = "9999"
    crawler.server.faults.planned += ["", "", "429+"]
    with pytest.raises(BudgetError):
        crawler.reddit(NAME)
    anchor = world.sub(NAME).posts.pop(99)
    crawler.reddit(NAME)
    assert set(crawler.stored()) == set(world.truth())
    assert f"reddit:{anchor['name']}" in crawler.stored()


def test_a_wrong_key_is_a_matter_of_settings(
    world: FakeReddit, crawler: Crawler, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: Callable[[Request], Answer] = lambda _: Answer({"message": "Unauthorized"}, 401)  # noqa: E731
    monkeypatch.setattr(world, "_token", refused)
    with pytest.raises(ConfigError, match="does not take these credentials") as caught:
        crawler.reddit(NAME)
    assert "secret" not in str(caught.value).replace("client_secret", "")


def test_tokens_that_never_hold_end(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 3)
    crawler.server.faults.planned += ["", *["401", ""] * 8]
    with pytest.raises(RemoteError, match="token has expired"):
        crawler.reddit(NAME)


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_every_kind_at_once(world: FakeReddit, crawler: Crawler, seed: int) -> None:
    world.fill(NAME, 120)
    for post in world.sub(NAME).posts[:16]:
        world.chat(post, 7)
    crawler.server.faults = Faults(0.3, seed=seed)
    crawler.reddit(NAME, comments=True)
    assert crawler.stored() == world.truth()
    assert crawler.server.faults.made.total() > 3
