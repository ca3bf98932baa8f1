"""Probabilities put right by how earlier ones turned out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from affectcli.forecast._odds import PRIOR, Odds, learnt


def test_without_a_past_the_prior_stands() -> None:
    nothing = np.empty((0, 14))
    assert learnt(nothing, nothing, np.empty(0)) == Odds(*PRIOR)
    unknown = np.full((3, 14), np.nan)
    assert learnt(unknown, unknown, np.full(3, 0.2)) == Odds(*PRIOR)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.3), (0.0, 1.0), (0.5, 0.7)])
def test_a_long_past_teaches_the_truth(alpha: float, beta: float) -> None:
    dice = np.random.default_rng(4)
    base = np.full(900, 0.2)
    p = expit(logit(0.2) + dice.normal(0, 1.5, (900, 7)))
    truth = expit(logit(0.2) + alpha + beta * (logit(p) - logit(0.2)))
    found = learnt(p, (dice.uniform(size=p.shape) < truth).astype(float), base)
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta), abs=0.1)
    assert found(p[0], 0.2) == pytest.approx(truth[0], abs=0.05)


def test_paths_are_high_as_often_as_is_right_and_stay_together() -> None:
    dice = np.random.default_rng(5)
    paths = dice.normal(size=(1000, 1)) + 0.1 * dice.normal(size=(1000, 5))
    raw = np.array([0.02, 0.1, 0.3, 0.6, 0.9])
    odds = Odds(0.0, 0.5)
    flags = odds.at(0.2)(paths, raw)
    assert flags.mean(axis=0) == pytest.approx(odds(raw, 0.2), abs=0.001)
    assert (
        flags[:, 3] >= flags[:, 2]
    ).mean() > 0.98  # who is high on a rare day is on a common one
    assert np.isnan(odds(np.array([np.nan]), 0.2)).all()
