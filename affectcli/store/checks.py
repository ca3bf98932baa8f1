"""Checks of what is stored: every statement in sql/check/ must return no row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli import resources

if TYPE_CHECKING:
    from affectcli.store.database import Database


def status(db: Database) -> pl.DataFrame:
    """Return item, value and detail of what the database holds, with its size last."""
    with db.read() as con:
        frame = con.frame("report/status")
    size = pl.DataFrame(
        {
            "item": ["database"],
            "value": [f"{db.path.stat().st_size / 2**20:.1f} MiB"],
            "detail": [str(db.path)],
        }
    )
    return pl.concat([size, frame])


def violations(db: Database) -> list[tuple[str, str, int]]:
    """Return (check, what it says, rows that violate it) for every statement in sql/check/."""
    found = []
    with db.read() as con:
        for file in sorted((resources.folder("sql") / "check").glob("*.sql")):
            says = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("-- ")
            found.append((file.stem, says, con.frame(f"check/{file.stem}").height))
    return found
