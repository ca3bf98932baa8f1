"""Drawn numbers as tables, for readers who do not see the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.report import _text
from affectcli.report._tables import NONE, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

TITLE = "The numbers drawn"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> Table:
    """Return a table of what a figure draws; the first `left` columns are words or dates."""
    return Table(TITLE, list(head), [list(row) for row in rows], left=left)


def share(value: float | None) -> str:
    """Return a share in percent, a dash where there is none."""
    return NONE if value is None or value != value else _text.percent(value)  # noqa: PLR0124  # nan differs from itself


def number(value: float | None) -> str:
    """Return a number in four digits, a dash where there is none."""
    if value is None or value != value:  # noqa: PLR0124  # nan differs from itself
        return NONE
    return f"{value:,.4g}".replace("-", "\u2212")


def by_day(rows: pl.DataFrame, names: Sequence[str], key: str, *, shares: bool = True) -> Table:
    """Return one row a day with a column for each name: `rows` has day, value and column `key`."""
    said = share if shares else number
    found = {
        (day, name): value for day, name, value in rows.select("day", key, "value").iter_rows()
    }
    days: list[date] = rows.filter(pl.col(key).is_in(list(names)))["day"].unique().sort().to_list()
    head = ["Day", *map(_text.plain, names)]
    return table(head, ([str(day), *(said(found.get((day, n))) for n in names)] for day in days))
