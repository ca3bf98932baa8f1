"""Wealth over time: ends where the totals say, luck around it, thinned to a figure's points."""

from __future__ import annotations

import numpy as np

from affectcli.analyze import _backtest_chance as chance
from affectcli.analyze import _backtest_curve as curves
from affectcli.analyze import _shifts

N = 300


def test_the_band_is_made_of_the_timings_that_are_tested() -> None:
    rng = np.random.default_rng(1)
    growing = rng.normal(0.001, 0.02, N)
    held = (rng.random(N) < 0.4).astype(float) - (rng.random(N) < 0.2)
    drawn = _shifts.turns(curves.TIMINGS, 3)
    _, logs = chance.timings(held, growing, drawn)
    low, middle, high = curves.band(held, growing, drawn, cost=0.0)
    expected = np.quantile(np.exp(logs), curves.BAND)
    np.testing.assert_allclose([low[-1], middle[-1], high[-1]], expected, rtol=1e-9)


def test_each_timing_pays_its_own_costs() -> None:
    held = np.zeros(N)
    held[10:20] = 1.0
    drawn = _shifts.turns(curves.TIMINGS, 3)
    _, middle, _ = curves.band(held, np.zeros(N), drawn, cost=0.001)
    np.testing.assert_allclose(middle[-1], 0.999**2)
    assert middle[0] == 1.0
