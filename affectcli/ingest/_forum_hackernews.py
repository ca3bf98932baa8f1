"""Hacker News: a thread or a list through the official API, a search through Algolia's.

Algolia shows at most 1,000 hits of a search. The window is therefore cut by time into pieces that
have fewer, from the oldest on, and each finished piece is remembered. A file holds items of either
API, one JSON object a line.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from affectcli import times
from affectcli.errors import InputError, RemoteError
from affectcli.ingest._bytes import opened
from affectcli.ingest._forum import COLUMNS, GONE, REMOVED, Part, post
from affectcli.ingest._forum_html import text
from affectcli.ingest._intake import FILTERED
from affectcli.ingest._json import Json
from affectcli.ingest._notes import Notes
from affectcli.ingest._pages import Pages
from affectcli.ingest._rows import Rows
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source
    from affectcli.ingest._forum import Asked

SOURCE = "hackernews"
SITE = "news.ycombinator.com"
OFFICIAL = "https://hacker-news.firebaseio.com"
ALGOLIA = "https://hn.algolia.com"
HITS = 1_000
"""Hits that Algolia shows of one search."""
GOAL = 800
FIRST_TIME = timedelta(days=7)
LAG = timedelta(hours=48)
"""How far back a second run reads again: scores, edits and deletions come late."""
LISTS = {
    "/newest": "newstories",
    "/best": "beststories",
    "/ask": "askstories",
    "/show": "showstories",
    "/news": "topstories",
}
PAGE = 100
KEYS = (
    *("id", "objectID", "type", "by", "author", "time", "created_at_i", "created_at", "title"),
    *("text", "story_text", "comment_text", "parent", "parent_id", "story_id", "score", "points"),
    *("descendants", "num_comments", "deleted", "dead", "_tags"),
)
KINDS = {"story": "submission", "poll": "submission", "comment": "comment"}


def parts(asked: Asked) -> Iterator[Part]:
    """Yield a file's items, a thread, a list's threads, or what a search finds.

    Raises:
        InputError: the file has no items.
    """
    community = asked.community or f"forum/{SITE}"
    if not asked.remote:
        with opened(asked.path) as source:
            yield Part(Rows(source, Items(source)), community, asked.path)
        return
    address = urlsplit(asked.path)
    own = address.hostname in {SITE, "hn.algolia.com", "hacker-news.firebaseio.com"}
    mirror = f"{address.scheme}://{address.netloc}"
    site = Site(asked, OFFICIAL if own else mirror, ALGOLIA if own else mirror)
    number = re.search(r"(?:^|&)id=(\d+)", address.query)
    if number:
        rows = site.trees([int(number[1])])
    elif address.path in LISTS:
        rows = site.listed(LISTS[address.path])
    else:
        yield Part(Pages(asked.path, COLUMNS, site.search()), community, asked.path, site.notes)
        return
    yield Part(Pages(asked.path, COLUMNS, rows), community, asked.path)


class Items:
    """A file of items as rows of a forum."""

    open = False

    def __init__(self, source: Source) -> None:
        self.columns = list(COLUMNS)
        self.lines = Json(source)

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the posts, or the rule that refuses one."""
        places = [COLUMNS.index(name) for name in wanted]
        for each in self.lines.records(KEYS):
            found = each if isinstance(each, str) else item(dict(zip(KEYS, each, strict=True)))
            yield found if isinstance(found, str) else [found[place] for place in places]


class Site:
    """Both APIs."""

    def __init__(self, asked: Asked, official: str, algolia: str) -> None:
        self.asked, self.client = asked, asked.client
        self.official, self.algolia = official, algolia
        name = f"{algolia}/?q={asked.query or ''}"
        self.notes = Notes(
            asked.ctx, source=SOURCE, input=name, since=asked.since, lasting=asked.lasting
        )

    def listed(self, name: str) -> Iterator[list[Record]]:
        """Yield the threads of a list of stories."""
        found = self.client.json(f"{self.official}/v0/{name}.json")
        if not isinstance(found, list):
            raise InputError(f"{self.official} sent no list of stories.")
        yield from self.trees([number for number in found if isinstance(number, int)])

    def trees(self, roots: list[int]) -> Iterator[list[Record]]:
        """Yield every item of the threads, a parent always before its answers."""
        page: list[Record] = []
        for root in roots:
            waiting, seen = [root], {root}
            while waiting:
                number = waiting.pop()
                found = self.client.json(f"{self.official}/v0/item/{number}.json")
                if not isinstance(found, dict):
                    if number == root and len(roots) == 1:
                        raise RemoteError(f"Hacker News has no item {number}.")
                    continue
                page.append(item(found, root=root))
                kids = found.get("kids")
                new = [k for k in kids if isinstance(k, int)] if isinstance(kids, list) else []
                waiting += [k for k in reversed(new) if k not in seen]
                seen.update(new)
                if len(page) >= PAGE:
                    yield page
                    page = []
        yield page

    def search(self) -> Iterator[list[Record]]:
        """Yield what the search finds, piece of time by piece, from the oldest on."""
        clock = int(self.client.patience.clock())
        end = _epoch(self.asked.until) if self.asked.until else clock + 1
        start = self._start(clock)
        if start >= end:
            return
        logger.info("Hacker News from %s on.", datetime.fromtimestamp(start, UTC).isoformat(" "))
        width = max(end - start, 1)
        while start < end:
            stop = min(start + width, end)
            hits, total = self._hits(start, stop)
            if total > HITS and stop - start > 1:
                width = max(1, int((stop - start) * min(GOAL / total, 0.5)))
                continue
            if total > HITS:
                logger.warning("Second %s has %s hits; 1,000 can be had.", start, f"{total:,}")
            start = stop
            self.notes.put("read", start)
            width = max(1, min(4 * width, int(width * GOAL / max(total, 1))))
            yield [item(hit) if isinstance(hit, dict) else "bad_item" for hit in reversed(hits)]

    def _start(self, clock: int) -> int:
        if (read := self.notes.get("read")) is not None:
            since = _epoch(self.asked.since) if self.asked.since else 0
            return max(int(read) - int(LAG.total_seconds()), since)
        if self.asked.since:
            return _epoch(self.asked.since)
        return clock - int(FIRST_TIME.total_seconds())

    def _hits(self, start: int, stop: int) -> tuple[list[Any], int]:
        params = {
            "query": self.asked.query or "",
            "tags": "(story,comment)",
            "numericFilters": f"created_at_i>={start},created_at_i<{stop}",
            "hitsPerPage": HITS,
        }
        found = self.client.json(f"{self.algolia}/api/v1/search_by_date", params=params)
        try:
            hits, total = list(found["hits"]), int(found["nbHits"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{self.algolia} sent no search result.") from error
        return hits, max(total, len(hits))


def item(found: dict[str, Any], *, root: int | None = None) -> Record:
    """Return the row of an item of either API; `root` is the story whose thread it is in."""
    tags = found.get("_tags")
    kinds = [tag for tag in KINDS if tags and f'"{tag}"' in str(tags).replace("'", '"')]
    kind = found.get("type") or next(iter(kinds), "story" if found.get("title") else "comment")
    if kind not in KINDS:
        return FILTERED  # jobs and the options of polls
    number, above = found.get("id") or found.get("objectID"), found.get("parent")
    above = above or found.get("parent_id")
    thread = root or found.get("story_id") or (None if above else number)
    body = found.get("text") or found.get("comment_text") or found.get("story_text")
    taken = GONE if _said(found, "deleted") else REMOVED if _said(found, "dead") else None
    created = found.get("time") or found.get("created_at_i") or found.get("created_at")
    return post(
        id=number,
        created=created,
        author=found.get("by") or found.get("author"),
        title=found.get("title") if KINDS[kind] == "submission" else None,
        body=taken or (text(body) if isinstance(body, str) else None),
        kind=KINDS[kind],
        parent_id=above if KINDS[kind] == "comment" else None,
        thread_id=thread,
        score=found.get("score") or found.get("points"),
        replies=found.get("descendants") or found.get("num_comments"),
    )


def _said(found: dict[str, Any], name: str) -> bool:
    return found.get(name) in {True, "true"}


def _epoch(moment: datetime | None) -> int:
    known = moment or times.now()
    return int(known.replace(tzinfo=UTC).timestamp())
