"""F1, thresholds and intervals against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from affectcli.tag import _f1


@pytest.fixture
def case() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    true = rng.random((400, 5)) < np.array([0.5, 0.2, 0.1, 0.02, 0.0])
    scores = 1 / (1 + np.exp(-(3 * true - 2 + rng.normal(size=true.shape))))
    return scores.astype(np.float32), true


def test_scores_are_those_of_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    said, true = case[0] > 0.5, case[1]
    each = f1_score(true, said, average=None, zero_division=0)
    assert np.allclose(_f1.scores(said, true)["f1"], each)
    assert _f1.macro(said, true) == pytest.approx(each.mean())
    assert _f1.micro(said, true) == pytest.approx(f1_score(true, said, average="micro"))


def test_counts_add_up(case: tuple[np.ndarray, np.ndarray]) -> None:
    counts = _f1.counts(case[0] > 0.5, case[1])
    assert counts.sum(0).tolist() == [400] * 5
    assert (counts[0] + counts[1]).tolist() == case[1].sum(0).tolist()


def test_without_shrinkage_the_threshold_is_the_best_of_the_grid(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, true = case
    chosen = _f1.tune(scores, true, prior=0, width=0)
    best = np.max([_f1.scores(scores >= t, true)["f1"] for t in _f1.GRID], axis=0)
    said = scores >= chosen
    assert np.allclose(_f1.scores(said, true)["f1"], best)


def test_shrinkage_moves_a_rare_label_more_than_a_common_one() -> None:
    rng = np.random.default_rng(1)
    true = np.zeros((2000, 3), dtype=bool)
    true[:1000, 0] = true[500:1500, 1] = true[:2, 2] = True
    logits = np.where(true, 1.0, -3.0) + rng.normal(size=true.shape)
    logits[2:, 2] = -9.0  # any threshold parts the two positives: the raw choice is arbitrary
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    raw = _f1.tune(scores, true, prior=0, width=0)
    shrunk = _f1.tune(scores, true, prior=10, width=0)
    moved = np.abs(np.log(shrunk / (1 - shrunk)) - np.log(raw / (1 - raw)))
    assert moved[2] > 2 * moved[:2].max()


def test_interval_is_seeded_and_holds_the_estimate(case: tuple[np.ndarray, np.ndarray]) -> None:
    said, true = case[0] > 0.5, case[1]
    first = _f1.macro_interval(said, true, draws=300, seed=3)
    assert first == _f1.macro_interval(said, true, draws=300, seed=3)
    assert first != _f1.macro_interval(said, true, draws=300, seed=4)
    assert first.low < first.value < first.high
    assert first.high - first.low < 0.2
