"""A text of any length as windows that an encoder can take, and back to one score per text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

WINDOW, STRIDE = 128, 112
"""Tokens per window, its two marks included, and from one window's start to the next one's."""
CONTENT = WINDOW - 2


class Window(NamedTuple):
    """Tokens of text number `text`, marks included; `weight` of them no earlier window had."""

    text: int
    ids: list[int]
    weight: int


def cut(text: int, ids: Sequence[int], *, marks: tuple[int, int]) -> Iterator[Window]:
    """Yield windows that cover all of `ids`; one window, if need be empty, at the least.

    `marks` are the ids that open and close a window.
    """
    opening, closing = marks
    start = seen = 0
    while True:
        part = list(ids[start : start + CONTENT])
        weight = max(start + len(part) - seen, 1)
        yield Window(text, [opening, *part, closing], weight)
        seen = start + len(part)
        if seen >= len(ids):
            return
        start += STRIDE


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
    """Return (texts, labels): the mean over a text's windows, weighted by their new tokens.

    A mean, not a maximum: the maximum of more windows is larger, so a label's prevalence would
    rise with the length of posts although nothing was felt more often.
    """
    of = np.array([window.text for window in windows], dtype=np.int64)
    weight = np.array([window.weight for window in windows], dtype=np.float64)
    total = np.zeros((texts, probabilities.shape[1]))
    np.add.at(total, of, probabilities * weight[:, None])
    return (total / np.bincount(of, weight, minlength=texts)[:, None]).astype(np.float32)
