"""Signals by name: `reddit/CryptoCurrency:fear`, `asset/BTC-USD:return`, globs allowed."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import TYPE_CHECKING

from affectcli.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from affectcli.store.connection import Connection

END_OF_TIME = datetime(9999, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC


def names(con: Connection, pattern: str) -> list[str]:
    """Return the signals that match `pattern`, sorted.

    Raises:
        UsageError: none does; the message names the nearest.
    """
    found: list[str] = con.frame("signal/select_names", pattern=pattern)["signal"].to_list()
    if pattern in found:
        return [pattern]
    if found:
        return found
    known: list[str] = con.frame("signal/select_all_names")["signal"].to_list()
    if not known:
        raise UsageError(f"There is no signal {pattern!r}: no series yet.", do="affect aggregate")
    close = difflib.get_close_matches(pattern, known, n=3, cutoff=0.4)
    raise UsageError(
        f"No signal matches {pattern!r}.",
        known=f"Nearest: {', '.join(close or known[:3])}.",
        do='affect query "select distinct signal from signal"',
    )


def values(con: Connection, name: str, as_of: datetime = END_OF_TIME) -> pl.DataFrame:
    """Return ts (date), value, linear, posts, share, available_at of a signal, known at `as_of`."""
    return con.frame("signal/select_values", signal=name, as_of=as_of)
