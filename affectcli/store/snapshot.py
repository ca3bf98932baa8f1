"""A read-only copy of the database, for notebooks and tools that keep the file open.

It is taken of one instant, written anew (nothing that was deleted is left in free pages, nothing
waits in a log), and moved into place whole: who has the former one open keeps it.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from affectcli import resources
from affectcli.errors import ConfigError, UsageError
from affectcli.store import _copy
from affectcli.store.context import Outcome
from affectcli.store.database import STORAGE_VERSION, Database, literal, translated

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.store.context import Context

PRIVATE = 0o600
SUFFIX = ".snapshot.duckdb"


def run(ctx: Context, *, output: Path | None = None) -> Outcome:
    """Publish a snapshot at `output`, by default NAME.snapshot.duckdb beside the database.

    A new file is its owner's alone (mode 0600); one that is replaced keeps its mode.

    Raises:
        UsageError: the snapshot would replace the database itself.
        ConfigError: the place cannot be written to, or there is no space.
        DatabaseError, LockedError: as `Database.read`.
    """
    target = (output or ctx.db.path.with_suffix(SUFFIX)).resolve()
    _refuse(ctx.db, target)
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
    taken = datetime.now(UTC)
    try:
        with _copy.taken(ctx.db) as copy:
            posts = _posts(copy)
            _write_anew(copy, draft, taken)
        _publish(draft, target)
    except OSError as error:
        raise ConfigError(
            f"The snapshot {target} cannot be written: {error.strerror}.",
            known="It needs twice the database's size for a moment.",
            do="affect snapshot -o ELSEWHERE.duckdb",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    row = {
        "snapshot": str(target),
        "taken": taken.replace(tzinfo=None, microsecond=0),
        "posts": posts,
        "bytes": target.stat().st_size,
    }
    message = f"{target} holds posts and authors' hashes; affect forget does not reach into it."
    return Outcome(rows=[row], rows_in=posts, rows_out=posts, message=message)


def _refuse(db: Database, target: Path) -> None:
    if target == db.path.resolve():
        raise UsageError(
            "A snapshot cannot replace the database.", do=f"affect snapshot -o other{SUFFIX}"
        )
    if not target.parent.is_dir():
        raise ConfigError(
            f"There is no folder {target.parent} for the snapshot.", do=f"mkdir -p {target.parent}"
        )
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is no file.", do=f"affect snapshot -o other{SUFFIX}")


def _posts(copy: Path) -> int:
    with Database(copy).read() as con:  # an older file's copy is now up to date, where it was not
        return int(str(con.scalar("snapshot/count_posts")))


def _write_anew(copy: Path, draft: Path, taken: datetime) -> None:
    draft.touch(PRIVATE, exist_ok=False)
    draft.unlink()  # the place can be written to; DuckDB makes the file itself
    with duckdb.connect() as raw, translated(draft):
        raw.execute(f"attach {literal(copy)} as source (read_only)")
        raw.execute(f"attach {literal(draft)} as made (storage_version '{STORAGE_VERSION}')")
        draft.chmod(PRIVATE)
        raw.execute(resources.sql("snapshot/copy_database"))
        raw.execute("use made")
        raw.execute(resources.sql("snapshot/delete_note"))
        note = ["snapshot_taken", taken.isoformat(timespec="seconds")]
        raw.execute(resources.sql("run/insert_meta"), note)
        raw.execute("use memory")
        raw.execute("detach made")


def _publish(draft: Path, target: Path) -> None:
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    with suppress(FileNotFoundError):
        draft.chmod(target.stat().st_mode & 0o777)
    with suppress(FileNotFoundError):  # the log of a tool that wrote into the former snapshot
        target.with_name(f"{target.name}.wal").unlink()
    draft.replace(target)
