"""Numbers as people write them, and what is none."""

from __future__ import annotations

import polars as pl

NONE = ("", "na", "n/a", "nan", "null", "none", "-", ".")
"""How files write that there is no value."""


def blank(column: str) -> pl.Expr:
    """Say whether a cell has no value."""
    text = pl.col(column)
    return text.is_null() | text.str.strip_chars().str.to_lowercase().is_in(NONE)


def number(column: str) -> pl.Expr:
    """Return a cell as a finite number, null where it is none; `1,234.5` is one."""
    text = pl.col(column).str.strip_chars().str.replace_all(r"(\d),(\d{3})\b", "${1}${2}")
    value = text.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value).alias(column)


def unreadable(column: str) -> pl.Expr:
    """Say whether a cell has something in it that is no number."""
    return ~blank(column) & number(column).is_null()
