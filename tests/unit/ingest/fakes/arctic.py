"""A small Arctic Shift: search by subreddit and time over the things of a fake Reddit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.ingest.fakes.web import Answer

if TYPE_CHECKING:
    from tests.unit.ingest.fakes.reddit import FakeReddit
    from tests.unit.ingest.fakes.web import Request

MOST = 100
AUTO = 1000
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


class FakeArctic:
    """Has everything that Reddit ever had, with HTML escapes as Reddit's API gives them."""

    def __init__(self, reddit: FakeReddit) -> None:
        self.reddit = reddit
        self.too_many: int | None = None
        """A page of more things than this takes the database too long: 422."""
        self.inclusive = False
        """Whether `after` and `before` belong to the times searched."""
        self.auto = AUTO
        self.rate: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(("/r/", "/comments", "/api/v1", "/api/info", "/api/more")):
            return self.reddit.answer(request)
        query = request.query
        limit = self.auto if query["limit"] == "auto" else int(query["limit"])
        if query["limit"] != "auto" and not 1 <= limit <= MOST:
            return Answer({"data": None, "error": "limit must be between 1 and 100"}, 400)
        if query["subreddit"] == "forbidden":
            return Answer({"data": None, "error": "this subreddit opted out"}, 400)
        if self.too_many is not None and limit > self.too_many:
            return Answer({"data": None, "error": "Timeout. Maybe slow down a bit"}, 422)
        kind = "t3" if request.path == "/api/posts/search" else "t1"
        found = self._found(kind, query["subreddit"].lower(), query["after"], query["before"])
        return Answer({"data": found[:limit]}, headers=dict(self.rate))

    def _found(self, kind: str, name: str, after: str, before: str) -> list[dict[str, Any]]:
        low, high = int(after) - self.inclusive, int(before) + self.inclusive
        things = [
            _escaped(thing)
            for fullname, thing in self.reddit.things.items()
            if fullname.startswith(kind)
            and thing["subreddit"].lower() == name
            and low < thing["created_utc"] < high
        ]
        return sorted(things, key=lambda thing: (thing["created_utc"], thing["id"]))


def _escaped(thing: dict[str, Any]) -> dict[str, Any]:
    copy = dict(thing)
    for key in ("title", "selftext", "body"):
        for plain, escape in ESCAPES:
            if key in copy:
                copy[key] = copy[key].replace(plain, escape)
    return copy
