"""Daily quantities of the instrument: how posts of one community were made, kept and collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.analyze._change_search import LEAST
from affectcli.analyze._change_series import stable_share, without_weekdays
from affectcli.analyze._instrument_labels import common_mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LARGE = 4
"""Languages and sources looked at one by one, the largest first."""
THIN = 10
"""Posts of a day below which a share of them says nothing."""
RARE = 20
"""Posts of a kind below which a handful of them would make a break."""
MINOR = 0.05
"""Share of a community's posts below which a language or source is not looked at."""


class Quantity(NamedTuple):
    """A daily number of the instrument: cause, name in words, values as shown and as tested."""

    cause: str
    name: str
    days: list[date]
    shown: Array
    tested: Array


@dataclass(frozen=True)
class Instrument:
    """How one community is measured: its rows of sql/analyze/select_instrument_*."""

    days: pl.DataFrame
    mix: pl.DataFrame
    taggers: pl.DataFrame
    inputs: pl.DataFrame
    labels: pl.DataFrame


def quantities(of: Instrument) -> Iterator[Quantity]:
    """Yield the quantities of one community that have enough days."""
    days = of.days.with_columns(kept=pl.col("posts") - pl.col("deleted"))
    yield from _share("deletions", "share of posts deleted", days, "deleted", "posts")
    yield from _share("denominator", "share of kept posts with text", days, "eligible", "kept")
    yield from _share("bots", "share of texts repeated within a week", days, "repeated", "posts")
    rhythm = days.filter(pl.col("rhythm").is_not_null() & (pl.col("posts") >= THIN))
    clock = rhythm["rhythm"].to_numpy()
    name = "share of pairs of posts on one minute of the hour"
    yield from _quantity("bots", name, rhythm["day"].to_list(), clock, np.sqrt(clock))
    yield from _parts(of.mix.filter(pl.col("kind") == "language"), "language")
    yield from _parts(of.mix.filter(pl.col("kind") == "source"), "source")
    table = matrix(of.labels)
    together = common_mode(table.shares, table.posts)
    if together is not None:
        name = "what all labels do together, in standard deviations of a day"
        yield from _quantity("common-mode", name, table.days, together, together)


class Matrix(NamedTuple):
    """The labels of a community: shares (days, labels), posts (days,), valence (labels,)."""

    days: list[date]
    shares: Array
    posts: Array
    valence: Array


def matrix(rows: pl.DataFrame) -> Matrix:
    """Return the rows of select_instrument_labels as a table, on the days that all labels have."""
    if rows.is_empty():
        return Matrix([], np.zeros((0, 0)), np.zeros(0), np.zeros(0))
    names = rows["measure"].unique().sort().to_list()
    wide = rows.pivot("measure", index=["day"], values="raw").sort("day").drop_nulls()
    posts = rows.group_by("day").agg(pl.col("posts").max())
    valence = dict(rows.select("measure", "valence").unique().iter_rows())
    return Matrix(
        wide["day"].to_list(),
        wide.select(names).to_numpy(),
        wide.select("day")
        .join(posts, on="day", how="left", maintain_order="left")["posts"]
        .to_numpy(),
        np.array([valence[name] for name in names]),
    )


def by_part(rows: pl.DataFrame, calendar: pl.DataFrame) -> dict[str, Array]:
    """Return part -> posts on each `day` of the frame `calendar`, 0 where there is none."""
    return {
        str(part): calendar.join(group, on="day", how="left", maintain_order="left")["posts"]
        .fill_null(0.0)
        .to_numpy()
        for (part,), group in rows.group_by("part", maintain_order=True)
    }


def _parts(rows: pl.DataFrame, cause: str) -> Iterator[Quantity]:
    """Yield the share of each large part; of two, one says it all."""
    sizes = rows.group_by("part").agg(pl.col("posts").sum()).sort("posts", "part", descending=True)
    large = sizes.filter(pl.col("posts") >= MINOR * pl.col("posts").sum())["part"].to_list()
    if len(sizes) < 2:
        return
    days = rows.group_by("day").agg(total=pl.col("posts").sum()).sort("day")
    for part in large[: min(LARGE, len(sizes) - 1)]:
        mine = by_part(rows.filter(pl.col("part") == part), days)[part]
        name = f"share of posts of {cause} {part}"
        yield from _share(cause, name, days.with_columns(mine=pl.Series(mine)), "mine", "total")


def _share(cause: str, name: str, days: pl.DataFrame, part: str, whole: str) -> Iterator[Quantity]:
    there = days.filter(pl.col(whole) >= THIN)
    total = there[whole].to_numpy()
    if min(there[part].sum(), (there[whole] - there[part]).sum()) < RARE:
        return
    share = there[part].to_numpy() / total
    yield from _quantity(cause, name, there["day"].to_list(), share, stable_share(share, total))


def _quantity(
    cause: str, name: str, days: list[date], shown: Array, even: Array
) -> Iterator[Quantity]:
    if len(days) >= LEAST and np.ptp(shown) > 0:
        yield Quantity(cause, name, days, shown, without_weekdays(even, days))
