"""Messages of Stocktwits from files in its JSON shape or csv, or from its API with `--symbol`.

The symbols that a message names go to `symbols`, and the sentiment that its author declared
(Bullish, Bearish) to the table `declared`. Reading twice changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from affectcli import times
from affectcli.errors import UsageError
from affectcli.ingest._authors import author_key
from affectcli.ingest._bytes import opened
from affectcli.ingest._columns import Columns
from affectcli.ingest._http import Client, Patience
from affectcli.ingest._intake import Input, take_in
from affectcli.ingest._names import named
from affectcli.ingest._notes import Notes
from affectcli.ingest._pages import Pages, rows_of
from affectcli.ingest._posts import FIELDS, Rule
from affectcli.ingest._rows import Rows
from affectcli.ingest._stocktwits import COLUMNS, Messages
from affectcli.ingest._stocktwits_api import BASE, Stream
from affectcli.ingest._stocktwits_job import Stocktwits
from affectcli.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from affectcli.store import Context

SOURCE = "stocktwits"
OWN = {
    "symbols": ("symbols", "symbol", "ticker", "tickers", "cashtags", "stock"),
    "sentiment": ("sentiment", "entities_sentiment_basic", "basic", "user_sentiment"),
}


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str | None = None,
    symbol: tuple[str, ...] = (),
    community: str | None = None,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    api: str = BASE,
) -> Outcome:
    """Store the messages of a file, or of each symbol's stream.

    Raises:
        UsageError: an option is wrong, or neither a file nor a symbol is named.
        InputError: the file is missing, damaged, or has no messages.
        RemoteError, BudgetError: the API refuses, or asks for too much patience.
        ConfigError: the author key cannot be used.
    """
    if (path is None) == (not symbol):
        raise UsageError(
            "Name a file or a symbol.",
            do="affect ingest stocktwits messages.json, or affect ingest stocktwits --symbol AAPL",
        )
    community = named("--community", community, do="stocktwits/AAPL")
    since_time, until_time = times.window(since, until)
    rule = Rule(
        source=SOURCE,
        community=community,
        kind="message",
        where=None,
        since=since_time,
        until=until_time,
        no_repeats=False,
        tickers=ctx.settings.ingest.tickers,
    )
    if path is not None:
        with _file(path, community, map) as (rows, columns):
            return _take(ctx, rows, columns, rule, path=path, limit=limit)
    whole = Outcome()
    with Client(Patience(budget=ctx.settings.ingest.patience)) as client:
        for name in (each.strip().lstrip("$").upper() for each in symbol):
            one = _streamed(ctx, name, client, rule, api=api, limit=limit)
            whole.rows += one.rows
            whole.rows_in += one.rows_in
            whole.rows_out += one.rows_out
            whole.message = f"{whole.message} {one.message}".strip()
    return whole


@contextmanager
def _file(
    path: str, community: str | None, given: dict[str, str] | None
) -> Iterator[tuple[Rows, Columns]]:
    with opened(path) as source:
        head = source.head().lstrip()
        if head.startswith((b"{", b"[")):
            rows = Rows(source, Messages(source, community=community))
            yield rows, Columns(rows, FIELDS | OWN, None)
            return
        with rows_of(source, None) as rows:
            yield rows, _csv_columns(rows, community, given)


def _csv_columns(rows: Rows, community: str | None, given: dict[str, str] | None) -> Columns:
    columns = Columns(rows, FIELDS | OWN, given)
    columns.require(("created",), ("body",))
    if community is None and not columns.found["community"]:
        columns.found["community"] = columns.found["symbols"][:1]
    if community is None and "community" not in columns:
        raise UsageError(
            f"Nothing says which symbols the messages of {rows.source.name} are about.",
            known=f"Columns: {', '.join(rows.columns)}.",
            do="--community stocktwits/AAPL, or --map symbols=COLUMN",
        )
    return columns


def _streamed(
    ctx: Context, symbol: str, client: Client, rule: Rule, *, api: str, limit: int | None
) -> Outcome:
    since: datetime | None = rule.since
    address = f"{api}/{symbol}"
    lasting = limit is None and rule.until is None
    notes = Notes(ctx, source=SOURCE, input=address, since=since, lasting=lasting)
    stream = Stream(symbol, client, notes, base=api, since=since)
    rows = Pages(f"stocktwits/{symbol}", COLUMNS, stream.pages())
    columns = Columns(rows, FIELDS | OWN, None)
    return _take(ctx, rows, columns, rule, path=address, limit=limit, notes=notes)


def _take(
    ctx: Context,
    rows: Rows,
    columns: Columns,
    rule: Rule,
    *,
    path: str,
    limit: int | None,
    notes: Notes | None = None,
) -> Outcome:
    key = author_key(ctx)
    job = Stocktwits(columns, rule, key=key, run_id=ctx.run_id, notes=notes)
    options = {"map": columns.found, "rule": rule, "limit": limit, "key": key.value}
    outcome = take_in(ctx, rows, job, Input(SOURCE, path, options, limit))
    if notes is not None and notes.fresh:
        with ctx.db.write() as con:
            notes.write(con, ctx.run_id)
    return outcome
