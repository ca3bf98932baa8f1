"""Ad-hoc SQL: read-only, no files or network within reach, configuration locked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from affectcli.store.database import Database

EXACT = 2**53
"""Integers below are exact as JSON numbers."""
LOCKS = ("set enable_external_access = false", "set lock_configuration = true")


def query(
    db: Database, sql: str, *, limit: int | None = None, timeout: float = 60.0
) -> pl.DataFrame:
    """Return the rows of one SELECT over the database.

    Raises:
        UsageError: the SQL is wrong, writes, reaches outside, or ran longer than `timeout` seconds.
    """
    with db.read() as con:
        for lock in LOCKS:
            con.raw.execute(lock)
        statements = _parse(sql)
        stop = threading.Timer(timeout, con.raw.interrupt)
        stop.start()
        try:
            relation = con.raw.sql(statements[0].query)
            if relation is None:
                raise UsageError("affect query only reads: start with select, with or from.")
            found = _plain((relation if limit is None else relation.limit(limit)).pl())
        except duckdb.InterruptException as error:
            raise UsageError(
                f"The query ran longer than {timeout:g} s.", do="--timeout with more seconds"
            ) from error
        except duckdb.Error as error:
            raise UsageError(f"SQL: {_first_line(error)}", do="affect query --describe") from error
        except pl.exceptions.PolarsError as error:
            raise UsageError(
                f"A column has a type that cannot be shown: {_first_line(error)}",
                do="a cast, as in select x::varchar",
            ) from error
        finally:
            stop.cancel()
    return found


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return DuckDB's wide integers and decimals as numbers that JSON knows."""
    casts = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Decimal) or kind == pl.Int128:
            number = frame[name].cast(pl.Float64)
            whole = getattr(kind, "scale", 0) == 0 and bool((number.abs() < EXACT).all())
            casts.append(pl.col(name).cast(pl.Int64 if whole else pl.Float64))
    return frame.with_columns(casts)


def describe(db: Database) -> pl.DataFrame:
    """Return table, column and type of everything that can be queried."""
    with db.read() as con:
        return con.frame("report/describe_tables")


def _parse(sql: str) -> list[duckdb.Statement]:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(f"SQL: {_first_line(error)}", do="affect query --describe") from error
    if len(statements) != 1:
        raise UsageError(f"Give one statement; this text has {len(statements)}.")
    return list(statements)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
