"""What is differenced, what is not, and what is refused."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.signal import lfilter

from affectcli.analyze._stationary import How, transform, without_calendar
from affectcli.errors import AnalysisError

WALK = np.cumsum(default_rng(8).standard_normal(500))


def test_stationary_series_stay_levels() -> None:
    y = lfilter([1.0], [1.0, -0.5], default_rng(0).standard_normal(500))
    found = transform(y, how="auto")
    assert found.name == "none"
    np.testing.assert_array_equal(found.values, y)


def test_a_walk_is_differenced_and_a_price_log_differenced() -> None:
    walk = transform(WALK, how="auto")
    assert (walk.name, walk.kpss_p is not None and walk.kpss_p < 0.05) == ("diff", True)
    assert walk.adf_p is not None
    assert walk.adf_p >= 0.05
    np.testing.assert_allclose(walk.values[1:], np.diff(WALK))
    price = transform(100 * np.exp(0.03 * WALK), how="auto")
    assert price.name == "dlog"
    np.testing.assert_allclose(price.values[1:], 0.03 * np.diff(WALK))
    assert transform(5 - WALK.min() + WALK, how="auto").name == "diff"


def test_a_difference_needs_both_days() -> None:
    y = WALK.copy()
    y[10] = np.nan
    found = transform(y, how="diff").values
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(found)), [0, 10, 11])


@pytest.mark.parametrize(
    ("y", "how"),
    [
        (np.full(100, 3.0), "none"),
        (WALK[:20], "auto"),
        (WALK, "dlog"),
        (np.arange(100.0), "diff"),
        (np.where(np.arange(100) % 2, np.nan, WALK[:100]), "diff"),
    ],
)
def test_refusals_say_what_to_type(y: np.ndarray, how: How) -> None:
    with pytest.raises(AnalysisError) as refusal:
        transform(y, how=how)
    assert refusal.value.code == 10
    assert "Try: " in str(refusal.value)


def test_the_calendar_goes_and_the_rest_stays() -> None:
    rng, days = default_rng(5), np.arange(210)
    rest = rng.standard_normal(210)
    rest[rng.random(210) < 0.2] = np.nan
    week = np.array([0.0, 1.0, 2.0, -3.0, 0.0, 5.0, 5.0])[days % 7]
    plain = without_calendar(rest, days % 7)
    np.testing.assert_allclose(without_calendar(rest + week + 0.3 * days, days % 7), plain)
    assert np.nanmean(plain) == pytest.approx(0, abs=1e-12)
    assert np.nanmean(plain[days % 7 == 5]) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(
        without_calendar(rest + 0.3 * days, None), without_calendar(rest, None), atol=1e-9
    )
