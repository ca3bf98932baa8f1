"""How often the 95 % interval of a prevalence holds the true share, beside classify-and-count's.

    python benchmarks/prevalence.py [--days 1500] [--shares 0.005 0.6] [--time]

Days of an invented community: few authors write much of it, each has an inclination of their own
(beta with 8 posts' worth of agreement), and a tagger errs on it. Each day is a community of its own
with validation counts of its own, so that the classifier's uncertainty is part of every interval.
The statements in sql/aggregate make the estimates, as in `affect aggregate`.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli import aggregate
from affectcli.settings import Settings
from affectcli.store import Context, Database

if TYPE_CHECKING:
    from numpy.random import Generator

SHARES = (0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
AGREEMENT = 8.0
DAY = datetime(2024, 1, 1)  # noqa: DTZ001  # stored times are naive UTC


class Tagger(NamedTuple):
    """How a tagger errs, and on how many posts that was counted."""

    tpr: float
    fpr: float
    positives: int
    negatives: int


class Community(NamedTuple):
    """How many posts a day by at most how many authors."""

    posts: int
    authors: int


TAGGERS = {
    "validated": Tagger(0.6, 0.04, 150, 5000),
    "by hand, 200 posts": Tagger(0.8, 0.02, 60, 140),
    "strict": Tagger(0.5, 0.005, 100, 5000),
}
COMMUNITIES = (Community(60, 30), Community(300, 120), Community(1000, 400))


def posts(rng: Generator, share: float, size: Community, tagger: Tagger, days: int) -> pl.DataFrame:
    """Return day (a community each), author and whether the tagger says the label, by post."""
    active = rng.pareto(2.0, (days, size.authors)) + 0.2
    written = np.stack([rng.multinomial(size.posts, row / row.sum()) for row in active])
    lean = rng.beta(AGREEMENT * share, AGREEMENT * (1 - share), (days, size.authors))
    true = rng.binomial(written, lean)
    hits = rng.binomial(true, tagger.tpr) + rng.binomial(written - true, tagger.fpr)
    day, author = (axis.ravel() for axis in np.indices(written.shape))
    both = [
        (np.repeat(day, n), np.repeat(author, n), said)
        for n, said in ((hits.ravel(), True), ((written - hits).ravel(), False))
    ]
    return pl.concat(
        pl.DataFrame({"day": d, "author": a}).with_columns(said=pl.lit(said)) for d, a, said in both
    ).with_row_index("n")


def store(db: Database, made: pl.DataFrame, tagger: Tagger, rng: Generator, days: int) -> None:
    """Store posts, their scores (two texts: said and unsaid) and each day's own counts."""
    tp, fp = (
        rng.binomial(n, p, days)
        for n, p in ((tagger.positives, tagger.tpr), (tagger.negatives, tagger.fpr))
    )
    own = pl.DataFrame(
        {
            "day": np.arange(days),
            "tp": tp,
            "fn": tagger.positives - tp,
            "fp": fp,
            "tn": tagger.negatives - fp,
        }
    )
    with db.write() as con:
        con.register(made=made, own=own)
        con.raw.execute(
            "insert into post by name select 't:' || n as post_id, 't' as source,"
            " 'c/' || day as community, 'message' as kind, day || '-' || author as author,"
            " $day as created, '' as title, 'x' as body, 'en' as lang, [] as symbols,"
            " said::int::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made",
            {"day": DAY},
        )
        con.raw.execute(
            "insert into score values (0, 'mini', 'r1', 'goemotions28', [0.1], 'r'),"
            " (1, 'mini', 'r1', 'goemotions28', [0.9], 'r')"
        )
        con.raw.execute(
            "insert into label values ('mini', 'r1', 'goemotions28', 1, 'fear', -1, 0.5, 0, 0, 0,"
            " 0, true, 'many', false, ['en'])"
        )
        con.raw.execute(
            "insert into calibration by name select 'c/' || day as community, 'mini' as tagger,"
            " 'goemotions28' as scheme, 'r1' as revision, 'fear' as label, tp, fn, fp, tn,"
            " 200 as posts, 'r' as run_id from own"
        )


def covered(
    share: float, size: Community, tagger: Tagger, days: int, seed: int
) -> tuple[float, float, float]:
    """Return how often the interval and classify-and-count's cover, and how wide ours is."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "a.duckdb")
        store(db, posts(rng, share, size, tagger, days), tagger, rng, days)
        aggregate.run(Context(db, Settings(db=db.path), "run"))
        with db.read() as con:
            daily = con.raw.sql("from daily where measure = 'fear' and value is not null").pl()
    half = 1.96 * (daily["raw"] * (1 - daily["raw"]) / daily["posts"]).sqrt()
    plain = pl.lit(share).is_between(daily["raw"] - half, daily["raw"] + half)
    counts = daily.select(
        ours=pl.lit(share).is_between("low", "high").mean(),
        plain=plain.mean(),
        width=(pl.col("high") - pl.col("low")).mean(),
    )
    ours, plain_, width = counts.row(0)
    return float(ours), float(plain_), float(width)


def print_coverage(days: int, shares: list[float]) -> None:
    """Print one line for each community and tagger, one column for each true share."""
    error = 100 * math.sqrt(0.05 * 0.95 / days)
    print(f"Share of {days} days whose 95 % interval holds the true share, % (+-{error:.1f}):")
    print("adjusted / classify-and-count / width of ours in points")
    print(f"{'posts':>6} {'tagger':20}" + "".join(f"{100 * s:>17g} %" for s in shares))
    worst = [1.0, 0.0]
    for size in COMMUNITIES:
        for name, tagger in TAGGERS.items():
            line = f"{size.posts:>6} {name:20}"
            for number, share in enumerate(shares):
                ours, plain, width = covered(share, size, tagger, days, number)
                worst = [min(worst[0], ours), max(worst[1], ours)]
                line += f"{100 * ours:>8.1f} /{100 * plain:>4.0f} /{100 * width:>4.0f}"
            print(line, flush=True)
    print(f"adjusted: {100 * worst[0]:.1f} to {100 * worst[1]:.1f} %")


def print_time() -> None:
    """Print how long `affect aggregate` takes for a million posts."""
    rng = np.random.default_rng(1)
    days, size = 1000, Community(1000, 400)
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "a.duckdb")
        tagger = TAGGERS["validated"]
        store(db, posts(rng, 0.1, size, tagger, days), tagger, rng, days)
        start = time.perf_counter()
        aggregate.run(Context(db, Settings(db=db.path), "run"))
        print(f"{days * size.posts:,} posts aggregated in {time.perf_counter() - start:.1f} s")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--days", type=int, default=1500)
    parser.add_argument("--shares", type=float, nargs="*", default=list(SHARES))
    parser.add_argument("--time", action="store_true", help="only the time")
    options = parser.parse_args()
    if options.time:
        print_time()
    else:
        print_coverage(options.days, options.shares)


if __name__ == "__main__":
    main()
