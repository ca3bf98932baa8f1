"""Which column is which field: by `--map`, else by the names that people give them."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from affectcli.ingest._rows import Rows

Fields = dict[str, tuple[str, ...]]
"""Field to the column names it goes by, the likeliest first."""
SUBQUERY = re.compile(r"_POLARS_TMP_SQL|\.subplan\(")
"""How an expression shows a query within it."""


class Columns:
    """The columns of an input by field; a field may have several, of which the first set wins."""

    def __init__(self, rows: Rows, fields: Fields, given: Mapping[str, str] | None) -> None:
        self.rows, self.fields = rows, fields
        self.found = {field: [column] for field, column in self._given(given or {}).items()}
        taken = {column for columns in self.found.values() for column in columns}
        for field, synonyms in fields.items():
            if field not in self.found:
                self.found[field] = self._known(synonyms, taken)
                taken.update(self.found[field])

    def __contains__(self, field: str) -> bool:
        """Say whether a column is known for the field."""
        return bool(self.found.get(field))

    def wanted(self, where: pl.Expr | None) -> list[str]:
        """Return the columns to read: those of every field, and those that `where` names."""
        named = [column for columns in self.found.values() for column in columns]
        if where is not None:
            named += self._checked(where.meta.root_names(), exact=True)
        return list(dict.fromkeys(named))

    def text(self, field: str) -> pl.Expr:
        """Return the text of a field, null where no column of it is set."""
        columns = [pl.col(name) for name in self.found.get(field, [])]
        return (
            pl.coalesce(columns).alias(field) if columns else pl.lit(None, pl.String).alias(field)
        )

    def require(self, *choices: Sequence[str]) -> None:
        """Check that of each choice of fields one has a column.

        Raises:
            InputError: lists the columns that are there and proposes a mapping.
        """
        missing = [choice for choice in choices if not any(field in self for field in choice)]
        if not missing:
            return
        wanted = ", ".join(" or ".join(choice) for choice in missing)
        proposed = ",".join(f"{choice[-1]}={self._likely(choice)}" for choice in missing)
        raise InputError(
            f"{self.rows.source.name} has no column for {wanted}.",
            known=f"Columns: {', '.join(self.rows.columns)}.",
            do=f"--map {proposed}",
        )

    def _given(self, given: Mapping[str, str]) -> dict[str, str]:
        for field in given:
            if field not in self.fields:
                close = difflib.get_close_matches(field, self.fields, n=1)
                hint = f"Did you mean {close[0]}?" if close else ""
                known = f"Fields: {', '.join(self.fields)}."
                raise UsageError(f"--map: {field!r} is no field.", known=f"{known} {hint}".strip())
        return dict(zip(given, self._checked(given.values()), strict=True))

    def _checked(self, names: Iterable[str], *, exact: bool = False) -> list[str]:
        lower = {} if exact else {column.lower(): column for column in self.rows.columns}
        checked = []
        for name in names:
            if name in self.rows.columns:
                checked.append(name)
            elif name.lower() in lower:
                checked.append(lower[name.lower()])
            else:
                close = difflib.get_close_matches(name, self.rows.columns, n=1)
                hint = f"Did you mean {close[0]}?" if close else ""
                there = f"Columns: {', '.join(self.rows.columns)}."
                raise InputError(
                    f"{self.rows.source.name} has no column {name!r}.", known=f"{there} {hint}"
                )
        return checked

    def _known(self, synonyms: tuple[str, ...], taken: set[str]) -> list[str]:
        free = {plain(c): c for c in reversed(self.rows.columns) if c not in taken}
        there = [free[name] for name in synonyms if name in free]
        if self.rows.open:
            return there + [n for n in synonyms if n not in free and n not in taken] * bool(there)
        return there[:1]

    def _likely(self, choice: Sequence[str]) -> str:
        taken = {column for columns in self.found.values() for column in columns}
        free = [column for column in self.rows.columns if column not in taken]
        for field in reversed(choice):
            for name in self.fields[field]:
                for column in free:
                    if name in plain(column).split("_"):
                        return column
        close = difflib.get_close_matches(choice[-1], free, n=1, cutoff=0.7)
        return close[0] if close else "COLUMN"


def plain(name: str) -> str:
    """Return a column's name as it is compared: lower case, words joined by `_`."""
    return re.sub(r"[\s.-]+", "_", name.strip().lower())


def condition(where: str | None) -> pl.Expr | None:
    """Return the row filter of `--where`; every column is text.

    Raises:
        UsageError: it is no SQL condition.
    """
    if where is None:
        return None
    try:
        expression = pl.sql_expr(where)
    except pl.exceptions.PolarsError as error:
        raise _no_condition(where, error) from error
    if SUBQUERY.search(str(expression)):
        raise UsageError(
            f"--where {where!r}: a query within the condition is not read.",
            known="A condition compares the columns of one row.",
            do="--where \"lang in ('en', 'de')\"",
        )
    return expression


def matching(frame: pl.DataFrame, where: pl.Expr | None, text: str | None) -> pl.DataFrame:
    """Return the rows for which `where` holds; neither unknown nor false.

    Raises:
        UsageError: it cannot be worked out on these rows.
    """
    if where is None:
        return frame
    try:
        return frame.filter(where)
    except pl.exceptions.PolarsError as error:
        raise _no_condition(str(text), error) from error


def _no_condition(where: str, error: Exception) -> UsageError:
    first = str(error).strip().partition("\n")[0]
    return UsageError(
        f"--where {where!r}: {first}.",
        known="Columns are text: compare with 'quoted' values, or cast(x as int).",
        do="--where \"lang = 'en'\"",
    )
