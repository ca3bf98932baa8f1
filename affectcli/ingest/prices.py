"""Price bars from csv, jsonl or parquet; only a close is needed.

A bar can be known when it closes: available_at = ts + bar. Bars that cannot be are refused by
rule: negative_price, high_below_low, close_outside_range, bad_number, bad_name, bad_date,
future_date.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import InputError, UsageError
from affectcli.ingest import _times
from affectcli.ingest._columns import Columns, Fields, condition, matching
from affectcli.ingest._fold import fold
from affectcli.ingest._intake import FILTERED, Input, Prepared, judge, take_in
from affectcli.ingest._names import COLON, bad, clean, named
from affectcli.ingest._numbers import number, unreadable
from affectcli.ingest._rows import ROW, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.store import Connection, Context, Outcome

FIELDS: Fields = {
    "asset": ("asset", "ticker", "symbol", "pair", "coin"),
    "ts": ("ts", "date", "timestamp", "datetime", "time", "open_time", "day"),
    "open": ("open", "open_price", "o"),
    "high": ("high", "high_price", "h"),
    "low": ("low", "low_price", "l"),
    "close": ("close", "close_price", "price", "last", "c"),
    "volume": ("volume", "vol", "v", "volumefrom"),
}
NUMBERS = ("open", "high", "low", "close", "volume")
PRICES = NUMBERS[:4]
KEY = ("asset", "bar", "ts")
BAR = re.compile(r"^([1-9]\d*)([mhdw])$")
UNITS = {
    "w": timedelta(weeks=1),
    "d": _times.DAY,
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
PEEK = 5_000
SLACK = 0.001
"""How far a close may lie outside [low, high]: sources round the four prices differently."""
LONG_GAP = 7
"""Days without a bar that are worth a word: no exchange closes for longer."""


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str,
    asset: str | None = None,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    bar: str | None = None,
    where: str | None = None,
    since: str | None = None,
    until: str | None = None,
    format: str | None = None,  # noqa: A002  # the option's name
) -> Outcome:
    """Store the price bars of a file.

    Raises:
        UsageError: an option is wrong, no asset is named, or the length of a bar is unclear.
        InputError: the file is missing, empty, damaged, not UTF-8, or lacks a column.
    """
    asset = named("--asset", asset, do="BTC-USD", colon=COLON)
    window = _times.window(since, until)
    where_holds = condition(where)
    with reading(path, form=format) as rows:
        columns = Columns(rows, FIELDS, map)
        columns.require(("ts",), ("close",))
        if asset is None and "asset" not in columns:
            raise UsageError(
                f"Nothing says whose prices {rows.source.name} has.",
                known=f"Columns: {', '.join(rows.columns)}.",
                do="--asset BTC-USD, or --map asset=COLUMN",
            )
        length = bar or _inferred(rows.peek(PEEK), columns, where_holds, where)
        if not BAR.match(length):
            raise UsageError(f"--bar {length!r} is no length of a bar.", do="--bar 1d, 1h or 5m")
        job = Bars(columns, asset=asset, bar=length, window=window, run_id=ctx.run_id)
        job.where, job.where_text = where_holds, where
        options = {"map": columns.found, "asset": asset, "bar": length, "where": where}
        everything = {"options": options, "window": window, "format": format}
        outcome = take_in(ctx, rows, job, Input("prices", path, everything))
    outcome.message += _gap(ctx, job)
    return outcome


class Bars:
    """The job of bringing price bars in."""

    table, noun, time = "price", "bars", "ts"
    where: pl.Expr | None = None
    where_text: str | None = None

    def __init__(
        self,
        columns: Columns,
        *,
        asset: str | None,
        bar: str,
        window: tuple[datetime | None, datetime | None],
        run_id: str,
    ) -> None:
        self.columns, self.asset, self.bar, self.window = columns, asset, bar, window
        self.run_id, self.assets = run_id, set[str]()

    @property
    def wanted(self) -> Sequence[str]:
        """Return the columns to read."""
        return self.columns.wanted(self.where)

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Return the rows as bars, and by which rule others were refused."""
        frame = matching(frame, self.where, self.where_text)
        frame = frame.select(ROW, *(self.columns.text(field) for field in FIELDS))
        asset = clean(pl.col("asset"))
        frame = frame.with_columns(
            _times.parse(frame["ts"]).alias("ts"),
            asset.fill_null(pl.lit(self.asset, pl.String)),
            bar=pl.lit(self.bar),
            source=pl.lit(self.columns.rows.source.name),
            unreadable=pl.any_horizontal(unreadable(name) for name in NUMBERS),
        ).with_columns(number(name) for name in NUMBERS)
        close, low, high = pl.col("close"), pl.col("low"), pl.col("high")
        rules = {
            "bad_date": pl.col("ts").is_null(),
            "future_date": pl.col("ts") > _times.now() + _times.DAY,
            FILTERED: ~_times.within("ts", *self.window),
            "no_asset": pl.col("asset").is_null(),
            "bad_name": bad("asset"),
            "bad_number": pl.col("unreadable") | close.is_null() | (pl.col("volume") < 0),
            "negative_price": pl.any_horizontal(pl.col(name) <= 0 for name in PRICES),
            "high_below_low": high < low,
            "close_outside_range": (close > high * (1 + SLACK)) | (close < low * (1 - SLACK)),
        }
        checked = judge(frame, rules)
        good = checked.frame.drop("unreadable").with_columns(
            available_at=pl.col("ts") + _length(self.bar)
        )
        self.assets.update(good["asset"].unique())
        return Prepared(good, checked.judged)

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge bars into what is stored; return (_row, outcome)."""
        con.register(incoming=frame.select(KEY))
        stored = con.frame("ingest/select_price").with_columns(
            _mine=pl.col("run_id").is_in(list(runs))
        )
        folded = fold(frame, stored.drop("run_id"), key=KEY, content=NUMBERS)
        if len(folded.final):
            con.register(batch=folded.final)
            con.execute("ingest/merge_price", run_id=self.run_id)
        return folded.outcomes


def _length(bar: str) -> timedelta:
    found = BAR.match(bar)
    return int(found[1]) * UNITS[found[2]] if found else _times.DAY


def _inferred(
    first: pl.DataFrame, columns: Columns, where: pl.Expr | None, text: str | None
) -> str:
    """Return the commonest distance between the bars of an asset, as `1d`, `4h`, `5m`."""
    rows = matching(first, where, text).select(columns.text("asset"), columns.text("ts"))
    rows = rows.with_columns(_times.parse(rows["ts"]).alias("ts")).drop_nulls("ts").unique()
    steps = rows.sort("asset", "ts").select(pl.col("ts").diff().over("asset")).to_series()
    common = steps.drop_nulls().mode().sort()
    midnight = len(rows) == rows["ts"].is_in(rows["ts"].dt.truncate("1d").implode()).sum()
    if midnight or not len(common):
        if len(rows) and not midnight:
            raise UsageError("One bar does not say how long it is.", do="--bar 1d, 1h or 5m")
        return "1w" if len(common) and common[0] == UNITS["w"] else "1d"
    step: timedelta = common[0]
    for unit, length in UNITS.items():
        if step >= length and step % length == timedelta(0) and unit != "w":
            return f"{step // length}{unit}"
    raise InputError(f"The commonest distance between two bars is {step}.", do="--bar 1d, 1h or 5m")


def _gap(ctx: Context, job: Bars) -> str:
    """Return a sentence on the longest gap among the assets read, none if it is short."""
    if not job.assets or not ctx.db.exists:
        return ""
    with ctx.db.read() as con:
        con.register(assets=pl.DataFrame({"asset": sorted(job.assets)}))
        longest = con.frame("ingest/select_gap", bar=job.bar)
    if not len(longest) or longest["days"][0] <= LONG_GAP:
        return ""
    asset, since, until, days = longest.row(0)
    return f" Longest gap: {days} days, {asset} from {since:%Y-%m-%d} to {until:%Y-%m-%d}."
