"""The second estimate of a share: from all probabilities, not from decisions.

EMQ (Saerens, Latinne & Decaestecker 2002) moves the prior of a probabilistic classifier until it
agrees with the posteriors that follow from it. The steps of that EM climb a likelihood that is
concave in the share, so its maximum is found by bisection: EM itself can need thousands of steps.
It trusts that probabilities mean what they say, where the adjusted count trusts counted errors:
where the two disagree is a reason to calibrate by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALVINGS = 40
KEY = ("community", "ts", "measure")


def with_emq(fresh: pl.DataFrame, histogram: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of aggregate/select_prevalence with `emq`, null where `value` is null.

    `histogram` has the rows of aggregate/select_histogram, a bucket's rows one after another.
    """
    if histogram.is_empty():
        return fresh.with_columns(emq=pl.lit(None, pl.Float64))
    bucket = histogram.select(pl.struct(KEY).rle_id()).to_series().to_numpy().astype(np.int64)
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    posts = histogram["posts"].to_numpy().astype(np.float64)
    p, prior = histogram["mass"].to_numpy() / posts, histogram["prior"].to_numpy()
    share = estimate(p, posts, prior=prior, starts=starts)
    found = histogram[starts.tolist()].select(KEY).with_columns(emq=pl.Series(share))
    joined = fresh.join(found, on=KEY, how="left", maintain_order="left")
    return joined.with_columns(emq=pl.when(pl.col("value").is_not_null()).then("emq"))


def estimate(
    p: NDArray[np.float64],
    posts: NDArray[np.float64],
    *,
    prior: NDArray[np.float64],
    starts: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return the share that makes each bucket's probabilities likeliest, (buckets,).

    `posts[i]` posts have probability `p[i]` from a classifier whose training share was `prior[i]`;
    a bucket is the rows from one of `starts` to the next. Rounded to 1e-6.
    """
    said, unsaid = p / prior, (1 - p) / (1 - prior)
    rows = np.diff(np.append(starts, len(p)))
    low, high = np.zeros(len(starts)), np.ones(len(starts))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        at = np.repeat(middle, rows)
        slope = posts * (said - unsaid) / (at * said + (1 - at) * unsaid)
        rises = np.add.reduceat(slope, starts) > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    share: NDArray[np.float64] = np.round((low + high) / 2, 6)
    return share
