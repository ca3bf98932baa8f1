"""Ad-hoc SQL: read-only, no files or network within reach, configuration locked.

A query gets the file itself for a moment; what takes longer, or meets a writer, runs on a private
copy. So nobody's query keeps the nightly run waiting, and the nightly run nobody's query.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from affectcli.errors import LockedError, UsageError
from affectcli.log import logger
from affectcli.store import _copy
from affectcli.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from affectcli.store.connection import Connection

EXACT = 2**53
"""Integers below are exact as JSON numbers."""
PATIENCE = 0.5
"""Seconds that a query waits for a writer: most have done by then."""
MOMENT = 1.0
"""Seconds that a query may hold the file; a writer waits for 10."""
LOCKS = (
    "set python_enable_replacements = false",  # or a table's name could be one of our variables
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set memory_limit = '50%'",  # beyond that it spills, and the nightly run has its half
    "set enable_external_access = false",
    "set lock_configuration = true",
)
CALENDAR = (-719_162, 2_932_896)
"""Days since 1970 of the first and the last day of the years 1 to 9999; beyond, Polars panics."""
PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
REFUSED = {duckdb.StatementType.MULTI: "a pivot without its values (on x in (1, 2))"}
DESCRIBE = "affect query --describe"


@dataclass(frozen=True)
class Answer:
    """The rows of a query, and whether there were more than the limit."""

    rows: pl.DataFrame
    cut: bool


class _Stopped(Exception):
    """The time was up."""


@dataclass(frozen=True)
class _Ask:
    sql: str
    params: Mapping[str, object]
    limit: int | None


def query(
    db: Database,
    sql: str,
    *,
    params: Mapping[str, object] | None = None,
    limit: int | None = None,
    timeout: float = 60.0,
) -> Answer:
    """Return the rows of one SELECT over the database; `$name` in it is `params["name"]`.

    Raises:
        UsageError: the SQL is wrong, writes, reaches outside, lacks a parameter, or ran longer than
            `timeout` seconds.
        DatabaseError, LockedError: as `Database.read`.
    """
    ask = _Ask(*_parse(sql, params or {}), limit)
    try:
        with Database(db.path, wait=min(PATIENCE, db.wait)).read() as con:
            return _answer(con, ask, min(MOMENT, timeout))
    except LockedError:
        logger.info("Another process is writing: this is what was stored before its write.")
    except _Stopped as stopped:
        if timeout <= MOMENT:
            raise _too_long(timeout) from stopped
    try:
        with ExitStack() as stack:
            return _answer(_beside(db, stack), ask, timeout)
    except _Stopped as stopped:
        raise _too_long(timeout) from stopped


def describe(db: Database) -> pl.DataFrame:
    """Return table, column and type of everything that can be queried."""
    with db.read() as con:
        return con.frame("report/describe_tables")


def _beside(db: Database, stack: ExitStack) -> Connection:
    """Return a connection that keeps no writer waiting, where there is space for that."""
    try:
        return stack.enter_context(_copy.private(db))
    except OSError as error:
        logger.warning("%s Writers wait for this query.", _copy.no_space(db, error).what)
        return stack.enter_context(db.read())


def _answer(con: Connection, ask: _Ask, seconds: float) -> Answer:
    """Run the query, or be interrupted after some seconds."""
    for lock in LOCKS:
        con.raw.execute(lock)
    with _stopped_after(seconds, con.raw):
        try:
            relation = con.raw.sql(ask.sql, params=dict(ask.params) or None)
            if ask.limit is not None:
                relation = relation.limit(ask.limit + 1)
            rows = _plain(relation.pl())
        except duckdb.InterruptException as error:
            raise _Stopped from error
        except duckdb.IOException:
            raise  # the file's fault, not the text's
        except duckdb.Error as error:
            raise UsageError(f"SQL: {_first_lines(error)}", do=DESCRIBE) from error
        except pl.exceptions.PolarsError as error:
            raise UsageError(
                f"A column has a type that cannot be shown: {_first_lines(error)}",
                do="a cast, as in select x::varchar",
            ) from error
    if ask.limit is None:
        return Answer(rows, cut=False)
    return Answer(rows.head(ask.limit), cut=len(rows) > ask.limit)


@contextmanager
def _stopped_after(seconds: float, raw: duckdb.DuckDBPyConnection) -> Iterator[None]:
    done = threading.Event()

    def watch() -> None:
        pause = seconds
        while not done.wait(pause):
            raw.interrupt()  # again and again: between two phases of a query nothing hears it
            pause = 0.05

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _too_long(timeout: float) -> UsageError:
    return UsageError(f"The query ran longer than {timeout:g} s.", do="--timeout with more seconds")


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return DuckDB's wide integers and decimals as numbers that JSON knows.

    Raises:
        UsageError: a date is beyond the years 1 to 9999, or infinite.
    """
    casts = []
    for name, kind in frame.schema.items():
        if not _on_the_calendar(frame[name]):
            raise UsageError(
                f"{name} has a date outside of the years 1 to 9999.", do=f"select {name}::varchar"
            )
        if isinstance(kind, pl.Decimal) or kind == pl.Int128:
            number = frame[name].cast(pl.Float64)
            whole = getattr(kind, "scale", 0) == 0 and bool((number.abs() < EXACT).all())
            casts.append(pl.col(name).cast(pl.Int64 if whole else pl.Float64))
    return frame.with_columns(casts)


def _on_the_calendar(column: pl.Series) -> bool:
    kind = column.dtype
    if isinstance(kind, pl.Datetime) and kind.time_unit in PER_DAY:
        column = column.to_physical() // PER_DAY[kind.time_unit]
    elif not isinstance(kind, pl.Date):
        return True
    return bool(column.to_physical().is_between(*CALENDAR).all())


def _parse(sql: str, params: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(f"SQL: {_first_lines(error)}", do=DESCRIBE) from error
    if len(statements) != 1:
        raise UsageError(f"Give one statement; this text has {len(statements)}.")
    only = statements[0]
    if only.type not in READS:
        what = REFUSED.get(only.type, only.type.name.lower())
        raise UsageError(
            f"affect query only reads, and {what} does not.",
            known="Statements start with select, with, from, values, describe, summarize, explain.",
            do='affect query "from daily limit 5"',
        )
    if missing := sorted(only.named_parameters - set(params)):
        raise UsageError(f"${missing[0]} has no value.", do=f"--param {missing[0]}=VALUE")
    if stray := sorted(set(params) - only.named_parameters):
        raise UsageError(f"The query has no ${stray[0]}.", known=_known(only))
    return only.query, params


def _known(statement: duckdb.Statement) -> str:
    names = ", ".join(f"${name}" for name in sorted(statement.named_parameters))
    return f"It has {names}." if names else "It has no parameters."


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
