"""Backups: a whole copy of the file, read to its end before it gets its name; and the way back.

The author key is no part of the database and of no backup.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from affectcli import resources
from affectcli.errors import AffectError, ConfigError, DatabaseError, UsageError
from affectcli.log import logger
from affectcli.store import _copy
from affectcli.store.database import SCHEMA_VERSION, Database, literal, quoted, translated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

STALE = 3600.0
STAMP = r"-\d{8}T\d{6}Z"
CUT_OFF = "was at work when this copy was made"


@dataclass(frozen=True)
class Copy:
    """A file, and what was found in it when it was read to its end."""

    file: Path
    size: int
    version: int
    rows: dict[str, int]

    def row(self) -> dict[str, object]:
        """Return what a user sees of it."""
        total = sum(self.rows.values())
        return {"file": str(self.file), "bytes": self.size, "schema": self.version, "rows": total}


def place(db: Path, folder: Path | None = None) -> Path:
    """Return where a backup made now goes: backups/NAME-20240131T031500Z.duckdb beside the file."""
    home = db.parent / "backups" if folder is None else folder
    return home / f"{db.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{db.suffix}"


def earlier(db: Path, folder: Path | None = None) -> list[Path]:
    """Return the backups that have a name by `place`, the oldest first."""
    home = place(db, folder).parent
    name = re.compile(re.escape(db.stem) + STAMP + re.escape(db.suffix))
    return sorted(file for file in home.glob("*") if name.fullmatch(file.name))


def backup(db: Database, target: Path) -> Copy:
    """Copy the database to `target`, which appears whole and verified or not at all.

    Other processes may read meanwhile; who wants to write waits.

    Raises:
        ConfigError: the place cannot be written to, or has no space.
        DatabaseError: there is no database, it is damaged, or the copy is not what was copied.
        LockedError: a writer held the file for too long.
    """
    if target.resolve() == db.path.resolve():
        raise UsageError("A backup cannot lie where the database does.", do="another -o")
    _sweep(target.parent, db.path)
    with db.read() as con:
        expected = _counts(con.raw)
        with _draft(target) as draft:
            with _copy.taken(db) as taken:
                _cut_off(taken)
                _move(taken, draft)
            found = verified(draft)
            if found.rows != expected:
                raise DatabaseError(f"The copy of {db.path} is not what was copied.", do="again")
            draft.replace(target)
    return Copy(target, found.size, found.version, found.rows)


def verified(file: Path) -> Copy:
    """Read every row of a file and return how many each table has; DuckDB checks what it reads.

    Raises:
        DatabaseError: it is missing, damaged, not affect's, or of a newer version.
    """
    if not file.is_file():
        raise DatabaseError(f"There is no file {file}.")
    database = Database(file)
    with closing(database.opened(read_only=True)) as raw, translated(file):
        version = database.version(raw)
        if version > SCHEMA_VERSION:
            raise database.newer(version)
        rows = _counts(raw)
        for table in rows:
            raw.execute(f"select bit_xor(hash(t)) from {quoted(table)} as t").fetchall()
    return Copy(file, file.stat().st_size, version, rows)


def restore(db: Database, source: Path, *, force: bool = False) -> tuple[Copy, Path | None]:
    """Put a backup in the database's place; what was there is kept beside it.

    Returns the copy that is now in force, and where the old file is.

    Raises:
        UsageError: the database has changed since the backup was made, and not `force`.
        DatabaseError: the backup is damaged, or of a newer version.
        ConfigError: there is no space for a second file.
        LockedError: another process holds the database.
    """
    try:
        found = verified(source)
    except DatabaseError as error:
        raise DatabaseError(
            f"{source} cannot be restored: {error.what}",
            known="Nothing was changed.",
            do="another backup",
        ) from error
    with _draft(db.path) as draft:
        for old, new in zip(_files(source), _files(draft), strict=True):
            if old.exists():
                shutil.copyfile(old, new)
        _merge(draft)
        if verified(draft).rows != found.rows:
            raise DatabaseError(f"The copy of {source} is not what was copied.", do="again")
        if not db.exists:
            draft.replace(db.path)
            return Copy(db.path, found.size, found.version, found.rows), None
        with _held(db, draft, force=force):
            aside = db.path.with_name(
                f"{db.path.stem}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{db.path.suffix}"
            )
            aside.hardlink_to(db.path)
            with suppress(FileNotFoundError):
                _files(db.path)[1].rename(_files(aside)[1])
            draft.replace(db.path)
    return Copy(db.path, found.size, found.version, found.rows), aside


@contextmanager
def _held(db: Database, draft: Path, *, force: bool) -> Iterator[None]:
    """Keep every other process off the database, once it may be replaced."""
    try:
        raw = db.opened(read_only=False)
    except DatabaseError as error:
        if not force:
            raise UsageError(
                f"{error.what} Nothing says whether the backup has all that it had.",
                known="The damaged file is kept beside the restored one.",
                do="affect restore FILE --force",
            ) from error
        yield
        return
    try:
        raw.execute("checkpoint")
        lost = _lost(raw, draft)
        if lost and not force:
            raise UsageError(
                f"{db.path} has changed since this backup was made: {', '.join(lost)}.",
                known="With --force they go back too; the file as it is now is kept beside.",
                do="affect restore FILE --force",
            )
        yield
    finally:
        raw.close()


def _lost(raw: duckdb.DuckDBPyConnection, draft: Path) -> list[str]:
    """Return the tables that have changed since a copy was made."""
    try:
        raw.execute(f"attach {literal(draft)} as kept (read_only)")
        rows = raw.execute(resources.sql("run/select_lost")).fetchall()
        raw.execute("detach kept")
    except Exception as error:  # noqa: BLE001  # a foreign or damaged file has no counters
        logger.debug("No counters to compare: %s", error)
        return ["it has no counters to compare"]
    return [str(row[0]) for row in rows]


def _counts(raw: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = raw.execute("select table_name from duckdb_tables() where not internal").fetchall()
    return {
        name: int(raw.execute(f"select count(*) from {quoted(name)}").fetchall()[0][0])
        for name in sorted(str(row[0]) for row in tables)
    }


def _sweep(folder: Path, db: Path) -> None:
    """Remove what backups left that were killed on their way."""
    left = re.compile(
        rf"\.{re.escape(db.stem)}{STAMP}{re.escape(db.suffix)}\.[0-9a-f]{{8}}(\.wal)?"
    )
    for file in folder.glob(f".{db.stem}-*"):
        with suppress(OSError):  # it has just gone, or is another user's
            if left.fullmatch(file.name) and time.time() - file.stat().st_mtime > STALE:
                file.unlink()


def _cut_off(copy: Path) -> None:
    """Say in a copy that what was at work did not end in it; this also merges its log."""
    with closing(Database(copy).opened(read_only=False)) as raw, translated(copy):
        raw.execute(resources.sql("run/interrupt_runs"), {"message": CUT_OFF})
        raw.execute("checkpoint")


def _merge(copy: Path) -> None:
    with closing(Database(copy).opened(read_only=False)) as raw, translated(copy):
        raw.execute("checkpoint")


def _move(source: Path, target: Path) -> None:
    try:
        try:
            target.hardlink_to(source)
        except OSError:  # another file system
            shutil.copyfile(source, target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise _refused(target, error) from error


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Yield a hidden name beside `target`, where nothing is left in the end."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield draft
    except AffectError:
        raise
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        for file in _files(draft):
            with suppress(OSError):  # it is not there
                file.unlink()


def _files(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}.wal")


def _refused(target: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"Cannot write {target}: {error.strerror or error}.",
        known="Nothing was changed.",
        do="free some space, or another place",
    )
