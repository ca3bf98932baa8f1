"""Who is at work: locks of the operating system, so that a killed process holds none.

They lie in hidden files beside the database: one for the pipeline that runs, one that every run
shares. Where the system or the file system has no such locks, nobody is kept out.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from affectcli import interrupt
from affectcli.errors import ConfigError, LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from affectcli.store import Database


@contextmanager
def present(db: Database) -> Iterator[bool]:
    """Say for the time inside that a run is at work on `db`; True where no other is."""
    if db.dry_run:
        yield False
        return
    try:
        file = os.open(db.path.with_name(f".{db.path.name}.runs"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        yield False
        return
    try:
        alone = _locked(file, shared=False)
        _locked(file, shared=True)
        yield alone
    finally:
        os.close(file)


@contextmanager
def only_run(path: Path, *, what: str, wait: float) -> Iterator[None]:
    """Keep every other pipeline off the database `path` for the time inside.

    Raises:
        LockedError: one is at work and was not done in `wait` seconds; the message names it.
        ConfigError: the folder is missing or cannot be written to.
    """
    note = path.with_name(f".{path.name}.pipeline")
    try:
        file = os.open(note, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ConfigError(
            f"Cannot write beside {path}: {error.strerror}.", do="another place with --db"
        ) from error
    try:
        _wait(file, path, wait)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        holder = orjson.dumps({"pid": os.getpid(), "what": what, "started": started})
        with suppress(OSError):  # a full disk: the lock holds without its note
            os.ftruncate(file, 0)
            os.pwrite(file, holder, 0)
        yield
    finally:
        os.close(file)


def _wait(file: int, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not _locked(file, shared=False):
        if (left := deadline - time.monotonic()) <= 0:
            waited = f" (waited {wait:g} s)" if wait else ""
            raise LockedError(
                f"{_holder(file)} is at work on {path}{waited}.",
                known="Two at once would do the same work twice.",
                do="--wait SECONDS",
            )
        interrupt.pause(min(left, 0.25), "the same command again")


def _holder(file: int) -> str:
    try:
        note = orjson.loads(os.pread(file, 4096, 0))
        return f"{note['what']}, process {note['pid']}, started {note['started']},"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another run"  # it has not written its note yet


def _locked(file: int, *, shared: bool) -> bool:
    """Try to lock an open file, or change the lock that it has; False where another has it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
