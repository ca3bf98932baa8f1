"""Spans grouped into themes, and how far another draw of spans would group them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Group = Callable[[NDArray[np.float32]], NDArray[np.int64]]

LEAST, SHARE = 8, 0.008
"""Different spans of a theme at the least, and their share of all: smaller groups come and go with
the draw of spans."""
FAR = 0.8
"""Two groups join while the mean cosine distance of their spans is below this."""
NEAR = 0.3
"""Least cosine of a span with its theme's centre."""
ROUNDS = 5


def cluster(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the theme of each unit vector (n, width), -1 for none; numbered by falling size.

    The mean of all vectors is taken out: in a community with one subject everything is near
    everything, and what is left is what a span says besides (Mu and Viswanath, ICLR 2018). Average
    linkage over the cosine (Sokal and Michener 1958) finds groups; the centres of those that are
    large enough then draw all spans to them (spherical k-means, Dhillon and Modha 2001), which
    undoes what a greedy tree joined too early. Chosen in benchmarks/cause_themes.py. Time and
    memory grow with n squared: about 16 n^2 bytes.
    """
    if len(vectors) < LEAST:
        return np.full(len(vectors), -1)
    centred = centre(vectors)
    tree = average(centred, FAR)
    large = max(LEAST, int(np.ceil(SHARE * len(vectors))))
    return largest_first(_drawn(centred, largest_first(tree, large)), LEAST)


def centre(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors (n, width) without their mean, of length one again."""
    centred: NDArray[np.float32] = vectors - vectors.mean(axis=0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    centred /= np.maximum(length, 1e-6)  # of spans that are all alike nothing is left
    return centred


def average(vectors: NDArray[np.float32], far: float) -> NDArray[np.int64]:
    """Return the groups of unit vectors (n, width) by average linkage, cut at distance `far`."""
    distance = np.clip(1 - vectors @ vectors.T, 0, 2)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    return np.asarray(fcluster(tree, far, "distance"), dtype=np.int64) - 1


def _drawn(vectors: NDArray[np.float32], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups after ROUNDS of every vector joining the nearest centre, or none."""
    for _ in range(ROUNDS):
        kept = np.unique(found[found >= 0])
        if not len(kept):
            return found
        centres = np.stack([vectors[found == group].mean(axis=0) for group in kept])
        length = np.linalg.norm(centres, axis=1, keepdims=True)
        near = vectors @ (centres / np.maximum(length, 1e-6)).T
        found = np.where(near.max(axis=1) >= NEAR, near.argmax(axis=1), -1)
    return found


def largest_first(found: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Return the same groups, numbered by falling size, those below `least` as -1."""
    names, where, sizes = np.unique(found, return_inverse=True, return_counts=True)
    sizes[names < 0] = 0
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(len(names), dtype=np.int64)
    number[order] = np.arange(len(names))
    number[sizes < least] = -1
    return number[where]


class Halves(NamedTuple):
    """How `draws` random halves group their spans, beside the grouping of all of them."""

    rand: NDArray[np.float64]
    """Adjusted Rand index (Hubert and Arabie 1985) of each half with the whole, (draws,).

    nan where there are no themes."""
    again: NDArray[np.float64]
    """Mean over halves of the Jaccard index of each theme with the one most like it, (themes,)."""


def stability(
    vectors: NDArray[np.float32], found: NDArray[np.int64], *, group: Group, draws: int, seed: int
) -> Halves:
    """Group random halves of the spans on their own, and compare with `found` on their spans.

    For the Rand index a span without a theme is a group of its own, so that noise in one and a
    theme in the other counts as disagreement. Theme by theme: Hennig (2007); below 0.5 a theme
    is dissolved.
    """
    rng = np.random.default_rng(seed)
    rand, again = [], []
    for _ in range(draws):
        half = np.sort(rng.permutation(len(vectors))[: len(vectors) // 2])
        alone = group(vectors[half])
        both = _apart(found[half]), _apart(alone)
        rand.append(float(adjusted_rand_score(*both)) if found.max() >= 0 else np.nan)
        again.append(_jaccard(found[half], alone, themes=int(found.max()) + 1))
    return Halves(np.array(rand), np.mean(again, axis=0))


def _apart(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups with a new number for every -1."""
    return np.where(found < 0, len(found) + np.arange(len(found)), found)


def _jaccard(
    found: NDArray[np.int64], other: NDArray[np.int64], *, themes: int
) -> NDArray[np.float64]:
    """Return for each theme of `found` the largest Jaccard index with one of `other`."""
    table = np.zeros((themes + 1, int(other.max()) + 2))
    np.add.at(table, (found, other), 1)  # -1 counts in the last row and column
    either = table.sum(axis=1)[:, None] + table.sum(axis=0) - table
    best = (table / np.maximum(either, 1))[:-1, :-1].max(axis=1, initial=0.0)
    return np.asarray(best, dtype=np.float64)
