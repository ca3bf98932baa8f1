"""One open connection: runs the statements in sql/ and returns polars frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli import resources

if TYPE_CHECKING:
    import duckdb
    import polars as pl


class Connection:
    """Statements by the name of their file, values as `$name` parameters, frames as tables."""

    def __init__(self, raw: duckdb.DuckDBPyConnection) -> None:
        self.raw = raw

    def frame(self, name: str, /, **params: object) -> pl.DataFrame:
        """Run the query in sql/<name>.sql and return its rows."""
        frame: pl.DataFrame = self.raw.sql(resources.sql(name), params=params or None).pl()
        return frame

    def scalar(self, name: str, /, **params: object) -> object:
        """Run the query in sql/<name>.sql and return its first value, None where it has no row."""
        row = self.raw.execute(resources.sql(name), params or None).fetchall()
        return row[0][0] if row else None

    def execute(self, name: str, /, **params: object) -> int:
        """Run the statement in sql/<name>.sql and return how many rows it changed."""
        rows = self.raw.execute(resources.sql(name), params or None).fetchall()
        return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0

    def register(self, **frames: pl.DataFrame) -> None:
        """Make frames readable as tables, under their keyword."""
        for name, frame in frames.items():
            self.raw.register(name, frame)

    def touch(self, table: str) -> None:
        """Note that `table` has changed, so that steps that read it run again."""
        self.execute("run/touch_counter", name=table)
