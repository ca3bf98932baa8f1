"""A lead that is there is found, one that is not is not, and what cannot be said is refused."""

import dataclasses

import numpy as np
import pytest
from numpy.random import default_rng
from numpy.typing import NDArray
from scipy.signal import lfilter

from affectcli.analyze import _surrogates
from affectcli.analyze._ccf import Lead, correlate, cross_correlate, prepare
from affectcli.errors import AnalysisError, UsageError

Series = NDArray[np.float64]


def autoregressive(phi: float, n: int, rng: np.random.Generator) -> Series:
    noise = rng.standard_normal(n + 200)
    return np.asarray(lfilter([np.sqrt(1 - phi**2)], [1, -phi], noise))[200:]


def planted(phi: float, noise_phi: float, *, n: int = 500, seed: int = 0) -> tuple[Series, Series]:
    """Return x, y with y(t) = 0.4 x(t - 3) + noise."""
    rng = default_rng(seed)
    x = autoregressive(phi, n + 3, rng)
    return x[3:], 0.4 * x[:n] + np.sqrt(1 - 0.16) * autoregressive(noise_phi, n, rng)


@pytest.mark.parametrize(
    ("phi", "noise_phi", "view"), [(0.8, 0.0, "y"), (0.8, 0.8, "both"), (0.0, 0.9, "both")]
)
def test_positive_lag_means_x_leads(phi: float, noise_phi: float, view: str) -> None:
    x, y = planted(phi, noise_phi)
    lead = cross_correlate(x, y, max_lag=14)
    assert (lead.peak_lag, lead.view, lead.p_value) == (3, view, 0.001)
    assert lead.r[lead.lags == 3][0] == lead.peak_r > lead.band_high[17]
    back = cross_correlate(y, x, max_lag=14)
    assert (back.peak_lag, back.p_value) == (-3, 0.001)
    np.testing.assert_allclose(back.r, lead.r[::-1], atol=1e-4)
    assert cross_correlate(x, -y, max_lag=14).peak_r == pytest.approx(-lead.peak_r)


def test_a_lead_is_found_through_gaps() -> None:
    x, y = planted(0.8, 0.8, n=700)
    gone = default_rng(8).random((2, 700)) < 0.2
    lead = cross_correlate(np.where(gone[0], np.nan, x), np.where(gone[1], np.nan, y), max_lag=14)
    assert (lead.peak_lag, lead.n) == (3, int((~gone).all(axis=0).sum()))
    assert lead.p_value <= 0.05


def test_units_do_not_matter() -> None:
    x, y = planted(0.5, 0.5)
    plain, scaled = cross_correlate(x, y), cross_correlate(1e4 + 50 * x, 0.3 + 1e-6 * y)
    for field in ("r", "raw_r", "band_high"):
        np.testing.assert_allclose(getattr(plain, field), getattr(scaled, field), atol=1e-5)
    assert plain.p_value == scaled.p_value


def test_one_seed_one_answer() -> None:
    x, y = default_rng(3).standard_normal((2, 200))
    first, again = (dataclasses.asdict(cross_correlate(x, y, seed=5)) for _ in range(2))
    assert all(np.array_equal(first[key], again[key]) for key in first)
    assert cross_correlate(x, y, seed=6).p_value != first["p_value"]


def test_prepared_series_give_the_same_answer() -> None:
    x, y = planted(0.5, 0.0, n=200)
    draw = _surrogates.sign(99, 200, default_rng(1))
    prepared = correlate(prepare(x), prepare(y), max_lag=10, draw=draw)
    direct = cross_correlate(x, y, max_lag=10, nulls=99, seed=1)
    np.testing.assert_array_equal(prepared.band_high, direct.band_high)


def unrelated(kind: str, seed: int) -> Lead:
    rng = default_rng(seed)
    if kind == "walk":
        x, y = np.cumsum(rng.standard_normal((2, 200)), axis=1)
    else:
        x, y = autoregressive(0.8, 200, rng), autoregressive(0.8, 200, rng)
    weekday = np.arange(200) % 7
    if kind == "week":
        x, y = x + 2 * (weekday > 4), y - 2 * (weekday > 4)
        return cross_correlate(x, y, max_lag=14, nulls=99, seed=seed, weekday=weekday)
    return cross_correlate(x, y, max_lag=14, nulls=99, seed=seed)


@pytest.mark.parametrize("kind", ["autoregressive", "walk", "week"])
def test_unrelated_series_are_called_unrelated(kind: str) -> None:
    # 40 pairs at 5 %: more than 7 claims have a chance below 1 in 100; the usual rule makes 36.
    claims = [unrelated(kind, seed).p_value <= 0.05 for seed in range(40)]
    assert sum(claims) <= 7


def test_band_and_p_value_say_the_same() -> None:
    for seed in range(25):
        rng = default_rng(seed)
        lead = cross_correlate(*rng.standard_normal((2, 60)), max_lag=5, nulls=59)
        outside = bool((np.abs(lead.r) > lead.band_high * (1 + 1e-6)).any())
        assert outside == (lead.p_value <= 0.05)
        np.testing.assert_array_equal(lead.band_low, -lead.band_high)


def test_detectable_is_found_with_80_percent() -> None:
    rng = default_rng(12)
    r = cross_correlate(*rng.standard_normal((2, 250)), max_lag=5, how="none").detectable
    found = []
    for seed in range(60):
        x, noise = rng.standard_normal((2, 250))
        lead = cross_correlate(
            x, r * x + np.sqrt(1 - r**2) * noise, max_lag=5, how="none", nulls=99, seed=seed
        )
        found.append(lead.p_value <= 0.05)
    assert 0.65 <= np.mean(found) <= 0.95


def test_a_transform_that_was_asked_for_is_used_on_both_sides() -> None:
    walk = np.cumsum(default_rng(0).standard_normal((2, 200)), axis=1)
    lead = cross_correlate(*walk, max_lag=5, how="diff")
    assert (lead.transform_x, lead.transform_y) == ("diff", "diff")


def test_too_short_for_its_lags() -> None:
    x, y = default_rng(0).standard_normal((2, 50))
    with pytest.raises(AnalysisError, match="--max-lag 20"):
        cross_correlate(x, y)
    assert len(cross_correlate(x, y, max_lag=20).r) == 41


def test_no_common_days() -> None:
    x = default_rng(0).standard_normal(200)
    first = np.arange(200) < 100
    with pytest.raises(AnalysisError, match="share 0 days"):
        cross_correlate(np.where(first, x, np.nan), np.where(first, np.nan, x))


def test_too_few_nulls_and_constants() -> None:
    x = default_rng(0).standard_normal(100)
    with pytest.raises(UsageError, match="--nulls"):
        cross_correlate(x, x**2, nulls=18)
    with pytest.raises(AnalysisError, match="constant"):
        cross_correlate(x, np.ones(100))
