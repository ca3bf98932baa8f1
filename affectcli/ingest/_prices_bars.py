"""Rows to rows of `price`: checked and merged; how long a bar is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from affectcli import times
from affectcli.errors import InputError, UsageError
from affectcli.ingest._columns import Columns, Fields, matching
from affectcli.ingest._fold import fold
from affectcli.ingest._intake import FILTERED, Prepared, judge
from affectcli.ingest._names import bad, clean
from affectcli.ingest._numbers import number, unreadable
from affectcli.ingest._rows import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.store import Connection

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
BAR = re.compile(r"^([1-9]\d{0,3})([smhdw])$")
UNITS = {
    "w": timedelta(weeks=1),
    "d": times.DAY,
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
SLACK = 0.001
"""How far open and close may lie outside [low, high]: sources round the four prices differently."""


class Bars:
    """The job of bringing price bars in; `closed` leaves out a bar that is not over yet."""

    table, noun, time = "price", "bars", "ts"
    where: pl.Expr | None = None
    where_text: str | None = None
    closed = False

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
        self.source = columns.rows.source.name

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
            times.parse(frame["ts"]).alias("ts"),
            asset.fill_null(pl.lit(self.asset, pl.String)),
            bar=pl.lit(self.bar),
            source=pl.lit(self.source),
            unreadable=pl.any_horizontal(unreadable(name) for name in NUMBERS),
        ).with_columns(number(name) for name in NUMBERS)
        checked = judge(frame, self._rules())
        good = checked.frame.drop("unreadable").with_columns(
            available_at=pl.col("ts") + length(self.bar)
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

    def _rules(self) -> dict[str, pl.Expr]:
        low, high = pl.col("low") * (1 - SLACK), pl.col("high") * (1 + SLACK)
        first, last = pl.col("open"), pl.col("close")
        now = times.now()
        unfinished = pl.col("ts") > (now - length(self.bar) if self.closed else now + times.DAY)
        return {
            "bad_date": pl.col("ts").is_null(),
            "ancient_date": pl.col("ts").dt.year() < 1600,
            FILTERED: ~times.within("ts", *self.window) | (unfinished & self.closed),
            "future_date": unfinished,
            "no_asset": pl.col("asset").is_null(),
            "bad_name": bad("asset"),
            "bad_number": pl.col("unreadable") | last.is_null() | (pl.col("volume") < 0),
            "negative_price": pl.any_horizontal(pl.col(name) <= 0 for name in PRICES),
            "high_below_low": pl.col("high") < pl.col("low"),
            "close_outside_range": (last > high) | (last < low),
            "open_outside_range": (first > high) | (first < low),
        }


def length(bar: str) -> timedelta:
    """Return how long a bar is.

    Raises:
        UsageError: `bar` is no length.
    """
    found = BAR.match(bar)
    if not found:
        raise UsageError(f"--bar {bar!r} is no length of a bar.", do="--bar 1d, 1h or 5m")
    return int(found[1]) * UNITS[found[2]]


def inferred(first: pl.DataFrame, columns: Columns, where: pl.Expr | None, text: str | None) -> str:
    """Return the commonest distance between the bars of an asset, as `1d`, `4h`, `5m`.

    Raises:
        UsageError: there is one bar only.
        InputError: the distance is no length of a bar.
    """
    rows = matching(first, where, text).select(columns.text("asset"), columns.text("ts"))
    rows = rows.with_columns(times.parse(rows["ts"]).alias("ts")).drop_nulls("ts").unique()
    steps = rows.sort("asset", "ts").select(pl.col("ts").diff().over("asset")).to_series()
    common = steps.drop_nulls().mode().sort()
    midnight = len(rows) == rows["ts"].is_in(rows["ts"].dt.truncate("1d").implode()).sum()
    if midnight or not len(common):
        if len(rows) and not midnight:
            raise UsageError("One bar does not say how long it is.", do="--bar 1d, 1h or 5m")
        return "1w" if len(common) and common[0] == UNITS["w"] else "1d"
    step: timedelta = common[0]
    for unit, size in UNITS.items():
        if step >= size and step % size == timedelta(0) and unit != "w" and step // size < 10_000:
            return f"{step // size}{unit}"
    raise InputError(f"The commonest distance between two bars is {step}.", do="--bar 1d, 1h or 5m")
