"""A second look at young posts: what was edited, voted on or deleted since they were stored.

Ids go to Reddit's `info` in batches of 100, which costs no listing request and reaches further
than listings do. What was read within the last hour is not looked at again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from affectcli import interrupt
from affectcli.ingest._crawl_spans import Span, epoch
from affectcli.ingest._crawl_store import COMMENT, LOOK, SUBMISSION, Mark, covered
from affectcli.ingest._reddit import SOURCE
from affectcli.ingest._reddit_api import PAGE
from affectcli.ingest._reddit_trees import last_read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.ingest._crawl_store import Community, Thing
    from affectcli.ingest._reddit_walk import Trip

FRESH = 3600  # seconds for which a reading is recent enough


class Young(NamedTuple):
    """A stored post that may have changed."""

    name: str
    thread: str | None
    community: str
    created: datetime


def look_again(trip: Trip, home: Community, kind: str) -> int:
    """Look at the stored posts of a kind (SUBMISSION or COMMENT) younger than the lag.

    Returns how many were looked at.

    Raises:
        RemoteError, BudgetError, ConfigError: as `Reddit.listing` does; batches are stored.
        Interrupted: the user asked to stop; the same command goes on.
    """
    shelf, young = home.shelf(LOOK), _young(trip, home, kind)
    for start in range(0, len(young), PAGE):
        batch = young[start : start + PAGE]
        trip.line.at(f"r/{home.name}: looking again at {start:,} of {len(young):,} {kind}s")
        things = trip.api.info([post.name for post in batch])
        span = Span(batch[-1].created, batch[0].created)
        shelf.keep([*things, *_gone(batch, things, kind)], Mark(kind, trip.started, "seen"), span)
        interrupt.check(trip.resume)
    return len(young)


def _young(trip: Trip, home: Community, kind: str) -> list[Young]:
    since = max(trip.now - trip.lag, trip.window.since or trip.now - trip.lag)
    found = home.frame("ingest/select_crawl_young", kind=kind, since=since)
    recent = trip.started - FRESH
    entries = [e for e in home.shelf(LOOK).entries() if e.mark.walk == kind]
    if kind == SUBMISSION:
        entries += [e for e in home.shelf(SUBMISSION).entries() if e.mark.walk == "new"]
    # Of its own pages a run knows each post; one that they no longer show is to be looked at.
    spans = covered(e for e in entries if recent <= e.mark.started < trip.started)
    seen = set[str]().union(*(shelf.seen for shelf in home.shelves.values()))
    trees = {n for n, (when, _) in last_read(home).items() if when >= recent}
    until = trip.window.until
    return [
        post
        for post in map(Young._make, found.iter_rows())
        if f"{SOURCE}:{post.name}" not in seen
        and not any(span.low <= post.created <= span.high for span in spans)
        and not (kind == COMMENT and (post.thread or "").partition(":")[2] in trees)
        and (until is None or post.created < until)
    ]


def _gone(batch: Sequence[Young], things: Sequence[Thing], kind: str) -> list[Thing]:
    """Return as deleted what Reddit no longer knows, if it knows any of the batch at all.

    No answer about all of them says more about the community, or about Reddit, than about them.
    """
    there = {str(thing.get("name")) for thing in things}
    if not there & {post.name for post in batch}:
        return []
    text = "selftext" if kind == SUBMISSION else "body"
    return [
        {
            "name": post.name,
            "subreddit": post.community.partition("/")[2],
            "created_utc": epoch(post.created),
            text: "[deleted]",
            "link_id": (post.thread or "").partition(":")[2],
        }
        for post in batch
        if post.name not in there
    ]
