"""A private copy of the database file, for whoever reads for longer than a moment.

A file to which nothing is written while it is copied is what a kill at that instant would leave,
and DuckDB opens that with the last commit in it. So a copy needs no lock, keeps no writer waiting,
and can be had while a writer sits in a long transaction. File systems that can share blocks between
files (btrfs, XFS) do.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.errors import ConfigError, LockedError
from affectcli.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.store.connection import Connection

    Marks = tuple[tuple[int, int, int] | None, ...]

TICK = 0.02
"""Seconds after which a write shows in the file's time: kernels move it every 4 to 10 ms."""
TRIES = 3
"""Copies begun without a lock; after that the file is held, and writers wait for the copy."""
STALE = 3600.0
"""Seconds after which a copy's folder is what a kill has left."""
BITE = 1 << 26
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def private(db: Database) -> Iterator[Connection]:
    """Yield a read-only connection to a copy; its files have no name any more once it is open.

    Raises:
        OSError: there is no space for a copy.
        ConfigError, DatabaseError, LockedError: as `Database.read`.
    """
    with taken(db) as copy, Database(copy).read() as con:
        for file in copy.parent.iterdir():
            file.unlink()  # a kill during a long query leaves no posts lying about
        yield con


@contextmanager
def taken(db: Database) -> Iterator[Path]:
    """Yield the path of a copy with everything committed, in a folder that only we can read.

    Raises:
        OSError: there is no space for a copy.
        DatabaseError, LockedError: as `Database.read`.
    """
    with suppress(LockedError), Database(db.path, wait=0).read():
        pass  # a file of an older version is brought up to date itself, not its copies
    home = db.path.resolve().parent
    prefix = f".{db.path.name}.copy-"
    _sweep(home, prefix)
    elsewhere = None if not os.access(home, os.W_OK) else home
    with tempfile.TemporaryDirectory(prefix=prefix, dir=elsewhere) as folder:
        copy = Path(folder) / db.path.name
        _take(db, copy)
        yield copy


def _sweep(home: Path, prefix: str) -> None:
    for left in home.glob(f"{glob.escape(prefix)}*"):
        with suppress(OSError):  # it has just gone, or is another user's
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left)


def _take(db: Database, copy: Path) -> None:
    for attempt in range(TRIES):
        time.sleep(TICK * attempt)
        if _copied(db.path, copy):
            return
    with db.read():  # nobody writes while this is open
        if _copied(db.path, copy):
            return
    raise LockedError(f"{db.path} changes all the time.", do="the same command again")


def _copied(path: Path, copy: Path) -> bool:
    """Copy the file and its log; return whether they stood still meanwhile."""
    age = time.time() - max((mark[2] / 1e9 for mark in _marks(path) if mark), default=0.0)
    time.sleep(min(max(TICK - age, 0.0), TICK))
    before = _marks(path)
    for source, target in zip(_files(path), _files(copy), strict=True):
        with suppress(FileNotFoundError):
            target.unlink()
        with suppress(FileNotFoundError):  # no log is the rule; no database was told before
            _copy_file(source, target)
    return before[0] is not None and _marks(path) == before


def _files(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}.wal")


def _marks(path: Path) -> Marks:
    found: list[tuple[int, int, int] | None] = []
    for file in _files(path):
        try:
            stat = file.stat()
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except FileNotFoundError:
            found.append(None)
    return tuple(found)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        try:
            while os.copy_file_range(old.fileno(), new.fileno(), BITE):
                pass
        except (AttributeError, OSError) as error:  # not on this system, or not between these two
            if getattr(error, "errno", None) in FULL:
                raise
            old.seek(0)
            new.seek(0)
            shutil.copyfileobj(old, new)


def no_space(db: Database, error: OSError) -> ConfigError:
    """Say that there is no room for a copy."""
    return ConfigError(
        f"A private copy of {db.path} cannot be made: {error.strerror}.",
        known="It needs as much space as the file has.",
        do="TMPDIR=/elsewhere, or free some space",
    )
