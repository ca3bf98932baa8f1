"""Walks the times of a subreddit that nothing covers yet, oldest first, page by page.

Pages begin a second before the last one ended: things of one second that a page's border parts
come again and are stored once, and whether the server counts the border in makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from affectcli import interrupt
from affectcli.ingest._arctic_api import PAGE
from affectcli.ingest._crawl_spans import Span, epoch, gaps, moment, reach
from affectcli.ingest._crawl_store import END, Entry, Mark, covered, times
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from affectcli.ingest._arctic_api import Archive
    from affectcli.ingest._crawl_line import Line
    from affectcli.ingest._crawl_store import Shelf, Thing

WALK = "arctic"
SECOND = timedelta(seconds=1)
SETTLED = timedelta(hours=48)
"""Scores and counts of younger things still change in the archive: they are read again."""
LATE = timedelta(hours=1)
"""Younger things may not have reached the archive: nothing is claimed of them."""


@dataclass(frozen=True)
class Trip:
    """What all walks of a run share; `window` has both ends."""

    archive: Archive
    line: Line
    window: Span
    now: datetime
    started: int
    resume: str


def fill(trip: Trip, shelf: Shelf, name: str, what: str) -> None:
    """Read and store what of the window is not covered; `what` is posts or comments.

    Raises:
        RemoteError, BudgetError: as `Archive.search` does; pages are stored.
        Interrupted: the user asked to stop; the same command goes on.
    """
    for gap in gaps(covered(_settled(shelf.entries())), trip.window):
        _Gap(trip, shelf, name, what).fill(gap)


def _settled(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries, those of the archive cut where things were too young when they were read."""
    for mark, span in entries:
        if span is None or mark.walk != WALK:
            yield Entry(mark, span)
            continue
        high = min(span.high, moment(mark.started) - SETTLED)
        if high >= span.low:
            yield Entry(mark, Span(span.low, high))


@dataclass(frozen=True)
class _Gap:
    trip: Trip
    shelf: Shelf
    name: str
    what: str

    def fill(self, gap: Span) -> None:
        at, before = gap.low, set[str]()
        while True:
            self.trip.line.at(
                f"r/{self.name} {self.what}: {self.shelf.counts.read:,} read, at {at:%Y-%m-%d}"
            )
            ends = {"after": epoch(at) - 1, "before": epoch(gap.high) + 1}
            asked = self.trip.archive.size
            things = self.trip.archive.search(self.what, self.name, **ends)
            fresh = _names(things) - before
            if not fresh and len(things) < min(asked, PAGE):
                self._keep([], Span(at, gap.high), END)
                return
            reached = max(at, _reach(things) or at)
            if not fresh:
                things, reached = self._crowded(at), at + SECOND
            self._keep(things, Span(at, reached), str(epoch(reached)))
            at, before = reached, _names(things)
            interrupt.check(self.trip.resume)

    def _crowded(self, at: datetime) -> list[Thing]:
        """Return what can be had of a second that fills a page."""
        things = self.trip.archive.crowd(self.what, self.name, moment=epoch(at))
        logger.warning(
            "r/%s: %s or more %s at %s; if there are still more, a dump has them.",
            *(self.name, f"{len(things):,}", self.what, at),
        )
        return things

    def _keep(self, things: list[Thing], span: Span, cursor: str) -> None:
        there = self.trip.now - LATE
        claimed = Span(span.low, min(span.high, there)) if span.low <= there else None
        self.shelf.keep(things, Mark(WALK, self.trip.started, cursor), claimed)


def _names(things: Sequence[Thing]) -> set[str]:
    return {str(thing.get("id") or thing.get("name")) for thing in things}


def _reach(things: Sequence[Thing]) -> datetime | None:
    """Return up to which time a page, oldest first, is complete."""
    created = times(things)
    return created[-1] if created == sorted(created) and created else reach(created)
