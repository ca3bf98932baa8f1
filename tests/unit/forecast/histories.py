"""Histories for tests of models, and the check that a model does not look ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from affectcli.parts import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.parts import Forecaster

    Floats = NDArray[np.float64]

HORIZON = 14


def history(
    z: Floats, *, step: int = 1, noise: Floats | None = None, columns: Floats | None = None
) -> History:
    """Return `z` as a history that starts on a Monday, with no column known ahead."""
    n = len(z)
    return History(
        start=date(2024, 1, 1),
        step=step,
        season=7 if step == 1 else 52,
        z=np.asarray(z, dtype=np.float64),
        noise=np.zeros(n) if noise is None else noise,
        columns=np.empty((n, 0)) if columns is None else columns,
        ahead=np.empty((n + HORIZON, 0)),
    )


def points(model: Forecaster, past: History, *, seed: int = 1) -> Floats:
    """Return a model's forecasts from every row, `HORIZON` rows ahead."""
    made = model.points(past, horizon=HORIZON, since=0, seed=seed)
    assert made.shape == (len(past.z), HORIZON)
    assert not np.isinf(made).any()
    return made


def with_another_future(past: History, row: int) -> History:
    """Return `past` with noise in the place of everything that is known only after `row`."""
    dice = np.random.default_rng(99)
    later = np.arange(len(past.z)) > row

    def other(values: Floats) -> Floats:
        known = later.reshape(-1, *[1] * (values.ndim - 1))
        return np.where(known, 5 * dice.normal(size=values.shape), values)

    ahead = past.ahead.copy()
    ahead[row + 1 + HORIZON :] = dice.normal(size=ahead[row + 1 + HORIZON :].shape)
    return replace(
        past,
        z=other(past.z),
        noise=np.abs(other(past.noise)),
        columns=other(past.columns),
        ahead=ahead,
    )


def cut(past: History, row: int) -> History:
    """Return `past` up to `row`."""
    return replace(
        past,
        z=past.z[: row + 1],
        noise=past.noise[: row + 1],
        columns=past.columns[: row + 1],
        ahead=past.ahead[: row + 1 + HORIZON],
    )


def causal(model: Forecaster, past: History, row: int) -> None:
    """Check that nothing after `row` changes what was said up to it."""
    said = points(model, past)[: row + 1]
    assert np.isfinite(said[row]).all()
    np.testing.assert_array_equal(said, points(model, with_another_future(past, row))[: row + 1])
    np.testing.assert_allclose(said, points(model, cut(past, row)), rtol=1e-8, atol=1e-9)
