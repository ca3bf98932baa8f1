"""What `affect query` prints: an answer, the saved queries, or the tables."""

from __future__ import annotations

import fnmatch
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from affectcli.cli import _query_catalogue as catalogue
from affectcli.cli import _query_params as params
from affectcli.errors import UsageError
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.cli._app import Common
    from affectcli.store import Database

ON_SCREEN = 1000
"""Rows of a table that is looked at, where no limit is given."""


@dataclass(frozen=True)
class Question:
    """A statement, the values of its parameters, and the saved query that it is."""

    sql: str
    values: Mapping[str, object]
    saved: str | None = None


def question(sql: Sequence[str], saved: str | None, param: Sequence[str]) -> Question:
    """Return what was asked.

    Raises:
        UsageError: nothing was, or both a statement and a saved query, or a parameter is wrong.
    """
    values = params.given(param)
    if len(sql) > 1:
        raise UsageError("The SQL must be one word for the shell.", do="quotes around it")
    if saved is not None:
        if sql:
            raise UsageError("Give SQL or --saved, not both.", do=f"affect query --saved {saved}")
        found = catalogue.saved(saved)
        if found.parameters:
            return Question(found.sql, params.filled(saved, found.parameters, values), saved)
        return Question(found.sql, _typed(values), saved)
    text = sys.stdin.read() if sql == ["-"] else "".join(sql)
    if not text.strip():
        raise UsageError(
            "There is no SQL.", do='affect query "from daily limit 5", or affect query --list'
        )
    if text.strip() in catalogue.saved_names():
        raise UsageError(
            f"{text.strip()} is a saved query.", do=f"affect query --saved {text.strip()}"
        )
    return Question(text, _typed(values))


def _typed(values: Mapping[str, str]) -> dict[str, object]:
    return {name: params.typed(value) for name, value in values.items()}


def answer(common: Common, asked: Question, *, limit: int | None, timeout: float) -> None:
    """Print the rows of a question, and say so if there are more."""
    from affectcli import store

    most = ON_SCREEN if limit is None and common.for_the_eye else limit
    found = store.query(
        _database(common), asked.sql, params=asked.values, limit=most, timeout=timeout
    )
    told: dict[str, Any] = {"sql": asked.sql, "params": asked.values}
    if asked.saved:
        told["saved"] = asked.saved
    if most is not None:
        told |= {"limit": most, "cut": found.cut}
    if found.cut:
        logger.warning("Cut: these are the first %s rows, and there are more.%s", *_more(limit))
    if found.rows.is_empty() and common.for_the_eye:
        logger.info("No rows.")
    common.emit(found.rows, command="query", parameters=told)


def _more(limit: int | None) -> tuple[str, str]:
    if limit is not None:
        return f"{limit:,}", ""
    return f"{ON_SCREEN:,}", " --limit N shows N, -o FILE writes all."


def saved_queries(common: Common) -> None:
    """Print name, parameters and doc of every saved query."""
    found = [catalogue.saved(name) for name in catalogue.saved_names()]
    rows: list[dict[str, Any]]
    if common.for_the_eye:
        rows = [
            {"saved": q.name, "param": "; ".join(map(_said, q.parameters)), "answers": q.doc}
            for q in found
        ]
    else:
        rows = [
            {
                "saved": q.name,
                "doc": q.doc,
                "parameters": [p._asdict() for p in q.parameters],
                "sql": q.sql,
            }
            for q in found
        ]
    common.emit(rows, command="query", parameters={"list": True})


def _said(parameter: catalogue.Parameter) -> str:
    return f"{parameter.name}={parameter.default or '?'}"


def tables(common: Common, names: Sequence[str]) -> None:
    """Print the columns of every table and view, or of those that `names` (globs) match.

    Raises:
        UsageError: a name matches none.
    """
    from affectcli import store

    docs = catalogue.tables()
    rows = []
    for row in store.describe(_database(common)).iter_rows(named=True):
        known = docs.get(row["table"], catalogue.Table(""))
        told = {"doc": known.columns.get(row["column"], ""), "about": known.doc}
        rows.append({**row, **told})
    every = sorted({row["table"] for row in rows})
    for name in names:
        if not fnmatch.filter(every, name):
            raise UsageError(
                f"There is no table {name!r}.", known=f"There are: {', '.join(every)}."
            )
    wanted = [
        row for row in rows if not names or any(fnmatch.fnmatch(row["table"], n) for n in names)
    ]
    if common.for_the_eye:
        wanted = _grouped(wanted)
    common.emit(wanted, command="query", parameters={"describe": list(names)})


def _grouped(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for each table and one for each of its columns, for the eye."""
    lines: list[dict[str, Any]] = []
    table = None
    for row in rows:
        if row["table"] != table:
            table = row["table"]
            lines.append({"table": table, "column": "", "type": "", "doc": row["about"]})
        lines.append({"table": "", **{key: row[key] for key in ("column", "type", "doc")}})
    return lines


def _database(common: Common) -> Database:
    from affectcli import store

    settings = common.settings()
    return store.Database(settings.db, wait=settings.wait)
