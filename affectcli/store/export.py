"""Tables as Parquet or csv files in a folder, for others: no text, no author, no cell under k.

What one person wrote leaves only where the settings hold the reason for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from affectcli import resources
from affectcli.errors import ConfigError, UsageError
from affectcli.store import _copy, _export_files
from affectcli.store.context import Outcome
from affectcli.store.signals import END_OF_TIME

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from affectcli.store.connection import Connection
    from affectcli.store.context import Context

PLACES: dict[str, tuple[str, str] | None] = {
    "daily": ("community", "day"),
    "price": ("asset", "ts"),
    "finding": None,
    "forecast": None,
    "alert": None,
    "event": None,
    "series": None,
}
"""Each table, and the columns whose values are folders: a place, and a time by year or month."""
POST = ("community", "created")
ALL = "all"
PERIODS = ("year", "month")
FORMATS = ("parquet", "csv")
BEGINNING = END_OF_TIME.replace(year=1)
WORDS = ("title", "body")


@dataclass(frozen=True)
class Wish:
    """What is to be exported: tables, the half-open window of time, and the layout."""

    tables: tuple[str, ...] = ("daily",)
    since: datetime | None = None
    until: datetime | None = None
    by: str = "year"
    format: str = "parquet"
    text: bool = False
    authors: bool = False

    @property
    def names(self) -> list[str]:
        """Return the tables by their names in the schema, each once.

        Raises:
            UsageError: there is none of that name.
        """
        found: dict[str, None] = {}
        for name in self.tables:
            one = name if name in PLACES else name.removesuffix("s")
            if one not in PLACES and name != ALL:
                raise UsageError(
                    f"{name!r} cannot be exported.",
                    known=f"These can: {', '.join(PLACES)}, {ALL}.",
                    do="--with-text for posts" if one == "post" else "--table daily",
                )
            found.update(dict.fromkeys(PLACES if name == ALL else [one]))
        return [*found, *(["post"] if self.text or self.authors else [])]


def run(ctx: Context, *, output: Path, wish: Wish | None = None) -> Outcome:
    """Write the folder, whole or not at all, with a manifest.json that names every file.

    Returns one row a table: table, files, rows, suppressed.

    Raises:
        UsageError: a table, a layout or a format that does not exist.
        ConfigError: posts are asked for and no reason is written; or the folder cannot be made.
    """
    wish = wish or Wish()
    names = wish.names
    _check(wish)
    reason = _permitted(ctx) if "post" in names else ""
    k = ctx.settings.report.k
    notes = {
        "run_id": ctx.run_id,
        "k": k,
        "k_reason": ctx.settings.report.k_reason,
        "individual_reason": reason,
        "parameters": {
            "table": names,
            "since": wish.since,
            "until": wish.until,
            "by": wish.by,
            "format": wish.format,
            "with_text": wish.text,
            "with_authors": wish.authors,
        },
    }
    try:
        with _export_files.folder(output, private=bool(reason)) as draft:
            with _copy.private(ctx.db) as con:
                rows = [_table(con, name, draft, wish, k) for name in names]
            files = [file for row in rows for file in row.pop("written")]
            _export_files.manifest(draft, {**notes, "tables": rows, "files": files})
    except OSError as error:
        raise ConfigError(
            f"The export {output} cannot be written: {error.strerror or error}.",
            do="affect export -o ELSEWHERE",
        ) from error
    shown = [{**row, "folder": str(output / row["table"])} for row in rows]
    total = sum(row["rows"] for row in rows)
    hidden = sum(row["suppressed"] for row in rows)
    message = (
        f"{output}: {total:,} rows, {hidden:,} of them without numbers (fewer than {k} authors)"
    )
    return Outcome(rows=shown, rows_in=total, rows_out=total, message=message)


def _check(wish: Wish) -> None:
    for option, value, known in (("--by", wish.by, PERIODS), ("--as", wish.format, FORMATS)):
        if value not in known:
            raise UsageError(f"{option} {value!r} is not one of {', '.join(known)}.")


def _permitted(ctx: Context) -> str:
    reason = ctx.settings.report.individual_reason.strip()
    if not reason:
        raise ConfigError(
            "Posts are what single persons wrote; to export them the settings must say why.",
            known="affect export without --with-text and --with-authors needs none.",
            do='individual_reason = "WHY" under [report] in affect.toml',
        )
    return reason


def _table(con: Connection, name: str, draft: Path, wish: Wish, k: int) -> dict[str, Any]:
    """Write one table and return what was written."""
    values = {"k": k, "since": wish.since or BEGINNING, "until": wish.until or END_OF_TIME}
    statement = f"export/select_{name}"
    asked = resources.sql(statement)
    frame = con.frame(statement, **{n: v for n, v in values.items() if f"${n}" in asked})
    if name == "finding":
        frame = _without_thin_cells(frame, k)
    if name == "post":
        frame = frame.drop([] if wish.authors else ["author"], [] if wish.text else WORDS)
    suppressed = 0
    if "suppressed" in frame.columns:
        suppressed = int(frame["suppressed"].sum())
        frame = frame.drop("suppressed")
    place = POST if name == "post" else PLACES[name]
    layout = _export_files.Layout(place, wish.by, wish.format)
    written = _export_files.write(frame, draft / name, layout)
    return {
        "table": name,
        "files": len(written),
        "rows": len(frame),
        "suppressed": suppressed,
        "written": written,
    }


def _without_thin_cells(frame: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return claims whose results hold no part that says of itself that fewer authors made it."""
    why = f"fewer than {k} authors"
    rows = frame.to_dicts()
    for row in rows:
        if row["result"] is None:
            continue
        told = orjson.loads(row["result"])
        kept = _kept(told, k, why)
        if kept == {"why": why}:
            hidden = dict.fromkeys(("verdict", "p_value", "q_value", "result"))
            row |= {**hidden, "why": why, "suppressed": True}
        elif kept != told:
            row |= {"result": orjson.dumps(kept).decode(), "why": f"parts of {why} are left out"}
    return pl.DataFrame(rows, schema=frame.schema)


def _kept(told: Any, k: int, why: str) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(told, list):
        return [_kept(item, k, why) for item in told]
    if not isinstance(told, dict):
        return told
    authors = told.get("authors")
    if isinstance(authors, int | float) and authors < k:
        return {"why": why}
    return {name: _kept(value, k, why) for name, value in told.items()}
