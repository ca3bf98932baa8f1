"""Applying rows at once is applying them one by one."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from affectcli.ingest._fold import DUPLICATE, by_row, fold

VALUE = st.one_of(st.none(), st.integers(1, 2))
ROWS = st.lists(st.tuples(st.sampled_from("ab"), VALUE, VALUE), max_size=8)
SCHEMA = {"_row": pl.Int64, "key": pl.String, "value": pl.Int64, "other": pl.Int64}


def frame(rows: list[tuple[str, int | None, int | None]]) -> pl.DataFrame:
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=SCHEMA, orient="row")


def apply(
    rows: pl.DataFrame, stored: dict[str, tuple[int | None, int | None, bool]]
) -> list[tuple[int, str]]:
    """Fold `rows` into `stored`, as the database would hold it."""
    held = [(key, *values) for key, values in stored.items()]
    schema = {"key": pl.String, "value": pl.Int64, "other": pl.Int64, "_mine": pl.Boolean}
    before = pl.DataFrame(held, schema=schema, orient="row")
    folded = fold(rows, before, key=["key"], content=["value"], other=["other"])
    for row in folded.final.iter_rows(named=True):
        stored[row["key"]] = (row["value"], row["other"], True)
    return sorted(folded.outcomes.iter_rows())


@given(ROWS, st.lists(st.integers(1, 3), min_size=8, max_size=8))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_pieces_are_the_whole(
    rows: list[tuple[str, int | None, int | None]], sizes: list[int]
) -> None:
    at_once: dict[str, tuple[int | None, int | None, bool]] = {"a": (1, None, False)}
    in_pieces = dict(at_once)
    every = frame(rows)
    whole = apply(every, at_once)
    pieces, start = [], 0
    for size in sizes:
        pieces += apply(every.slice(start, size), in_pieces)
        start += size
    assert pieces == whole
    assert in_pieces == at_once


def test_a_row_of_several_values_has_one_outcome() -> None:
    rows = pl.DataFrame({"_row": [1, 1, 2, 2], "outcome": ["added", DUPLICATE] * 2})
    assert sorted(by_row(rows).iter_rows()) == [(1, "added"), (2, "added")]
