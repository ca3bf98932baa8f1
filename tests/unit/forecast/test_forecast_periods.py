"""Thresholds, and periods from paths rather than from days one by one."""

from __future__ import annotations

import numpy as np
import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._periods import Span, above, in_period, periods, threshold


def flags(*rows: str) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.array([[letter == "x" for letter in row] for row in rows])


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        ("q80", 8.0),
        ("q12.5", 1.25),
        ("mean+2sd", 5 + 2 * np.std(range(11), ddof=1)),
        ("0.15", 0.15),
        ("-3", -3.0),
        ("1e-2", 0.01),
    ],
)
def test_thresholds(high: str, expected: float) -> None:
    value = np.array([*range(11), np.nan])
    assert threshold(value, high) == pytest.approx(expected)


@pytest.mark.parametrize("high", ["q", "q101", "mean", "nan", "inf", "high", ""])
def test_what_is_no_threshold_is_named(high: str) -> None:
    with pytest.raises(UsageError, match="q80"):
        threshold(np.arange(5.0), high)


def test_a_threshold_needs_data() -> None:
    with pytest.raises(AnalysisError, match="two or more"):
        threshold(np.array([1.0, np.nan]), "q80")


def test_equal_up_to_rounding_is_not_above() -> None:
    value = np.array([0.3, 0.1 + 0.2, 0.3001, np.nan, 0.0])
    assert above(value, 0.3).tolist() == [False, False, True, False, False]
    assert above(np.array([1e-17, 1e-5]), 0.0).tolist() == [False, True]


def test_one_high_day_is_no_period_unless_it_continues_one() -> None:
    high = flags("x.xx", "xx.x")
    assert (in_period(high, under_way=False) == flags("..xx", "xx..")).all()
    assert (in_period(high, under_way=True) == flags("x.xx", "xx..")).all()


def test_the_same_marginals_with_and_without_runs() -> None:
    apart, together = flags("x.x.", ".x.x"), flags("xxxx", "....")
    assert (apart.mean(axis=0) == together.mean(axis=0)).all()
    assert periods(apart, under_way=False) == []
    assert periods(together, under_way=False) == [Span(0, 3, 0.5)]


def test_the_probability_is_that_of_a_run_that_touches_the_period() -> None:
    high = flags("xx....", ".xx...", "..xx..", "......")
    # days 1 and 2 lie in a run in half of the paths, a run touches them in three of four
    assert periods(high, under_way=False) == [Span(1, 2, 0.75)]


def test_two_likely_periods_stay_two() -> None:
    high = flags("xx...xx", "xx...xx", "xx.....")
    assert periods(high, under_way=False) == [Span(0, 1, 1.0), Span(5, 6, 2 / 3)]


def test_a_lone_day_takes_in_its_likelier_neighbour() -> None:
    high = flags("xx..", ".xx.", ".xx.", "....", "....")
    assert periods(high, under_way=False) == [Span(1, 2, 0.6)]
    assert periods(flags("x...", "x...", "...."), under_way=True) == [Span(0, 0, 2 / 3)]


def test_without_a_likely_day_the_most_probable_run_is_shown_from_a_fifth() -> None:
    quiet = ["......"] * 3
    assert periods(flags("xx....", "...xx.", *quiet, "...xx."), under_way=False) == [
        Span(3, 4, 1 / 3)
    ]
    assert periods(flags("xx....", *quiet, *quiet), under_way=False) == []


def test_a_lone_possible_day_takes_in_its_neighbour_too() -> None:
    high = flags("xx..", "xx..", ".xx.", *["...."] * 9)
    assert periods(high, under_way=False) == [Span(0, 1, 3 / 12)]


def test_a_horizon_of_one_day() -> None:
    assert periods(flags("x", "x"), under_way=False) == []
    assert periods(flags("x", "x"), under_way=True) == [Span(0, 0, 1.0)]
