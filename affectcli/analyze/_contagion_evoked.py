"""What posts evoke: the emotion of their replies against their own, and the words that hide it.

Readers feel otherwise than writers (REDAffectiveLM, Kadan et al. 2024). The evoked emotion of a
post is the mean of the direct replies of other authors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.stats import t as student

from affectcli.analyze._contagion_effect import sums
from affectcli.analyze._contagion_nulls import turned

if TYPE_CHECKING:
    import polars as pl
    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.analyze._contagion_rows import Replies, Talk

    Values = NDArray[np.float64]

TERMS = 5000
"""Terms that are looked at, those of most authors."""
NUMBERS = 10_000_000
"""Numbers held at once while clusters are put in other orders: 40 MB."""
ROUNDING = 1e-3
PRIOR = 500.0
"""Occurrences that the prior of the log-odds is worth."""


@dataclass(frozen=True)
class Answered:
    """The posts (u,) that others answered."""

    post: NDArray[np.int64]
    thread: NDArray[np.int64]
    """Numbered from 0 on."""
    author: NDArray[np.int64]
    """Numbered from 0 on."""
    expressed: NDArray[np.bool_]
    """(u, m): what the post carries."""
    evoked: NDArray[np.float32]
    """(u, m): the share of its replies that carry it."""


@dataclass(frozen=True)
class Evoked:
    """Evoked less expressed share, one value a label (m,)."""

    expressed: Values
    evoked: Values
    half_width: Values
    without: Values
    """Evoked by the posts that do not express it."""
    matrix: Values
    """(m, m): row, what posts that express it evoke; nan where too few authors express it."""
    observed: Values
    drawn: Values
    """(m, nulls): the same with the sign of whole threads turned at random."""
    threads: int


@dataclass(frozen=True)
class Terms:
    """What words say about whether others answer with a label that the post does not carry (w,)."""

    term: list[str]
    authors: NDArray[np.int64]
    posts: NDArray[np.int64]
    share: Values
    """Share of the replies to posts with the term that carry the label."""
    log_odds: Values
    z: Values
    """Log-odds over its standard error as if posts were independent."""
    observed: Values
    drawn: Values


def answered(talk: Talk, pairs: Replies) -> Answered:
    """Return the posts that have replies, and what these carry."""
    post, number = np.unique(pairs.source, return_inverse=True)
    carried = sums(number, talk.labels[pairs.target], len(post))
    return Answered(
        post=post,
        thread=np.unique(talk.thread[post], return_inverse=True)[1],
        author=np.unique(talk.author[post], return_inverse=True)[1],
        expressed=talk.labels[post],
        evoked=carried / np.bincount(number, minlength=len(post)).astype(np.float32)[:, None],
    )


def evoked(posts: Answered, *, k: int, nulls: int, rng: Generator) -> Evoked:
    """Return where evoked and expressed emotion differ; intervals and nulls by thread."""
    expressed = posts.expressed.mean(axis=0)
    gap = posts.evoked - posts.expressed
    threads = int(posts.thread.max()) + 1
    by_thread = sums(posts.thread, gap, threads).astype(np.float64)
    mean = gap.mean(axis=0, dtype=np.float64)
    size = np.bincount(posts.thread)[:, None]
    spread = np.sqrt(((by_thread - size * mean) ** 2).sum(axis=0)) / len(gap)
    wide = student.ppf(0.975, max(threads - 1, 1)) * np.sqrt(threads / max(threads - 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (posts.evoked * ~posts.expressed).sum(axis=0) / (~posts.expressed).sum(axis=0)
    observed, drawn = turned(by_thread, nulls, rng)
    return Evoked(
        expressed=expressed,
        evoked=posts.evoked.mean(axis=0, dtype=np.float64),
        half_width=wide * spread,
        without=without,
        matrix=_matrix(posts, k),
        observed=observed,
        drawn=drawn,
        threads=threads,
    )


def _matrix(posts: Answered, k: int) -> Values:
    rows = np.full((posts.expressed.shape[1],) * 2, np.nan)
    for label, carries in enumerate(posts.expressed.T):
        if len(np.unique(posts.author[carries])) >= k:
            rows[label] = posts.evoked[carries].mean(axis=0)
    return rows


def hidden(posts: Answered, label: int) -> Answered:
    """Return the posts that do not carry `label`, and what they evoke."""
    return of(posts, np.flatnonzero(~posts.expressed[:, label]))


def of(posts: Answered, rows: NDArray[np.int64]) -> Answered:
    """Return some of the posts."""
    return Answered(
        post=posts.post[rows],
        thread=np.unique(posts.thread[rows], return_inverse=True)[1],
        author=np.unique(posts.author[rows], return_inverse=True)[1],
        expressed=posts.expressed[rows],
        evoked=posts.evoked[rows],
    )


def terms(posts: Answered, label: int, words: pl.DataFrame, *, nulls: int, rng: Generator) -> Terms:
    """Return what the words of posts say about the share of replies with `label`.

    `words` has row (of `posts`), term and authors. Log-odds with an informative Dirichlet prior,
    the words of all these posts (Monroe, Colaresi & Quinn 2008, eq. 16, 22); nulls by
    exchanging whole threads, or whole authors where that says less.
    """
    named = words.unique("term").sort(["authors", "term"], descending=[True, False]).head(TERMS)
    names = named["term"].to_list()
    kept = words.join(named.select("term").with_row_index("column"), on="term")
    row, column = kept["row"].to_numpy(), kept["column"].to_numpy()
    y = posts.evoked[:, label].astype(np.float64)
    held = csr_matrix(
        (np.ones(len(row), dtype=np.float32), (row, column)), shape=(len(y), len(names))
    )
    count = np.asarray(held.sum(axis=0)).ravel()
    with_label = np.asarray(held.T @ y).ravel()
    log_odds, z = _dirichlet(with_label, count)
    observed, drawn = _scores(held, y - y.mean(), posts.thread, nulls, rng)
    by_author = _scores(held, y - y.mean(), posts.author, nulls, rng)
    less = by_author[0] < observed
    observed = np.where(less, by_author[0], observed)
    drawn[less] = by_author[1][less]
    return Terms(
        term=names,
        authors=named["authors"].to_numpy().astype(np.int64),
        posts=count.astype(np.int64),
        share=with_label / count,
        log_odds=log_odds,
        z=z,
        observed=observed,
        drawn=drawn,
    )


def _dirichlet(with_label: Values, count: Values) -> tuple[Values, Values]:
    prior = PRIOR * count / count.sum()
    others = count - with_label

    def logit(of: Values) -> Values:
        odds: Values = np.log((of + prior) / (of.sum() + PRIOR - of - prior))
        return odds

    log_odds = logit(with_label) - logit(others)
    return log_odds, log_odds / np.sqrt(1 / (with_label + prior) + 1 / (others + prior))


def _scores(
    held: csr_matrix, y: Values, cluster: NDArray[np.int64], nulls: int, rng: Generator
) -> tuple[Values, Values]:
    """Return |covariance of each word with y| over its spread (w,), and of the nulls (w, nulls).

    In a null the values of y lie in their clusters beside each other as they were, and the clusters
    lie in another order along the posts: what a cluster shares stays shared, in words and in y.
    """
    order = np.argsort(cluster, kind="stable")
    words, values = held[order].T.tocsr(), y[order].astype(np.float32)
    size = np.bincount(cluster)
    within = np.arange(len(y)) - np.repeat(np.cumsum(size) - size, size)
    drawn = np.empty((held.shape[1], nulls))
    batch = max(1, NUMBERS // len(y))
    for done in range(0, nulls, batch):
        laid = np.empty((len(y), min(batch, nulls - done)), dtype=np.float32)
        for column in laid.T:
            others = rng.permutation(len(size))
            start = np.empty(len(size), dtype=np.int64)
            start[others] = np.cumsum(size[others]) - size[others]
            column[np.repeat(start, size) + within] = values
        drawn[:, done : done + laid.shape[1]] = words @ laid
    seen = words @ values
    spread = drawn.std(axis=1)
    # A word of all posts has no spread but that of rounding, and says nothing.
    usual = np.sqrt(np.asarray(words.sum(axis=1)).ravel()) * values.std()
    says = spread > ROUNDING * usual
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=says)
    return np.abs(seen) * scale, np.abs(drawn) * scale[:, None]
