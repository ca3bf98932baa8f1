"""Pages of a crawl into the table: posts and the note of what they cover, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from affectcli.ingest import _reddit
from affectcli.ingest._authors import author_key
from affectcli.ingest._crawl_spans import TAIL, Span, merged, moment
from affectcli.ingest._intake import FILTERED
from affectcli.ingest._ledger import Counts, Ledger
from affectcli.ingest._posts import Posts, Rule
from affectcli.times import TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from affectcli.store import Context

Thing = dict[str, Any]
SUBMISSION, COMMENT, TREE, LOOK = "submission", "comment", "tree", "look"
"""Kinds of listings: by date, whichever way they came; threads; posts looked at once more."""
END = "end"
"""The cursor of a page after which a listing has no more."""


class Mark(NamedTuple):
    """What a page was part of, and where the next one begins: the fingerprint in the ledger."""

    walk: str
    started: int
    cursor: str

    @classmethod
    def read(cls, fingerprint: str) -> Mark | None:
        """Return the mark that a fingerprint was made of, None if it was made elsewhere."""
        parts = fingerprint.split(" ")
        known = len(parts) == len(cls._fields) and parts[1].isdigit()
        return cls(parts[0], int(parts[1]), parts[2]) if known else None

    def __str__(self) -> str:
        """Return the fingerprint."""
        return f"{self.walk} {self.started} {self.cursor}"


class Entry(NamedTuple):
    """A ledger entry of an earlier page; entries without posts have no span."""

    mark: Mark
    span: Span | None


@dataclass(frozen=True)
class Window:
    """The times asked for, half-open, naive UTC; None is open."""

    since: datetime | None = None
    until: datetime | None = None


def job(ctx: Context, window: Window, tickers: Iterable[str]) -> Posts:
    """Return the job of bringing Reddit's things into `post`."""
    rule = Rule(
        source=_reddit.SOURCE,
        community=None,
        kind="submission",
        where=None,
        since=window.since,
        until=window.until,
        no_repeats=False,
        tickers=tuple(sorted({*ctx.settings.ingest.tickers, *tickers})),
    )
    return Posts(_reddit.Things(), rule, where=None, key=author_key(ctx), run_id=ctx.run_id)


@dataclass
class Shelf:
    """Where the things of one listing go, and how many there were of them."""

    ctx: Context
    posts: Posts
    input: str
    escaped: bool = False
    """Whether texts have HTML escapes."""
    counts: Counts = field(default_factory=Counts)
    seen: set[str] = field(default_factory=set)
    """The post_ids that came by."""
    _past: list[Entry] | None = None
    _own: list[Entry] = field(default_factory=list)

    def keep(self, things: Sequence[Thing], mark: Mark, span: Span | None) -> Counts:
        """Store things, and in the same transaction that `span` is covered by them."""
        counts = Counts(read=len(things))
        frame = self._readable(things, counts)
        prepared = self.posts.prepare(frame)
        counts.count(prepared.judged.filter(pl.col("outcome") != FILTERED))
        self.entries()  # before this page is one of them
        ledger = Ledger(_reddit.SOURCE, self.input, str(mark))
        times = pl.Series(list(span) if span else [], dtype=TIME)
        with self.ctx.db.write(tidy=False) as con:
            if len(prepared.frame):
                # No run counts as "this very input": a post that changed since is an update.
                counts.count(self.posts.store(con, prepared.frame, set()))
            ledger.write(con, counts, self.ctx.run_id, times=times)
            if counts.added or counts.updated:
                con.touch(self.posts.table)
        self.seen.update(f"{_reddit.SOURCE}:{name}" for name in frame["id"])
        self.counts.add(counts)
        self._own.append(Entry(mark, span))
        return counts

    def entries(self) -> list[Entry]:
        """Return what the ledger has of this listing, from this run and earlier ones."""
        if self._past is None:
            self._past = self._load()
        return self._past + self._own

    def _load(self) -> list[Entry]:
        if not self.ctx.db.exists:
            return []
        with self.ctx.db.read() as con:
            found = con.frame("ingest/select_crawl", source=_reddit.SOURCE, input=self.input)
        entries = []
        for fingerprint, first, last in found.iter_rows():
            mark = Mark.read(fingerprint)
            if mark is not None:
                entries.append(Entry(mark, Span(first, last) if first is not None else None))
        return entries

    def _readable(self, things: Sequence[Thing], counts: Counts) -> pl.DataFrame:
        """Return things as rows of text, each id once, as it came last; count all others."""
        rows: dict[str, tuple[int, _reddit.Row]] = {}
        for number, thing in enumerate(things, start=self.counts.read + 1):
            row = _reddit.row(_withdrawn(thing), escaped=self.escaped)
            if isinstance(row, str):
                counts.refuse(row, 1, number)
                continue
            again = self.ctx.db.dry_run and f"{_reddit.SOURCE}:{row.id}" in self.seen
            counts.duplicates += again or row.id in rows
            if again:  # what a dry run saw before is stored nowhere that could say so
                continue
            rows[row.id] = number, row
        return _reddit.frame([row for _, row in rows.values()], [n for n, _ in rows.values()])


@dataclass
class Community:
    """One subreddit, and a shelf for each kind of listing of it."""

    ctx: Context
    posts: Posts
    name: str
    escaped: bool = False
    shelves: dict[str, Shelf] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the community as it is compared: Reddit's names differ in no case."""
        return f"{_reddit.SOURCE}/{self.name.lower()}"

    def shelf(self, kind: str) -> Shelf:
        """Return the shelf of a kind of listing."""
        if kind not in self.shelves:
            input_ = f"{self.key}/{kind}"
            self.shelves[kind] = Shelf(self.ctx, self.posts, input_, escaped=self.escaped)
        return self.shelves[kind]

    def frame(self, statement: str, **params: object) -> pl.DataFrame:
        """Return the rows of a query about this community; none where no database is yet."""
        if not self.ctx.db.exists:
            return pl.DataFrame()
        with self.ctx.db.read() as con:
            return con.frame(statement, source=_reddit.SOURCE, community=self.key, **params)


def covered(entries: Iterable[Entry]) -> list[Span]:
    """Return the times that entries cover, joined."""
    return merged(entry.span for entry in entries if entry.span)


def times(things: Sequence[Mapping[str, Any]]) -> list[datetime]:
    """Return when things were created, naive UTC, in their order; some may not say."""
    found = []
    for thing in things:
        try:
            found.append(moment(float(thing["created_utc"])))
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            continue
    return found


def newest(created: Sequence[datetime], now: datetime) -> datetime | None:
    """Return up to which time a page, newest first, reaches; no time that is still to come."""
    head = [time for time in created[:TAIL] if time <= now]
    return max(head, default=None)


def _withdrawn(thing: Thing) -> Thing:
    """Return a thing; a link whose author or a moderator took it back has a body that says so."""
    if thing.get("removed_by_category") and not thing.get("selftext"):
        return {**thing, "selftext": "[removed]"}
    return thing
