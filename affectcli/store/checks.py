"""Checks of what is stored: no statement in sql/check/ may return a row; conditions of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli import resources
from affectcli.errors import ThresholdError, UsageError
from affectcli.store.query import query

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from affectcli.store.database import Database

SHOWN = ["item", "value", "detail"]
QUERIES = ("select", "from", "with")


def status(db: Database, *, now: datetime) -> pl.DataFrame:
    """Return section, item, value and detail of what is stored, how fresh it is, and what to do.

    `now` is naive UTC, as everything stored is.
    """
    with db.read() as con:
        frames = [
            ("store", con.frame("report/status")),
            ("source", con.frame("report/select_lags", now=now)),
            ("gap", con.frame("report/select_gaps")),
            ("last success", con.frame("report/select_last_runs")),
        ]
        steps = con.frame("report/select_next", now=now)["what"]
    size = f"{sum(file.stat().st_size for file in _files(db)) / 2**20:.1f} MiB"
    file = pl.DataFrame([("database", size, str(db.path))], schema=SHOWN, orient="row")
    todo = [("next", step, "") for step in steps]
    listed = pl.DataFrame(todo, schema=SHOWN, orient="row")
    frames = [("store", file), *frames, ("next", listed)]
    return pl.concat(
        frame.select(pl.lit(section).alias("section"), pl.col(SHOWN).cast(pl.String))
        for section, frame in frames
    )


def _files(db: Database) -> list[Path]:
    return [db.path, *db.path.parent.glob(f"{db.path.name}.wal")]


def violations(db: Database) -> list[tuple[str, str, int]]:
    """Return (check, what it says, rows that violate it) for every statement in sql/check/."""
    found = []
    with db.read() as con:
        for file in sorted((resources.folder("sql") / "check").glob("*.sql")):
            says = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("-- ")
            found.append((file.stem, says, con.frame(f"check/{file.stem}").height))
    return found


def refuse(db: Database, condition: str) -> None:
    """Fail where a condition holds: an SQL expression, or a query of which the first value counts.

    Null and a query without rows do not hold.

    Raises:
        ThresholdError: it holds.
        UsageError: it is no SQL, or its value is neither true nor false nor a number.
    """
    asks = condition.split(maxsplit=1)[:1]
    whole = bool(asks) and asks[0].lower() in QUERIES
    found = query(db, condition if whole else f"select ({condition}) as holds").rows
    value = found.row(0)[0] if found.height else None
    if value is not None and not isinstance(value, bool | int | float):
        raise UsageError(
            f"{condition!r} is no condition: its value is {value!r}.",
            do='--fail-if "(select count(*) from post) < 1000"',
        )
    if value:
        raise ThresholdError(f"This holds, and must not: {condition}.")
