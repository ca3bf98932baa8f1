"""The model scale: exact there and back, thin days, missing days, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import AnalysisError
from affectcli.forecast._scale import regular, scaled

if TYPE_CHECKING:
    from tests.unit.forecast.conftest import Make, Simulate


def test_a_balanced_share_gets_the_empirical_logit(make: Make) -> None:
    value = np.tile([0.5, 0.2, 0.8], 4)
    z = scaled(make(value, posts=[40] * 12, share=True), horizon=2).history.z
    balanced = [0, 2, 5, 8, 11]  # rows up to which the pooled share is a half, but for rounding
    assert z[0] == pytest.approx(0.0)
    assert z[balanced] == pytest.approx(
        np.log((value * 40 + 0.5) / ((1 - value) * 40 + 0.5))[balanced]
    )


def test_what_came_goes_there_and_back_exactly(make: Make) -> None:
    value = np.array([0.0, 0.01, 0.02, 0.0, 0.5, 1.0, 0.03, 0.99, 0.2])
    signal = scaled(make(value, posts=[200, 3, 9, 800, 40, 40, 7, 30, 12], share=True), horizon=3)
    for row in range(6):
        came = signal.back(row, signal.targets(3)[row])
        assert came == pytest.approx(value[row + 1 : row + 4], abs=1e-12)
    assert np.isnan(signal.targets(3)[-1]).all()


def test_the_scale_of_a_day_does_not_depend_on_later_days(simulate_share: Simulate) -> None:
    observed = simulate_share(phi=0.5, season=0.2, days=60, seed=1)
    other = replace(observed, value=observed.value.copy(), posts=observed.posts.copy())
    other.value[40:], other.posts[40:] = 0.9, 7.0
    one, two = scaled(observed, horizon=7), scaled(other, horizon=7)
    for name in ("z", "noise"):
        assert (
            getattr(one.history, name)[:40].tobytes() == getattr(two.history, name)[:40].tobytes()
        )
    assert one.scatter(7)[:40].tobytes() == two.scatter(7)[:40].tobytes()
    assert one.targets(7)[:32].tobytes() == two.targets(7)[:32].tobytes()
    z = np.linspace(-3, 3, 7)
    assert one.back(39, z).tobytes() == two.back(39, z).tobytes()


def test_a_thin_day_without_hits_says_less_than_a_thick_one(make: Make) -> None:
    value, posts = np.full(20, 0.02), np.full(20, 500.0)
    value[[13, 14]], posts[13] = 0.0, 5.0
    history = scaled(make(value, posts=posts, share=True), horizon=1).history
    z, noise = history.z, history.noise
    assert z[14] < z[13] < z[0]
    assert abs(z[13] - z[0]) < 0.5 * abs(z[14] - z[0])
    assert noise[13] == pytest.approx(100 * noise[14], rel=0.1)


def test_the_coming_weekend_is_as_thin_as_the_last_ones(make: Make) -> None:
    posts = np.tile([400, 400, 400, 400, 400, 40, 40], 6)
    value = np.tile([0.1, 0.2], 21)
    signal = scaled(make(value, posts=posts, share=True), horizon=7)
    assert signal.expected is not None
    assert signal.expected[-1].tolist() == posts[:7].tolist()  # the history ends on a Sunday
    assert signal.scatter(7)[-1, 5] > 5 * signal.scatter(7)[-1, 4]


def test_an_unknown_denominator_still_keeps_the_bounds(make: Make) -> None:
    value = [0.0, 1.0, 0.5, 0.2, 0.0, 1.0, 0.5]
    signal = scaled(make(value, share=True), horizon=2)
    assert np.isfinite(signal.history.z).all()
    assert signal.back(6, np.array([-99.0, 99.0])).tolist() == [0.0, 1.0]


def test_a_count_never_falls_below_zero(make: Make) -> None:
    counts = replace(make([5.0, 0.0, 1e6, 2.0, 0.0, 1.0, 7.0]), count=True)
    signal = scaled(counts, horizon=2)
    assert signal.history.z.tolist() == np.log1p(counts.value).tolist()
    assert signal.back(3, np.array([-4.0, np.log(8.0)])) == pytest.approx([0.0, 7.0])


def test_other_signals_stay_as_they_are(make: Make) -> None:
    value = np.array([5.0, -3.0, 1e6, 2.0, 0.0, 1.0, 7.0])
    signal = scaled(make(value), horizon=2)
    assert signal.history.z.tolist() == value.tolist()
    assert signal.back(4, value[:2]).tolist() == value[:2].tolist()
    assert not signal.scatter(2).any()


def test_days_before_the_first_value_are_cut_and_later_ones_kept(make: Make) -> None:
    observed = make([np.nan, *range(8), np.nan, np.nan])
    wide = replace(
        observed, columns=np.arange(11.0)[:, np.newaxis], ahead=np.arange(13.0)[:, np.newaxis]
    )
    history = scaled(wide, horizon=2).history
    assert history.start == observed.days[1]
    assert np.isnan(history.z).tolist() == [False] * 8 + [True] * 2
    assert history.columns[:, 0].tolist() == list(range(1, 11))
    assert history.ahead[:, 0].tolist() == list(range(1, 13))


def test_days_that_are_not_there_become_missing(make: Make) -> None:
    full = make(range(12))
    kept = [0, 1, 2, 3, 4, 8, 11]
    sparse = replace(
        full, days=[full.days[k] for k in kept], value=full.value[kept], posts=full.posts[kept]
    )
    series = regular(sparse)
    assert list(series.days) == list(full.days)
    assert np.flatnonzero(np.isfinite(series.value)).tolist() == kept


def test_weeks_are_rows_of_seven_days(make: Make) -> None:
    days = [make([0.0]).days[0] + timedelta(weeks=k) for k in (0, 1, 2, 3, 5, 6, 7, 8)]
    weekly = replace(make(np.arange(8.0)), days=days, step=7)
    history = scaled(weekly, horizon=1).history
    assert (len(history.z), history.season, history.step) == (9, 52, 7)
    assert np.flatnonzero(np.isnan(history.z)).tolist() == [4]


@pytest.mark.parametrize(
    ("value", "is_share", "message"),
    [
        ([], False, "0 observed days"),
        ([1.0, 2.0, 3.0], False, "3 observed days"),
        ([np.nan] * 30, False, "0 observed days"),
        ([1.0] * 9 + [np.inf], False, "infinite"),
        ([0.5] * 9 + [1.2], True, r"outside \[0, 1\]"),
        ([0.3] * 30, True, "constant"),
        ([0.0] * 30, True, "constant"),
        ([1e12 + 1e-4 * k for k in range(9)], False, "constant"),
    ],
)
def test_what_no_model_can_read_is_refused(
    make: Make, value: list[float], is_share: bool, message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        scaled(make(value, share=is_share), horizon=7)


def test_days_that_do_not_increase_are_refused(make: Make) -> None:
    full = make(range(8))
    days = [*full.days[:-1], full.days[0] - timedelta(days=1)]
    with pytest.raises(AnalysisError, match="do not increase"):
        regular(replace(full, days=days))
