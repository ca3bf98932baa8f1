"""Answers of a fake server, spoiled: values replaced, keys and bytes lost, things repeated."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from affectcli.errors import AffectError, ExitCode
from tests.unit.ingest.fakes.arctic import FakeArctic
from tests.unit.ingest.fakes.crawl import Crawler
from tests.unit.ingest.fakes.reddit import FakeReddit
from tests.unit.ingest.fakes.web import Answer, Clock, Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk
    from tests.unit.ingest.fakes.web import Request, World

JUNK: list[Any] = [
    *(None, "", "x", "\ud800", "\0", "9" * 5000, "x" * 70_000, -1, 0, 1e308, 10**30, True),
    *([], {}, [[[]]], {"kind": "more"}, {"data": {}}, "2024-02-30", "t3_", "t1_zzz", " ", "nan"),
]
CODES = {ExitCode.CONFIG, ExitCode.REMOTE, ExitCode.BUDGET}
ENOUGH = 200  # requests that no small crawl needs
STATUSES = (200, 201, 204, 206, 301, 302, 304, 400, 403, 404, 409, 413, 414, 415, 418, 451, 505)


class Fuzzed:
    """A world whose answers are spoiled now and then."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice

    def answer(self, request: Request) -> Answer:
        answer = self.world.answer(request)
        if self.dice.random() < 0.3:
            return answer
        body: Any = json.loads(json.dumps(answer.body))
        for _ in range(self.dice.randint(1, 4)):
            body = self._spoiled(body)
        text = json.dumps(body)
        if self.dice.random() < 0.1:
            text = text[: self.dice.randrange(len(text) + 1)]
        status = self.dice.choice(STATUSES) if self.dice.random() < 0.1 else answer.status
        return Answer("" if status in {204, 304} else text, status)

    def _spoiled(self, node: Any) -> Any:  # noqa: ANN401  # JSON
        if not isinstance(node, (dict, list)) or not node or self.dice.random() < 0.05:
            return self.dice.choice(JUNK)
        place = self.dice.choice(list(node) if isinstance(node, dict) else range(len(node)))
        what = self.dice.random()
        if what < 0.1:
            del node[place]
        elif what < 0.2 and isinstance(node, list):
            node.append(node[place])
        else:
            node[place] = self._spoiled(node[place])
        return node


def crawl_spoiled(
    desk: Desk, part: str, seed: int, *, use: Callable[[str], None], check: Callable[[Outcome], Any]
) -> bool:
    """Crawl a spoiled server with `part`; return whether it came to its end.

    Raises what is no exit code of the contract, and AssertionError where a crawl does not end.
    """
    world = FakeReddit(Clock())
    world.fill("Bitcoin", 5, until=10**6)
    world.chat(world.sub("Bitcoin").posts[0], 8)
    with Server(Fuzzed(FakeArctic(world), random.Random(seed))) as server:
        use(server.url)
        crawler = Crawler(desk, server, world.clock)
        try:
            if part == "reddit":
                check(crawler.reddit("Bitcoin", comments=True))
            else:
                check(crawler.arctic("Bitcoin", since="2024-05-01", comments=True))
        except AffectError as error:
            if error.code not in CODES:
                raise
            return False
        finally:
            assert len(server.seen) < ENOUGH
    return True
