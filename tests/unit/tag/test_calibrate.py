"""Calibration and measures against hand-computed cases and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

from affectcli.tag import _calibrate, _metrics


def _windows(logits: torch.Tensor) -> _calibrate.Windows:
    return _calibrate.Windows(logits, torch.arange(len(logits)), len(logits))


def test_a_head_that_is_too_sure_is_calmed() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(-1, 1.5, (4000, 1)).astype(np.float32)
    true = rng.random((4000, 1)) < 1 / (1 + np.exp(-z))
    windows = _windows(torch.from_numpy(3 * z + 1))
    before = _calibrate.probabilities("many", windows).numpy()
    fold = _calibrate.fit("many", windows, true.astype(np.float32))
    after = _calibrate.probabilities("many", windows, fold).numpy()
    assert _calibrate.expected_error(before[:, 0], true[:, 0]) > 0.1
    assert _calibrate.expected_error(after[:, 0], true[:, 0]) < 0.02
    assert float(fold.scale[0]) == pytest.approx(1 / 3, rel=0.1)


def test_unknown_targets_do_not_matter() -> None:
    z = torch.tensor([[2.0], [-2.0], [0.5]])
    known = np.array([[1.0], [0.0], [np.nan]], np.float32)
    some, all_ = _windows(z[:2]), _windows(z)
    a = _calibrate.fit("many", some, known[:2])
    b = _calibrate.fit("many", all_, known)
    assert torch.allclose(a.scale, b.scale, atol=1e-4)


def test_exclusive_classes_get_a_temperature_and_a_bias_each() -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=(3000, 3)).astype(np.float32)
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    true = (p.cumsum(1) > rng.random((3000, 1))).argmax(1)
    fold = _calibrate.fit(
        "one", _windows(torch.from_numpy(4 * z)), true[:, None].astype(np.float32)
    )
    assert float(fold.scale[0]) == pytest.approx(0.25, rel=0.15)


def test_ordered_classes_are_a_distribution_even_where_thresholds_cross() -> None:
    p = _calibrate.activate("ordinal", torch.tensor([[1.0, 2.0, -1.0], [0.0, -1.0, -2.0]]))
    assert torch.allclose(p.sum(1), torch.ones(2))
    assert (p >= 0).all()
    assert float(p[1, 0]) == pytest.approx(0.5)


def test_a_long_text_is_the_mean_of_its_windows() -> None:
    windows = _calibrate.Windows(
        torch.tensor([[0.0], [100.0], [-100.0]]), torch.tensor([0, 1, 1]), 2
    )
    assert _calibrate.probabilities("many", windows).flatten().tolist() == [0.5, 0.5]


def test_reliability_rows_add_up() -> None:
    p = np.array([0.01, 0.02, 0.9], np.float32)
    rows = _calibrate.reliability(p, np.array([False, True, True]))
    assert sum(row["texts"] for row in rows) == 3
    assert rows[0]["seen"] == 0.5


def test_measures_are_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    true = rng.integers(4, size=300)
    said = np.where(rng.random(300) < 0.6, true, rng.integers(4, size=300))
    matrix = _metrics.confusion(said, true, 4)
    assert _metrics.accuracy(matrix) == pytest.approx(accuracy_score(true, said))
    assert _metrics.macro_f1(matrix) == pytest.approx(f1_score(true, said, average="macro"))
    assert _metrics.weighted_f1(matrix) == pytest.approx(f1_score(true, said, average="weighted"))
    assert _metrics.kappa(matrix) == pytest.approx(
        cohen_kappa_score(true, said, weights="quadratic")
    )
    interval = _metrics.interval(_metrics.accuracy, matrix, draws=500, seed=0)
    assert interval.low < interval.value < interval.high
    assert interval.high - interval.low == pytest.approx(
        2 * 1.96 * (0.7 * 0.3 / 300) ** 0.5, rel=0.2
    )
