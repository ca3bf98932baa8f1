"""Forums over HTTP: nothing lost, nothing twice, and a second reading asks for little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import BudgetError, InputError, RemoteError, UsageError
from affectcli.ingest import forum
from tests.unit.ingest.fakes.forums import FakeDiscourse, FakeFeed, FakeNews, Listed, use
from tests.unit.ingest.fakes.web import Answer, Clock, Faults, Request, Server

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk, Refused

FAULTS = ("429+", "429", "500", "502", "reset", "cut", "html")
ITEM = (
    "<item><guid>{0}</guid><title>T{0}</title>"
    "<pubDate>Sat, 0{0} Jun 2024 10:00:00 +0200</pubDate></item>"
)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    use(monkeypatch, clock)
    return clock


def ids(desk: Desk) -> set[str]:
    return {row["post_id"] for row in desk.table("post")}


def host(server: Server) -> str:
    return server.url.removeprefix("http://")


def read(desk: Desk, server: Server, kind: str = "discourse", **more: Any) -> Any:  # noqa: ANN401  # an outcome
    path = more.pop("path", server.url)
    return forum.run(desk.ctx(), path=path, kind=kind, **more)


def test_a_forum_is_read_whole_and_then_only_what_is_new(desk: Desk, refused: Refused) -> None:
    world = FakeDiscourse()
    world.fill(70)
    for _ in range(44):
        world.write(7)
    world.pinned.add(1)
    with Listed(world) as server:
        assert refused(read(desk, server)) == {}
        assert ids(desk) == world.truth(host(server))
        before = len(server.seen)
        assert "nothing new" in read(desk, server).message
        assert len(server.seen) - before == 1
        before = len(server.seen)
        world.write(7, reply_to_post_number=2)
        world.write(99)
        outcome = read(desk, server)
        assert (outcome.rows[0]["added"], outcome.rows[0]["updated"]) == (2, 0)
        assert ids(desk) == world.truth(host(server))
        assert len(server.seen) - before <= 6


def test_who_answers_whom(desk: Desk) -> None:
    world = FakeDiscourse()
    root = world.write(5, "<p>Q &amp; A</p>")
    first = world.write(5)
    quote = "<aside class='quote'><p>not mine</p></aside><p>mine</p>"
    world.write(5, quote, reply_to_post_number=2)
    world.write(5, "", post_type=3)
    gone = world.write(5, "<p>x</p>", user_deleted=True)
    with Listed(world) as server:
        name = host(server)
        read(desk, server)
        rows = {row["post_id"]: row for row in desk.table("post")}
    start = f"discourse:{name}/{root}"
    assert {row["thread_id"] for row in rows.values()} == {start}
    assert {row["community"] for row in rows.values()} == {f"forum/{name}"}
    assert (rows[start]["title"], rows[start]["body"], rows[start]["kind"]) == (
        "Topic 5",
        "Q & A",
        "submission",
    )
    assert rows[f"discourse:{name}/{first}"]["parent_id"] == start
    assert rows[f"discourse:{name}/{first + 1}"]["parent_id"] == f"discourse:{name}/{first}"
    assert rows[f"discourse:{name}/{first + 1}"]["body"] == "mine"
    assert rows[f"discourse:{name}/{gone}"]["status"] == "deleted"
    assert len(rows) == 4


@pytest.mark.parametrize("kind", [*FAULTS, "slow"])
def test_faults_cost_requests_and_no_post(desk: Desk, kind: str) -> None:
    world = FakeDiscourse()
    world.fill(35)
    planned = [*[""] * 4, kind, "", kind]
    with Listed(world, Faults(planned=planned)) as server:
        read(desk, server)
        assert ids(desk) == world.truth(host(server))


def test_many_faults_of_every_kind(desk: Desk, clock: Clock) -> None:
    world = FakeDiscourse()
    world.fill(120, 2)
    with Listed(world, Faults(rate=0.05, kinds=FAULTS, seed=3)) as server:
        read(desk, server)
        assert ids(desk) == world.truth(host(server))
        sent = len(server.seen)
    assert sent <= 1.3 * (120 + 4 + 4)
    assert clock.slept > 0


def test_topics_that_move_during_the_reading_are_read(desk: Desk) -> None:
    world = FakeDiscourse()
    world.fill(65)
    world.during = [lambda: None, lambda: world.write(3), lambda: world.topics.pop(50)]
    with Listed(world) as server:
        read(desk, server)
        gone = ids(desk) - world.truth(host(server))
        assert world.truth(host(server)) <= ids(desk)
        assert len(gone) <= 1


def test_a_wait_named_in_the_body_is_kept(desk: Desk, clock: Clock) -> None:
    class Busy(FakeDiscourse):
        def answer(self, request: Request) -> Answer:
            if not self.hidden:
                self.hidden.add(-1)
                return Answer({"extras": {"wait_seconds": 37}}, 429)
            return super().answer(request)

    world = Busy()
    world.fill(2)
    with Listed(world) as server:
        read(desk, server)
    assert 37 <= clock.slept < 40


def test_a_spent_budget_keeps_what_was_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Clock(), budget=10)
    world = FakeDiscourse()
    world.fill(40)
    with Listed(world, Faults(planned=[*[""] * 20, "429+"], wait="60")) as server:
        with pytest.raises(BudgetError):
            read(desk, server)
        assert len(ids(desk)) == 19
        before = len(server.seen)
        read(desk, server)
        assert ids(desk) == world.truth(host(server))
        assert len(server.seen) - before <= 21 + 4


def test_hidden_topics_and_closed_forums(desk: Desk) -> None:
    world = FakeDiscourse()
    world.fill(3)
    world.hidden.add(2)
    with Listed(world) as server:
        read(desk, server)
        assert len(ids(desk)) == 2
        read(desk, server, path=f"{server.url}/t/slug/3/7")
    with Server(FakeFeed("{}")) as other, pytest.raises(InputError, match="Discourse"):
        read(desk, other)

    class Closed(FakeFeed):
        def answer(self, request: Request) -> Answer:
            return Answer({"path": request.path}, 403)

    with Server(Closed()) as other, pytest.raises(RemoteError, match="strangers"):
        read(desk, other)
    with pytest.raises(UsageError):
        forum.run(desk.ctx(), path="posts.csv", kind="discourse")


def test_since_and_limit_remember_nothing_that_they_did_not_read(desk: Desk) -> None:
    world = FakeDiscourse()
    world.fill(5)
    with Listed(world) as server:
        read(desk, server, limit=2)
        assert len(ids(desk)) == 2
        read(desk, server, since="2024-05-01T00:00:02")
        assert len(ids(desk)) == 4
        read(desk, server)
        assert ids(desk) == world.truth(host(server))


def test_a_feed_is_asked_for_what_changed(desk: Desk, clock: Clock) -> None:
    world = FakeFeed(f"<rss><channel>{ITEM.format(1)}{ITEM.format(2)}</channel></rss>")
    with Server(world, Faults(planned=["502", "reset"])) as server:
        address = f"{server.url}/feed.xml"
        assert read(desk, server, "rss", path=address).rows[0]["added"] == 2
        assert "nothing new" in read(desk, server, "rss", path=address).message
        assert server.seen[-1].headers["if-none-match"] == '"1"'
        assert server.seen[-1].headers["if-modified-since"] == "then"
        world.etag, world.body = '"2"', world.body.replace("T2", "T2 changed")
        assert read(desk, server, "rss", path=address).rows[0]["updated"] == 1
    assert clock.slept > 0
    rows = desk.table("post")
    assert {row["status"] for row in rows} == {"live", "edited"}
    assert {f"{row['created']:%H:%M}" for row in rows} == {"08:00"}


def news(count: int) -> FakeNews:
    world = FakeNews()
    start = 1_717_000_000
    for number in range(1, count + 1):
        story = number % 10 == 1
        root = number - (number - 1) % 10
        text = {"title": f"story {number}"} if story else {"text": f"I think &amp; {number}"}
        world.items[number] = {
            "id": number,
            "type": "story" if story else "comment",
            "by": f"u{number % 5}",
            "time": start + number * 20 // (3 if number > count // 2 else 1),
            **text,
        }
        if story:
            world.items[number]["kids"] = []
        else:
            world.items[number] |= {"parent": number - 1, "story": root}
            world.items[number - 1].setdefault("kids", []).append(number)
    return world


def test_a_search_gets_past_the_limit_of_hits(desk: Desk, clock: Clock) -> None:
    world = news(2_500)
    with Server(world, Faults(planned=["", "500", "429+"])) as server:
        read(desk, server, "hackernews", since="2024-05-29")
        assert ids(desk) == {f"hackernews:{n}" for n in world.items}
        assert len(server.seen) <= 24
        before = len(server.seen)
        outcome = read(desk, server, "hackernews", since="2024-05-29")
        assert len(server.seen) - before <= 3
    assert outcome.rows[0]["added"] == 0
    assert clock.slept > 0
    threads = {row["post_id"]: row["thread_id"] for row in desk.table("post")}
    assert threads["hackernews:15"] == "hackernews:11"


def test_a_thread_and_a_list_of_hacker_news(desk: Desk) -> None:
    world = news(30)
    world.items[4]["deleted"] = True
    world.items[5] = None  # type: ignore[assignment]  # as the API shows what it lost
    with Server(world) as server:
        read(desk, server, "hackernews", path=f"{server.url}/item?id=1")
        assert len(ids(desk)) == 4
        rows = {row["post_id"]: row for row in desk.table("post")}
        assert rows["hackernews:3"]["parent_id"] == "hackernews:2"
        assert rows["hackernews:3"]["body"] == "I think & 3"
        assert rows["hackernews:4"]["status"] == "deleted"
        del world.items[5]
        read(desk, server, "hackernews", path=f"{server.url}/news")
        assert len(ids(desk)) == 24
        with pytest.raises(RemoteError, match="no item"):
            read(desk, server, "hackernews", path=f"{server.url}/item?id=999")
