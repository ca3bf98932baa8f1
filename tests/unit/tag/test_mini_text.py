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
def test_windows_of_like_length_cover_every_token(length: int) -> None:
    ids = list(range(1000, 1000 + length))
    windows = list(_windows.cut(7, ids, marks=MARKS))
    assert {token for w in windows for token in w.ids[1:-1]} == set(ids)
    assert {len(w.ids) for w in windows} == {min(length + 2, _windows.WINDOW)}
    assert all((w.text, w.ids[0], w.ids[-1]) == (7, *MARKS) for w in windows)
    starts = np.array([w.ids[1] for w in windows])
    assert (np.diff(starts) <= _windows.STRIDE).all()
    assert len(windows) == 1 + max(0, -(-(length - _windows.CONTENT) // _windows.STRIDE))


@given(st.lists(st.integers(0, 300), max_size=40))
def test_batches_hold_every_window_once_within_the_budget(lengths: list[int]) -> None:
    windows = [w for i, n in enumerate(lengths) for w in _windows.cut(i, range(n), marks=MARKS)]
    batches = list(_windows.batches(windows, 512))
    assert all(len(b) * max(len(w.ids) for w in b) <= 512 for b in batches)
    assert sorted(w for b in batches for w in b) == sorted(windows)


def test_pooling_is_the_mean_over_a_texts_windows() -> None:
    windows = [_windows.Window(1, []), _windows.Window(0, []), _windows.Window(1, [])]
    scores = np.array([[0.0], [0.5], [0.5]], dtype=np.float32)
    pooled = _windows.pool(windows, scores, 2)
    assert pooled.dtype == np.float32
    assert pooled.tolist() == [[0.5], [0.25]]
