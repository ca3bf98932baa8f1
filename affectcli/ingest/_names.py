"""Names that later commands have to find again: of sources, assets, series and communities."""

from __future__ import annotations

import polars as pl

from affectcli.errors import UsageError

COLON = "A colon parts the names in a signal (asset/BTC-USD:return)."
IDS = "A colon parts the source from the id (file:123)."
CONTROL = r"\p{Cc}+"


def named(option: str, value: str | None, *, do: str, colon: str = "") -> str | None:
    """Return the name an option gives, without control characters and white space around it.

    `colon` says why the name may have no colon; without a reason it may have one.

    Raises:
        UsageError: nothing is left of it, or it has a colon.
    """
    if value is None:
        return None
    name: str = pl.select(clean(pl.lit(value)).fill_null("")).item()
    if not name:
        raise UsageError(f"{option} {value!r} is no name: it is empty.", do=f"{option} {do}")
    if ":" in name and colon:
        raise UsageError(
            f"{option} {value!r} is no name: it has a colon.", known=colon, do=f"{option} {do}"
        )
    return name


def clean(name: pl.Expr) -> pl.Expr:
    """Return names without control characters and white space around them, null for empty ones."""
    return name.str.replace_all(CONTROL, "").str.strip_chars().replace("", None)


def bad(column: str) -> pl.Expr:
    """Say whether a name would part a signal's name in the wrong place."""
    return pl.col(column).str.contains(":", literal=True)
