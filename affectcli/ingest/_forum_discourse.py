"""Discourse through its JSON pages: topics by their last activity, and the posts of each.

A topic is read again when its `bumped_at` has changed: its first page, the posts that are new and
the twenty before them. The list is read until nothing in it is new, because topics move in it
while it is being read. The time of the newest activity is remembered when all of that is stored.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from affectcli.errors import InputError, RemoteError, UsageError
from affectcli.ingest import _forum_topic
from affectcli.ingest._forum import COLUMNS, Part
from affectcli.ingest._http import ATTEMPTS, Trouble
from affectcli.ingest._notes import Notes
from affectcli.ingest._pages import Pages
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._forum import Asked

SOURCE = "discourse"
PASSES = 5
"""Readings of the list in one run; a forum that is busier still is read on by the next."""
PACE = 0.25
"""Seconds between two requests; a forum as it is shipped allows 200 a minute."""
AWAY = (401, 403, 404, 410)
PLACE = re.compile(
    r"^(?P<base>.*?)/(?:t/(?:[^/]+/)?(?P<topic>\d+)(?:/\d+)?|c/(?P<category>[^?#]+?)(?:/l/\w+)?"
    r"|tag/(?P<tag>[^/]+)|latest|top|new|categories)?(?:\.json|\.rss)?/?$"
)


def parts(asked: Asked) -> Iterator[Part]:
    """Yield the posts of a forum, of one of its categories or tags, or of one topic.

    Raises:
        UsageError: the address is none.
    """
    if not asked.remote:
        raise UsageError(
            f"{asked.path!r} is no address of a forum.",
            do="affect ingest forum https://meta.discourse.org --kind discourse",
        )
    site = Site(asked)
    yield Part(
        Pages(site.host, COLUMNS, site.pages()),
        asked.community or f"forum/{site.host}",
        asked.path,
        site.notes,
    )


class Site:
    """One forum, or a part of it."""

    def __init__(self, asked: Asked) -> None:
        address = urlsplit(asked.path)
        place = PLACE.match(f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}/")
        self.base = (place["base"] if place else asked.path).rstrip("/")
        self.host = self.base.partition("://")[2]
        self.topic = place["topic"] if place else None
        self.list = "latest.json"
        if place and place["category"]:
            self.list = f"c/{place['category'].strip('/')}/l/latest.json"
        elif place and place["tag"]:
            self.list = f"tag/{place['tag']}/l/latest.json"
        self.asked, self.client = asked, asked.client
        self.client.session.hooks["response"].append(_wait_in_body)
        self.notes = Notes(
            asked.ctx,
            source=SOURCE,
            input=f"{self.base}/{self.list}",
            since=asked.since,
            lasting=asked.lasting and self.topic is None,
        )
        self.sent, self.known = 0.0, False

    def pages(self) -> Iterator[list[Record]]:
        """Yield the posts of every topic that has changed, one list a request.

        Raises:
            InputError: the address does not answer as a Discourse forum does.
            RemoteError, BudgetError: the forum refuses, or asks for too much patience.
        """
        if self.topic is not None:
            yield from self._topic(self.topic, None)
            return
        newest = ""
        for done, topic in enumerate(self._changed(), start=1):
            moment, number = str(topic.get("bumped_at") or ""), str(topic["id"])
            newest = max(newest, moment)
            before = self.notes.get(f"topic:{number}") or {}
            yield from self._topic(number, before.get("last"), moment)
            if done % 100 == 0:
                logger.info("%s: %s topics, at those of %s", self.host, f"{done:,}", moment[:10])
        if newest > (self.notes.get("read") or ""):
            self.notes.put("read", newest)

    def json(self, page: str, /, **params: object) -> Any:  # noqa: ANN401  # whatever the forum says
        """Return a page, None where it is not shown to us.

        Raises:
            InputError: it is no JSON.
            RemoteError, BudgetError: as the client does.
        """
        for attempt in count(1):
            self._pace()
            headers = {"Accept": "application/json"}
            response = self.client.get(
                f"{self.base}/{page}", params=params, headers=headers, accept=AWAY
            )
            if response.status_code in AWAY:
                return None
            try:
                found = orjson.loads(response.content)
            except orjson.JSONDecodeError as error:
                if not self.known or attempt >= ATTEMPTS:
                    raise self._other() from error
                trouble = Trouble(f"{self.host} sent a page that is no JSON")
                self.client.patience.after(trouble, attempt)
            else:
                self.known = True
                return found
        return None

    def _pace(self) -> None:
        clock = self.client.patience.clock
        wait = self.sent + PACE - clock()
        if wait > 0:
            self.client.patience.pause(min(wait, PACE), self.host)
        self.sent = clock()

    def _changed(self) -> Iterator[dict[str, Any]]:
        """Yield the topics whose activity is not the one remembered, until a pass finds none."""
        horizon = max(str(self.notes.get("read") or ""), self._since())
        seen: set[tuple[object, object]] = set()
        for _ in range(PASSES):
            fresh = 0
            for page in self._list(horizon):
                for topic in page:
                    name = (topic.get("id"), topic.get("bumped_at"))
                    known = self.notes.get(f"topic:{topic.get('id')}") or {}
                    if name in seen or known.get("bumped") == topic.get("bumped_at"):
                        continue
                    seen.add(name)
                    if str(topic.get("bumped_at") or "") >= self._since():
                        fresh += 1
                        yield topic
            if not fresh:
                return

    def _list(self, horizon: str) -> Iterator[list[dict[str, Any]]]:
        number = 0
        while True:
            listing = self.json(self.list, page=number, no_definitions="true")
            if listing is None:
                raise RemoteError(
                    f"{self.host} does not show its topics to strangers.",
                    known="Forums that want a login cannot be read.",
                    do="a public category: affect ingest forum https://HOST/c/NAME/5 "
                    "--kind discourse",
                )
            try:
                found = listing["topic_list"]
                topics = [t for t in found["topics"] if isinstance(t["id"], int)]
                more = bool(found.get("more_topics_url"))
            except (KeyError, TypeError, AttributeError) as error:
                raise self._other() from error
            yield topics
            free = [t for t in topics if not t.get("pinned")]
            past = any(str(t.get("bumped_at") or "") < horizon for t in free)
            if not topics or not more or past:
                return
            number += 1

    def _topic(self, number: str, last: int | None, moment: str = "") -> Iterator[list[Record]]:
        """Yield the posts of a topic: all, or its first page and what came since post `last`."""
        topic = _forum_topic.Topic(self, number)
        if not topic.shown:
            logger.warning("%s: topic %s is not shown any more.", self.host, number)
            return
        held: list[Record] = []
        for rows in topic.pages(last):
            if held:
                yield held
            held = rows
        if moment:
            self.notes.put(f"topic:{number}", {"bumped": moment, "last": topic.last})
        yield held

    def _since(self) -> str:
        return f"{self.asked.since:%Y-%m-%dT%H:%M:%S}" if self.asked.since else ""

    def _other(self) -> InputError:
        return InputError(
            f"{self.host} does not answer as a Discourse forum does.",
            known=f"A forum has {self.base}/latest.json.",
            do="--kind rss with the address of its feed",
        )


def _wait_in_body(response: requests.Response, *_: object, **__: object) -> None:
    """Put the wait that a forum names in its answer where every client looks for it."""
    if response.status_code == 429 and "retry-after" not in response.headers:
        try:
            wait = orjson.loads(response.content)["extras"]["wait_seconds"]
            response.headers["retry-after"] = str(float(wait))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return
