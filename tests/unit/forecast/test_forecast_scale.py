"""The model scale: exact there and back, thin days, missing days, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import AnalysisError
from affectcli.forecast._scale import fill_seasonal, regular, scaled
from affectcli.parts import History

if TYPE_CHECKING:
    from tests.unit.forecast.conftest import Make


def test_a_balanced_share_gets_the_empirical_logit(make: Make) -> None:
    value = np.array([0.2, 0.8] * 5)
    z = scaled(make(value, posts=[40] * 10, share=True)).z
    assert z == pytest.approx(np.log((value * 40 + 0.5) / ((1 - value) * 40 + 0.5)))


def test_the_way_back_is_exact_where_posts_are_the_expected(make: Make) -> None:
    value = np.array([0.0, 0.01, 0.02, 0.0, 0.5, 1.0, 0.03, 0.99])
    signal = scaled(make(value, posts=[200] * 8, share=True))
    assert signal.back(signal.z[np.newaxis, :])[0] == pytest.approx(value, abs=1e-12)


def test_a_thin_day_without_hits_says_less_than_a_thick_one(make: Make) -> None:
    value, posts = np.full(20, 0.02), np.full(20, 500.0)
    value[[3, 4]], posts[3] = 0.0, 5.0
    z = scaled(make(value, posts=posts, share=True)).z
    assert z[4] < z[3] < z[0]
    assert abs(z[3] - z[0]) < 0.5 * abs(z[4] - z[0])


def test_an_unknown_denominator_still_keeps_the_bounds(make: Make) -> None:
    signal = scaled(make([0.0, 1.0, 0.5, 0.2, 0.0, 1.0, 0.5], share=True))
    assert np.isfinite(signal.z).all()
    assert signal.back(signal.z[np.newaxis, :])[0] == pytest.approx([0, 1, 0.5, 0.2, 0, 1, 0.5])


@pytest.mark.parametrize("constant", [0.0, 0.3, 1.0])
def test_a_constant_share_is_known_as_such_over_any_posts(make: Make, constant: float) -> None:
    posts = np.linspace(10, 900, 30)
    signal = scaled(make(np.full(30, constant), posts=posts, share=True))
    assert signal.constant == constant


def test_small_numbers_are_not_a_constant(make: Make) -> None:
    assert scaled(make(1e-12 * np.arange(8))).constant is None
    assert scaled(make(1e12 + 1e-4 * np.arange(8))).constant == 1e12


def test_other_signals_stay_as_they_are(make: Make) -> None:
    value = np.array([5.0, -3.0, 1e6, 2.0, 0.0, 1.0, 7.0])
    signal = scaled(make(value))
    assert signal.z.tolist() == value.tolist()
    assert signal.back(value[np.newaxis, :]).tolist() == [value.tolist()]


def test_days_at_the_ends_without_a_value_are_cut_and_counted(make: Make) -> None:
    signal = scaled(make([np.nan, *range(8), np.nan, np.nan]))
    assert len(signal.z) == 8
    assert signal.gap == 2
    assert signal.back(np.arange(10.0).reshape(2, 5)).tolist() == [[2, 3, 4], [7, 8, 9]]


def test_days_that_are_not_there_become_missing(make: Make) -> None:
    full = make(range(10))
    kept = [0, 1, 2, 6, 9]
    sparse = History(
        days=[full.days[k] for k in kept],
        value=full.value[kept],
        posts=full.posts[kept],
        share=False,
    )
    series = regular(sparse)
    assert list(series.days) == list(full.days)
    assert np.flatnonzero(np.isfinite(series.value)).tolist() == kept


def test_a_missing_day_takes_its_weekday_s_last_value() -> None:
    z = np.arange(21.0)
    z[[8, 15]] = np.nan
    filled, count = fill_seasonal(z)
    assert (filled[8], filled[15], count) == (1.0, 1.0, 2)
    assert np.isnan(z[8])


def test_a_missing_day_of_the_first_week_looks_ahead_then_back() -> None:
    z = np.arange(10.0)
    z[[2, 4]] = np.nan
    assert fill_seasonal(z)[0][[2, 4]].tolist() == [9.0, 3.0]


@pytest.mark.parametrize(
    ("value", "is_share", "message"),
    [
        ([], False, "empty"),
        ([1.0, 2.0, 3.0], False, "3 observed days"),
        ([np.nan] * 30, False, "0 observed days"),
        ([1.0] * 9 + [np.inf], False, "infinite"),
        ([0.5] * 9 + [1.2], True, r"outside \[0, 1\]"),
    ],
)
def test_what_no_model_can_read_is_refused(
    make: Make, value: list[float], is_share: bool, message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        scaled(make(value, share=is_share))


def test_days_that_do_not_increase_are_refused(make: Make) -> None:
    full = make(range(8))
    days = [*full.days[:-1], full.days[0] - timedelta(days=1)]
    with pytest.raises(AnalysisError, match="do not increase"):
        regular(History(days=days, value=full.value, posts=full.posts, share=False))
