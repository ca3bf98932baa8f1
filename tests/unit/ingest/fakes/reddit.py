"""A small Reddit: subreddits, listings with their cap, threads with folded comments, tokens."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.unit.ingest.fakes.web import Answer, Clock, Request

CAP = 1000
SHOWN, DEPTH = 6, 4  # comments of one parent, and levels, before the rest is folded
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WORDS = ["moon", "wallet", "fear", "happy", "loss", "gain", "chart", "dip", "hold", "sell", "panic"]
Thing = dict[str, Any]


@dataclass
class Sub:
    name: str
    state: str = "public"
    """public, or why it is refused: private, quarantined, banned."""
    posts: list[Thing] = field(default_factory=list)
    """The newest first, as listings show them; deleted ones too."""


class FakeReddit:
    """Reddit's answers; `truth` is what a complete crawl must have stored."""

    def __init__(self, clock: Clock, *, seed: int = 7) -> None:
        self.clock, self.dice = clock, random.Random(seed)
        self.subs: dict[str, Sub] = {}
        self.things: dict[str, Thing] = {}
        self.replies: dict[str, list[str]] = {}
        """Fullname to the fullnames of the comments right below it."""
        self.numbers = 1_000_000
        self.tokens: set[str] = set()
        self.rate: tuple[int, int] | None = None
        """Requests left in the window, and the seconds to its end; None sends no headers."""
        self.cap = CAP
        """The most posts that a listing shows."""
        self.repeats = False
        """Whether a page begins with the post that ended the one before."""
        self.arrivals: list[str] = []
        """Subreddits that get a post at each listing request."""

    def sub(self, name: str, state: str = "public") -> Sub:
        return self.subs.setdefault(name.lower(), Sub(name, state))

    def post(self, name: str, *, created: float | None = None, **more: object) -> Thing:
        """Add a post at the top of a subreddit."""
        thing = self._thing("t3", name, self.clock() if created is None else created)
        text = self._words()
        thing |= {"title": f"{text} {thing['id']}", "selftext": self._words()}
        thing |= {"num_comments": 0, **more}
        self.sub(name).posts.insert(0, thing)
        return thing

    def fill(self, name: str, posts: int, *, every: float = 600.0, until: float = 0.0) -> None:
        """Add posts, one `every` so many seconds, the last one `until` seconds ago."""
        for n in reversed(range(posts)):
            self.post(name, created=self.clock() - until - n * every)

    def comment(self, parent: Thing, *, created: float | None = None) -> Thing:
        link = parent["name"] if parent["name"].startswith("t3_") else parent["link_id"]
        when = parent["created_utc"] + 5 if created is None else created
        thing = self._thing("t1", parent["subreddit"], when)
        thing |= {"body": f"{self._words()} {thing['id']}", "link_id": link}
        thing["parent_id"] = parent["name"]
        self.replies.setdefault(parent["name"], []).append(thing["name"])
        self.things[link]["num_comments"] += 1
        return thing

    def chat(self, post: Thing, comments: int) -> None:
        """Add comments below a post, each in reply to it or to an earlier one."""
        parents = [post]
        for _ in range(comments):
            near = parents[-2:] if self.dice.random() < 0.6 else [post]
            parents.append(self.comment(self.dice.choice(near)))

    def edit(self, thing: Thing, text: str) -> None:
        thing["selftext" if "selftext" in thing else "body"] = text
        thing["edited"] = self.clock()

    def delete(self, thing: Thing) -> None:
        thing["selftext" if "selftext" in thing else "body"] = "[deleted]"
        thing["author"] = "[deleted]"
        thing["gone"] = True

    def shuffle(self, name: str, distance: int = 3) -> None:
        """Put a subreddit's posts slightly out of their order."""
        posts = self.sub(name).posts
        places = [n + self.dice.uniform(0, distance) for n in range(len(posts))]
        posts[:] = [post for _, post in sorted(zip(places, posts, strict=True), key=_place)]

    def truth(self) -> dict[str, tuple[str, str, str, int | None, str]]:
        """Return post_id to (kind, title, text, score, status) of everything public."""
        rows = {}
        for name, thing in self.things.items():
            if self.sub(thing["subreddit"]).state != "public":
                continue
            kind = "submission" if name.startswith("t3") else "comment"
            text = thing["selftext" if kind == "submission" else "body"]
            status = "deleted" if text == "[deleted]" else "edited" if thing["edited"] else "live"
            rows[f"reddit:{name}"] = kind, thing.get("title", ""), text, thing["score"], status
        return rows

    def answer(self, request: Request) -> Answer:
        if request.path == "/api/v1/access_token":
            return self._token(request)
        if request.headers.get("authorization", "").removeprefix("bearer ") not in self.tokens:
            return Answer({"message": "Unauthorized", "error": 401}, 401)
        answer = self._route(request)
        if self.rate is not None:
            left, reset = self.rate
            self.rate = (left - 1, reset) if left > 0 else (600, 600)
            answer.headers |= {
                "x-ratelimit-remaining": f"{left}.0",
                "x-ratelimit-used": "1",
                "x-ratelimit-reset": str(reset),
            }
        return answer

    def _token(self, request: Request) -> Answer:
        if "authorization" not in request.headers:
            return Answer({"message": "Unauthorized", "error": 401}, 401)
        token = f"token{len(self.tokens)}"
        self.tokens.add(token)
        return Answer(
            {"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "*"}
        )

    def _route(self, request: Request) -> Answer:
        parts = request.path.strip("/").split("/")
        if parts[0] == "r":
            return self._listing(parts[1], parts[2], request.query)
        if parts[0] == "comments":
            return self._thread(f"t3_{parts[1]}", request.query.get("comment"))
        if request.path == "/api/info":
            names = request.query["id"].split(",")
            return Answer(_wrapped([self.things[n] for n in names if n in self.things]))
        if request.path == "/api/morechildren":
            assert len(request.query["children"].split(",")) <= 100
            return self._more(request.query["children"].split(","))
        return Answer({"message": "Not Found", "error": 404}, 404)

    def _listing(self, name: str, kind: str, query: dict[str, str]) -> Answer:
        sub = self.subs.get(name.lower())
        if sub is None:
            where = f"/subreddits/search?q={name}"
            return Answer({}, 302, {"location": where})
        if sub.state != "public":
            status = 404 if sub.state == "banned" else 403
            return Answer({"reason": sub.state, "message": "no", "error": status}, status)
        if sub.name in self.arrivals:
            self.post(sub.name)
        posts = [post for post in sub.posts if query.get("q", "") in post["title"]][: self.cap]
        if kind in {"hot", "top", "rising"}:
            posts = sorted(posts, key=lambda post: -post["score"])
        limit, start, after = int(query.get("limit", 25)), 0, query.get("after")
        assert 1 <= limit <= 100
        if after is not None:
            names = [post["name"] for post in posts]
            if after not in names:
                return Answer(_wrapped([]))
            start = names.index(after) + 1
        page = posts[start : start + limit]
        more = page[-1]["name"] if page and start + limit < len(posts) else None
        if self.repeats and start:
            page = [posts[start - 1], *page]
        return Answer(_wrapped([post for post in page if not post.get("gone")], more))

    def _thread(self, name: str, comment: str | None) -> Answer:
        post = self.things.get(name)
        if post is None:
            return Answer({"message": "Not Found", "error": 404}, 404)
        top = self._folded(name, 0)
        if comment is not None:
            top = [self._open(f"t1_{comment}", 0)]
        below = {"kind": "Listing", "data": {"children": top, "after": None}}
        return Answer([_wrapped([post]), below])

    def _folded(self, parent: str, depth: int) -> list[Thing]:
        names = self.replies.get(parent, [])
        if names and depth >= DEPTH:
            return [_more_of(parent, [], name="_")]
        shown = [self._open(name, depth) for name in names[:SHOWN]]
        rest = [name[3:] for name in names[SHOWN:]]
        return [*shown, _more_of(parent, rest)] if rest else shown

    def _open(self, name: str, depth: int) -> Thing:
        below = self._folded(name, depth + 1)
        replies = {"kind": "Listing", "data": {"children": below, "after": None}} if below else ""
        return {"kind": "t1", "data": {**self.things[name], "replies": replies}}

    def _more(self, children: list[str]) -> Answer:
        found: list[Thing] = []
        for child in children:
            name = f"t1_{child}"
            found.append({"kind": "t1", "data": {**self.things[name], "replies": ""}})
            rest = [reply[3:] for reply in self.replies.get(name, [])]
            if rest:
                found.append(_more_of(name, rest))
        return Answer({"json": {"errors": [], "data": {"things": found}}})

    def _thing(self, kind: str, name: str, created: float) -> Thing:
        self.numbers += 1
        number, digits = self.numbers, ""
        while number:
            number, digit = divmod(number, 36)
            digits = DIGITS[digit] + digits
        thing: Thing = {
            "id": digits,
            "name": f"{kind}_{digits}",
            "subreddit": self.sub(name).name,
            "author": f"user{self.dice.randrange(50)}",
            "created_utc": float(int(created)),
            "score": self.dice.randrange(-5, 500),
            "edited": False,
        }
        self.things[thing["name"]] = thing
        return thing

    def _words(self) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(8))


def _place(pair: tuple[float, Thing]) -> float:
    return pair[0]


def _wrapped(things: list[Thing], after: str | None = None) -> Thing:
    children = [{"kind": thing["name"][:2], "data": thing} for thing in things]
    return {"kind": "Listing", "data": {"children": children, "after": after}}


def _more_of(parent: str, children: list[str], *, name: str = "more") -> Thing:
    return {
        "kind": "more",
        "data": {"id": name, "parent_id": parent, "children": children, "count": len(children)},
    }
