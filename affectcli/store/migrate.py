"""Tables and views of a new file, and the steps from an older version to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli import resources

if TYPE_CHECKING:
    import duckdb


def make(raw: duckdb.DuckDBPyConnection) -> None:
    """Create every table that is missing, and every view anew.

    The names of the files are in the order in which one builds on another: tables (create_), what
    views share (define_), views (view_).
    """
    for file in sorted((resources.folder("sql") / "schema").glob("*.sql")):
        raw.execute(file.read_text(encoding="utf-8"))


def run(raw: duckdb.DuckDBPyConnection, *, have: int, want: int) -> None:
    """Take the file from version `have` to `want`: sql/migrate/<version>/, in order of names.

    Runs inside the caller's transaction. Steps that read labels run again afterwards.
    """
    for version in range(have + 1, want + 1):
        for file in sorted((resources.folder("sql") / "migrate" / str(version)).glob("*.sql")):
            raw.execute(file.read_text(encoding="utf-8"))
    make(raw)
    facts = {"key": "schema_version", "value": str(want)}
    raw.execute(resources.sql("run/update_meta"), facts)
    raw.execute(resources.sql("run/touch_counter"), {"name": "label"})
