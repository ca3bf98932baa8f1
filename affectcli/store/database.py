"""The database file: opened for well under a second at a time, so that others get their turn.

DuckDB lets one process write and no other open the file meanwhile. A writer therefore opens the
file only while it reads a work list or writes a finished batch; a reader retries with a bounded
wait. Rows and the note that they were written commit in one transaction.
"""

from __future__ import annotations

import random
import re
import secrets
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from affectcli import __version__, resources
from affectcli.errors import AffectError, ConfigError, DatabaseError, LockedError
from affectcli.store import migrate
from affectcli.store.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_VERSION = 4
STORAGE_VERSION = "v1.4.0"  # older DuckDB clients can open the file
NO_SPACE = re.compile(
    r"no space left|disk quota|file too large|not enough (disk )?space", re.IGNORECASE
)
DENIED = re.compile(
    r"permission denied|read-only file system|is a directory|not a directory", re.IGNORECASE
)


OURS = (
    *(duckdb.ProgrammingError, duckdb.DataError, duckdb.IntegrityError),
    duckdb.NotSupportedError,
)


class Database:
    """A DuckDB file; `read` and `write` open it, yield a Connection and close it again."""

    def __init__(self, path: Path, *, wait: float = 10.0, dry_run: bool = False) -> None:
        self.path, self.wait, self.dry_run = path, wait, dry_run
        self._checked = False

    @property
    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a read-only connection. A file of an older version is brought up to date first.

        Raises:
            DatabaseError: the file is missing, damaged or of another version.
            LockedError: a writer held it for longer than `wait` seconds.
        """
        if not self.exists:
            raise DatabaseError(f"There is no database {self.path}.", do="affect init")
        raw = self._current(read_only=True)
        try:
            with translated(self.path):
                yield Connection(raw)
        finally:
            raw.close()

    @contextmanager
    def write(self, *, tidy: bool = True) -> Iterator[Connection]:
        """Yield a connection inside one transaction; commit at the end, roll back on any error.

        Creates the file and its tables at first use, and brings a file of an older version up to
        date. With `dry_run` everything else is rolled back. A loop over batches is not `tidy`: it
        leaves what each batch added as it is, for the run's last write to merge. DuckDB otherwise
        writes up to 120,000 rows anew at every few batches, which costs more than the batches.

        Raises:
            ConfigError: the place cannot be written to.
            DatabaseError: the file is damaged or of another version.
            LockedError: another process held it for longer than `wait` seconds.
        """
        self._prepare()
        raw = self._current(read_only=False)
        try:
            with translated(self.path):
                if not tidy:
                    raw.execute("set max_vacuum_tasks = 0")
                raw.execute("begin")
                yield Connection(raw)
                raw.execute("rollback" if self.dry_run else "commit")
        finally:
            with translated(self.path):
                raw.close()

    def _prepare(self) -> None:
        if self.exists:
            return
        if not self.path.parent.is_dir():
            raise ConfigError(
                f"The folder {self.path.parent} for the database does not exist.",
                do=f"mkdir -p {self.path.parent}",
            )
        try:
            # Built beside the file and moved into place: a kill leaves no half-made schema.
            draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
            try:
                create(draft)
                with suppress(FileExistsError):  # another process was faster: its file is as good
                    self.path.hardlink_to(draft)
            finally:
                draft.unlink(missing_ok=True)
        except (OSError, duckdb.Error) as error:
            raise _explain(error, self.path) from error

    def opened(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Return DuckDB's own connection, waiting for who holds the file; the caller closes it."""
        deadline = time.monotonic() + self.wait
        pause = 0.01
        while True:
            try:
                raw = duckdb.connect(str(self.path), read_only=read_only)
            except duckdb.IOException as error:
                holder = re.search(r"PID (\d+)", str(error))
                if "lock" not in str(error) or holder is None:
                    raise _explain(error, self.path) from error
                if time.monotonic() > deadline:
                    raise LockedError(
                        f"{self.path} is held by process {holder[1]} (waited {self.wait:g} s).",
                        known="A writer frees it after its batch, a reader after its query.",
                        do="the same command again",
                    ) from error
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter between waiters
                pause = min(pause * 1.5, 0.25)
            except duckdb.Error as error:
                raise _explain(error, self.path) from error
            else:
                raw.execute("set timezone = 'UTC'")
                raw.execute("set enable_progress_bar = false")
                return raw

    def _current(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Open the file at this version; an older one is brought up to date first."""
        raw = self.opened(read_only=read_only)
        try:
            with translated(self.path):
                if not self._checked and self.version(raw) < SCHEMA_VERSION:
                    raw.close()
                    self._migrate()
                    raw = self.opened(read_only=read_only)
                self._check(raw)
        except BaseException:
            raw.close()
            raise
        return raw

    def _migrate(self) -> None:
        try:
            with closing(self.opened(read_only=False)) as raw, translated(self.path):
                have = self.version(raw)
                if have >= SCHEMA_VERSION:  # another process was faster
                    return
                raw.execute("checkpoint")
                with migrate.kept(self.path, have=have, want=SCHEMA_VERSION):
                    raw.execute("begin")
                    migrate.run(raw, have=have, want=SCHEMA_VERSION)
                    raw.execute("commit")
        except (LockedError, migrate.NotKeptError):
            raise
        except AffectError as error:
            raise DatabaseError(
                f"{self.path} was made by an older affect and cannot be brought up to date: "
                f"{error.what}",
                known="Nothing was changed; the file must be writable, once.",
                do=f"chmod u+w {self.path}, then affect status",
            ) from error

    def _check(self, raw: duckdb.DuckDBPyConnection) -> None:
        found = SCHEMA_VERSION if self._checked else self.version(raw)
        if found != SCHEMA_VERSION:
            raise self.newer(found)
        self._checked = True

    def newer(self, version: int) -> DatabaseError:
        """Say that the file is of a version that this affect does not know."""
        return DatabaseError(
            f"{self.path} has schema version {version}; this affect {__version__} reads "
            f"version {SCHEMA_VERSION}.",
            known="Nothing was changed.",
            do="pip install --upgrade affectcli",
        )

    def version(self, raw: duckdb.DuckDBPyConnection) -> int:
        """Return the version of the schema that the open file has.

        Raises:
            DatabaseError: it is none of ours.
        """
        try:
            row = raw.execute(resources.sql("run/select_schema_version")).fetchall()
            return int(row[0][0])
        except (*OURS, ValueError, IndexError) as error:
            raise DatabaseError(
                f"{self.path} is a DuckDB file, but not one of affect's.",
                do="another --db, or affect init --db NEW.duckdb",
            ) from error


def create(path: Path) -> None:
    """Make a new file with every table and view, all empty but `meta`."""
    with duckdb.connect() as raw:
        raw.execute(f"attach {literal(path)} as made (storage_version '{STORAGE_VERSION}')")
        raw.execute("use made")
        migrate.make(raw)
        facts = {"schema_version": str(SCHEMA_VERSION), "created_by": f"affect {__version__}"}
        raw.executemany(resources.sql("run/insert_meta"), list(facts.items()))
        raw.execute("use memory")
        raw.execute("detach made")


def literal(value: object) -> str:
    """Return a value as SQL text, where no parameter can stand."""
    return f"'{str(value).replace(chr(39), chr(39) * 2)}'"


def quoted(name: str) -> str:
    """Return a name of a table as SQL."""
    return f'"{name.replace(chr(34), chr(34) * 2)}"'


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what DuckDB raises about its file into errors that say what to do."""
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, OURS) and not NO_SPACE.search(str(error)):
            raise  # a wrong statement is our bug, not the file's
        raise _explain(error, path) from error


def _explain(error: Exception, path: Path) -> AffectError:
    text = str(error).partition("\n")[0]
    if NO_SPACE.search(text):
        return ConfigError(
            f"No space left to write {path}.",
            known="Everything committed before is kept.",
            do="free some space, or another place with --db, then the same command again",
        )
    if DENIED.search(text):
        return ConfigError(f"Cannot write {path}: {text}.", do="another place with --db")
    return DatabaseError(
        f"{path} cannot be used as a database: {text}",
        known=f"Files written by DuckDB {duckdb.__version__} and older work.",
        do="another --db, or affect init --db NEW.duckdb",
    )
