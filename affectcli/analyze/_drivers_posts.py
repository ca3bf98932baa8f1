"""The posts of both spans, as arrays: who wrote them, where, in which words, and what they feel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError, UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from affectcli.analyze._drivers_windows import Span
    from affectcli.store import Connection

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]


@dataclass(frozen=True)
class Posts:
    """One entry a post; authors and distinct texts are numbered."""

    author: Places
    text: Places
    late: NDArray[np.bool_]
    """In the window, and not in the baseline."""
    mass: Floats
    """How much of the label a post carries: 1 or 0, or its probability."""
    community: Sequence[str]
    thread: Sequence[str | None]
    category: Sequence[str | None]
    """Of the cause; None where there is no cause, or it has none."""
    texts: pl.Series
    """The distinct texts, by their number."""

    @property
    def authors(self) -> int:
        """How many authors wrote them."""
        return int(self.author.max()) + 1


@dataclass(frozen=True)
class Asked:
    """What a signal is the share of, and where."""

    measure: str
    mean: bool
    """Whether its probabilities are meant, and not the posts above the threshold."""
    communities: list[str]


def asked(con: Connection, signal: str, *, tagger: str) -> Asked:
    """Return what `signal` means; communities where its label is weak are left out.

    Raises:
        UsageError: no signal matches, several measures do, or it is no share of posts.
        AnalysisError: its label is weak in all of them.
    """
    found = signals.names(con, signal)
    measures = sorted({name.rpartition(":")[2] for name in found})
    if len(measures) > 1:
        raise UsageError(
            f"{signal!r} matches {len(measures)} measures; drivers explains one at a time.",
            do=f"--signal '{signal.rpartition(':')[0]}:{measures[0]}'",
        )
    measure, _, variant = measures[0].partition("@")
    outside = found[0].startswith(("asset/", "series/"))
    if outside or measure in {"posts", "valence"} or variant not in {"", "raw", "mean"}:
        raise UsageError(
            f"{found[0]} is no share of posts that carry a label.", do="--signal 'COMMUNITY:fear'"
        )
    weak = signals.weak(con, found, tagger=tagger)
    kept = [name.rpartition(":")[0] for name in found if name not in weak]
    if not kept:
        name, reason = next(iter(weak.items()))
        raise AnalysisError(f"{name}: {reason}.")
    return Asked(measure, variant == "mean", kept)


def read(con: Connection, *, window: Span, baseline: Span, mean: bool, **label: str) -> Posts:
    """Return the posts of `asked_community` in both spans; `label` is its tagger and measure.

    Raises:
        AnalysisError: not one of them is tagged.
    """
    frame = con.frame(
        "analyze/select_driver_posts",
        **label,
        starts=window.starts,
        ends=window.ends,
        base_starts=baseline.starts,
        base_ends=baseline.ends,
    )
    if frame.is_empty():
        raise AnalysisError(
            f"No post from {baseline} or {window} has a score of {label['measure']}.",
            known="affect status shows what is stored, and what is not tagged yet.",
            do="affect tag",
        )
    con.register(asked_text=frame.select("text_hash").unique())
    texts = con.frame("analyze/select_driver_texts")
    return Posts(
        author=_numbered(frame["author"]),
        text=_numbered(frame["text_hash"]),
        late=frame["late"].to_numpy(),
        mass=frame["p" if mean else "said"].to_numpy(),
        community=frame["community"].to_list(),
        thread=frame["thread_id"].to_list(),
        category=frame["category"].to_list(),
        texts=texts["text"],
    )


def checked(posts: Posts, *, least: int, k: int) -> Posts:
    """Return `posts` where both spans have enough of them.

    Raises:
        AnalysisError: fewer than `least` posts or `k` authors in a span, or the label in none.
    """
    for name, there in (("window", posts.late), ("baseline", ~posts.late)):
        count, authors = int(there.sum()), len(np.unique(posts.author[there]))
        if count < least or authors < k:
            raise AnalysisError(
                f"The {name} has {count} scored posts by {authors} authors; {least} posts by {k} "
                "authors are needed.",
                do="a longer --window or --baseline, or affect tag",
            )
    if posts.mass.min() == posts.mass.max():
        raise AnalysisError("Every post of both spans carries the same: nothing changed.")
    return posts


def _numbered(column: pl.Series) -> Places:
    """Return the place of each value among the distinct ones, in their order."""
    return column.rank("dense").to_numpy().astype(np.int64) - 1
