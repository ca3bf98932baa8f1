"""Applies rows to what is stored, in their order, as if each were a batch of its own.

However an input falls into batches, tables and counts come out the same: a row is `added`,
`updated`, a `duplicate`, or an `id_conflict` where an earlier row of the same input already
wrote other content under the same key. A value that is null leaves the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from affectcli.ingest._rows import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDED, UPDATED, DUPLICATE, CONFLICT = "added", "updated", "duplicate", "id_conflict"
ORDER = [CONFLICT, ADDED, UPDATED, DUPLICATE]


@dataclass(frozen=True)
class Folded:
    """What rows do: `outcomes` (_row, outcome), and the `final` rows that are to be written.

    `final` has `_edited`: whether the first column of the content changed on the way.
    """

    outcomes: pl.DataFrame
    final: pl.DataFrame


def fold(
    rows: pl.DataFrame,
    stored: pl.DataFrame,
    *,
    key: Sequence[str],
    content: Sequence[str],
    other: Sequence[str] = (),
) -> Folded:
    """Apply `rows` (with `_row`) to `stored` (with `_mine`: written by this very input).

    `content` and `other` are compared; a difference in `content` within one input is a conflict.
    Columns that are in neither are carried along.
    """
    seen = pl.struct(key) if len(key) > 1 else pl.col(key[0])
    marked = rows.join(
        stored.select(*key, _stored=pl.lit(value=True)), on=key, how="left", maintain_order="left"
    ).with_columns(_often=seen.is_duplicated())
    known, often = pl.col("_stored").is_not_null(), pl.col("_often")
    marks = ("_stored", "_often")
    plain = marked.filter(~known & ~often).drop(marks)
    outcomes = [plain.select(ROW, outcome=pl.lit(ADDED))]
    final = [plain.with_columns(_edited=pl.lit(value=False))]
    for special, apply in ((known & ~often, _once), (often, _steps)):
        some = marked.filter(special).drop(marks)
        if not len(some):
            continue
        steps = apply(some, stored, key=key, content=content, other=other)
        came = steps.filter(pl.col(ROW) > 0)
        outcomes.append(came.select(ROW, outcome="_outcome"))
        changed = came.filter(pl.col("_outcome") != DUPLICATE)
        last = changed.unique(key, keep="last", maintain_order=True)
        final.append(last.select(final[0].columns))
    return Folded(pl.concat(outcomes), pl.concat(final))


def by_row(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return one outcome for each input row that made several rows of a table."""
    rank = pl.col("outcome").cast(pl.Enum(ORDER))
    worst = outcomes.group_by(ROW).agg(outcome=rank.to_physical().min())
    return worst.with_columns(outcome=pl.col("outcome").replace_strict(dict(enumerate(ORDER))))


def _once(
    rows: pl.DataFrame,
    stored: pl.DataFrame,
    *,
    key: Sequence[str],
    content: Sequence[str],
    other: Sequence[str],
) -> pl.DataFrame:
    """Return what rows do whose keys are stored and stand in one row each.

    This is `_steps` where every key has two steps, without sorting: most rows are of this kind.
    """
    values = [name for name in stored.columns if name in rows.columns and name not in (ROW, *key)]
    before = stored.select(*key, "_mine", *(pl.col(name).alias(f"_{name}_") for name in values))
    steps = rows.join(before, on=key, how="left", maintain_order="left")
    steps = steps.with_columns(pl.coalesce(name, f"_{name}_") for name in values)

    def differs(names: Sequence[str]) -> pl.Expr:
        if not names:
            return pl.lit(value=False)
        return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"_{name}_")) for name in names)

    mine = pl.col("_mine").fill_null(value=False)
    outcome = (
        pl.when(differs(content) & mine)
        .then(pl.lit(CONFLICT))
        .when(differs(content) | differs(other))
        .then(pl.lit(UPDATED))
        .otherwise(pl.lit(DUPLICATE))
    )
    return steps.with_columns(_outcome=outcome, _edited=differs(content[:1]))


def _steps(
    rows: pl.DataFrame,
    stored: pl.DataFrame,
    *,
    key: Sequence[str],
    content: Sequence[str],
    other: Sequence[str],
) -> pl.DataFrame:
    """Return stored rows and rows in the order of their application, with what each row does."""
    before = stored.join(rows, on=key, how="semi").with_columns(pl.lit(0, pl.Int64).alias(ROW))
    values = [name for name in rows.columns if name not in (ROW, *key)]
    steps = pl.concat([before, rows], how="diagonal_relaxed").sort(*key, ROW)
    steps = steps.with_columns(pl.col(values).forward_fill().over(key))
    first = pl.int_range(pl.len()).over(key) == 0
    came = pl.col(ROW) > 0
    steps = steps.with_columns(
        _new=first & came,
        _content=~first & _differs(content, key),
        _other=~first & _differs(other, key),
        _edit=~first & _differs(content[:1], key),
    )
    writes = pl.col("_mine").fill_null(value=False) | (
        came & (pl.col("_new") | pl.col("_content") | pl.col("_other"))
    )
    mine = writes.cast(pl.UInt8).cum_max().shift(1, fill_value=0).over(key) > 0
    outcome = (
        pl.when("_new")
        .then(pl.lit(ADDED))
        .when(pl.col("_content") & mine)
        .then(pl.lit(CONFLICT))
        .when(pl.col("_content") | pl.col("_other"))
        .then(pl.lit(UPDATED))
        .otherwise(pl.lit(DUPLICATE))
    )
    return steps.with_columns(_outcome=outcome, _edited=pl.col("_edit").any().over(key))


def _differs(columns: Sequence[str], key: Sequence[str]) -> pl.Expr:
    if not columns:
        return pl.lit(value=False)
    return pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name).shift(1).over(key)) for name in columns
    )
