"""Dated events from csv, jsonl, parquet or iCalendar (.ics); only a date is needed.

Where no column names the events, `--name` does, else the file's name. A repeating event of a
calendar is stored once for each time it takes place, up to two years ahead.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import blake2b
from pathlib import PurePath
from typing import TYPE_CHECKING

import polars as pl

from affectcli import times
from affectcli.ingest._bytes import opened
from affectcli.ingest._columns import Columns, Fields, condition, matching
from affectcli.ingest._fold import fold
from affectcli.ingest._intake import Input, Prepared, judge, take_in
from affectcli.ingest._names import IDS, named
from affectcli.ingest._pages import rows_of
from affectcli.ingest._rows import ROW, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.store import Connection, Context, Outcome

FIELDS: Fields = {
    "ts": ("ts", "date", "start", "starts", "dtstart", "timestamp", "datetime", "time", "day"),
    "ends": ("ends", "end", "dtend", "end_date"),
    "name": ("name", "event", "title", "summary", "description"),
    "category": ("category", "kind", "type"),
    "scope": ("scope", "community", "asset", "ticker", "symbol"),
}
WORDS = ("name", "category", "scope")
CALENDAR = b"BEGIN:VCALENDAR"


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    name: str | None = None,
    category: str | None = None,
    scope: str | None = None,
    source: str | None = None,
    where: str | None = None,
    format: str | None = None,  # noqa: A002  # the option's name
) -> Outcome:
    """Store the events of a file; `name`, `category` and `scope` stand where a row has none.

    Raises:
        UsageError: an option is wrong.
        InputError: the file is missing, empty, damaged, not UTF-8, or has no date.
    """
    where_holds = condition(where)
    source = named("--source", source, do="fed", colon=IDS) or "file"
    name = named("--name", name, do="FOMC")
    with _opened(path, format) as rows:
        columns = Columns(rows, FIELDS, map)
        columns.require(("ts",))
        if name is None and "name" not in columns:
            name = PurePath(rows.source.name).name.partition(".")[0]
        said = {"name": name, "category": category, "scope": scope}
        job = Events(columns, said=said, source=source, run_id=ctx.run_id)
        job.where, job.where_text = where_holds, where
        options = {"map": columns.found, "said": said, "where": where, "format": format}
        return take_in(ctx, rows, job, Input(source, path, {"events": options}))


@contextmanager
def _opened(path: str, form: str | None) -> Iterator[Rows]:
    """Open a file as rows: a calendar by its first bytes, any other by its format."""
    with opened(path) as source:
        if form is None and source.head().lstrip()[:15].upper() == CALENDAR:
            from affectcli.ingest._events_ics import Ics  # slow to load, and seldom wanted

            yield Rows(source, Ics(source))
        else:
            with rows_of(source, form) as rows:
                yield rows


class Events:
    """The job of bringing events in."""

    table, noun, time = "event", "events", "ts"
    where: pl.Expr | None = None
    where_text: str | None = None

    def __init__(
        self, columns: Columns, *, said: dict[str, str | None], source: str, run_id: str
    ) -> None:
        self.columns, self.said, self.source, self.run_id = columns, said, source, run_id

    @property
    def wanted(self) -> Sequence[str]:
        """Return the columns to read."""
        return self.columns.wanted(self.where)

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Return the rows as events, and by which rule others were refused."""
        frame = matching(frame, self.where, self.where_text)
        frame = frame.select(ROW, *(self.columns.text(field) for field in FIELDS))
        ends = pl.col("ends").str.strip_chars().replace("", None)
        frame = frame.with_columns(
            times.parse(frame["ts"]).alias("ts"),
            times.parse(frame.select(ends).to_series()).alias("ends"),
            ends.is_not_null().alias("has_end"),
            *(
                pl.col(word)
                .str.strip_chars()
                .replace("", None)
                .fill_null(pl.lit(self.said[word], pl.String))
                for word in WORDS
            ),
            source=pl.lit(self.source),
        )
        rules = {
            "bad_date": pl.col("ts").is_null() | (pl.col("has_end") & pl.col("ends").is_null()),
            "ends_before_start": pl.col("ends") < pl.col("ts"),
            "no_name": pl.col("name").is_null(),
        }
        checked = judge(frame, rules)
        named = checked.frame.select("ts", "name", "scope").iter_rows()
        ids = [
            f"{self.source}:{_short(f'{ts}|{name}|{scope or str()}')}" for ts, name, scope in named
        ]
        return Prepared(
            checked.frame.drop("has_end").with_columns(event_id=pl.Series(ids, dtype=pl.String)),
            checked.judged,
        )

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge events into what is stored; return (_row, outcome)."""
        con.register(incoming=frame.select("event_id"))
        stored = con.frame("ingest/select_event").with_columns(
            _mine=pl.col("run_id").is_in(list(runs))
        )
        folded = fold(frame, stored.drop("run_id"), key=("event_id",), content=("ends", "category"))
        if len(folded.final):
            con.register(batch=folded.final)
            con.execute("ingest/merge_event", run_id=self.run_id)
        return folded.outcomes


def _short(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
