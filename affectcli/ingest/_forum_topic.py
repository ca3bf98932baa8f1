"""One topic of a Discourse forum: its posts in order, and who answers whom."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from affectcli.errors import InputError
from affectcli.ingest._forum import GONE, REMOVED, post
from affectcli.ingest._forum_html import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.ingest._bytes import Record

CHUNK = 20
"""Posts that a forum sends at once."""
LIKE = 2
WRITTEN = (1, 2)
"""Post types with words of their author; the others say that a topic was closed or moved."""


class Site(Protocol):
    """What a topic needs of its forum."""

    host: str

    def json(self, page: str, /, **params: object) -> Any:  # noqa: ANN401  # whatever the forum says
        """Return a page, None where it is not shown."""
        ...


class Topic:
    """A topic: `shown` says whether the forum still has it, `last` is its highest post id."""

    def __init__(self, site: Site, number: str) -> None:
        self.site, self.number = site, number
        topic = site.json(f"t/{number}.json")
        self.shown = topic is not None
        self.last = 0
        self.ids: dict[int, int] = {}
        """Post number to post id."""
        if not self.shown:
            return
        try:
            self.title = topic.get("title")
            self.first = [p for p in topic["post_stream"]["posts"] if _usable(p)]
            self.stream = [n for n in topic["post_stream"].get("stream") or [] if _whole(n)]
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{site.host} shows topic {number} as no Discourse forum does."
            ) from error
        self.root = self.stream[0] if self.stream else self.first[0]["id"] if self.first else 0

    def pages(self, last: int | None) -> Iterator[list[Record]]:
        """Yield rows: the first page, then what follows it, or what follows post `last`."""
        yield self._rows(self.first)
        have = {p["id"] for p in self.first}
        rest = [n for n in self.stream if n not in have]
        if last is not None:
            known = sum(n <= last for n in rest)
            rest = rest[max(known - CHUNK, 0) :]
        waiting = iter(rest)
        while chunk := list(islice(waiting, CHUNK)):
            found = self.site.json(f"t/{self.number}/posts.json", **{"post_ids[]": chunk})
            try:
                posts = [p for p in found["post_stream"]["posts"] if _usable(p)] if found else []
            except (KeyError, TypeError) as error:
                raise InputError(
                    f"{self.site.host} shows posts of topic {self.number} as no forum does."
                ) from error
            yield self._rows(sorted(posts, key=lambda p: int(p["id"])))

    def _rows(self, posts: list[dict[str, Any]]) -> list[Record]:
        rows = []
        for found in posts:
            self.last = max(self.last, found["id"])
            if _whole(found.get("post_number")):
                self.ids[found["post_number"]] = found["id"]
            if found.get("post_type", 1) in WRITTEN:
                rows.append(self._row(found))
        return rows

    def _row(self, found: dict[str, Any]) -> Record:
        first = found["id"] == self.root
        return post(
            id=self._id(found["id"]),
            created=found.get("created_at"),
            author=f"{self.site.host}/{found['username']}" if found.get("username") else None,
            title=self.title if first else None,
            body=_body(found),
            kind="submission" if first else "comment",
            parent_id=None if first else self._id(self._above(found)),
            thread_id=self._id(self.root),
            score=_likes(found),
            replies=found.get("reply_count"),
        )

    def _above(self, found: dict[str, Any]) -> int:
        """Return the post that is answered; without a sign of one it is the topic's first."""
        number = found.get("reply_to_post_number")
        if not _whole(number) or number == 1:
            return self.root
        if number not in self.ids and number < (found.get("post_number") or 0):
            other = self.site.json(f"posts/by_number/{self.number}/{number}.json")
            self.ids[number] = self.root
            if _usable(other) and other.get("post_number") == number:
                self.ids[number] = other["id"]
        return self.ids.get(number, self.root)

    def _id(self, number: int) -> str:
        return f"{self.site.host}/{number}"


def _body(found: dict[str, Any]) -> str | None:
    if found.get("user_deleted") or found.get("deleted_at"):
        return GONE
    if found.get("hidden"):
        return REMOVED
    cooked, raw = found.get("cooked"), found.get("raw")
    return text(cooked) if isinstance(cooked, str) else raw if isinstance(raw, str) else None


def _likes(found: dict[str, Any]) -> int:
    actions = found.get("actions_summary")
    listed = actions if isinstance(actions, list) else []
    counts = [a.get("count") for a in listed if isinstance(a, dict) and a.get("id") == LIKE]
    return next((int(count) for count in counts if _whole(count)), 0)


def _usable(found: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(found, dict) and _whole(found.get("id"))


def _whole(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)
