"""Sides: the same everywhere, groups whole, nothing held out in training."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from affectcli.tag import _split

WORDS = " ".join(f"word{n}" for n in range(40))


def test_copies_have_a_key_in_common() -> None:
    assert _split.key("$AAPL up 3.5%!!") == _split.key("$TSLA up 7.25 %")
    assert set(_split.keys(WORDS)) & set(_split.keys(WORDS + " and a new end"))
    assert not set(_split.keys("a b c")) & set(_split.keys("a b d"))


@given(st.lists(st.text(min_size=1), min_size=1, max_size=30))
def test_a_group_is_on_one_side_whatever_else_is_there(groups: list[str]) -> None:
    none = [""] * len(groups)
    sides = _split.draw(groups, none)
    assert sides == [_split.draw([group], [""])[0] for group in groups]
    assert set(sides) <= {"train", "dev", "test"}


def test_the_sides_have_their_shares() -> None:
    groups = [
        f"text number {chr(97 + n % 26)} {chr(97 + n // 26 % 26)} {'x' * (n // 676)}"
        for n in range(3000)
    ]
    sides = np.array(_split.draw(groups, [""] * 3000))
    assert abs((sides == "test").mean() - _split.TEST) < 0.03
    assert abs((sides == "dev").mean() - _split.DEV) < 0.03


def test_a_corpus_own_validation_part_is_the_test_side() -> None:
    groups = [f"words {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]
    assert set(_split.draw(groups, ["val"] * 600)) == {"test"}
    assert set(_split.draw(groups, ["train"] * 600)) == {"train", "dev"}


def test_leaks_are_found_by_the_beginning_too() -> None:
    held = _split.held_out([WORDS])
    assert _split.leaks([WORDS + " more", "something else", WORDS.upper()], held) == [
        True,
        False,
        True,
    ]
