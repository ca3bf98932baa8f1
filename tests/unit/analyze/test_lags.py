"""Correlations by lag against a naive double loop, gaps and all."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.random import default_rng
from numpy.typing import NDArray

from affectcli.analyze import _surrogates
from affectcli.analyze._lags import (
    NARROWEST,
    autocorrelation,
    inflation,
    lagged_pearson,
    pairs,
    scan,
    shifted,
)

Series = NDArray[np.float64]


@st.composite
def gappy_pairs(draw: st.DrawFn) -> tuple[Series, Series]:
    n = draw(st.integers(12, 40))
    rng = default_rng(draw(st.integers(0, 2**32)))
    x, y = rng.normal(draw(st.floats(-50, 50)), draw(st.floats(0.1, 9)), (2, n))
    for series in (x, y):
        series[draw(arrays(np.bool_, n))] = np.nan
        series[:3] = [0.5, -0.5, 1.5]
    return x, y


def both(x: Series, y: Series, lag: int) -> tuple[Series, Series]:
    t = [t for t in range(len(x)) if 0 <= t + lag < len(y)]
    kept = [(x[s], y[s + lag]) for s in t if math.isfinite(x[s]) and math.isfinite(y[s + lag])]
    return np.array([k[0] for k in kept]), np.array([k[1] for k in kept])


@given(pair=gappy_pairs(), max_lag=st.integers(0, 6))
@settings(deadline=None)
def test_pearson_equals_a_loop_over_pairs(pair: tuple[Series, Series], max_lag: int) -> None:
    x, y = pair
    found, counts = lagged_pearson(x, y, max_lag), pairs(x, y, max_lag)
    for lag, r, n in zip(range(-max_lag, max_lag + 1), found, counts, strict=True):
        a, b = both(x, y, lag)
        assert n == len(a)
        if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
            assert math.isnan(r)
        elif min(a.std() / np.nanstd(x), b.std() / np.nanstd(y)) > 1e-3:
            assert abs(r - np.corrcoef(a, b)[0, 1]) < 1e-7


@given(pair=gappy_pairs())
@settings(deadline=None)
def test_scan_equals_a_loop_for_the_series_and_for_its_surrogates(
    pair: tuple[Series, Series],
) -> None:
    fixed, white = pair
    drawn = _surrogates.sign(5, len(white), default_rng(1))(white)
    found = scan(fixed, white, drawn, 4)
    for column, lag in enumerate(range(-4, 5)):
        x, e = both(fixed, white, lag)
        if len(x) < 2 or x.std() < 1e-3 * np.nanstd(fixed) or np.abs(e).max() < 1e-3:
            continue
        r = ((x - x.mean()) @ e) / np.sqrt(((x - x.mean()) ** 2).sum() * (e**2).sum())
        assert abs(found.r[column] - r) < 1e-9
        assert abs(found.r[column]) <= 1 + 1e-9
    surrogate = np.where(np.isfinite(white), drawn.values[2].astype(float), np.nan)
    again = scan(fixed, surrogate, drawn, 4)
    size = np.abs(np.nan_to_num(again.r)) * again.root_n
    spread = inflation(autocorrelation(fixed), autocorrelation(white))
    assert spread >= NARROWEST**0.5
    np.testing.assert_allclose(found.null[2], spread * size, atol=2e-3 * (1 + size.max()))


def test_a_lag_by_hand() -> None:
    x = np.array([1.0, 2.0, 4.0, np.nan])
    y = np.array([9.0, 1.0, 2.0, 4.0])
    np.testing.assert_allclose(lagged_pearson(x, y, 1)[2], 1.0)
    np.testing.assert_array_equal(pairs(x, y, 1), [2, 3, 3])
    np.testing.assert_array_equal(
        shifted(np.array([1.0, 2.0, 3.0]), 1), [[2, 1, 0], [3, 2, 1], [0, 3, 2]]
    )


def test_autocorrelation_left_on_both_sides_widens_the_null() -> None:
    rng = default_rng(2)
    slow = np.convolve(rng.standard_normal(309), np.ones(10) / 10, "valid")
    white = rng.standard_normal(300)
    drawn = _surrogates.sign(200, 300, default_rng(3))
    wide = scan(slow, slow / slow.std(), drawn(slow / slow.std()), 5).null.mean()
    narrow = scan(white, slow / slow.std(), drawn(slow / slow.std()), 5).null.mean()
    assert wide > 1.5 * narrow
