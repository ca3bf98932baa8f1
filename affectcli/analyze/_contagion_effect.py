"""Does a label pass on? Slopes within strata, against labels that change places within them.

Rows are pairs of posts (source, target). Of each label the statistic is sum x (y - mean of y in the
target's stratum): the numerator of the slope of a regression with fixed effects of the strata
(Wooldridge 2010, ch. 10). One null puts whole rows of labels, so that labels keep what they share,
on other posts of the same stratum; a source may lie in its target's stratum, and then unrelated
labels have a slope of about -1/n (Nickell 1981), which is known exactly and taken off. The other
null turns the signs of whole clusters (Canay, Romano & Shaikh 2017): few people who talk a lot are
no independent posts. Of the two, the one that says less is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logit
from scipy.stats import t as student

from affectcli.analyze._contagion_nulls import less_of_two
from affectcli.analyze._contagion_rows import HOUR

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.analyze._contagion_rows import Replies, Talk

    Matrix = NDArray[np.float32]

DAY = 24 * HOUR


@dataclass(frozen=True)
class Design:
    """Pairs r of n posts, m labels, and what may change places."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    x: NDArray[np.bool_]
    """(n, m): whether a post, as a source, carries the label."""
    y: Matrix
    """(n, m): what it shows as a target, less the mean of its stratum."""
    product: Matrix
    """(r, m): x (y - its mean where nothing passes on)."""
    weight: Matrix
    """(r, m): x times its own deviation, for a slope of 1 if targets did as their sources."""
    expected: Matrix
    """(r, m): mean of x y over all exchanges, y being less the mean of its stratum."""
    cluster: NDArray[np.int64]
    """(r,): pairs of one cluster are not independent."""
    moves: NDArray[np.int64]
    """Posts that change places, sorted by stratum."""
    stratum: NDArray[np.int64]
    """Their strata, ascending."""


@dataclass(frozen=True)
class Effects:
    """What was found, one value a label (m,); nan where a label cannot be tested."""

    pairs: int
    strata: int
    clusters: int
    carriers: NDArray[np.int64]
    """Pairs whose source carries the label."""
    rate: NDArray[np.float64]
    """Share of targets that carry it where the source does."""
    difference: NDArray[np.float64]
    """Less the share where the source does not, in the same stratum."""
    half_width: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    odds_half_width: NDArray[np.float64]
    observed: NDArray[np.float64]
    """|sum| over its spread under the null that says less."""
    drawn: NDArray[np.float64]
    """(m, nulls): the same of the nulls."""


def contagion(talk: Talk, pairs: Replies, block: int) -> Design:
    """Return replies to replies, in strata of thread and `block` hours of the clock.

    Answers to the first post of a thread tell nothing here: all of them have the same parent, and
    whether they feel like it by contagion or because it set the topic cannot be told.
    """
    deep = talk.answers[pairs.source]
    source, target = pairs.source[deep], pairs.target[deep]
    hours = talk.seconds[target] // (block * HOUR)
    stratum = _numbers(talk.thread[target], hours)
    kept = np.bincount(stratum)[stratum] > 1
    source, target, stratum = source[kept], target[kept], _numbers(stratum[kept])
    order = np.argsort(stratum, kind="stable")
    source, target, stratum = source[order], target[order], stratum[order]
    size = np.bincount(stratum).astype(np.float32)[:, None]
    given, shown = talk.labels[source], talk.labels[target]
    share = sums(stratum, shown, len(size)) / size
    y = np.zeros(talk.labels.shape, dtype=np.float32)
    y[target] = shown - share[stratum]
    wrote, asked = (stratum, talk.author[target]), (stratum, talk.author[source])
    where = np.full(len(y), -1)
    where[target] = stratum
    spread = share * (1 - share) / np.maximum(size - 1, 1)
    inside = (where[source] == stratum)[:, None]
    return Design(
        source=source,
        target=target,
        x=talk.labels,
        y=y,
        product=given * (shown - _others(shown, wrote, asked)),
        weight=given * (given - _others(given, wrote, asked)),
        expected=np.where(inside, -spread[stratum], np.float32(0)),
        cluster=talk.thread[target],
        moves=target,
        stratum=stratum,
    )


def _others(
    values: NDArray[Any],
    have: tuple[NDArray[np.int64], NDArray[np.int64]],
    asked: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Matrix:
    """Return the mean (r, m) of the rows of `values` of the same group but another part than asked.

    `have` are group and part of each row, `asked` those of each answer. A reply to another person
    is compared with replies by other persons, a post in another thread with posts in other threads:
    one person's posts, and those in one thread, are alike.
    """
    n = len(have[0])
    keys = _numbers(np.concatenate([have[0], asked[0]]), np.concatenate([have[1], asked[1]]))
    count = int(keys.max(initial=-1)) + 1
    total = sums(have[0], values)[asked[0]] - sums(keys[:n], values, count)[keys[n:]]
    number = np.bincount(have[0])[asked[0]] - np.bincount(keys[:n], minlength=count)[keys[n:]]
    total /= number[:, None]
    return total


def inertia(talk: Talk, block: int) -> Design:
    """Return the first posts of each author's visits with that of the next; authors are the strata.

    A visit is a run of an author's posts in one thread: these share its topic, and a burst of them
    is no more than one mood. What others felt in the same thread, that day and at that time of day
    is taken off; an author's own level is the stratum's mean.
    """
    usable = np.flatnonzero(talk.seen & (talk.author >= 0) & ~talk.quotes)
    usable = usable[np.argsort(talk.author[usable], kind="stable")]  # rows are in time order
    author, thread = talk.author[usable], talk.thread[usable]
    opens = np.ones(len(usable), dtype=np.bool_)
    opens[1:] = (author[1:] != author[:-1]) | (thread[1:] != thread[:-1])
    usable, author = usable[opens], author[opens]
    kept = np.bincount(author, minlength=1)[author] > 2  # two posts say the same either way round
    usable, author = usable[kept], _numbers(author[kept])
    z = (talk.labels - _mood(talk, block))[usable]
    size = np.bincount(author).astype(np.float32)[:, None]
    centred: Matrix = z - (sums(author, z, len(size)) / size)[author]
    values = np.zeros(talk.labels.shape, dtype=np.float32)
    values[usable] = centred
    first = np.flatnonzero(author[1:] == author[:-1])
    spread = sums(author, talk.labels[usable] * centred, len(size)) / (size * (size - 1))
    thread = talk.thread[usable]
    others = _others(centred, (author, thread), (author[first], thread[first]))
    given = talk.labels[usable[first]].astype(np.float32)
    return Design(
        source=usable[first],
        target=usable[first + 1],
        x=talk.labels,
        y=values,
        product=given * (centred[first + 1] - others),
        weight=given * (centred[first] - others),
        expected=-spread[author[first]],
        cluster=author[first],
        moves=usable,
        stratum=author,
    )


def _mood(talk: Talk, block: int) -> Matrix:
    """Return the share (n, m) that others carry around each post: in its thread, on its day.

    The fewer others are in the thread, the more the day counts, and alone where there is none; what
    is usual at that time of day is added.
    """
    read = np.flatnonzero(talk.seen)
    labels = talk.labels[read].astype(np.float32)
    mood = np.broadcast_to(labels.mean(axis=0), labels.shape)
    clock = _numbers(talk.seconds[read] % DAY // (block * HOUR))
    count = np.bincount(clock).astype(np.float32)[:, None]
    usual = (sums(clock, labels, len(count)) / count)[clock] - mood
    for key in (talk.seconds[read] // DAY, talk.thread[read]):
        place, own = _numbers(key), _numbers(key, talk.author[read])
        total, mine = sums(place, labels), sums(own, labels)
        others = np.bincount(place)[place] - np.bincount(own)[own]
        mood = (total[place] - mine[own] + mood) / (others + 1).astype(np.float32)[:, None]
    around = np.zeros(talk.labels.shape, dtype=np.float32)
    around[read] = mood + usual
    return around


def successions(talk: Talk) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each post and the next one of its author, wherever that is."""
    read = np.flatnonzero(talk.seen & (talk.author >= 0))
    read = read[np.argsort(talk.author[read], kind="stable")]
    follows = talk.author[read[1:]] == talk.author[read[:-1]]
    return read[:-1][follows], read[1:][follows]


def measure(design: Design, *, nulls: int, rng: Generator) -> Effects:
    """Return the effects of a design, and those of `nulls` exchanges."""
    given, shown = design.x[design.source], design.x[design.target]
    number = np.unique(design.cluster, return_inverse=True)[1]
    clusters = int(number.max(initial=-1)) + 1
    weight = design.weight.sum(axis=0, dtype=np.float64)
    carriers = given.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = design.product.sum(axis=0, dtype=np.float64)
        difference = total / weight
        rate = (given & shown).sum(axis=0) / carriers
        pull = sums(
            number, design.product - difference.astype(np.float32) * design.weight, clusters
        )
        pull = pull / weight
        lean = sums(number, given * (shown - rate.astype(np.float32)), clusters) / carriers
        without = rate - difference
        inner = (without > 0) & (without < 1) & (rate > 0) & (rate < 1)
        p, q = np.where(inner, rate, np.nan), np.where(inner, without, np.nan)
        odds_pull = lean / (p * (1 - p)) - (lean - pull) / (q * (1 - q))
    wide = student.ppf(0.975, max(clusters - 1, 1)) * np.sqrt(clusters / max(clusters - 1, 1))
    observed, drawn = less_of_two(design, sums(number, design.product, clusters), nulls, rng)
    return Effects(
        pairs=len(design.source),
        strata=len(np.unique(design.stratum)),
        clusters=clusters,
        carriers=carriers,
        rate=rate,
        difference=difference,
        half_width=wide * np.sqrt((pull**2).sum(axis=0)),
        log_odds=logit(p) - logit(q),
        odds_half_width=wide * np.sqrt((odds_pull**2).sum(axis=0)),
        observed=observed,
        drawn=drawn,
    )


def naive(
    labels: NDArray[np.bool_], source: NDArray[np.int64], target: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return share of targets with a label where the source has it, less where it has not (m,)."""
    given, shown = labels[source], labels[target]
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (given & shown).sum(axis=0) / given.sum(axis=0)
        alone = (~given & shown).sum(axis=0) / (~given).sum(axis=0)
    parts: NDArray[np.float64] = both - alone
    return parts


def sums(keys: NDArray[np.int64], values: NDArray[Any], count: int | None = None) -> Matrix:
    """Return the sums (count, m) of the rows of `values` (k, m) by their keys in [0, count)."""
    least = count or int(keys.max(initial=-1)) + 1
    columns = [np.bincount(keys, weights=column, minlength=least) for column in values.T]
    return np.stack(columns, axis=1).astype(np.float32)


def _numbers(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the different rows of `keys` from 0 on."""
    numbers = np.unique(keys[0], return_inverse=True)[1]
    for key in keys[1:]:
        inner = np.unique(key, return_inverse=True)[1]
        numbers = np.unique(numbers * (inner.max(initial=0) + 1) + inner, return_inverse=True)[1]
    return numbers
