"""A text as a tagger reads it: its words, and which word each token of each window belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.tag import _care

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORD = re.compile(r"\[(?:NAME|STOCK)\]|\w+(?:['\u2019]\w+)*|[^\w\s]+")
"""A word with its apostrophes, a mask of `_care`, or a run of signs (an emoticon, a full stop)."""


class Tokens(NamedTuple):
    """A text's tokens: their ids, and from where to where in the text each one stands."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]


class Reading(NamedTuple):
    """One text as windows of token ids, marks included."""

    words: tuple[str, ...]
    """In the order of the cleaned text."""
    windows: list[list[int]]
    places: list[list[int]]
    """For each token of each window the number of its word; -1 for the marks around a window."""

    def without(self, removed: set[int]) -> list[list[int]]:
        """Return the windows without the tokens of some words."""
        return [
            [token for token, place in zip(ids, places, strict=True) if place not in removed]
            for ids, places in zip(self.windows, self.places, strict=True)
        ]


class Reader:
    """Reads texts as one tagger does."""

    def __init__(
        self,
        tokens: Callable[[str], Tokens],
        cut: Callable[[range], list[list[int]]],
        marks: tuple[tuple[int, ...], tuple[int, ...]],
        padding: int,
    ) -> None:
        """Take how texts are tokenised, and how positions of tokens are cut into windows.

        `marks` are the ids around a window, `padding` the id that stands for no word.
        """
        self._tokens, self._cut, self.marks, self.padding = tokens, cut, marks, padding

    def read(self, text: str) -> Reading:
        """Return the text's words and windows; no words where the tagger sees none."""
        cleaned = _care.clean(text)
        found = self._tokens(cleaned)
        words = list(WORD.finditer(cleaned))
        if not found.ids or not words:
            return Reading((), [], [])
        # A token's last character tells its word: byte-level tokens begin with the space before.
        ends = np.array([end - 1 for _, end in found.offsets])
        starts = np.array([word.start() for word in words])
        place = np.maximum(np.searchsorted(starts, ends, side="right") - 1, 0).tolist()
        opening, closing = self.marks
        inner = self._cut(range(len(found.ids)))
        return Reading(
            tuple(word.group() for word in words),
            [[*opening, *(found.ids[at] for at in part), *closing] for part in inner],
            [
                [*[-1] * len(opening), *(place[at] for at in part), *[-1] * len(closing)]
                for part in inner
            ],
        )

    def blank(self, reading: Reading) -> list[list[int]]:
        """Return the windows with padding in place of every word: the baseline."""
        return [
            [
                self.padding if place >= 0 else token
                for token, place in zip(ids, places, strict=True)
            ]
            for ids, places in zip(reading.windows, reading.places, strict=True)
        ]
