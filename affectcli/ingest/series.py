"""Dated numbers from csv, jsonl or parquet: one series a column.

Every numeric column becomes a measure, `series/NAME:column`, unless `--map MEASURE=COLUMN` names
those that are wanted. A value can be known when its day, week, month, quarter or year is over:
available_at = ts + the period that the dates show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli import times
from affectcli.errors import InputError, UsageError
from affectcli.ingest._columns import Columns, condition, matching
from affectcli.ingest._fold import by_row, fold
from affectcli.ingest._intake import Input, Prepared, judge, take_in
from affectcli.ingest._names import COLON, named
from affectcli.ingest._numbers import blank, number, unreadable
from affectcli.ingest._rows import ROW, Rows, reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.store import Connection, Context, Outcome

DATES = ("ts", "date", "day", "timestamp", "datetime", "time", "week", "month", "created")
KEY = ("name", "measure", "ts")
PEEK = 1_000
PERIODS = {"7d": (7, 7), "1mo": (28, 31), "3mo": (89, 92), "1y": (365, 366)}
"""Period to the days between two of its dates."""
MOSTLY = 0.8
"""The share of a column's first cells that are numbers, from which on it is a measure.

One cell that is none never disqualifies a column of two numbers or more: short files have typing
errors too. The rows of such cells are refused by `bad_number`.
"""


def run(
    ctx: Context,
    *,
    path: str,
    name: str,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    where: str | None = None,
    format: str | None = None,  # noqa: A002  # the option's name
) -> Outcome:
    """Store the numbers of a file under `name`.

    Raises:
        UsageError: an option is wrong.
        InputError: the file is missing, empty, damaged, not UTF-8, or has no date or no numbers.
    """
    name = named("--name", name, do="hotline", colon=COLON) or ""
    where_holds = condition(where)
    with reading(path, form=format) as rows:
        given = dict(map or {})
        dated = {"ts": given.pop("ts")} if "ts" in given else {}
        columns = Columns(rows, {"ts": DATES, **dict.fromkeys(given, ())}, {**dated, **given})
        columns.require(("ts",))
        first = rows.peek(PEEK)
        measures = {m: columns.found[m][0] for m in given} or _measures(first, rows, columns)
        _check_names(measures)
        job = Numbers(columns, name=name, measures=measures, run_id=ctx.run_id)
        job.period = _period(times.parse(first.select(columns.text("ts")).to_series()))
        job.where, job.where_text = where_holds, where
        options = {"name": name, "measures": measures, "ts": columns.found["ts"], "where": where}
        options |= {"period": job.period} if job.period != "1d" else {}
        return take_in(ctx, rows, job, Input("series", path, options | {"format": format}))


class Numbers:
    """The job of bringing dated numbers in."""

    table, noun, time = "series", "rows", "ts"
    period = "1d"
    where: pl.Expr | None = None
    where_text: str | None = None

    def __init__(
        self, columns: Columns, *, name: str, measures: Mapping[str, str], run_id: str
    ) -> None:
        self.columns, self.name, self.measures, self.run_id = columns, name, measures, run_id

    @property
    def wanted(self) -> Sequence[str]:
        """Return the columns to read."""
        return list(dict.fromkeys([*self.columns.wanted(self.where), *self.measures.values()]))

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Return one row for each value, and by which rule input rows were refused."""
        frame = matching(frame, self.where, self.where_text)
        time = times.parse(frame.select(self.columns.text("ts")).to_series())
        cells = [pl.col(column).alias(f"={m}") for m, column in self.measures.items()]
        frame = frame.select(ROW, *cells).with_columns(time.alias("ts"))
        names = [f"={measure}" for measure in self.measures]
        rules = {
            "bad_date": pl.col("ts").is_null(),
            "future_date": pl.col("ts") > times.now() + times.DAY,
            "bad_number": pl.any_horizontal(pl.lit(value=False), *map(unreadable, names)),
            "empty_row": pl.all_horizontal(pl.lit(value=True), *map(blank, names)),
        }
        checked = judge(frame, rules)
        if not names:  # none of the first rows could be read
            return checked
        values = checked.frame.with_columns(number(name) for name in names).unpivot(
            names, index=[ROW, "ts"], variable_name="measure"
        )
        values = values.drop_nulls("value").with_columns(
            pl.col("measure").str.slice(1),
            name=pl.lit(self.name),
            available_at=pl.col("ts").dt.offset_by(self.period),
        )
        return Prepared(values.sort(ROW, "measure"), checked.judged)

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge values into what is stored; return (_row, outcome), one for each input row."""
        con.register(incoming=frame.select(KEY))
        stored = con.frame("ingest/select_series").with_columns(
            _mine=pl.col("run_id").is_in(list(runs))
        )
        folded = fold(frame, stored.drop("run_id"), key=KEY, content=("value",))
        if len(folded.final):
            con.register(batch=folded.final)
            con.execute("ingest/merge_series", run_id=self.run_id)
        return by_row(folded.outcomes)


def _check_names(measures: Mapping[str, str]) -> None:
    """Refuse measures that no signal could name.

    Raises:
        UsageError: a measure is empty or has a colon; the message proposes a mapping.
    """
    wrong = [measure for measure in measures if not measure.strip() or ":" in measure]
    if wrong:
        plain = {m.replace(":", "_").strip() or "value": column for m, column in measures.items()}
        raise UsageError(
            f"{wrong[0]!r} cannot be the name of a measure.",
            known=COLON,
            do=f"--map {','.join(f'{measure}={column}' for measure, column in plain.items())}",
        )


def _period(times: pl.Series) -> str:
    """Return how long after its date a value can be known, as polars writes it: `1d`, `7d`, `1mo`.

    Weekly, monthly, quarterly and yearly values carry the date of their period's begin more often
    than not, and are not known before it ends. Dates at the ends of months are ends already.
    """
    days = times.drop_nulls().dt.date().unique().sort()
    steps = days.diff().drop_nulls().dt.total_days()
    if steps.is_empty() or (days.dt.month_end() == days).all():
        return "1d"
    for period, (low, high) in PERIODS.items():
        if float(steps.is_between(low, high).mean() or 0) >= MOSTLY:  # type: ignore[arg-type]  # of booleans
            return period
    return "1d"


def _measures(first: pl.DataFrame, rows: Rows, columns: Columns) -> dict[str, str]:
    """Return the numeric columns, by what their first rows hold."""
    dates = columns.found["ts"]
    numeric = []
    for name in (column for column in rows.columns if column not in dates):
        filled = first.filter(~blank(name))
        good = int(filled.select(number(name).is_not_null().sum()).item())
        wrong = len(filled) - good
        if good > wrong and wrong <= max(1, round((1 - MOSTLY) * len(filled), 6)):
            numeric.append(name)
    if not numeric and len(first):
        raise InputError(
            f"{rows.source.name} has no column of numbers.",
            known=f"Columns: {', '.join(rows.columns)}.",
            do="--map calls=COLUMN",
        )
    return {name: name for name in numeric}
