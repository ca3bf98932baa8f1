"""Leak-free splits: a text, and all that belongs to it, is on one side in every corpus at once.

The side is drawn from a hash of the normalised text or group, so it is the same on every machine,
in every corpus and after rows are added. What a development or test side holds anywhere is taken
out of every training side: corpora of mental-health posts share texts under other labels.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal

from affectcli.tag import _care
from affectcli.tag._goemotions import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Side = Literal["train", "dev", "test"]
TEST, DEV = 0.15, 0.15
PREFIX = 25
"""Texts that begin with the same words, this many, are copies: one was cut or edited."""
_DIGITS = re.compile(r"\d+")


def key(text: str) -> str:
    """Return what two copies of a text have in common: its words, numbers and assets aside."""
    return _DIGITS.sub("0", normalise(_care.clean(text)))


def keys(text: str) -> tuple[str, ...]:
    """Return the keys under which a text is looked for: all of it, and how it begins."""
    whole = key(text)
    words = whole.split(" ", PREFIX)
    return (whole, " ".join(words[:PREFIX])) if len(words) > PREFIX else (whole,)


def draw(groups: Sequence[str], given: Sequence[str]) -> list[Side]:
    """Return the side of each row; a corpus's own "val" is the test side, its "train" is divided.

    Groups are hashed by `key`, so copies of a text without a group fall on one side.
    """
    return [_side(key(group), own) for group, own in zip(groups, given, strict=True)]


def _side(group: str, own: str) -> Side:
    place = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8]) / 2**64
    if own == "val":
        return "test"
    if place < TEST:
        return "dev" if own else "test"
    return "dev" if place < TEST + DEV and not own else "train"


def leaks(texts: Iterable[str], held_out: set[str]) -> list[bool]:
    """Say of each text whether one of its keys is among those of held-out texts."""
    return [any(k in held_out for k in keys(text)) for text in texts]


def held_out(texts: Iterable[str]) -> set[str]:
    """Return the keys of texts on a development or test side."""
    return {k for text in texts for k in keys(text)}
