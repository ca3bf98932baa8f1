"""What chance does to the labels of posts: they change places, or whole clusters their signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.analyze._contagion_effect import Design, Matrix

TINY = 1e-9


def less_of_two(
    design: Design, by_cluster: Matrix, nulls: int, rng: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each label's |statistic| (m,) and nulls (m, nulls), by the null that says less."""
    middle = design.expected.sum(axis=0, dtype=np.float64)
    drawn = exchange(design, nulls, rng) - middle
    spread = drawn.std(axis=0)
    spread = np.where(spread > TINY, spread, np.nan)
    plain = (design.x[design.source] * design.y[design.target]).sum(axis=0, dtype=np.float64)
    observed, drawn = np.abs(plain - middle) / spread, (np.abs(drawn) / spread).T
    by_sign = turned(by_cluster.astype(np.float64), nulls, rng)
    less = ~(by_sign[0] >= observed)
    drawn[less] = by_sign[1][less]
    return np.where(less, by_sign[0], observed), drawn


def exchange(design: Design, nulls: int, rng: Generator) -> NDArray[np.float64]:
    """Return sum x y (nulls, m) after whole rows of labels changed places within strata.

    Few labels are carried by a post: only those of each source are looked up in its target.
    """
    m = design.x.shape[1]
    label = np.nonzero(design.x)[1]
    count = design.x.sum(axis=1)
    start = np.cumsum(count) - count
    y = design.y.ravel()
    found = np.empty((nulls, m))
    who = np.arange(len(design.x))
    for draw in range(nulls):
        who[design.moves] = design.moves[shuffled(design.stratum, rng)]
        source, row = who[design.source], who[design.target] * m
        carried = count[source]
        ends = np.cumsum(carried)
        which = np.repeat(start[source] - ends + carried, carried) + np.arange(ends[-1])
        carries = label[which]
        found[draw] = np.bincount(
            carries, weights=y[np.repeat(row, carried) + carries], minlength=m
        )
    return found


def shuffled(stratum: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """Return an order of the positions of `stratum` (ascending) that mixes within strata only.

    Stratum, a random number and the position are packed into 64 bits, so that sorting needs no
    index.
    """
    low = np.uint64(max(len(stratum) - 1, 1).bit_length())
    high = np.uint64(64 - max(int(stratum[-1]), 1).bit_length())
    dice = rng.integers(0, 1 << int(high - low), len(stratum), dtype=np.uint64)
    at = np.arange(len(stratum), dtype=np.uint64)
    packed = np.sort((stratum.astype(np.uint64) << high) | (dice << low) | at)
    order: NDArray[np.int64] = (packed & np.uint64((1 << int(low)) - 1)).astype(np.int64)
    return order


def turned(
    by_cluster: NDArray[np.float64], nulls: int, rng: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return |sum| over its spread (m,), and with signs of clusters turned at random (m, nulls).

    `by_cluster` (clusters, m); a mean of nothing that differs keeps its law when signs turn
    (Lehmann & Romano 2005, ch. 15.2; Canay, Romano & Shaikh 2017 for clusters).
    """
    spread = np.sqrt((by_cluster**2).sum(axis=0))
    spread = np.where(spread > 0, spread, np.nan)
    signs = rng.choice(np.array([-1, 1], dtype=np.float32), (nulls, len(by_cluster)))
    drawn: NDArray[np.float64] = np.abs((signs @ by_cluster).T) / spread[:, None]
    return np.abs(by_cluster.sum(axis=0)) / spread, drawn
