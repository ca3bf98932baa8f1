"""Text care and windows: nothing is lost, nothing crashes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectcli.tag import _care, _windows

MARKS = (101, 102)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("great 😂😂😂!", "great  face with tears of joy !"),
        ("\ud83d\ude02", " face with tears of joy "),
        ("👍🏽", " thumbs up sign "),
        ("see https://example.org/a?b=c now", "see   now"),
        ("thanks @some_one and /u/Some-One", "thanks [NAME] and [NAME]"),
        ("mail me: a@example.org", "mail me: a@example.org"),
        ("at 5pm @3", "at 5pm @3"),
        ("plain text", "plain text"),
    ],
)
def test_care(text: str, cleaned: str) -> None:
    assert _care.clean(text) == cleaned


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=60))
def test_any_string_can_be_encoded_after_care(text: str) -> None:
    _care.clean(text).encode("utf-8")


@given(st.integers(0, 1000))
def test_windows_cover_every_token_and_weigh_it_once(length: int) -> None:
    ids = list(range(1000, 1000 + length))
    windows = list(_windows.cut(7, ids, marks=MARKS))
    assert {token for w in windows for token in w.ids[1:-1]} == set(ids)
    assert sum(w.weight for w in windows) == max(length, 1)
    assert all(len(w.ids) <= _windows.WINDOW for w in windows)
    assert all((w.text, w.ids[0], w.ids[-1]) == (7, *MARKS) for w in windows)
    starts = [w.ids[1] for w in windows[1:]]
    assert starts == [1000 + _windows.STRIDE * (n + 1) for n in range(len(starts))]


@given(st.lists(st.integers(0, 300), max_size=40))
def test_batches_hold_every_window_once_within_the_budget(lengths: list[int]) -> None:
    windows = [w for i, n in enumerate(lengths) for w in _windows.cut(i, range(n), marks=MARKS)]
    batches = list(_windows.batches(windows, 512))
    assert all(len(b) * max(len(w.ids) for w in b) <= 512 for b in batches)
    assert sorted(w for b in batches for w in b) == sorted(windows)


def test_pooling_weighs_windows_by_their_new_tokens() -> None:
    windows = [_windows.Window(1, [], 1), _windows.Window(0, [], 5), _windows.Window(1, [], 3)]
    scores = np.array([[0.0], [0.5], [1.0]], dtype=np.float32)
    pooled = _windows.pool(windows, scores, 2)
    assert pooled.dtype == np.float32
    assert pooled.tolist() == [[0.5], [0.75]]
