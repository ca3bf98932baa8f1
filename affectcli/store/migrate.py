"""Tables and views of a new file, and the steps from an older version to this one."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from affectcli import resources
from affectcli.errors import ConfigError
from affectcli.files import copy_whole
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb


class NotKeptError(ConfigError):
    """There is no copy of the file as it was, so it stays as it is."""


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


@contextmanager
def kept(path: Path, *, have: int, want: int) -> Iterator[None]:
    """Keep a copy of a file beside it, as it was before what is done to it inside.

    Raises:
        NotKeptError: there is no space for it.
    """
    name = f"{path.stem}.schema-{have}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{path.suffix}"
    copy = path.with_name(name)
    try:
        copy_whole(path, copy)
    except OSError as error:
        raise NotKeptError(
            f"{path} is of schema version {have} and cannot be copied before it is brought up to "
            f"date: {error.strerror or error}.",
            known="Nothing was changed.",
            do="free as much space as the file takes, then the same command again",
        ) from error
    try:
        yield
    except BaseException:
        copy.unlink(missing_ok=True)  # nothing has changed that it would be a copy of
        raise
    logger.warning("%s was of schema version %d, now %d. As it was: %s", path, have, want, copy)
