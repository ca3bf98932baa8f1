"""How often `affect analyze drivers` ranks a planted cause first, and names one where none is.

    python benchmarks/drivers.py [--cases 10] [--only KIND ...] [--speed]

A community of heavy-tailed authors, threads and words, with a tagger that reads words (some for,
some against the label) and errs, and topics that drift without a mood. In the window one cause is
planted: a term, a thread, newcomers, or one author; or a mood that everybody shares; or nothing.
Beside it what is usually done: log-odds of words (Monroe et al. 2008), a lexicon word shift (Dodds
et al. 2011) with half of the tagger's own words, and plain counts of posts that carry the label.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.analyze._drivers_posts import Posts
from affectcli.analyze._drivers_rank import DRIVER, explain
from affectcli.analyze._drivers_tables import NEW, ONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.analyze._drivers_rank import Explained

CAUSES = ("term", "thread", "newcomers", "one author")
QUIET = ("mood of all", "nothing")
TERM, THREAD = "depeg", "t/planted"
FELT, MOOD, NEUTRAL = 60, 120, 3000
"""Words for the label, for it or against it, and in all."""


class World(NamedTuple):
    """Posts, and the words of each as numbers: what the usual tools read."""

    posts: Posts
    used: list[NDArray[np.int64]]
    weights: NDArray[np.float64]
    """Of each word, in the tagger."""


def names() -> NDArray[np.str_]:
    """Return the words: letters only, so that each is one term."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    digits = np.stack([np.arange(NEUTRAL) // 26**p % 26 for p in range(3)], axis=1)
    return np.array(["w" + "".join(letters[row]) for row in digits])


def world(kind: str, rng: Generator, *, size: int = 4500) -> World:
    """Return two spans of posts, two thirds of them in the baseline, with a cause in the window."""
    late = np.arange(size) >= 2 * size // 3
    pool = size // 5
    activity = rng.lognormal(0, 1.2, pool)
    stays = rng.choice(3, pool, p=[0.5, 0.25, 0.25])  # both spans, the baseline, the window
    author = np.empty(size, dtype=np.int64)
    for there, absent in ((late, 1), (~late, 2)):
        chance = activity * (stays != absent)
        author[there] = rng.choice(pool, int(there.sum()), p=chance / chance.sum())
    thread = (rng.zipf(1.6, size) % (size // 40)) + size * late
    tilt = np.exp(rng.normal(0, 0.6, pool))[author]
    window = np.flatnonzero(late)
    planted = np.zeros(size, dtype=bool)
    share = {"term": 0.08, "thread": 0.12, "newcomers": 0.3, "one author": 0.1}.get(kind, 0.0)
    planted[rng.choice(window, int(share * len(window)), replace=False)] = True
    if kind == "thread":
        thread[planted], tilt[planted] = -1, 6 * tilt[planted]
    elif kind == "one author":
        author[planted], tilt[planted] = pool, 6.0
    elif kind == "newcomers":
        author[planted] = pool + rng.integers(0, size // 30, int(planted.sum()))
        tilt[planted] *= 3
    elif kind == "mood of all":
        tilt[late] *= 1.5
    return _written(kind, rng, author=author, thread=thread, late=late, tilt=tilt, planted=planted)


def _written(
    kind: str,
    rng: Generator,
    *,
    author: NDArray[np.int64],
    thread: NDArray[np.int64],
    late: NDArray[np.bool_],
    tilt: NDArray[np.float64],
    planted: NDArray[np.bool_],
) -> World:
    weights = np.zeros(NEUTRAL + 1)
    weights[:FELT] = rng.uniform(1.0, 3.0, FELT)
    weights[FELT:MOOD] = -rng.uniform(0.5, 2.0, MOOD - FELT)
    weights[NEUTRAL] = 4.0
    base = 1.0 / np.arange(1, NEUTRAL - MOOD + 1)
    drifted = base.copy()
    drifted[rng.choice(np.arange(20, 300), 5, replace=False)] *= 6
    often = [chance / chance.sum() for chance in (base, drifted)]
    known = np.append(names(), TERM)
    used, texts = [], []
    for place in range(len(author)):
        words = [
            rng.choice(np.arange(MOOD, NEUTRAL), rng.poisson(14) + 1, p=often[int(late[place])]),
            rng.integers(0, FELT, rng.poisson(0.25 * tilt[place])),
            rng.integers(FELT, MOOD, rng.poisson(0.4)),
        ]
        if kind == "term" and (planted[place] or rng.random() < 0.002):
            words.append(np.array([NEUTRAL]))
        told = rng.permutation(np.concatenate(words))
        used.append(told)
        texts.append(" ".join(known[told]))
    seen = np.array([weights[np.unique(told)].sum() for told in used])
    said = (seen + rng.normal(0, 0.7, len(seen)) > 1.8).astype(np.float64)
    why = np.array(["work", "money", "health", "family", "other"])[rng.integers(0, 5, len(said))]
    posts = Posts(
        author=np.unique(author, return_inverse=True)[1].astype(np.int64),
        text=np.arange(len(said)),
        late=late,
        mass=said,
        community=np.array(["c/a", "c/b", "c/c"])[
            rng.choice(3, len(said), p=[0.6, 0.3, 0.1])
        ].tolist(),
        thread=[THREAD if t < 0 else f"t/{t}" for t in thread.tolist()],
        category=[c if s else None for c, s in zip(why.tolist(), said, strict=True)],
        texts=pl.Series(texts),
    )
    return World(posts, used, weights)


def planted_row(kind: str) -> tuple[str, str]:
    """Return dimension and name of the row that must rank first."""
    return {
        "term": ("terms", TERM),
        "thread": ("threads", THREAD),
        "newcomers": ("authors", NEW),
        "one author": ("authors", ONE),
    }[kind]


def log_odds(made: World, _: Generator) -> tuple[str, str]:
    """Return the word whose log-odds moved most, with an informative Dirichlet prior."""
    late = made.posts.late
    count = np.stack([_counted(made.used, there) for there in (~late, late)])
    prior = (count.sum(axis=0) + 0.01) * 500 / count.sum()
    total = count.sum(axis=1, keepdims=True)
    odds = np.log((count + prior) / (total + prior.sum() - count - prior))
    z = (odds[1] - odds[0]) / np.sqrt((1 / (count + prior)).sum(axis=0))
    return "terms", str(np.append(names(), TERM)[int(z.argmax())])


def lexicon(made: World, rng: Generator) -> tuple[str, str]:
    """Return the word with the largest part in the change of a lexicon's mean score."""
    late = made.posts.late
    score = np.where(rng.random(NEUTRAL + 1) < 0.5, made.weights, 0.0)
    score[NEUTRAL] = 0.0  # a word list of last year does not hold the word of this week
    count = np.stack([_counted(made.used, there) for there in (~late, late)])
    p = count / count.sum(axis=1, keepdims=True)
    return "terms", str(np.append(names(), TERM)[int((score * (p[1] - p[0])).argmax())])


def plain_counts(made: World, _: Generator) -> tuple[str, str]:
    """Return the group or word whose posts with the label grew most, per post of the span."""
    posts = made.posts
    known = np.append(names(), TERM)
    before = set(posts.author[~posts.late].tolist())
    grown: dict[tuple[str, str], float] = defaultdict(float)
    for place in np.flatnonzero(posts.mass).tolist():
        late, author = bool(posts.late[place]), int(posts.author[place])
        step = 1 / posts.late.sum() if late else -1 / (~posts.late).sum()
        grown["threads", str(posts.thread[place])] += step
        grown["communities", posts.community[place]] += step
        grown["causes", str(posts.category[place])] += step
        grown["authors", NEW if author not in before else "regulars"] += step
        grown["one author", str(author)] += step
        for word in set(made.used[place].tolist()):
            grown["terms", known[word]] += step
    dimension, name = max(grown, key=lambda row: grown[row])
    return ("authors", ONE) if dimension == "one author" else (dimension, str(name))


def _counted(used: list[NDArray[np.int64]], there: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = np.concatenate([used[place] for place in np.flatnonzero(there)])
    return np.bincount(chosen, minlength=NEUTRAL + 1).astype(np.float64)


USUAL: dict[str, Callable[[World, Generator], tuple[str, str]]] = {
    "log-odds": log_odds,
    "lexicon": lexicon,
    "counts": plain_counts,
}


def remainder(found: Explained) -> float:
    """Return how far the rows of any dimension are from adding up to the change."""
    whole = float(found.change["contribution"])
    sums: dict[str, float] = {}
    for row in found.rows:
        before = sums.get(row["dimension"], 0.0)
        sums[row["dimension"]] = before + row["contribution"]
    return max(abs(total - whole) for total in sums.values())


def share(found: list[bool]) -> str:
    """Return a percentage with its Monte-Carlo error."""
    p = float(np.mean(found))
    return f"{100 * p:5.1f} +-{100 * math.sqrt(max(p * (1 - p), 0.01) / len(found)):.1f}"


def print_planted(cases: int, only: list[str]) -> None:
    """Print how often the planted cause ranks first, here and with the usual tools."""
    print(f"Planted cause ranks first, % of {cases} cases; change, its share of it, both medians")
    print(f"{'':14}{'affect':>12}{'as driver':>12}" + "".join(f"{n:>12}" for n in USUAL))
    every: list[bool] = []
    worst = 0.0
    for kind in only or CAUSES:
        first, claimed, sizes, wrong = [], [], [], Counter[tuple[str, str]]()
        usual: dict[str, list[bool]] = {name: [] for name in USUAL}
        for case in range(cases):
            rng = np.random.default_rng([case, *kind.encode()])
            made = world(kind, rng)
            found = explain(made.posts, k=10, seed=case)
            best, want = found.rows[0], planted_row(kind)
            top = (best["dimension"], best["name"])
            first.append(top == want)
            claimed.append(top == want and best["role"] in {DRIVER, ONE})
            if top != want:
                wrong[top] += 1
            change = found.change["contribution"]
            sizes.append((change, best["contribution"] / change))
            worst = max(worst, remainder(found))
            for name, tool in USUAL.items():
                usual[name].append(tool(made, rng) == want)
        every += first
        middle: NDArray[np.float64] = np.median(np.array(sizes, dtype=np.float64), axis=0)
        beside = "".join(f"{share(usual[name]):>12}" for name in USUAL)
        print(
            f"{kind:14}{share(first):>12}{share(claimed):>12}{beside}"
            f"   {middle[0]:.3f}, {middle[1]:.2f} {dict(wrong) or ''}",
            flush=True,
        )
    print(f"all {len(every)}: {share(every)}; rows add up to the change within {worst:.1e}")


def print_quiet(cases: int) -> None:
    """Print how often a driver is named in a dimension where nothing was planted."""
    print(f"\nA driver named although none was planted, % of {cases} worlds")
    for kind in QUIET:
        named: list[Counter[str]] = []
        for case in range(cases):
            found = explain(world(kind, np.random.default_rng([7, case])).posts, k=10, seed=case)
            named.append(Counter(r["dimension"] for r in found.rows if r["role"] in {DRIVER, ONE}))
        for dimension in ("authors", "threads", "communities", "causes", "terms"):
            print(f"{kind:14}{dimension:14}{share([bool(n[dimension]) for n in named]):>12}")
        print(f"{kind:14}{'any':14}{share([bool(n) for n in named]):>12}", flush=True)


def print_speed(size: int = 100_000) -> None:
    """Print seconds and memory for many posts, tagged and in arrays."""
    made = world("term", np.random.default_rng(1), size=size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start, busy = time.perf_counter(), time.process_time()
    explain(made.posts, k=10)
    wall, cpu = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{size:,} posts: {wall:.1f} s ({cpu:.1f} s of processor), {peak:.2f} GiB at most, of "
        f"which {before:.2f} before it began"
    )


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--only", nargs="*", default=[], choices=CAUSES)
    parser.add_argument("--quiet", type=int, default=0, help="worlds without a planted cause")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.speed:
        print_speed()
        return
    print_planted(options.cases, options.only)
    if options.quiet:
        print_quiet(options.quiet)


if __name__ == "__main__":
    main()
