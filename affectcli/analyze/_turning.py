"""Where the emotion of a thread turns: its posts in time order, cut where their level shifts.

Binary segmentation (Scott & Knott 1974; Vostrikova 1981): the largest cumulated deviation over
positions, emotions and valence is compared with that of the same posts in another order. What a
post shares with the one before it is taken out first, and posts change places in runs of about
n^(1/3), so that answers that take up their parent's mood are no turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError, UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.store import Context

LEVEL = 0.05
LEAST, SEGMENT = 20, 5
"""Posts of a thread, and of a stretch between two turns, at the least."""
NULLS = 999
BESIDE = 5
"""Posts that are named on each side of a turn."""
MOST, TINY = 0.9, 1e-12
NUMBERS = 20_000_000
"""Numbers held at once while posts are put in other orders: 80 MB."""


class Turn(NamedTuple):
    """One turn of a sequence."""

    at: int
    """Position of the first post after it."""
    p_value: float
    signals: list[int]
    """The columns that shift, the clearest first."""


def turning_points(
    ctx: Context, thread: str, *, until: datetime = signals.END_OF_TIME
) -> list[dict[str, Any]]:
    """Return where the emotion of the thread that holds the post `thread` shifts, in time order.

    A row is a turn: `thread`, `ts` and `post_id` of the first post after it; `signal` that shifts
    most, its mean `before` and `after` (up to the next turns), `p_value` over all positions and
    signals; `emotions`, the means of all signals that shift; `n_before`, `n_after`, and in
    `posts_before` and `posts_after` the ids of the nearest posts. No row where nothing shifts.

    Raises:
        UsageError: there is no such post.
        AnalysisError: fewer than 20 tagged posts, or fewer authors than reports may show.
    """
    with ctx.db.read() as con:
        near = con.frame("analyze/select_turning_threads", thread=thread)
        if not near["same"].any():
            known = ", ".join(near["post_id"])
            raise UsageError(
                f"There is no post {thread!r}.", known=f"Nearest: {known}." if known else ""
            )
        tagger = ctx.settings.tag.tagger
        frame = con.frame("analyze/select_turning_posts", thread=thread, tagger=tagger, until=until)
        names = frame["labels"][0].to_list() if len(frame) else []
        weak = signals.weak(con, [f":{name}" for name in names], tagger=tagger)
    _refuse(frame, thread, ctx.settings.report.k)
    frame = frame.with_columns(
        pl.col("p").list.get(i).alias(name) for i, name in enumerate(names)
    ).with_columns(pl.col("valence").fill_null(0))
    names = [name for name in [*names, "valence"] if f":{name}" not in weak]
    values = frame.select(names).to_numpy().astype(np.float64)
    turns = segment(values, np.random.default_rng(ctx.seed))
    edges = [0, *(turn.at for turn in turns), len(values)]
    return [
        _row(frame, names, turn, thread=thread, span=(edges[i], edges[i + 2]))
        for i, turn in enumerate(turns)
    ]


def _refuse(frame: pl.DataFrame, thread: str, k: int) -> None:
    if len(frame) < LEAST:
        raise AnalysisError(
            f"The thread of {thread} has {len(frame)} tagged posts; {LEAST} are needed.",
            do="affect status, or a longer thread",
        )
    if frame["author"].n_unique() < k:
        raise AnalysisError(
            f"The thread of {thread} has fewer than {k} authors.",
            known="What so few people feel is not shown.",
        )


def segment(
    values: NDArray[np.float64], rng: Generator, *, nulls: int = NULLS, level: float = LEVEL
) -> list[Turn]:
    """Return the turns of `values` (n, signals), in order; what never varies is not looked at.

    Each stretch is cut where its test over all positions and signals has p <= `level`, and its
    parts again. That a sequence without any turn is cut at all has the chance `level`.
    """
    varies = np.flatnonzero(np.ptp(values, axis=0) > 0) if len(values) else np.array([], np.int64)
    found: list[Turn] = []
    waiting = [(0, len(values))]
    while waiting:
        first, stop = waiting.pop()
        if stop - first < 2 * SEGMENT or not len(varies):
            continue
        at, p, clear = _cut(values[first:stop, varies], rng, nulls, level)
        if p <= level:
            found.append(Turn(first + at, p, varies[clear].tolist()))
            waiting += [(first, first + at), (first + at, stop)]
    return sorted(found)


def deviation(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far means part at each cut, shape (..., n - 2 SEGMENT + 1, signals).

    `values` (..., n, signals) are standardised; |mean before - mean after| sqrt(k (n - k) / n) is
    the likelihood ratio of one shift in a normal mean (Hawkins 1977).
    """
    n = values.shape[-2]
    k = np.arange(SEGMENT, n - SEGMENT + 1, dtype=np.float32)[:, None]
    sums = np.cumsum(values, axis=-2)[..., SEGMENT - 1 : n - SEGMENT, :]
    parts: NDArray[np.float32] = np.abs(sums) * np.sqrt(n / (k * (n - k)), dtype=np.float32)
    return parts


def _cut(
    values: NDArray[np.float64], rng: Generator, nulls: int, level: float
) -> tuple[int, float, NDArray[np.int64]]:
    """Return the best cut of a stretch, its p-value, and the signals that shift there."""
    spread = values.std(axis=0)
    level_free = values - values.mean(axis=0)
    z = np.divide(level_free, spread, out=np.zeros_like(values), where=spread > 0)
    z = without_memory(z).astype(np.float32)
    here = deviation(z)
    best = int(here.max(axis=1).argmax())
    largest = _largest(z, rng, nulls)
    p = (1 + int((largest >= here[best].max()).sum())) / (1 + nulls)
    beyond = np.quantile(largest, 1 - level)
    order = np.argsort(-here[best], kind="stable")
    clear = order[(here[best, order] > beyond) | (np.arange(len(order)) == 0)]
    return best + SEGMENT, p, clear


def without_memory(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take out of `z` (n, signals), standardised, what a post shares with the one before it.

    One first-order autoregression for all signals, by their median: a shift of a few does not move
    it, and it is known better than that of each. Its bias is corrected (Kendall 1954).
    """
    n = len(z)
    rho = float(np.median((z[1:] * z[:-1]).sum(axis=0) / n))
    rho = min(max((n * rho + 1) / (n - 4), 0.0), MOST)
    white = z.copy()
    white[0] *= np.sqrt(1 - rho**2)
    white[1:] -= rho * z[:-1]
    white /= np.maximum(white.std(axis=0), TINY)
    return white


def _largest(z: NDArray[np.float32], rng: Generator, nulls: int) -> NDArray[np.float32]:
    """Return the largest deviation in each of `nulls` other orders of the posts."""
    n, length = len(z), max(1, round(len(z) ** (1 / 3)))
    starts = np.arange(0, n, length)
    batch = max(1, NUMBERS // z.size)
    found = []
    for done in range(0, nulls, batch):
        count = min(batch, nulls - done)
        keys = rng.random((count, len(starts)))
        # Where a run begins is drawn too: the circle of posts is turned first.
        turned = (np.arange(n) + rng.integers(0, n, (count, 1))) % n
        order = np.argsort(np.repeat(keys, length, axis=1)[:, :n], axis=1, kind="stable")
        drawn = z[np.take_along_axis(turned, order, axis=1)]
        found.append(deviation(drawn).max(axis=(1, 2)))
    return np.concatenate(found)


def _row(
    frame: pl.DataFrame, names: list[str], turn: Turn, *, thread: str, span: tuple[int, int]
) -> dict[str, Any]:
    first, stop = span
    before, after = frame[first : turn.at], frame[turn.at : stop]
    means = {
        names[i]: {"before": before[names[i]].mean(), "after": after[names[i]].mean()}
        for i in turn.signals
    }
    clearest = names[turn.signals[0]]
    return {
        "thread": thread,
        "post_id": after["post_id"][0],
        "ts": after["created"][0],
        "signal": clearest,
        **means[clearest],
        "p_value": turn.p_value,
        "emotions": means,
        "n_before": len(before),
        "n_after": len(after),
        "posts_before": before["post_id"].tail(BESIDE).to_list(),
        "posts_after": after["post_id"].head(BESIDE).to_list(),
    }
