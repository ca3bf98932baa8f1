"""Pages are few and full: what stands where, and how far figures are stretched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from affectcli.report import _layout
from affectcli.report._layout import HIGH, LOW, PAGE, Item, Place, plan

if TYPE_CHECKING:
    from collections.abc import Sequence


def pages(items: Sequence[Item], places: Sequence[Place]) -> list[float]:
    """Return how much of each page is used, in mm."""
    used: list[float] = []
    for item, place in zip(items, places, strict=True):
        height = item.height + (place.scale - 1) * item.panels
        if place.begins or not used:
            used.append(height)
        else:
            used[-1] += item.gap + height
    return used


def test_a_figure_shrinks_to_the_room_left_on_its_page() -> None:
    items = [Item(PAGE - 55), Item(60, 34, 7)]
    places = plan(items)
    assert [place.begins for place in places] == [False, False]
    assert places[1].scale == pytest.approx(1 - 12 / 34)
    assert pages(items, places) == [pytest.approx(PAGE)]


def test_a_figure_grows_to_fill_a_page_that_another_follows() -> None:
    items = [Item(PAGE - 70), Item(60, 34, 7), Item(PAGE)]
    places = plan(items)
    assert places[1].scale == pytest.approx(1 + 3 / 34)
    assert [place.begins for place in places] == [False, False, True]


def test_the_last_page_is_not_stretched() -> None:
    assert plan([Item(100), Item(60, 34, 7)])[1].scale == 1.0


def test_what_does_not_fit_even_when_low_begins_a_page() -> None:
    assert plan([Item(PAGE - 40), Item(60, 34, 7)])[1].begins


@pytest.mark.parametrize("seed", range(20))
def test_no_page_overflows_and_no_figure_leaves_its_range(seed: int) -> None:
    heights = [40 + (seed * 37 + i * 53) % 120 for i in range(9)]
    items = [Item(float(h), h * 0.4 if i % 2 else 0.0, 7.0) for i, h in enumerate(heights)]
    places = plan(items)
    assert all(used <= PAGE + 1e-6 for used in pages(items, places))
    assert all(LOW <= place.scale <= HIGH for place in places)
    least = sum(item.height - (1 - LOW) * item.panels for item in items)
    assert len(pages(items, places)) <= -(-least // (PAGE / 2))


def test_something_taller_than_a_page_still_gets_a_place() -> None:
    places = plan([Item(30), Item(PAGE + 50), Item(30)])
    assert [place.begins for place in places] == [False, True, True]


def test_the_limits_are_sane() -> None:
    assert 0.5 <= _layout.LOW < 1 < _layout.HIGH <= 1.5
