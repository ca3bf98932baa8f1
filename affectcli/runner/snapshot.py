"""Publishes a read-only copy of the database for notebooks and tools that keep the file open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.store import Outcome
from affectcli.store.snapshot import run as publish

if TYPE_CHECKING:
    from affectcli.store import Context


def run(ctx: Context, *, output: str | None = None) -> Outcome:
    """Publish a snapshot at `output`, by default NAME.snapshot.duckdb beside the database.

    Raises:
        UsageError: the snapshot would replace the database itself.
        ConfigError: the place cannot be written to, or there is no space.
        DatabaseError, LockedError: as `Database.read`.
    """
    target = None if output is None else Path(output)
    if ctx.db.dry_run:
        return Outcome(message=f"would write {target or 'a snapshot beside the database'}")
    return publish(ctx, output=target)
