"""Who and what stays out: forgotten authors, as keyed hashes, and posts forgotten unseen, by id.

A forgotten post that was stored leaves a stub, which keeps it out; see `_forget`. What was not
stored yet when it was forgotten is kept out by a mark, which says no more than `post` would have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from affectcli.store import Connection

PLACE = {"source": "affect", "input": "forget"}
"""Where the marks are, in `mark`."""
VALUE = "true"


def remember(con: Connection, *, posts: Iterable[str], authors: Iterable[str], run_id: str) -> None:
    """Keep posts out from now on: by id, and by the hashes of their authors."""
    names = [*(f"author:{author}" for author in authors), *(f"post:{post}" for post in posts)]
    if names:
        marks = pl.DataFrame({"name": names}).unique().with_columns(value=pl.lit(VALUE))
        con.register(marks=marks)
        con.execute("ingest/merge_mark", **PLACE, run_id=run_id)


def kept_out(con: Connection) -> pl.DataFrame:
    """Return (_row, outcome) of the posts in `incoming` that were forgotten before they came."""
    return con.frame("ingest/select_kept_out", **PLACE)
