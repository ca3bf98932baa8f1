"""Which grouping of cause spans: noise, themes, coherence, stability, agreement with people.

    python benchmarks/cause_themes.py texts --data FOLDER     SAD: sentences, a person's category
    python benchmarks/cause_themes.py texts --db FILE         the spans of a tagged database
    python benchmarks/cause_themes.py trends --series 2000    false and true trends, t-test beside
    python benchmarks/cause_themes.py speed --db FILE --posts 100000

`npmi` is the mean normalised pointwise mutual information of a theme's four terms in the spans
(Bouma 2009), `rand` the adjusted Rand index of random halves, `again` the share of themes that a
half finds again (Jaccard >= 0.5); `purity` is the share of grouped texts that carry their theme's
commonest category, `chance` the same with categories shuffled.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from sklearn.cluster import DBSCAN, HDBSCAN

from affectcli.analyze import _causes_cluster as grouping
from affectcli.analyze import _causes_label, _causes_themes
from affectcli.analyze._causes_embed import embed
from affectcli.analyze._causes_trend import trends
from affectcli.store import Database

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._causes_cluster import Group


class Texts(NamedTuple):
    """What is grouped."""

    texts: list[str]
    categories: list[str] | None


def _dbscan(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    found = DBSCAN(eps=0.3, min_samples=4, metric="cosine").fit_predict(vectors)
    return grouping.largest_first(found, grouping.LEAST)


def _hdbscan(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    found = HDBSCAN(min_cluster_size=8, min_samples=4, copy=True).fit_predict(vectors)
    return grouping.largest_first(found, grouping.LEAST)


def _average(far: float, *, centred: bool, least: int = grouping.LEAST) -> Group:
    def group(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        read = grouping.centre(vectors) if centred else vectors
        return grouping.largest_first(grouping.average(read, far), least)

    return group


GROUPINGS: dict[str, Group] = {
    "dbscan, eps 0.3": _dbscan,
    "hdbscan, least 8": _hdbscan,
    **{f"average {far}": _average(far, centred=False) for far in (0.5, 0.6, 0.7)},
    **{f"average, centred, {far}": _average(far, centred=True) for far in (0.7, 0.8, 0.9)},
    "average, centred, 0.8, least 32": _average(0.8, centred=True, least=32),
    "the default: drawn to centres": grouping.cluster,
}


def _sad(folder: Path) -> Texts:
    frame = pl.read_csv(folder / "imhi_dr_sad" / "SAD.csv.gz")
    frame = frame.select(text=_causes_themes.plain(pl.col("text")), label=pl.col("label")).filter(
        pl.col("text") != ""
    )
    frame = frame.unique("text", maintain_order=True).sample(4000, seed=0, shuffle=True)
    return Texts(frame["text"].to_list(), frame["label"].to_list())


def _stored(path: Path, most: int) -> Texts:
    with Database(path).read() as con:
        spans = con.raw.sql("select distinct span from cause where span is not null").pl()
    texts = spans.select(text=_causes_themes.plain(pl.col("span")))["text"].unique().sort()
    texts = texts.filter(texts != "").sample(min(most, len(texts)), seed=0, shuffle=True)
    return Texts(texts.to_list(), None)


def texts(given: Texts, *, draws: int) -> None:
    """Print a row for each way to group the texts."""
    vectors = embed(given.texts)
    print(f"{len(given.texts)} texts, {draws} halves")
    print("| grouping | themes | noise | largest | npmi | rand | again | purity | chance | s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, group in GROUPINGS.items():
        begun = time.perf_counter()
        found = group(vectors)
        seconds = time.perf_counter() - begun
        halves = grouping.stability(vectors, found, group=group, draws=draws, seed=0)
        count = int(found.max()) + 1
        chosen = _causes_label.labels(given.texts, list(range(len(found))), found, k=5)
        line = [
            f"{count}",
            f"{np.mean(found < 0):.2f}",
            f"{np.mean(found == 0):.2f}",
            f"{_npmi(given.texts, chosen):.2f}",
            f"{np.mean(halves.rand):.2f} +-{np.std(halves.rand):.2f}",
            f"{np.mean(halves.again >= 0.5):.2f}",
            *_purity(given.categories, found),
            f"{seconds:.1f}",
        ]
        print(f"| {name} | {' | '.join(line)} |", flush=True)


def _purity(categories: list[str] | None, found: NDArray[np.int64]) -> tuple[str, str]:
    if categories is None or found.max() < 0:
        return "", ""
    _, kind = np.unique(categories, return_inverse=True)
    inside = found >= 0
    dice = np.random.default_rng(0)

    def share(kinds: NDArray[np.int64]) -> float:
        table = np.zeros((int(found.max()) + 1, int(kind.max()) + 1))
        np.add.at(table, (found[inside], kinds[inside]), 1)
        return float(table.max(axis=1).sum() / inside.sum())

    return f"{share(kind):.2f}", f"{share(dice.permutation(kind)):.2f}"


def _npmi(spans: list[str], chosen: dict[int, list[str]]) -> float:
    terms = sorted({term for group in chosen.values() for term in group})
    there = {t: np.array([t in span for span in spans]) for t in terms}
    scores = []
    for group in chosen.values():
        for a, b in itertools.combinations(group, 2):
            both = np.mean(there[a] & there[b])
            apart = there[a].mean() * there[b].mean()
            scores.append(-1.0 if both == 0 else float(np.log(both / apart) / -np.log(both)))
    return float(np.mean(scores)) if scores else float("nan")


def _wandering(
    phi: float, series: int, periods: int, dice: np.random.Generator
) -> NDArray[np.float64]:
    x = dice.normal(size=(series, periods))
    x[:, 0] /= np.sqrt(1 - phi**2)
    for k in range(1, periods):
        x[:, k] += phi * x[:, k - 1]
    return x


def trend(series: int) -> None:
    """Print % of series with a trend at 5 %: nothing rises, and a share that doubles."""
    from scipy.stats import linregress

    print(f"{series} series; Monte-Carlo error {100 * np.sqrt(0.05 * 0.95 / series):.1f}")
    print("| persistence | periods | false | t-test | found: share 5 % -> 10 % | covered |")
    print("|---|---|---|---|---|---|")
    dice = np.random.default_rng(0)
    for phi, periods in itertools.product((0.0, 0.5, 0.8), (8, 12, 24)):
        of = dice.integers(150, 600, periods).astype(float)
        at = np.arange(periods) / 12
        log_odds = np.log(0.07 / 0.93)
        wander = 0.3 * np.sqrt(1 - phi**2) * _wandering(phi, series, periods, dice)

        def drawn(
            line: NDArray[np.float64], wander: NDArray[np.float64] = wander
        ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            share = 1 / (1 + np.exp(-(line + wander)))
            return dice.binomial(of.astype(int), share) / of, share  # noqa: B023 -- used at once

        flat, _ = drawn(np.full(periods, log_odds))
        rise = np.linspace(np.log(0.05 / 0.95), np.log(0.1 / 0.9), periods)
        rising, _ = drawn(rise)
        line = trends(flat, of, at)
        usual = np.mean([linregress(at, row).pvalue <= 0.05 for row in flat])
        found = trends(rising, of, at)
        covered = np.mean(np.abs(line.slope) <= line.half_width)
        false = np.mean(line.p_value <= 0.05)
        true = np.mean((found.p_value <= 0.05) & (found.slope > 0))
        figures = f"{100 * false:.1f} | {100 * usual:.1f} | {100 * true:.0f} | {100 * covered:.1f}"
        print(f"| {phi} | {periods} | {figures} |", flush=True)


def speed(path: Path, posts: int) -> None:
    """Print seconds and memory for the spans that `posts` posts like the stored ones have."""
    with Database(path).read() as con:
        every = int(str(con.raw.sql("select count(*) from eligible").fetchall()[0][0]))
        spans = con.frame(
            "analyze/select_causes",
            tagger="mini",
            community="*",
            since=datetime(1, 1, 1),  # noqa: DTZ001 -- the database's times are naive UTC
            until=datetime(9999, 1, 1),  # noqa: DTZ001 -- the same
        )
    # More posts have more different spans: a word's number makes copies different, and as long.
    times = -(-posts // every)
    copies = [
        spans.with_columns(
            pl.col("post_id") + f"-{n}", pl.col("author") + f"-{n}", pl.col("span") + f" {n}"
        )
        for n in range(times)
    ]
    begun = time.perf_counter()
    from affectcli.analyze._causes_count import cells

    many = pl.concat(copies).head(spans.height * posts // every)
    themes = _causes_themes.find(many, most=6000, k=10, seed=0)
    found = cells(themes.spans, by="month", k=10)
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{posts:,} posts, {many.height:,} spans, {themes.different:,} different, {themes.read:,} "
        f"read, {len(found)} rows: {seconds:.0f} s, {memory:.2f} GiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["texts", "trends", "speed"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--most", type=int, default=4000)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--posts", type=int, default=100_000)
    args = parser.parse_args()
    if args.what == "texts":
        given = _sad(args.data) if args.data else _stored(args.db, args.most)
        texts(given, draws=args.draws)
    elif args.what == "trends":
        trend(args.series)
    else:
        speed(args.db, args.posts)
