"""The test of Diebold and Mariano: its size under dependence, its power, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from affectcli.forecast._compare import equal_loss


def windows(steps: np.ndarray, *, origins: int, gap: int) -> np.ndarray:
    """Return overlapping windows of a series, shape (origins, 14), `gap` apart."""
    return np.stack([steps[k * gap : k * gap + 14] for k in range(origins)])


def test_equal_losses_are_called_different_in_five_of_a_hundred() -> None:
    dice = np.random.default_rng(0)
    for gap, most in ((14, 0.065), (6, 0.07), (3, 0.08)):
        called = [
            equal_loss(windows(dice.normal(size=60 * gap + 14), origins=60, gap=gap)) < 0.05
            for _ in range(1500)
        ]
        assert np.mean(called) < most  # a little bold where neighbours share most of their days


def test_a_clear_loss_is_found() -> None:
    dice = np.random.default_rng(1)
    losses = windows(0.4 + dice.normal(size=400), origins=60, gap=6)
    assert equal_loss(losses) < 0.002
    assert equal_loss(-losses) == equal_loss(losses)


@pytest.mark.parametrize("losses", [np.zeros((40, 3)), np.ones((5, 3)), np.full((40, 3), np.nan)])
def test_nothing_to_test(losses: np.ndarray) -> None:
    assert np.isnan(equal_loss(losses))
