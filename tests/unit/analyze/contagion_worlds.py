"""Invented reply trees in which it is known whether labels are passed on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from affectcli.analyze._contagion_rows import HOUR, Talk

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray


@dataclass(frozen=True)
class World:
    """A community; `contagion` and `inertia` are chances to take over label 0."""

    contagion: float = 0.0
    inertia: float = 0.0
    topic: float = 1.0
    """Spread of labels over threads, in logits."""
    habit: float = 0.0
    """Spread of labels over authors, in logits."""
    threads: int = 150
    size: int = 20
    labels: int = 6
    authors: int = 200


def talk(world: World, rng: Generator) -> Talk:
    """Return the posts of a world in time order; each answers an earlier one of its thread."""
    count, size = world.threads, world.size
    n = count * size
    thread, place = np.repeat(np.arange(count), size), np.tile(np.arange(size), count)
    wait = np.sort(rng.integers(60, 12 * HOUR, (count, size)), axis=1)
    seconds = rng.integers(0, 60 * 24 * HOUR, count)[thread] + wait.ravel()
    parent = np.where(place > 0, (rng.random(n) * place).astype(int) + thread * size, -1)
    order = np.argsort(seconds, kind="stable")
    rank = np.argsort(order)
    parent = np.where(parent >= 0, rank[parent], -1)[order]
    author = rng.integers(0, world.authors, n)
    logit = world.topic * rng.standard_normal((count, world.labels))[thread[order]] - 2
    logit += world.habit * rng.standard_normal((world.authors, world.labels))[author]
    made = Talk(
        emotions=[f"e{i}" for i in range(world.labels)],
        labels=rng.random(logit.shape) < 1 / (1 + np.exp(-logit)),
        seen=np.ones(n, dtype=np.bool_),
        author=author,
        parent=parent,
        answers=parent >= 0,
        thread=rank[thread * size][order],
        seconds=seconds[order],
        quotes=np.zeros(n, dtype=np.bool_),
    )
    _pass_on(made, rng.random((n, 2)) < [world.contagion, world.inertia])
    return made


def _pass_on(made: Talk, copies: NDArray[np.bool_]) -> None:
    last: dict[int, int] = {}
    for post, (caught, kept) in enumerate(copies):
        author, parent = int(made.author[post]), int(made.parent[post])
        if caught and parent >= 0 and made.author[parent] != author:
            made.labels[post, 0] |= made.labels[parent, 0]
        if kept and author in last:
            made.labels[post, 0] |= made.labels[last[author], 0]
        last[author] = post


def shuffled(made: Talk, rng: Generator) -> Talk:
    """Return the talk with the labels of replies mixed within thread and blocks of six hours."""
    labels, at = made.labels.copy(), np.flatnonzero(made.answers)
    keys = (made.thread[at], made.seconds[at] // (6 * HOUR))
    labels[at[np.lexsort(keys)]] = labels[at[np.lexsort((rng.random(len(at)), *keys))]]
    return replace(made, labels=labels)
