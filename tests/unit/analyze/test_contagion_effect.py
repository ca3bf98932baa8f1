"""Statistics of reply trees on arrays: by hand where small, by planted truth where not."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from affectcli.analyze import _contagion_effect as effect
from affectcli.analyze import _contagion_evoked as answers
from affectcli.analyze import _contagion_nulls as nulls
from affectcli.analyze import _shifts
from affectcli.analyze._contagion_rows import HOUR, Talk, replies, threads
from tests.unit.analyze.contagion_worlds import World, shuffled, talk


def _talk(parent: list[int], author: list[int], labels: list[list[int]]) -> Talk:
    n = len(parent)
    up = np.array(parent)
    none = np.full(n, -1)
    return Talk(
        emotions=["joy", "fear"][: len(labels[0])],
        labels=np.array(labels, dtype=np.bool_),
        seen=np.ones(n, dtype=np.bool_),
        author=np.array(author),
        parent=up,
        answers=up >= 0,
        thread=threads(up, none, none),
        seconds=np.arange(n) * 60,
        quotes=np.zeros(n, dtype=np.bool_),
    )


def test_a_thread_is_the_one_that_its_source_names_else_the_topmost_ancestor() -> None:
    parent = np.array([-1, 0, 1, 2, -1, 4, -1])
    named = np.array([-1, -1, -1, -1, -1, 0, 1])
    first = np.array([-1, -1, -1, -1, -1, 4, -1])  # the first post of the last is not stored
    assert threads(parent, named, first).tolist() == [0, 0, 0, 0, 4, 4, 8]


def test_replies_are_answers_to_others_in_own_words() -> None:
    made = _talk([-1, 0, 0, 1, 1, 2], [0, 1, 0, 0, -1, 2], [[1]] * 6)
    made.quotes[5] = True
    pairs = replies(made)
    assert list(zip(pairs.source, pairs.target, strict=True)) == [(0, 1), (1, 3)]
    assert pairs.dropped["answers himself"] == 1
    assert pairs.dropped["author not known"] == 1
    assert pairs.dropped["quotes or repeats"] == 1


def test_labels_change_places_within_strata_only() -> None:
    stratum = np.repeat([0, 1, 5], [4, 1, 300])
    order = nulls.shuffled(stratum, np.random.default_rng(1))
    assert (stratum[order] == stratum).all()
    assert sorted(order) == list(range(305))
    assert (order[5:] != np.arange(5, 305)).mean() > 0.9


def test_only_replies_to_replies_of_one_thread_and_block_are_compared() -> None:
    made = _talk([-1, 0, 0, 1, 2, 3, -1, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7, 8], [[1]] * 9)
    design = effect.contagion(made, replies(made), 6)
    assert design.target.tolist() == [3, 4, 5]
    made.seconds[5:] += 6 * HOUR
    design = effect.contagion(made, replies(made), 6)
    assert design.target.tolist() == [3, 4]


def test_the_mean_of_shuffled_labels_is_known_exactly() -> None:
    made = talk(World(threads=12, topic=1.5), np.random.default_rng(3))
    for design in (effect.contagion(made, replies(made), 6), effect.inertia(made, 6)):
        drawn = nulls.exchange(design, 2000, np.random.default_rng(4))
        error = drawn.std(axis=0) / np.sqrt(2000)
        expected = design.expected.sum(axis=0)
        assert_allclose(drawn.mean(axis=0), expected, atol=4 * error.max())


def test_planted_contagion_is_found_and_nothing_else() -> None:
    made = talk(World(contagion=0.4), np.random.default_rng(5))
    design = effect.contagion(made, replies(made), 6)
    found = effect.measure(design, nulls=199, rng=np.random.default_rng(6))
    p = _shifts.family_p_values(found.observed, found.drawn)
    assert p[0] <= 0.05
    assert p[1:].min() > 0.05
    assert 0.2 < found.difference[0] < 0.45
    assert np.exp(found.log_odds[0] - found.odds_half_width[0]) > 1
    again = effect.measure(design, nulls=199, rng=np.random.default_rng(6))
    assert np.array_equal(found.drawn, again.drawn)


def test_planted_inertia_is_found_and_habits_are_none() -> None:
    for world, holds in ((World(inertia=0.4, habit=1), True), (World(habit=2), False)):
        made = talk(world, np.random.default_rng(7))
        design = effect.inertia(made, 6)
        found = effect.measure(design, nulls=199, rng=np.random.default_rng(8))
        p = _shifts.family_p_values(found.observed, found.drawn)
        assert bool(p[0] <= 0.05) is holds
        assert effect.naive(made.labels, *effect.successions(made))[0] > 0.05


def test_topics_and_shuffled_replies_show_no_contagion() -> None:
    claims = 0
    for seed in range(20):
        world = World(threads=60, topic=2.0, contagion=0.4 * (seed % 2))
        made = talk(world, np.random.default_rng(seed))
        made = shuffled(made, np.random.default_rng(seed)) if seed % 2 else made
        pairs = replies(made)
        design = effect.contagion(made, pairs, 6)
        found = effect.measure(design, nulls=99, rng=np.random.default_rng(9))
        claims += int(_shifts.family_p_values(found.observed, found.drawn).min() <= 0.05)
        assert effect.naive(made.labels, pairs.source, pairs.target).min() > 0.02
    assert claims <= 4


def test_evoked_emotion_is_the_mean_of_direct_replies_by_others() -> None:
    labels = [[0, 1], [1, 0], [0, 1], [1, 1], [1, 0]]
    made = _talk([-1, 0, 0, 0, 1], [0, 1, 2, 0, 3], labels)
    posts = answers.answered(made, replies(made))
    assert posts.post.tolist() == [0, 1]
    assert posts.evoked.tolist() == [[0.5, 0.5], [1, 0]]
    back = answers.evoked(posts, k=1, nulls=99, rng=np.random.default_rng(1))
    assert back.expressed.tolist() == [0.5, 0.5]
    assert back.evoked.tolist() == [0.75, 0.25]
    assert back.matrix.tolist() == [[1, 0], [0.5, 0.5]]
    assert back.without.tolist() == [0.5, 0]
