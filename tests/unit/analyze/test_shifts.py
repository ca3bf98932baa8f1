"""Turned calendars keep their distances, and p-values of families hold their level."""

from __future__ import annotations

import numpy as np
import pytest

from affectcli.analyze import _shifts


def test_a_turn_keeps_the_distances_between_dates_round_the_circle() -> None:
    at = np.array([3, 10, 11, 60])
    places = _shifts.turned(at, 100, _shifts.turns(200, 1))
    assert places.shape == (200, 4)
    assert ((places >= 0) & (places < 100)).all()
    own = sorted(np.diff([*at, 103]).tolist())
    for row in np.sort(places, axis=1):
        assert sorted(np.diff([*row, row[0] + 100]).tolist()) == own


def test_one_date_comes_to_every_place_equally_often() -> None:
    places = _shifts.turned(np.array([7]), 50, _shifts.turns(1000, 2))
    assert np.bincount(places.ravel(), minlength=50).min() >= 10


def test_the_p_value_by_hand() -> None:
    drawn = np.array([[1.0, 2.0, 3.0, np.nan], [1.0, 1.0, 1.0, 1.0]])
    assert _shifts.p_values(np.array([2.0, 5.0]), drawn).tolist() == pytest.approx([3 / 4, 1 / 5])


def test_rounding_does_not_make_the_calendar_itself_rarer() -> None:
    drawn = np.array([[0.1 + 0.2, 0.0]])
    assert _shifts.p_values(np.array([0.3]), drawn)[0] == pytest.approx(2 / 3)


def test_a_family_of_unrelated_tests_is_rarely_claimed() -> None:
    rng = np.random.default_rng(3)
    family = np.repeat(np.arange(4), 5)
    claims = []
    for _ in range(300):
        z = np.abs(rng.normal(size=(20, 200)))
        claims.append(_shifts.q_values(z[:, 0], z[:, 1:], family).min() <= 0.05)
    assert np.mean(claims) <= 0.09  # three standard errors above 5 % with 300 families


def test_a_strong_row_is_claimed_and_its_neighbours_are_not() -> None:
    rng = np.random.default_rng(4)
    z = np.abs(rng.normal(size=(6, 999)))
    observed = np.array([9.0, 0.5, 0.4, 0.3, 0.2, 0.1])
    q = _shifts.q_values(observed, z, np.array([0, 0, 0, 1, 1, 1]))
    assert q[0] <= 0.01
    assert (q[1:] > 0.3).all()


def test_a_row_without_draws_costs_the_others_nothing() -> None:
    drawn = np.vstack([np.linspace(0, 1, 99), np.full(99, np.nan)])
    p = _shifts.family_p_values(np.array([2.0, 0.0]), drawn)
    assert p[0] == pytest.approx(0.01)
