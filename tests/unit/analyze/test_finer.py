"""A large family costs a true lead no more than its price."""

from typing import TYPE_CHECKING

import numpy as np

from affectcli.analyze import _surrogates
from affectcli.analyze._ccf import Lead, Prepared, correlate, prepare
from affectcli.analyze._finer import ENOUGH, finer, most

if TYPE_CHECKING:
    from collections.abc import Callable

N = 365


def _pair(r: float, seed: int) -> tuple[Prepared, Prepared]:
    rng = np.random.default_rng(seed)
    x, noise = rng.standard_normal((2, N))
    return prepare(x), prepare(r * np.roll(x, 3) + np.sqrt(1 - r * r) * noise)


def _test(pair: tuple[Prepared, Prepared]) -> "Callable[[int, int], Lead]":
    def again(turn: int, count: int) -> Lead:
        draw = _surrogates.sign(count, N, np.random.default_rng(turn))
        return correlate(*pair, max_lag=5, draw=draw)

    return again


def test_a_true_lead_pays_the_price_of_a_thousand_tests() -> None:
    test = _test(_pair(0.5, 1))
    first = test(0, 199)
    assert first.p_value == 1 / 200
    found = finer(first, test, limit=most(199, 1000))
    assert found.nulls >= 40_000
    assert found.p_value * 1000 <= 0.05
    assert found.peak_lag == 3


def test_what_surrogates_reach_is_not_drawn_for_ever() -> None:
    test = _test(_pair(0.0, 2))
    first = test(0, 199)
    assert finer(first, test, limit=100_000) == first, "enough of them reach it at once"
    middling = _test(_pair(0.16, 5))
    found = finer(middling(0, 199), middling, limit=100_000)
    assert found.nulls < 100_000
    assert found.p_value >= ENOUGH / (found.nulls + 1)


def test_a_small_family_asks_for_no_more_than_was_said() -> None:
    assert most(999, 20) == 999
    assert most(999, 1000) == 40_000
    assert most(999, 10**6) == 100_000
