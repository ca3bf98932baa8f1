"""How a change of a share is divided into rows that add up to it: formulas over sums.

Every formula takes sums over authors, shape (..., columns), and returns the rows' contributions,
shape (..., rows), so that the same lines give the estimate, its bootstrap and what is left without
an author. Where rows are groups of posts, the columns are four blocks of them: label mass and posts
in the window, label mass and posts in the baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from affectcli.analyze._drivers_posts import Posts

Floats = NDArray[np.float64]
Split = Callable[[Floats], Floats]


def blocks(posts: Posts, group: NDArray[np.int64], groups: int) -> Floats:
    """Return each author's sums, shape (authors, 4 * groups)."""
    cell = posts.author * groups + group
    size = posts.authors * groups
    found = [
        np.bincount(cell[there], weights, size).reshape(-1, groups)
        for there in (posts.late, ~posts.late)
        for weights in (posts.mass[there], None)
    ]
    return np.concatenate(found, axis=1).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def change(sums: Floats) -> Floats:
    """Return the whole change as the only row, of blocks."""
    said, posts, said_before, before = (block.sum(axis=-1) for block in _four(sums))
    return (ratio(said, posts) - ratio(said_before, before))[..., None]


def against_last(sums: Floats) -> Floats:
    """Compare each group with the last one, span by span; its own row is how it changed itself.

    With shares of posts w, shares of label r and those of the last group m:
    w1 (r1 - m1) - w0 (r0 - m0), and m1 - m0. Where the groups are newcomers, leavers and regulars
    this is the decomposition of Melitz and Polanec (2015).
    """
    said, posts, said_before, before = _four(sums)
    now, then = (
        ratio(mass[..., -1:], count[..., -1:])
        for mass, count in ((said, posts), (said_before, before))
    )
    rows = _excess(said, posts, now) - _excess(said_before, before, then)
    return np.concatenate([rows[..., :-1], now - then], axis=-1)


def against_typical(sums: Floats) -> Floats:
    """Compare each group with what groups have in common: one more row, the last.

    Common is the median of the groups' changes and of no change: half of the groups, at least,
    moved as much or the other way.
    """
    said, posts, said_before, before = _four(sums)
    moved = ratio(said, posts) - ratio(said_before, before)
    common = _middle(np.where((posts > 0) & (before > 0), moved, np.nan), 0.0)
    then = ratio(said_before.sum(-1), before.sum(-1))[..., None]
    rows = _excess(said, posts, then + common) - _excess(said_before, before, then)
    return np.concatenate([rows, common], axis=-1)


def people(sums: Floats) -> Floats:
    """Divide by who posts: blocks of groups whose last are the regulars, then two columns of them.

    Those are the sums over regulars of their posts times the change of their own share, in the
    window and in the baseline. The last two rows: regulars post in other proportions, and the same
    authors feel differently (Kitagawa 1955).
    """
    grouped, own = sums[..., :-2], sums[..., -2:]
    rows = against_last(grouped)
    _, posts, _, before = _four(grouped)
    counts = np.stack([posts[..., -1], before[..., -1]], axis=-1)
    within = ratio(own, counts).mean(axis=-1, keepdims=True)
    return np.concatenate([rows[..., :-1], rows[..., -1:] - within, within], axis=-1)


def by_growth(sums: Floats) -> Floats:
    """Compare the label mass of each part with its own times the common growth: one more row.

    The columns are the mass of each part and all posts, in the window, then before. Growth is the
    median of the parts' and of none, as in `against_typical`.
    """
    late, early = (_per_post(block) for block in np.split(sums, 2, axis=-1))
    growth = _middle(np.where(early > 0, ratio(late, early), np.nan), 1.0)
    common = (growth - 1) * early.sum(axis=-1, keepdims=True)
    return np.concatenate([late - growth * early, common], axis=-1)


def by_term(sums: Floats) -> Floats:
    """Divide the label mass itself by terms and the rest, the last row.

    With t terms there are five blocks: mass (t + 1) and all posts in the window, mass and posts in
    the baseline, uses (t) in the window and in the baseline, and how far the terms' weights are
    from what was fitted (t), which is 0 where the sums are those of all authors.
    """
    t = (sums.shape[-1] - 4) // 5
    late, early, uses, uses_before, off = np.split(sums, np.cumsum([t + 2, t + 2, t, t]), axis=-1)
    moved = off * (ratio(uses, late[..., -1:]) - ratio(uses_before, early[..., -1:]))
    rest = -moved.sum(axis=-1, keepdims=True)
    shown: Floats = np.concatenate([moved, rest], axis=-1)
    return _per_post(late) - _per_post(early) + shown


def amount_and_feeling(uses: Floats, felt: Floats) -> tuple[Floats, Floats]:
    """Split rows uses * felt, both (2, rows): baseline, window (Kitagawa 1955).

    What did not exist in a span is taken to have felt as in the other one.
    """
    known = np.where(uses > 0, felt, felt[::-1])
    return np.diff(uses, axis=0)[0] * known.mean(0), np.diff(known, axis=0)[0] * uses.mean(0)


def chance_error(posts: Floats, variance: float) -> Floats:
    """Return the standard error of groups of `posts` (2, rows) that are as all others are.

    `variance` is that of a post's label mass over both spans; posts are independent. The floor of
    any error: ten posts without the label are no proof that a group never carries it.
    """
    spread = variance * posts / posts.sum(axis=1, keepdims=True) ** 2
    error: Floats = np.sqrt(spread.sum(axis=0))
    return error


def _middle(found: Floats, none: float) -> Floats:
    """Return the median of the last axis and of `none`, nan left out; its axis has length 1."""
    both = np.concatenate([found, np.full_like(found[..., :1], none)], axis=-1)
    middle: Floats = np.nanmedian(both, axis=-1, keepdims=True)
    return middle


def _per_post(block: Floats) -> Floats:
    return ratio(block[..., :-1], block[..., -1:])


def _excess(said: Floats, posts: Floats, level: Floats) -> Floats:
    return ratio(said - level * posts, posts.sum(axis=-1, keepdims=True))


def _four(sums: Floats) -> list[Floats]:
    return np.split(sums, 4, axis=-1)
