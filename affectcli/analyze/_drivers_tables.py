"""The table of a dimension: authors, threads, communities, causes (terms: `_drivers_text`).

The last row of a table is what its other rows are compared with, and never a driver itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.analyze import _drivers_sums as sums
from affectcli.analyze._drivers_chance import loud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.analyze._drivers_posts import Posts
    from affectcli.analyze._drivers_sums import Floats, Split

    Groups = NDArray[np.int64]

NEW, LEFT, ONE = "newcomers", "leavers", "one author"
POSTING, SAME = "regulars post more or less", "the same authors feel differently"
REST, ALIKE = "everything else", "all communities alike"
NO_CAUSE, GROWTH = "no cause with a category", "all causes alike"


@dataclass(frozen=True)
class Table:
    """One dimension: what its rows are, and the sums that their contributions come from."""

    dimension: str
    names: list[str]
    columns: Floats
    """Sums of each author, shape (authors, columns)."""
    split: Split
    authors: NDArray[np.int64]
    """How many authors each row has in both spans together."""
    uses: Floats
    """Share of posts that belong to a row, shape (2, rows): baseline, window."""
    felt: Floats
    """Share of those that carry the label, shape (2, rows)."""
    amount: Floats
    """The part of each contribution that comes from more or fewer posts."""
    feeling: Floats
    """And the part that comes from their carrying the label more or less often."""
    error: Floats
    """The standard error of each row at the least: see `_drivers_sums.chance_error`."""
    tested: int
    """How many rows there were to choose from."""
    note: str = ""


def whole(posts: Posts) -> Table:
    """Return the change itself, a table of one row."""
    made = _grouped("all", posts, np.zeros(len(posts.author), dtype=np.int64), ["change"])
    error = sums.chance_error(_counts(made), float(posts.mass.var()))
    return replace(made, split=sums.change, error=error)


def people(posts: Posts, *, k: int) -> Table | str:
    """Return newcomers, leavers, a loud author, and regulars, who are the authors of both spans.

    Or why there is nothing to compare: fewer than `k` regulars.
    """
    own = sums.blocks(posts, np.zeros(len(posts.author), dtype=np.int64), 1)
    late, early = own[:, 1] > 0, own[:, 3] > 0
    kind = np.where(late & early, 3, np.where(late, 0, 1))
    found = loud(own)
    if found is not None:
        kind[found] = 2
    regular = kind == 3
    if regular.sum() < k:
        return f"authors: {regular.sum()} of them post in both spans, {k} are needed"
    made = _grouped("authors", posts, kind[posts.author], [NEW, LEFT, ONE, SAME])
    now, then = (sums.ratio(own[:, i], own[:, i + 1]) for i in (0, 2))
    moved = np.where(regular, now - then, 0.0)
    columns = np.column_stack([made.columns, own[:, 1] * moved, own[:, 3] * moved])
    rows = sums.people(columns.sum(axis=0))
    twice = [0, 1, 2, 3, 3]
    return replace(
        made,
        names=[NEW, LEFT, ONE, POSTING, SAME],
        columns=columns,
        split=sums.people,
        authors=made.authors[twice],
        uses=made.uses[:, twice],
        felt=made.felt[:, twice],
        amount=np.r_[made.amount[:3], rows[3], 0.0],
        feeling=np.r_[made.feeling[:3], 0.0, rows[4]],
        error=made.error[twice],
        tested=4,
    )


def threads(posts: Posts, *, k: int, top: int) -> Table | str:
    """Return the `top` threads against the posts of all others, or why not."""
    names, group = _coded(posts.thread)
    enough = np.flatnonzero(_authors(posts, group, len(names) + 1)[:-1] >= k)
    if not len(enough):
        return f"threads: none has {k} authors" if names else "threads: the posts have none"
    size = np.abs(_left_out(posts, group, len(names) + 1)[enough])
    chosen = enough[np.argsort(-size, kind="stable")][: min(top, max(len(names) // 2, 1))]
    place = np.full(len(names) + 1, len(chosen))
    place[chosen] = np.arange(len(chosen))
    made = _grouped("threads", posts, place[group], [*(names[i] for i in chosen), REST])
    if made.authors[-1] < k or not made.uses[:, -1].all():
        return "threads: nearly all posts are in a few of them, there is none to compare with"
    return replace(made, tested=len(enough) + 1)


def communities(posts: Posts, *, k: int) -> Table | str:
    """Return each community against what all have in common; those of few authors together."""
    names, group = _coded(posts.community)
    enough = np.flatnonzero(_authors(posts, group, len(names) + 1)[:-1] >= k)
    place = np.full(len(names) + 1, len(enough))
    place[enough] = np.arange(len(enough))
    shown = [names[i] for i in enough] + [REST] * (len(enough) < len(names))
    if len(shown) < 2:
        return "communities: there is one"
    made = _grouped("communities", posts, place[group], shown)
    split = sums.against_typical
    common = split(made.columns.sum(axis=0))[-1]
    total = sums.blocks(posts, np.zeros_like(group), 1).sum(axis=0)
    level = sums.ratio(total[2], total[3]) + np.array([[0.0], [common]])
    amount, feeling = sums.amount_and_feeling(made.uses, made.felt - level)
    share = sums.ratio(total[[2, 0]], total[[3, 1]])[:, None]
    return replace(
        made,
        names=[*shown, ALIKE],
        split=split,
        authors=np.r_[made.authors, posts.authors],
        uses=np.c_[made.uses, np.ones(2)],
        felt=np.c_[made.felt, share],
        amount=np.r_[amount, 0.0],
        feeling=np.r_[feeling, common],
        error=np.r_[sums.chance_error(_counts(made), float(posts.mass.var())), 0.0],
        tested=len(shown) + 1,
    )


def causes(posts: Posts, *, k: int) -> Table | str:
    """Return the label's mass by the category of its cause; posts without one are the last row."""
    names, group = _coded(
        [c if m else None for c, m in zip(posts.category, posts.mass, strict=True)]
    )
    enough = np.flatnonzero(_authors(posts, group, len(names) + 1)[:-1] >= k)
    if not len(enough):
        return "causes: no post with the label has a cause with a category"
    place = np.full(len(names) + 1, len(enough))
    place[enough] = np.arange(len(enough))
    made = _grouped("causes", posts, place[group], [*(names[i] for i in enough), NO_CAUSE])
    said, count, said_before, before = np.split(made.columns, 4, axis=1)
    everyone, everyone_before = (block.sum(axis=1, keepdims=True) for block in (count, before))
    columns = np.concatenate([said, everyone, said_before, everyone_before], axis=1)
    rows = sums.by_growth(columns.sum(axis=0))
    return replace(
        made,
        names=[*made.names, GROWTH],
        columns=columns,
        split=sums.by_growth,
        authors=np.r_[made.authors, posts.authors],
        uses=np.c_[made.uses, np.ones(2)],
        felt=np.c_[made.felt, (made.uses * made.felt).sum(axis=1)],
        amount=rows,
        feeling=np.zeros_like(rows),
        error=np.zeros_like(rows),
        tested=len(rows),
    )


def _grouped(dimension: str, posts: Posts, group: Groups, names: list[str]) -> Table:
    """Return groups of posts against the last of them."""
    columns = sums.blocks(posts, group, len(names))
    said, now, said_before, before = np.split(columns.sum(axis=0), 4)
    counts, mass = np.stack([before, now]), np.stack([said_before, said])
    uses, felt = sums.ratio(counts, counts.sum(axis=1, keepdims=True)), sums.ratio(mass, counts)
    amount, feeling = sums.amount_and_feeling(uses, felt - felt[:, -1:])
    amount[-1], feeling[-1] = 0.0, felt[1, -1] - felt[0, -1]
    error = sums.chance_error(counts, float(posts.mass.var()))
    error[-1] = 0.0
    return Table(
        dimension=dimension,
        names=names,
        columns=columns,
        split=sums.against_last,
        authors=_authors(posts, group, len(names)),
        uses=uses,
        felt=felt,
        amount=amount,
        feeling=feeling,
        error=error,
        tested=len(names),
    )


def _counts(table: Table) -> Floats:
    """Return the posts of each group of blocks, shape (2, groups): baseline, window."""
    _, now, _, before = np.split(table.columns.sum(axis=0), 4)
    return np.stack([before, now])


def _coded(values: Sequence[str | None]) -> tuple[list[str], Groups]:
    """Return the distinct values, sorted, and the place of each; None has the place after them."""
    column = pl.Series(values, dtype=pl.String)
    names = column.drop_nulls().unique().sort()
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(len(names))
    return names.to_list(), codes.to_numpy()


def _authors(posts: Posts, group: Groups, groups: int) -> NDArray[np.int64]:
    pairs = np.unique(posts.author * groups + group)
    return np.bincount(pairs % groups, minlength=groups)


def _left_out(posts: Posts, group: Groups, groups: int) -> Floats:
    """Return how much of the change is gone without each group."""
    gone = []
    for there in (posts.late, ~posts.late):
        said = np.bincount(group[there], posts.mass[there], groups)
        count = np.bincount(group[there], minlength=groups).astype(np.float64)
        share = sums.ratio(said.sum(), count.sum())
        gone.append(share - sums.ratio(said.sum() - said, count.sum() - count))
    return np.asarray(gone[0] - gone[1])
