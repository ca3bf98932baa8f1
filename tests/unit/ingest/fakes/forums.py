"""A small Discourse, a feed and a Hacker News, each with what makes the real one hard to read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from affectcli.ingest import forum, prices, stocktwits
from affectcli.ingest._http import Client, Patience
from tests.unit.ingest.fakes.web import Answer, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    import pytest

    from tests.unit.ingest.fakes.web import Clock, Faults, Request, World

TIMEOUT = (1.0, 0.2)  # seconds; a slow server costs a test that much


def use(monkeypatch: pytest.MonkeyPatch, clock: Clock, *, budget: float = 900.0) -> None:
    """Let the parts wait on the test's clock, and give up a slow connection soon."""

    def patience(**_: object) -> Patience:
        return Patience(budget, clock=clock, sleep=clock.sleep)

    def client(with_patience: Patience) -> Client:
        return Client(with_patience, timeout=TIMEOUT)

    for part in (forum, stocktwits, prices):
        monkeypatch.setattr(part, "Patience", patience)
        monkeypatch.setattr(part, "Client", client)


class Listed(Server):
    """A server that also tells its world every value of a parameter that comes several times."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        super().__init__(world, faults)
        plain: Any = self._http.RequestHandlerClass

        class Handler(plain):  # type: ignore[misc]  # a class made by a function
            def _serve(self) -> None:
                world.lists = parse_qs(urlsplit(self.path).query)  # type: ignore[attr-defined]  # ours
                super()._serve()

        handler: Callable[..., BaseHTTPRequestHandler] = Handler
        self._http.RequestHandlerClass = handler


@dataclass
class FakeDiscourse:
    """Topics of 30 a page by their last activity, posts of 20 at a time."""

    topics: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    bumped: dict[int, int] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    pinned: set[int] = field(default_factory=set)
    during: list[Callable[[], object]] = field(default_factory=list)
    """What happens after the next requests for a list, one each."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    moment: int = 0
    last: int = 100

    def write(self, topic: int, text: str = "<p>some <b>words</b></p>", **more: Any) -> int:  # noqa: ANN401  # fields of a post
        self.moment += 1
        self.last += 1
        posts = self.topics.setdefault(topic, [])
        posts.append(
            {
                "id": self.last,
                "username": f"user{self.last % 9}",
                "created_at": self.at(self.moment),
                "post_number": (posts[-1]["post_number"] if posts else 0) + 1,
                "post_type": 1,
                "cooked": text,
                "reply_to_post_number": None,
                **more,
            }
        )
        self.bumped[topic] = self.moment
        return self.last

    def fill(self, topics: int, posts: int = 1, first: int = 1) -> None:
        for topic in range(first, first + topics):
            for _ in range(posts):
                self.write(topic)

    def truth(self, host: str) -> set[str]:
        return {
            f"discourse:{host}/{post['id']}"
            for topic, posts in self.topics.items()
            if topic not in self.hidden
            for post in posts
            if post["post_type"] == 1
        }

    @staticmethod
    def at(moment: int) -> str:
        return f"2024-05-01T{moment // 3600:02}:{moment // 60 % 60:02}:{moment % 60:02}.000Z"

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("latest.json"):
            answer = self._list(int(request.query.get("page", 0)))
            if self.during:
                self.during.pop(0)()
            return answer
        if found := re.match(r"^/t/(\d+)(/posts)?\.json$", request.path):
            topic = int(found[1])
            if topic in self.hidden or topic not in self.topics:
                return Answer({"errors": ["not found"]}, 404)
            posts = self.topics[topic]
            if found[2]:
                wanted = {int(number) for number in self.lists["post_ids[]"]}
                assert len(wanted) <= 20
                return Answer({"post_stream": {"posts": [p for p in posts if p["id"] in wanted]}})
            stream = {"posts": posts[:20], "stream": [p["id"] for p in posts]}
            return Answer({"id": topic, "title": f"Topic {topic}", "post_stream": stream})
        if found := re.match(r"^/posts/by_number/(\d+)/(\d+)\.json$", request.path):
            for post in self.topics[int(found[1])]:
                if post["post_number"] == int(found[2]):
                    return Answer(post)
        return Answer({"errors": ["not found"]}, 404)

    def _list(self, page: int) -> Answer:
        order = sorted(self.topics, key=lambda t: (t not in self.pinned, -self.bumped[t]))
        shown = order[30 * page : 30 * page + 30]
        topics = [
            {"id": t, "bumped_at": self.at(self.bumped[t]), "pinned": t in self.pinned}
            for t in shown
        ]
        more = f"/latest?page={page + 1}" if len(order) > 30 * page + 30 else None
        return Answer({"topic_list": {"topics": topics, "more_topics_url": more}})


@dataclass
class FakeFeed:
    """A feed that knows whether it has changed."""

    body: str = ""
    etag: str = '"1"'

    def answer(self, request: Request) -> Answer:
        if request.headers.get("if-none-match") == self.etag:
            return Answer("", 304, {"etag": self.etag})
        return Answer(self.body, headers={"etag": self.etag, "last-modified": "then"})


@dataclass
class FakeNews:
    """Both APIs of Hacker News over the same items; a search shows 1,000 hits."""

    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    most: int = 1_000

    def answer(self, request: Request) -> Answer:
        if found := re.match(r"^/v0/item/(\d+)\.json$", request.path):
            return Answer(self.items.get(int(found[1])))
        if request.path == "/v0/topstories.json":
            return Answer([n for n, item in self.items.items() if item["type"] == "story"])
        window = [int(n) for n in re.findall(r"\d+", request.query["numericFilters"])]
        hits = [i for i in self.items.values() if window[0] <= i["time"] < window[1]]
        hits = [
            i for i in hits if request.query.get("query", "") in i.get("text", i.get("title", ""))
        ]
        shown = sorted(hits, key=lambda item: -item["time"])[: self.most]
        return Answer({"hits": [_hit(item) for item in shown], "nbHits": len(hits)})


def _hit(item: dict[str, Any]) -> dict[str, Any]:
    story = item["type"] == "story"
    return {
        "objectID": str(item["id"]),
        "created_at_i": item["time"],
        "author": item.get("by"),
        "title": item.get("title"),
        "comment_text": None if story else item.get("text"),
        "story_id": item["id"] if story else item["story"],
        "parent_id": item.get("parent"),
        "points": item.get("score"),
        "_tags": [item["type"], "author_x"],
    }
