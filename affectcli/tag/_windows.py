"""A text of any length as windows that an encoder can take, and back to one score per text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

WINDOW, STRIDE = 128, 112
"""Tokens per window, its two marks included, and at most from one window's start to the next."""
CONTENT = WINDOW - 2


class Window(NamedTuple):
    """Tokens of text number `text`, marks included."""

    text: int
    ids: list[int]


def cut(text: int, ids: Sequence[int], *, marks: tuple[int, int]) -> Iterator[Window]:
    """Yield overlapping windows that cover all of `ids`; one window, if need be empty, at least.

    They are spread evenly and as long as each other, so that the last words of a text count as
    much as its first. `marks` are the ids that open and close a window.
    """
    opening, closing = marks
    beyond = max(len(ids) - CONTENT, 0)
    steps = -(-beyond // STRIDE)
    for step in range(steps + 1):
        start = step * beyond // max(steps, 1)
        yield Window(text, [opening, *ids[start : start + CONTENT], closing])


def batches(windows: Iterable[Window], budget: int) -> Iterator[list[Window]]:
    """Yield windows in order of length, at most `budget` tokens (padding included) together."""
    batch: list[Window] = []
    for window in sorted(windows, key=lambda window: len(window.ids)):
        if batch and (len(batch) + 1) * len(window.ids) > budget:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def pool(
    windows: Sequence[Window], probabilities: NDArray[np.float32], texts: int
) -> NDArray[np.float32]:
    """Return (texts, labels): the mean over a text's windows, which all hold as many tokens.

    A mean, not a maximum: the maximum of more windows is larger, so a label's prevalence would
    rise with the length of posts although nothing was felt more often.
    """
    of = np.array([window.text for window in windows], dtype=np.int64)
    total = np.zeros((texts, probabilities.shape[1]))
    np.add.at(total, of, probabilities)
    return (total / np.bincount(of, minlength=texts)[:, None]).astype(np.float32)
