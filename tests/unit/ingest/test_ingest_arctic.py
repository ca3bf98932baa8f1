"""Arctic Shift's archive, page by page: nothing lost at a border, nothing twice, no time twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.errors import BudgetError, RemoteError, UsageError
from affectcli.ingest import arctic
from tests.unit.ingest.fakes.arctic import FakeArctic
from tests.unit.ingest.fakes.crawl import Crawler, use
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import Clock, Faults, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.ingest.conftest import Desk, Refused

HOUR = 3600
DAY = 24 * HOUR
NAME = "CryptoCurrency"
PASSING = ("429+", "429", "502", "reset", "slow")


@pytest.fixture
def world() -> FakeReddit:
    return FakeReddit(Clock())


@pytest.fixture
def archive(world: FakeReddit) -> FakeArctic:
    return FakeArctic(world)


@pytest.fixture
def crawler(desk: Desk, archive: FakeArctic, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawler]:
    with Server(archive) as server:
        use(monkeypatch, server.url)
        yield Crawler(desk, server, archive.reddit.clock)


def test_posts_and_comments_of_a_window_are_stored(
    world: FakeReddit, crawler: Crawler, refused: Refused
) -> None:
    world.fill(NAME, 130, until=5 * DAY)
    world.chat(world.sub(NAME).posts[0], 110)
    world.edit(world.sub(NAME).posts[3], 'a < b && "c" &amp; d')
    outcome = crawler.arctic(NAME, since="2024-05-01", comments=True)
    assert crawler.stored() == world.truth()
    assert refused(outcome) == {}
    assert {request.query["sort"] for request in crawler.server.seen} == {"asc"}


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("together", [7, 99])
def test_equal_times_at_the_border_of_a_page(
    world: FakeReddit, archive: FakeArctic, crawler: Crawler, together: int, *, inclusive: bool
) -> None:
    archive.inclusive = inclusive
    start = world.clock() - 10 * DAY
    for n in range(230):
        world.post(NAME, created=start + n // together)
    crawler.arctic(NAME, since="2024-05-01")
    assert crawler.stored() == world.truth()


def test_a_second_with_more_posts_than_a_page(
    world: FakeReddit, crawler: Crawler, caplog: pytest.LogCaptureFixture
) -> None:
    start = world.clock() - 10 * DAY
    for n in range(350):
        world.post(NAME, created=start + (0 if n < 20 else 1 if n < 300 else n))
    crawler.arctic(NAME, since="2024-05-01")
    assert crawler.stored() == world.truth()
    assert "280 or more posts at 2024-05-22" in caplog.text


def test_what_is_covered_is_not_read_again(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 150, every=HOUR, until=3 * DAY + 60)
    crawler.arctic(NAME, since="2024-05-24", until="2024-05-29")
    seen = len(crawler.server.seen)
    assert crawler.arctic(NAME, since="2024-05-24", until="2024-05-29").rows_in == 0
    assert len(crawler.server.seen) == seen
    crawler.arctic(NAME, since="2024-05-20", until="2024-05-29")
    before = {int(request.query["before"]) for request in crawler.server.seen[seen:]}
    assert before == {1716508801}, "no later than 2024-05-24"
    assert crawler.stored() == world.truth()


def test_young_posts_are_read_again_when_their_scores_have_settled(
    world: FakeReddit, crawler: Crawler
) -> None:
    world.fill(NAME, 60, every=HOUR)
    crawler.arctic(NAME, since="2024-05-25")
    world.clock.now += 3 * DAY
    world.sub(NAME).posts[0]["score"] = 4242
    crawler.arctic(NAME, since="2024-05-25")
    assert crawler.stored() == world.truth()


def test_a_slow_database_is_asked_for_half_as_much(
    world: FakeReddit, archive: FakeArctic, crawler: Crawler
) -> None:
    world.fill(NAME, 150, until=3 * DAY)
    archive.too_many = 30
    crawler.arctic(NAME, since="2024-05-25")
    limits = [int(request.query["limit"]) for request in crawler.server.seen]
    assert limits[:3] == [100, 50, 25]
    assert crawler.stored() == world.truth()


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_costs_nothing_but_time(world: FakeReddit, crawler: Crawler, kind: str) -> None:
    world.fill(NAME, 150, until=3 * DAY)
    crawler.server.faults.planned += ["", kind, kind]
    crawler.arctic(NAME, since="2024-05-25")
    assert crawler.stored() == world.truth()


def test_the_stated_rate_is_kept(world: FakeReddit, archive: FakeArctic, crawler: Crawler) -> None:
    world.fill(NAME, 10, until=3 * DAY)
    archive.rate = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"}
    crawler.arctic(NAME, since="2024-05-25")
    assert world.clock.slept == 7 * len(crawler.server.seen)


def test_a_spent_budget_goes_on_where_it_stopped(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 350, until=3 * DAY)
    crawler.server.faults = Faults(wait="5000", planned=["", "", "429+"])
    with pytest.raises(BudgetError) as caught:
        crawler.arctic(NAME, since="2024-05-25", resume="affect ingest arctic --sub X")
    assert caught.value.code == 5
    assert "Try: affect ingest arctic --sub X" in str(caught.value)
    assert len(crawler.stored()) == 199
    seen = len(crawler.server.seen)
    crawler.arctic(NAME, since="2024-05-25")
    assert crawler.stored() == world.truth()
    assert len(crawler.server.seen) - seen <= 4


def test_it_fills_what_reddit_no_longer_shows(
    world: FakeReddit, crawler: Crawler, caplog: pytest.LogCaptureFixture
) -> None:
    world.fill(NAME, 20, every=60)
    crawler.reddit(NAME)
    world.cap = 150
    world.clock.now += 20 * DAY
    world.fill(NAME, 220, every=900)
    crawler.reddit(NAME)
    said = caplog.text.partition("affect ingest arctic ")[2].partition(" |")[0].split()
    assert said[::2] == ["--sub", "--since", "--until"]
    crawler.arctic(said[1], since=said[3], until=said[5])
    assert set(crawler.stored()) == set(world.truth())
    caplog.clear()
    crawler.reddit(NAME)
    assert "missing" not in caplog.text


def test_a_refused_community_does_not_stop_the_others(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 3, until=3 * DAY)
    with pytest.raises(RemoteError, match=r"r/forbidden: .*opted out") as caught:
        crawler.arctic("forbidden", NAME, since="2024-05-01")
    assert caught.value.code == 4
    assert crawler.stored() == world.truth()


def test_a_window_is_wanted(desk: Desk) -> None:
    with pytest.raises(UsageError, match="--sub Bitcoin --since 2024-01-01"):
        arctic.run(desk.ctx(), sub=("Bitcoin",))


def test_a_dry_run_stores_nothing(world: FakeReddit, crawler: Crawler) -> None:
    world.fill(NAME, 120, until=3 * DAY)
    crawler.dry = True
    assert crawler.arctic(NAME, since="2024-05-01").rows_out == 120
    assert crawler.stored() == {}
    assert crawler.desk.table("ledger") == []
