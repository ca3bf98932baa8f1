"""Writes the database file anew, so that nothing that was removed is left in its free pages.

DuckDB does not overwrite what is deleted or updated: the old text can be read in the file until
its pages are used again. A new file has none of them.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from affectcli.store import database

if TYPE_CHECKING:
    import duckdb

    from affectcli.store.database import Database


def rewrite(db: Database) -> None:
    """Copy all rows into a new file, and put it in the old one's place.

    The old file stays locked until it is replaced, so that no other process writes to it
    meanwhile. A kill leaves the old file, whole.

    Raises:
        LockedError: another process holds the file.
        ConfigError: there is no space for a second copy.
    """
    draft = db.path.with_name(f".{db.path.name}.{secrets.token_hex(4)}")
    with db.read() as con:
        tables = [str(row[0]) for row in con.raw.execute("show tables").fetchall()]
        views = con.raw.execute("select view_name from duckdb_views() where not internal")
        tables = sorted(set(tables) - {str(row[0]) for row in views.fetchall()})
    raw = db.opened(read_only=False)  # its lock must outlive the copy
    try:
        with database.translated(db.path):
            raw.execute("checkpoint")
            database.create(draft)
            _copy(raw, str(draft), tables)
        draft.replace(db.path)
    finally:
        raw.close()
        draft.unlink(missing_ok=True)


def _copy(raw: duckdb.DuckDBPyConnection, draft: str, tables: list[str]) -> None:
    raw.execute(f"attach '{draft.replace(chr(39), chr(39) * 2)}' as made")
    raw.execute("begin")
    raw.execute("delete from made.meta")
    for table in tables:
        raw.execute(f'insert into made."{table}" by name select * from "{table}"')
    raw.execute("commit")
    raw.execute("detach made")
