"""Which rows could be chance, and which are one author's doing: authors are the unit of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import t as student

from affectcli.analyze import _drivers_sums as sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.analyze._drivers_sums import Floats
    from affectcli.analyze._drivers_tables import Table

CHUNK = 64
"""Bootstrap draws, or hundreds of authors left out, at a time: bounds memory."""
LOUD, ALONE = 0.25, 1.96
"""See `loud`."""


class Chance(NamedTuple):
    """Of each row, shape (rows,)."""

    estimate: Floats
    low: Floats
    high: Floats
    """Percentiles of the bootstrap: 95 %."""
    p_value: Floats
    """Of no contribution: Student's t of the bootstrap's spread, with authors - 1 degrees."""
    without: Floats
    """The smallest that is left, in the row's own direction, without one author."""


def chance(tables: Sequence[Table], *, draws: int, seed: int) -> list[Chance]:
    """Bootstrap authors (Poisson weights; the same draws for all tables) and leave each out."""
    rng = np.random.default_rng(seed)
    drawn: list[list[Floats]] = [[] for _ in tables]
    columns = [table.columns.astype(np.float32) for table in tables]
    for start in range(0, draws, CHUNK):
        size = (min(CHUNK, draws - start), len(columns[0]))
        weights = rng.poisson(1.0, size).astype(np.float32)
        for place, (table, mine) in enumerate(zip(tables, columns, strict=True)):
            drawn[place].append(table.split((weights @ mine).astype(np.float64)))
    return [_judged(table, np.concatenate(mine)) for table, mine in zip(tables, drawn, strict=True)]


def _judged(table: Table, drawn: Floats) -> Chance:
    columns, split = table.columns, table.split
    total = columns.sum(axis=0)
    estimate = split(total)
    spread = np.maximum(drawn.std(axis=0, ddof=1), table.error)
    size = np.abs(sums.ratio(estimate, spread))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    without = np.full(len(estimate), np.inf)
    for start in range(0, len(columns), 100 * CHUNK):
        left = split(total - columns[start : start + 100 * CHUNK]) * np.sign(estimate)
        without = np.minimum(without, left.min(axis=0))
    p_value = 2 * student.sf(size, np.maximum(table.authors - 1, 1))
    return Chance(estimate, low, high, p_value, without)


def loud(own: Floats) -> int | None:
    """Return the author who alone makes what would pass for a change, where there is one.

    `own` is (authors, 4): label mass and posts in the window, then in the baseline. Without that
    author a quarter of the change (LOUD) is gone at least, and more than ALONE standard errors, as
    all others' influences make them up (a jackknife). This is a fact about the posts at hand, and
    no test.
    """
    total = own.sum(axis=0)
    whole = float(sums.change(total)[0])
    gone = (whole - sums.change(total - own)[:, 0]) * np.sign(whole)
    author = int(gone.argmax())
    error = float(np.sqrt((np.delete(gone, author) ** 2).sum()))
    stands_out = gone[author] > max(LOUD * abs(whole), ALONE * error)
    return author if stands_out else None
