"""How often `affect analyze contagion` finds what is not there, or misses what is.

    python benchmarks/contagion.py [--worlds 400] [--only NAME ...] [--speed]

Invented reply trees (150 threads of 20 posts by 200 authors, 6 labels, 199 shuffles): threads have
topics, labels a daily rhythm. The usual tool stands beside: the chi-squared test of reply on parent
over all replies, and of next on last post, Benjamini-Hochberg over labels. Then words of hidden
anger, turning points of a thread, and the time for 100,000 posts with 28 labels.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.signal import lfilter
from scipy.stats import chi2

from affectcli.analyze import _contagion_effect as effect
from affectcli.analyze import _contagion_evoked as answers
from affectcli.analyze import _shifts
from affectcli.analyze._contagion_rows import HOUR, Talk, replies
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._turning import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

BLOCK = 6
BASE = -2.0
"""Logit of a label's usual share."""


@dataclass(frozen=True)
class World:
    """An invented community; strengths on the logit scale, copies as probabilities."""

    contagion: float = 0.0
    """Chance that a reply takes over label 0 of its parent."""
    inertia: float = 0.0
    """Chance that an author's next post takes over label 0 of the last one."""
    topic: float = 1.0
    habit: float = 0.0
    drift: float = 0.0
    """Spread of the labels' move from the first to the last hour of a thread."""
    episode: float = 0.0
    """What a tenth of the days adds to all labels."""
    speakers: int = 0
    """People in a thread, 0: anybody."""
    shuffled: bool = False
    """Whether replies change labels within thread and hours at last."""
    threads: int = 150
    size: int = 20
    labels: int = 6
    authors: int = 200


WORLDS = {
    "replies shuffled (contagion 0.3 before)": World(contagion=0.3, shuffled=True),
    "topics and rhythm": World(),
    "strong topics": World(topic=2.0),
    "authors' habits": World(habit=1.0),
    "habits, dialogues of 4": World(habit=1.0, speakers=4),
    "moods of days": World(episode=1.5),
    "threads that drift": World(drift=1.0),
    "contagion 0.05": World(contagion=0.05),
    "contagion 0.10": World(contagion=0.10),
    "contagion 0.15": World(contagion=0.15),
    "contagion 0.20": World(contagion=0.20),
    "contagion 0.30": World(contagion=0.30),
    "inertia 0.10": World(inertia=0.10),
    "inertia 0.20": World(inertia=0.20),
    "inertia 0.30, habits": World(inertia=0.30, habit=1.0),
}


def talk(world: World, rng: Generator) -> Talk:
    """Return the posts of a world, in time order."""
    count, size = world.threads, world.size
    thread, place = np.repeat(np.arange(count), size), np.tile(np.arange(size), count)
    start = rng.integers(0, 60 * 24 * HOUR, count)
    wait = np.sort(rng.integers(60, 12 * HOUR, (count, size)), axis=1)
    wait[:, 0] = 0
    seconds = start[thread] + wait.ravel()
    parent = np.where(place > 0, (rng.random(len(place)) * place).astype(int) + thread * size, -1)
    author = rng.integers(0, world.authors, len(place))
    if world.speakers:
        cast = rng.integers(0, world.authors, (count, world.speakers))
        author = cast[thread, rng.integers(0, world.speakers, len(place))]
    order = np.argsort(seconds, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    made = Talk(
        emotions=[f"e{i}" for i in range(world.labels)],
        labels=np.zeros((len(order), world.labels), dtype=np.bool_),
        seen=np.ones(len(order), dtype=np.bool_),
        author=author[order],
        parent=np.where(parent >= 0, rank[parent], -1)[order],
        answers=(parent >= 0)[order],
        thread=rank[thread * size][order],
        seconds=seconds[order],
        quotes=np.zeros(len(order), dtype=np.bool_),
    )
    labels = _labels(world, made, wait.ravel()[order] / (12 * HOUR), rng)
    return replace(made, labels=_shuffled(made, labels, rng) if world.shuffled else labels)


def _labels(
    world: World, made: Talk, age: NDArray[np.float64], rng: Generator
) -> NDArray[np.bool_]:
    """Draw the labels of posts in time order; what is passed on is added to what they feel."""
    m = world.labels
    clock = np.sin(2 * np.pi * (made.seconds // (BLOCK * HOUR)) * BLOCK / 24)
    numbers = np.unique(made.thread, return_inverse=True)[1]
    logit = BASE + world.topic * rng.standard_normal((world.threads, m))[numbers]
    logit += world.habit * rng.standard_normal((world.authors, m))[made.author]
    logit += clock[:, None] * np.linspace(-1, 1, m)
    logit += world.drift * (age - 0.5)[:, None] * rng.standard_normal((world.threads, m))[numbers]
    logit += world.episode * (rng.random(62) < 0.1)[made.seconds // (24 * HOUR)][:, None]
    labels: NDArray[np.bool_] = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    copies = rng.random((len(labels), 2)) < [world.contagion, world.inertia]
    last: dict[int, int] = {}
    for post in np.arange(len(labels)) if copies.any() else ():
        author, parent = int(made.author[post]), int(made.parent[post])
        if copies[post, 0] and parent >= 0 and made.author[parent] != author:
            labels[post, 0] |= labels[parent, 0]
        if copies[post, 1] and author in last:
            labels[post, 0] |= labels[last[author], 0]
        last[author] = int(post)
    return labels


def _shuffled(made: Talk, labels: NDArray[np.bool_], rng: Generator) -> NDArray[np.bool_]:
    mixed = labels.copy()
    at = np.flatnonzero(made.answers)
    keys = np.stack([made.thread[at], made.seconds[at] // (BLOCK * HOUR)])
    ordered = at[np.lexsort((*keys,))]
    drawn = at[np.lexsort((rng.random(len(at)), *keys))]
    mixed[ordered] = labels[drawn]
    return mixed


def family(design: effect.Design, nulls: int, seed: int) -> tuple[float, float, effect.Effects]:
    """Return the smallest family-wise p-value, that of label 0, and the effects."""
    found = effect.measure(design, nulls=nulls, rng=np.random.default_rng(seed))
    p = _shifts.family_p_values(found.observed, found.drawn)
    return float(p.min()), float(p[0]), found


def usual(
    labels: NDArray[np.bool_], source: NDArray[np.int64], target: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the q-values of chi-squared tests of target on source, one a label."""
    a, b = labels[source], labels[target]
    n = len(source)
    both, x, y = (a & b).sum(axis=0), a.sum(axis=0), b.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = n * (n * both - x * y) ** 2 / (x * y * (n - x) * (n - y))
    return benjamini_hochberg(chi2.sf(score, 1))


def share(found: Sequence[bool]) -> str:
    """Return a percentage with its Monte-Carlo error."""
    p = float(np.mean(found))
    return f"{100 * p:5.1f} +-{100 * math.sqrt(max(p * (1 - p), 0.01) / len(found)):.1f}"


def print_worlds(worlds: int, only: Sequence[str]) -> None:
    """Print one line a world: any claim of the family, label 0, its mean, cover of label 1."""
    print(
        f"% of {worlds} worlds: any label claimed; label 0 claimed; its mean slope; 95 % interval"
    )
    print("of label 1 (never planted) holds 0; the usual tool: any label claimed")
    for name in only or WORLDS:
        world = WORLDS[name]
        rows: dict[str, list[list[float]]] = {"contagion": [], "inertia": []}
        rng = np.random.default_rng(list(name.encode()))
        for seed in range(worlds):
            made = talk(world, rng)
            pairs = replies(made)
            for kind, design, plain in (
                ("contagion", effect.contagion(made, pairs, BLOCK), (pairs.source, pairs.target)),
                ("inertia", effect.inertia(made, BLOCK), effect.successions(made)),
            ):
                least, planted, found = family(design, 199, seed)
                covers = abs(found.difference[1]) <= found.half_width[1]
                naive = usual(made.labels, *plain).min() <= 0.05
                row = [least <= 0.05, planted <= 0.05, found.difference[0], covers, naive]
                rows[kind].append([float(value) for value in row])
        for kind, found_rows in rows.items():
            claims, planted_, slope, cover, naive_ = np.array(found_rows).T
            print(
                f"{name:42}{kind:11}{share(list(claims > 0)):>12}{share(list(planted_ > 0)):>12}"
                f"{slope.mean():>8.3f}{share(list(cover > 0)):>12}{share(list(naive_ > 0)):>12}",
                flush=True,
            )


def print_words(worlds: int) -> None:
    """Print how often a word is called a mark of hidden anger: none is, or one is."""
    print(
        f"\nWords of hidden anger, 200, % of {worlds} worlds: any other word; the planted one;"
        " posts with the planted word"
    )
    for threads, more in ((150, 0.0), (150, 0.1), (300, 0.1), (600, 0.1), (150, 0.2), (300, 0.2)):
        rng, others, planted, counts = np.random.default_rng(3), [], [], []
        for seed in range(worlds):
            made = talk(World(labels=1, threads=threads), rng)
            posts = answers.hidden(answers.answered(made, replies(made)), 0)
            count = len(posts.post)
            # Words keep to threads and authors, as the words of people do.
            topic = rng.standard_normal((threads, 200))[posts.thread]
            held = rng.random((count, 200)) < 1 / (1 + np.exp(3 - topic))
            counts.append(int(held[:, 0].sum()))
            angry = posts.evoked.copy()
            angry[held[:, 0] & (rng.random(count) < more)] = 1
            row, column = np.nonzero(held)
            words = pl.DataFrame({"row": row, "term": [f"w{i:03}" for i in column], "authors": 20})
            found = answers.terms(
                replace(posts, evoked=angry), 0, words, nulls=199, rng=np.random.default_rng(seed)
            )
            p = _shifts.family_p_values(found.observed, found.drawn)
            others.append(bool(p[np.array(found.term) != "w000"].min() <= 0.05))
            planted.append(bool(p[found.term.index("w000")] <= 0.05))
        print(
            f"{threads} threads, {100 * more:.0f} points more angry replies".ljust(42),
            f"{share(others):>14}{share(planted):>14}{np.mean(counts):>8.0f}",
            flush=True,
        )


def print_turns(worlds: int) -> None:
    """Print how often a thread is cut: without a turn, and with one of 1 or 2 sd in 3 signals."""
    print(
        f"\nThreads of 29 signals, % of {worlds} cut: no turn; 1 sd; 2 sd; of these within 3 posts"
    )
    memories = {"0": (0.0, 0.0), "0.3": (0.3, 0.3), "0.5": (0.5, 0.5), "0 to 0.6": (0.0, 0.6)}
    for n in (40, 100, 300):
        for name, (least, most) in memories.items():
            phis = np.linspace(least, most, 29)
            rng = np.random.default_rng([n, int(10 * least), int(10 * most)])
            line = f"n = {n}, AR {name}".ljust(42)
            near: list[bool] = []
            for size in (0.0, 1.0, 2.0):
                cut = []
                for _ in range(worlds):
                    x = _memory(n, rng.permutation(phis), rng)
                    x[n // 2 :, :3] += size
                    turns = segment(1 / (1 + np.exp(3 - 2 * x)), rng, nulls=199)
                    cut.append(bool(turns))
                    if turns and size > 1:
                        near.append(min(abs(turn.at - n // 2) for turn in turns) <= 3)
                line += f"{share(cut):>14}"
            print(line + f"{share(near):>14}", flush=True)


def _memory(n: int, phis: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """Return first-order autoregressions of unit variance, shape (n, signals)."""
    noise = rng.standard_normal((len(phis), n + 50))
    lines = [
        lfilter([math.sqrt(1 - phi**2)], [1, -phi], drawn)[50:]
        for phi, drawn in zip(phis, noise, strict=True)
    ]
    return np.stack(lines, axis=1)


def print_speed() -> None:
    """Print the seconds of both families for 100,000 posts, 28 labels and 999 shuffles."""
    world = World(threads=2000, size=50, labels=28, authors=8000)
    made = talk(replace(world, topic=1.0), np.random.default_rng(0))
    rare = made.labels & (np.random.default_rng(1).random(made.labels.shape) < 0.3)
    made = replace(made, labels=rare)
    started, used = time.perf_counter(), time.process_time()
    pairs = replies(made)
    for design in (effect.contagion(made, pairs, BLOCK), effect.inertia(made, BLOCK)):
        effect.measure(design, nulls=999, rng=np.random.default_rng(0))
    answers.evoked(answers.answered(made, pairs), k=10, nulls=999, rng=np.random.default_rng(0))
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"\n100,000 posts, 28 labels ({rare.sum(axis=1).mean():.1f} a post), 999 shuffles: "
        f"{time.perf_counter() - started:.1f} s, {time.process_time() - used:.1f} s of CPU, "
        f"{gib:.2f} GiB at most"
    )


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--only", nargs="*", default=[], choices=list(WORLDS))
    parser.add_argument("--speed", action="store_true", help="only the time")
    options = parser.parse_args()
    if not options.speed:
        print_worlds(options.worlds, options.only)
    if not options.only and not options.speed:
        print_words(options.worlds // 2)
        print_turns(options.worlds // 2)
    if not options.only:
        print_speed()


if __name__ == "__main__":
    main()
