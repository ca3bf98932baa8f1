"""From the database to arrays: the posts of a community, their labels, and who answers whom."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError, UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from affectcli.store import Connection

HOUR = 3600


@dataclass(frozen=True)
class Talk:
    """The posts of a community in time order: n rows."""

    emotions: list[str]
    labels: NDArray[np.bool_]
    """Shape (n, emotions): whether the post carries the label; False where it was not read."""
    seen: NDArray[np.bool_]
    """Whether the tagger has read the post: deleted and foreign ones only hold threads together."""
    author: NDArray[np.int64]
    """-1 where it is not known."""
    parent: NDArray[np.int64]
    """Row of the post that it answers, -1 where there is none or it is not stored."""
    answers: NDArray[np.bool_]
    """Whether it answers a post, stored or not."""
    thread: NDArray[np.int64]
    seconds: NDArray[np.int64]
    quotes: NDArray[np.bool_]
    """Whether it holds quoted lines, or says word for word what its parent says."""
    markers: bool = False
    """Whether the labels are mental-health markers."""


@dataclass(frozen=True)
class Replies:
    """Replies to posts by another author, both read, the reply in its own words: r rows."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    dropped: dict[str, int]
    """Why other replies are no pair, with counts."""


def read(
    con: Connection, community: str, emotions: str, *, tagger: str, until: datetime
) -> tuple[Talk, pl.DataFrame, dict[str, str]]:
    """Return the talk of a community, its posts (as `talk`, with ids), and withheld weak labels.

    Raises:
        UsageError: no such community or label, or labels of several schemes.
        AnalysisError: nothing is tagged, or all that was asked for is weak.
    """
    names = _measures(con, emotions, tagger)
    asked_for = [f"{community}:{name}" for name in names]
    weak = signals.weak(con, asked_for, tagger=tagger)
    kept = [name for name in names if f"{community}:{name}" not in weak]
    if not kept:
        raise AnalysisError(f"{next(iter(weak))}: {next(iter(weak.values()))}.")
    con.register(asked_measure=pl.DataFrame({"measure": kept}))
    asked = {"community": community, "tagger": tagger}
    posts = con.frame("analyze/select_contagion_posts", **asked, until=until)
    if posts.is_empty():
        _no_posts(con, community)
    if not posts["seen"].any():
        raise AnalysisError(f"No post of {community} has a score of {tagger}.", do="affect tag")
    carried = con.frame("analyze/select_contagion_labels", **asked)
    talk = _talk(posts, carried, kept)
    return replace(talk, markers=bool(signals.health(con, asked_for))), posts, weak


def _measures(con: Connection, emotions: str, tagger: str) -> list[str]:
    found = con.frame("analyze/select_contagion_measures", tagger=tagger, emotions=emotions)
    schemes = found["scheme"].unique().sort().to_list()
    if not schemes:
        every = con.frame("analyze/select_contagion_measures", tagger=tagger, emotions="*")
        if every.is_empty():
            raise AnalysisError(f"Nothing was tagged by {tagger}.", do="affect tag")
        known = every["measure"].to_list()
        close = difflib.get_close_matches(emotions, known, n=3, cutoff=0.4) or known[:3]
        raise UsageError(f"No label matches {emotions!r}.", known=f"Nearest: {', '.join(close)}.")
    if len(schemes) > 1:
        raise UsageError(
            f"{emotions!r} matches labels of several schemes: {', '.join(schemes)}. They name the "
            "same posts twice, so they are no family.",
            do=" or ".join(f"--emotions '{scheme}.*'" for scheme in schemes),
        )
    names: list[str] = found["measure"].to_list()
    return names


def _no_posts(con: Connection, community: str) -> None:
    known = con.frame("aggregate/select_communities")["community"].to_list()
    if community in known:
        raise AnalysisError(f"{community} has no post before the origin.")
    close = difflib.get_close_matches(community, known, n=3, cutoff=0.4) or known[:3]
    raise UsageError(
        f"There is no community {community!r}.",
        known=f"Nearest: {', '.join(close)}." if close else "",
        do="affect status",
    )


def _talk(posts: pl.DataFrame, carried: pl.DataFrame, names: list[str]) -> Talk:
    rows = posts.with_row_index("row").select(
        pl.col("row").cast(pl.Int64), "post_id", "parent_id", "thread_id", "text_hash", "norm_hash"
    )
    columns = pl.DataFrame({"measure": names, "column": range(len(names))})
    hits = (
        rows.join(carried, on="text_hash").join(columns, on="measure").select("row", "column")
    ).to_numpy()
    seen = posts["seen"].to_numpy()
    labels = np.zeros((len(posts), len(names)), dtype=np.bool_)
    labels[hits[:, 0], hits[:, 1]] = True
    labels &= seen[:, None]
    parent = _place(rows, "parent_id")
    same = posts["norm_hash"].to_numpy() if posts["norm_hash"].null_count() == 0 else None
    hashes = posts["norm_hash"].fill_null(0).to_numpy() if same is None else same
    repeats = (parent >= 0) & (hashes != 0) & (hashes == hashes[parent])
    return Talk(
        emotions=names,
        labels=labels,
        seen=seen,
        author=_numbered(posts["author"]),
        parent=parent,
        answers=posts["parent_id"].is_not_null().to_numpy(),
        thread=threads(parent, _numbered(posts["thread_id"]), _place(rows, "thread_id")),
        seconds=posts["created"].dt.epoch("s").to_numpy(),
        quotes=posts["quotes"].to_numpy() | repeats,
    )


def _place(rows: pl.DataFrame, column: str) -> NDArray[np.int64]:
    """Return the row of the post that `column` names, -1 where it is not stored."""
    at = rows.select(pl.col("post_id").alias(column), pl.col("row").alias("at"))
    found = rows.select(column).join(at, on=column, how="left", maintain_order="left")
    return found["at"].fill_null(-1).to_numpy()


def _numbered(names: pl.Series) -> NDArray[np.int64]:
    """Return a number for each name, -1 for null."""
    ranks: NDArray[np.int64] = names.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return ranks


def threads(
    parent: NDArray[np.int64], named: NDArray[np.int64], first: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the thread of each post (n,): the one its source names, else its topmost ancestor.

    `named` numbers the source's threads (-1: not named), `first` is the row of a thread's first
    post (-1: not stored).
    """
    n = len(parent)
    own = np.arange(n)
    top = np.where(parent >= 0, parent, own)
    for _ in range(n.bit_length() + 1):  # each step doubles the height that is climbed
        top = top[top]
    # A first post often has no thread_id of its own; its thread is the one that names it.
    by_name = np.full(named.max(initial=-1) + 2, -1)
    by_name[named] = np.where(first >= 0, first, n + named)
    by_name[-1] = -1
    found: NDArray[np.int64] = np.where(named >= 0, by_name[named], top)
    return found


def replies(talk: Talk) -> Replies:
    """Return who answers whom, without what would be no answer of another person's feeling."""
    target = np.flatnonzero(talk.answers & talk.seen)
    source = talk.parent[target]
    known = (talk.author[target] >= 0) & (talk.author[source] >= 0)
    reasons = {
        "parent not stored": source < 0,
        "parent deleted or not read": ~talk.seen[source],
        "author not known": ~known,
        "answers himself": talk.author[target] == talk.author[source],
        "quotes or repeats": talk.quotes[target],
    }
    keep = np.ones(len(target), dtype=np.bool_)
    dropped = {}
    for reason, holds in reasons.items():
        dropped[reason] = int((holds & keep).sum())
        keep &= ~holds
    return Replies(source[keep], target[keep], dropped)
