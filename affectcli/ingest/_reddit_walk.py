"""Walks a listing of a community from the top down, one committed page after the other.

Reddit shows at most about 1,000 posts of a listing and has no search by date, so what a walk has
covered is noted as spans of time. A later walk reads from the top until it meets what is covered,
looks for posts that came up late there, and goes on below, where an earlier walk was cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from affectcli import interrupt
from affectcli.ingest._crawl_spans import Span, holding, reach
from affectcli.ingest._crawl_store import END, Entry, Mark, Window, covered, newest, times

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from affectcli.ingest._crawl_line import Line
    from affectcli.ingest._crawl_store import Shelf
    from affectcli.ingest._reddit_api import Page, Reddit

DATED = ("new", "search")
"""Listings that stand in the order of time; others are read from their top each time."""


class Listing(NamedTuple):
    """What to walk: the path and what goes with it; `limit` is the most posts to read."""

    kind: str
    path: str
    params: dict[str, str]
    limit: int | None = None


@dataclass
class Trip:
    """What all walks of a run share."""

    api: Reddit
    line: Line
    window: Window
    lag: timedelta
    now: datetime
    started: int
    resume: str


@dataclass
class Walk:
    """One walk; `low` is how far down it has come, in the order of time."""

    trip: Trip
    shelf: Shelf
    listing: Listing
    low: datetime | None = None
    ended: bool = False
    """Whether Reddit had no more to show."""

    def go(self) -> None:
        """Read and store page by page until there is nothing more to do.

        Raises:
            RemoteError, BudgetError, ConfigError: as `Reddit.listing` does; pages are stored.
            Interrupted: the user asked to stop; the same command goes on.
        """
        dated = self.listing.kind in DATED
        before = self.shelf.entries() if dated else []
        cursor, back, visited = END, None, {END}
        while True:
            page = self._read(cursor)
            if back is not None and not page.things:
                # The post that marked the place is gone, or sank below what Reddit shows.
                cursor, back, before = back, None, []
                continue
            if page.cursor in visited:  # a listing that leads in a circle
                page.cursor = END
            visited.add(page.cursor)
            back = None
            added = self._keep(page, dated=dated)
            interrupt.check(self.trip.resume)
            self.ended = page.cursor == END
            if self.ended or self._full() or (dated and self._below(self.trip.window.since)):
                return
            met = holding(covered(before), self.low) if self.low is not None else None
            if met is None or (added and not self._below(met.high - self.trip.lag)):
                cursor = page.cursor
                continue
            onward = self._onward(before, met)
            if onward is None:
                return
            self.low, cursor, back = met.low, onward, page.cursor

    def _read(self, cursor: str) -> Page:
        read = self.shelf.counts.read
        self.trip.line.at(f"{self.listing.path}: {read:,} posts")
        left = self.listing.limit
        limit = {} if left is None else {"limit": max(left - read, 1)}
        found = self.trip.api.listing(
            self.listing.path, cursor=cursor, params=self.listing.params, **limit
        )
        if left is not None:
            found.things = found.things[: left - read]
        return found

    def _keep(self, page: Page, *, dated: bool) -> int:
        """Store a page with what it covers; return how many of its posts were not known."""
        mark = Mark(self.listing.kind, self.trip.started, page.cursor)
        created = times(page.things) if dated else []
        reached = reach(created, last=page.cursor == END)
        span = self._span(created, reached)
        counts = self.shelf.keep(page.things, mark, span)
        if reached is not None:
            self.low = reached if self.low is None else min(self.low, reached)
        return counts.added

    def _span(self, created: list[datetime], reached: datetime | None) -> Span | None:
        """Return what a page covers: from where the one before ended down to where it ends."""
        low = reached or self.low  # an empty last page marks the end where it was met
        high = self.low or newest(created, self.trip.now)
        if low is None or high is None:
            return None
        window = self.trip.window
        low = max(low, window.since) if window.since else low
        high = min(high, window.until) if window.until else high
        return Span(low, high) if low <= high else None

    def _full(self) -> bool:
        limit = self.listing.limit
        return limit is not None and self.shelf.counts.read >= limit

    def _below(self, moment: datetime | None) -> bool:
        return moment is not None and self.low is not None and self.low < moment

    def _onward(self, before: list[Entry], met: Span) -> str | None:
        """Return where an earlier walk was cut off at the low end of `met`, None if it was not."""
        if self.trip.window.since is not None and self.trip.window.since >= met.low:
            return None
        ends = [e.mark for e in before if e.span and e.span.low == met.low]
        cut = [mark for mark in ends if mark.walk == self.listing.kind]
        if not cut or any(mark.cursor == END for mark in ends):
            return None
        return max(cut, key=lambda mark: mark.started).cursor
