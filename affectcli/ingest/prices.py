"""Price bars from csv, jsonl, parquet, Binance's kline files, or a service with `--from`.

A bar can be known when it closes: available_at = ts + bar. Bars that cannot be are refused by
rule: negative_price, high_below_low, close_outside_range, open_outside_range, bad_number, bad_name,
bad_date, future_date. Gaps and jumps that look like splits are said, and nothing is adjusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli import times
from affectcli.errors import UsageError
from affectcli.ingest import _prices_checks
from affectcli.ingest._columns import Columns, condition
from affectcli.ingest._http import Client, Patience
from affectcli.ingest._intake import Input, take_in
from affectcli.ingest._names import COLON, named
from affectcli.ingest._pages import Pages
from affectcli.ingest._prices_bars import FIELDS, Bars, inferred, length
from affectcli.ingest._prices_feeds import COLUMNS, PATIENT, feed
from affectcli.ingest._prices_klines import bars
from affectcli.ingest._prices_klines import named as kline_name

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store import Context, Outcome

PEEK = 5_000


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str | None = None,
    asset: str | None = None,
    from_: str | None = None,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    bar: str | None = None,
    where: str | None = None,
    since: str | None = None,
    until: str | None = None,
    format: str | None = None,  # noqa: A002  # the option's name
    api: str | None = None,
) -> Outcome:
    """Store the price bars of a file, or of a service.

    Raises:
        UsageError: an option is wrong, no asset is named, or the length of a bar is unclear.
        InputError: the file is missing, empty, damaged, not UTF-8, or lacks a column.
        ConfigError: the library of the service is not installed.
        RemoteError, BudgetError: the service refuses, or asks for too much patience.
    """
    asset = named("--asset", asset, do="BTC-USD", colon=COLON)
    window = times.window(since, until)
    if (path is None) == (from_ is None):
        raise UsageError(
            "Name a file or a service.",
            do="affect ingest prices btc.csv --asset BTC-USD, or --asset BTC-USDT --from binance",
        )
    if path is None:
        return _served(ctx, str(from_), asset, bar or "1d", window=window, api=api)
    where_holds = condition(where)
    with bars(path, form=format) as rows:
        columns = Columns(rows, FIELDS, map)
        columns.require(("ts",), ("close",))
        symbol, said = kline_name(rows.source.name)
        asset = asset or (symbol if "asset" not in columns else None)
        if asset is None and "asset" not in columns:
            raise UsageError(
                f"Nothing says whose prices {rows.source.name} has.",
                known=f"Columns: {', '.join(rows.columns)}.",
                do="--asset BTC-USD, or --map asset=COLUMN",
            )
        size = bar or said or inferred(rows.peek(PEEK), columns, where_holds, where)
        length(size)
        job = Bars(columns, asset=asset, bar=size, window=window, run_id=ctx.run_id)
        job.where, job.where_text = where_holds, where
        options = {"map": columns.found, "asset": asset, "bar": size, "where": where}
        everything = {"options": options, "window": window, "format": format}
        outcome = take_in(ctx, rows, job, Input("prices", path, everything))
    return _looked_at(ctx, job, outcome)


def _served(
    ctx: Context,
    name: str,
    asset: str | None,
    bar: str,
    *,
    window: tuple[datetime | None, datetime | None],
    api: str | None,
) -> Outcome:
    """Store the bars of a service: from `--since`, the last stored bar, or 1,000 bars ago on."""
    if asset is None:
        raise UsageError(
            "Nothing says whose prices to ask for.", do=f"--asset BTC-USD --from {name}"
        )
    step = length(bar)
    until = window[1] or times.now()
    since = window[0] or _last(ctx, asset, bar) or until - PATIENT * step
    with Client(Patience(budget=ctx.settings.ingest.patience)) as client:
        service = feed(name, client, api=api)
        rows = Pages(service.name, COLUMNS, service.bars(asset, bar, since, until))
        columns = Columns(rows, FIELDS, None)
        job = Bars(columns, asset=asset, bar=bar, window=window, run_id=ctx.run_id)
        job.closed = True
        outcome = take_in(ctx, rows, job, Input("prices", f"{service.name}:{asset}", {}))
    return _looked_at(ctx, job, outcome)


def _last(ctx: Context, asset: str, bar: str) -> datetime | None:
    if not ctx.db.exists:
        return None
    with ctx.db.read() as con:
        found: Any = con.scalar("ingest/select_last_bar", asset=asset, bar=bar)
    moment: datetime | None = found
    return moment


def _looked_at(ctx: Context, job: Bars, outcome: Outcome) -> Outcome:
    """Say what is odd about the bars that are stored of the assets read."""
    if not job.assets or not ctx.db.exists:
        return outcome
    with ctx.db.read() as con:
        con.register(assets=pl.DataFrame({"asset": sorted(job.assets)}))
        stored = con.frame("ingest/select_bars", bar=job.bar)
    words, rows = _prices_checks.said(stored, job.bar)
    outcome.message += words
    for row in outcome.rows:
        row.update(rows)
    return outcome
