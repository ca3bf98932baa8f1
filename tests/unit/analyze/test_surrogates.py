"""Each kind of surrogate keeps what it promises to keep."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from affectcli.analyze import _surrogates

N = 120
KINDS: dict[str, Callable[[int, Generator], _surrogates.Draw]] = {
    "sign": lambda count, rng: _surrogates.sign(count, N, rng),
    "block": _surrogates.block,
    "shift": _surrogates.shift,
    "phase": _surrogates.phase,
}


@pytest.mark.parametrize("kind", KINDS)
def test_gaps_stay_and_draws_differ_and_repeat(kind: str) -> None:
    e = default_rng(0).standard_normal(N)
    e[[3, 50, 51, 119]] = np.nan
    drawn = KINDS[kind](8, default_rng(1))(e)
    assert drawn.values.shape == (8, N)
    assert not drawn.values[:, np.isnan(e)].any()
    assert len(np.unique(drawn.values[:, 10])) > 1
    np.testing.assert_array_equal(drawn.values, KINDS[kind](8, default_rng(1))(e).values)
    np.testing.assert_allclose(np.broadcast_to(drawn.energy, (8, N)), drawn.values**2)


def test_sign_keeps_each_days_size() -> None:
    e = default_rng(0).standard_normal(N)
    drawn = KINDS["sign"](4, default_rng(1))(e).values
    np.testing.assert_allclose(np.abs(drawn), np.broadcast_to(np.abs(e), (4, N)), rtol=1e-6)


def test_shift_keeps_the_values_and_their_order() -> None:
    e = np.arange(1.0, N + 1)
    for row in KINDS["shift"](4, default_rng(1))(e).values:
        np.testing.assert_array_equal(np.roll(row, -int(row.argmin())), e)


def test_block_keeps_neighbours() -> None:
    e = np.arange(1.0, N + 1)
    steps = np.diff(_surrogates.block(50, default_rng(1), length=6)(e).values, axis=1)
    assert np.mean((steps == 1) | (steps == 1 - N)) == pytest.approx(5 / 6, abs=0.02)


@pytest.mark.parametrize("n", [N, N - 1])
def test_phase_keeps_the_periodogram(n: int) -> None:
    e = default_rng(0).standard_normal(n)
    drawn = _surrogates.phase(4, default_rng(1))(e).values
    wanted = np.broadcast_to(np.abs(np.fft.rfft(e)), (4, n // 2 + 1))
    np.testing.assert_allclose(np.abs(np.fft.rfft(drawn)), wanted, atol=1e-4)
