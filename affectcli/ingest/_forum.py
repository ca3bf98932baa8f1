"""What the kinds of forum have in common: what a user asked, the columns, and the job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import InputError
from affectcli.ingest._pages import record
from affectcli.ingest._posts import Posts

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.ingest._authors import Key
    from affectcli.ingest._bytes import Record, Source
    from affectcli.ingest._columns import Columns
    from affectcli.ingest._http import Client
    from affectcli.ingest._notes import Notes
    from affectcli.ingest._posts import Rule
    from affectcli.ingest._rows import Rows
    from affectcli.store import Connection, Context


COLUMNS = (
    *("id", "created", "author", "title", "body", "kind"),
    *("parent_id", "thread_id", "score", "replies"),
)
WHOLE = 1 << 28
"""Bytes of an input that is read as a whole; longer ones are no feed and no page."""
GONE = "[deleted]"
REMOVED = "[removed]"


@dataclass(frozen=True)
class Asked:
    """What a user asked of a forum."""

    ctx: Context
    path: str
    client: Client
    community: str | None = None
    query: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None

    @property
    def remote(self) -> bool:
        """Whether the place is an address and no file."""
        return self.path.startswith(("http://", "https://"))

    @property
    def lasting(self) -> bool:
        """Whether this run reads all there is up to now, so that the next may go on from it."""
        return self.limit is None and self.until is None


@dataclass(frozen=True)
class Part:
    """One input: its rows, where they were published, and what is remembered of it."""

    rows: Rows
    community: str
    path: str
    """A file, whose content is its fingerprint, or an address."""
    notes: Notes | None = None
    warning: str = ""
    """Said after the rows are stored."""


class Forum(Posts):
    """The job of bringing posts in whose thread may have to be looked up."""

    def __init__(
        self, columns: Columns, rule: Rule, *, key: Key, run_id: str, notes: Notes | None
    ) -> None:
        super().__init__(columns, rule, where=None, key=key, run_id=run_id)
        self.notes = notes

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge posts and what is remembered with them; return (_row, outcome)."""
        outcomes = super().store(con, _threaded(con, frame), runs)
        if self.notes is not None:
            self.notes.write(con, self.run_id)
        return outcomes


def post(**fields: object) -> Record:
    """Return the row of a post."""
    return record(COLUMNS, fields)


def whole(source: Source) -> bytes:
    """Return all bytes of an input that is small by nature.

    Raises:
        InputError: it is longer than `WHOLE`, or damaged.
    """
    pieces, size = [], 0
    while piece := source.body.read(1 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > WHOLE:
            raise InputError(f"{source.name} is longer than {WHOLE >> 20} MiB: no feed is.")
    return b"".join(pieces)


def _threaded(con: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Fill in threads that an input does not name: the parent's, or the post itself.

    A parent is looked for among the rows before it and in the table; where it is in neither, it
    counts as the root.
    """
    if not frame["thread_id"].null_count():
        return frame
    con.register(incoming=frame.select("parent_id").drop_nulls().unique())
    known: dict[str, str] = dict(con.frame("ingest/select_thread").iter_rows())
    threads = []
    for post_id, parent, thread in frame.select("post_id", "parent_id", "thread_id").iter_rows():
        found = thread or (known.get(parent, parent) if parent else post_id)
        known[post_id] = found
        threads.append(found)
    return frame.with_columns(thread_id=pl.Series(threads, dtype=pl.String))
