"""Copies the database to a file that is read to its end before it gets its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.errors import UsageError
from affectcli.store import Outcome
from affectcli.store.backup import backup, earlier, place

if TYPE_CHECKING:
    from affectcli.store import Context

KEEP = 7


def run(
    ctx: Context, *, file: str | None = None, folder: str | None = None, keep: int = KEEP
) -> Outcome:
    """Back the database up: to `file`, or into `folder` under a name with the time.

    Of those in the folder the newest `keep` stay; 0 keeps them all.

    Raises:
        UsageError: both places are named, or `keep` is negative.
        ConfigError: the place cannot be written to, or has no space.
        DatabaseError: the database is missing or damaged.
    """
    if file is not None and folder is not None:
        raise UsageError("A backup goes to a file or into a folder, not both.")
    if keep < 0:
        raise UsageError(f"--keep {keep} is no number of backups.", do=f"--keep {KEEP}")
    home = None if folder is None else Path(folder)
    target = place(ctx.db.path, home) if file is None else Path(file)
    if ctx.db.dry_run:
        return Outcome([{"file": str(target)}], message=f"would write {target}")
    made = backup(ctx.db, target)
    old = earlier(ctx.db.path, home)[:-keep] if keep and file is None else []
    for stale in old:
        stale.unlink()
    message = f"{target}, {made.size / 2**20:.1f} MiB, read to its end"
    if old:
        message += f"; {len(old)} older removed"
    return Outcome([made.row()], rows_in=sum(made.rows.values()), rows_out=1, message=message)
