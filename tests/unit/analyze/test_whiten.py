"""Innovations are what they are known to be, and white."""

import numpy as np
import pytest
from numpy.random import default_rng
from numpy.typing import NDArray
from scipy.signal import lfilter

from affectcli.analyze._lags import lagged_pearson
from affectcli.analyze._whiten import whiten
from affectcli.errors import AnalysisError


def autoregressive(
    phi: float, n: int, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    shocks = default_rng(seed).standard_normal(n)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks)), shocks


def test_finds_the_shocks_of_an_autoregression() -> None:
    y, shocks = autoregressive(0.8, 2000)
    found = whiten(100 + 7 * y)
    assert found.order >= 1
    assert found.coefficients[0] == pytest.approx(0.8, abs=0.06)
    assert np.corrcoef(found.values[20:], shocks[20:])[0, 1] > 0.99
    assert np.nanmean(found.values) == pytest.approx(0, abs=1e-12)
    assert np.nanstd(found.values) == pytest.approx(1)


def test_gaps_stay_gaps_and_cost_no_other_day() -> None:
    y, shocks = autoregressive(0.8, 2000)
    gone = default_rng(1).random(2000) < 0.2
    found = whiten(np.where(gone, np.nan, y))
    kept = ~gone & (np.arange(2000) >= found.order)
    np.testing.assert_array_equal(np.isfinite(found.values), kept)
    assert found.coefficients[0] == pytest.approx(0.8, abs=0.06)
    assert np.corrcoef(found.values[kept], shocks[kept])[0, 1] > 0.9
    left = lagged_pearson(found.values, found.values, 5)[6:]
    assert np.abs(left).max() < 4 / np.sqrt(kept.sum())


def test_white_noise_stays_as_it_is() -> None:
    noise = default_rng(4).standard_normal(500)
    found = whiten(noise)
    assert found.order <= 2
    assert np.corrcoef(found.values[2:], noise[2:])[0, 1] > 0.99


@pytest.mark.parametrize("y", [np.ones(100), np.sin(np.arange(200.0))])
def test_a_series_without_news_is_refused(y: NDArray[np.float64]) -> None:
    with pytest.raises(AnalysisError):
        whiten(y)
