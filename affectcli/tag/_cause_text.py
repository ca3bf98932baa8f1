"""Text care that remembers where every character came from.

The tokenizer reads `_care.clean(text)`; a cause must be a verbatim substring of `text` itself.
`clean_with_offsets` does what `_care.clean` does, step by step, and carries for every character
that is left the interval of the original that it stands for.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from affectcli.tag import _care
from affectcli.tag._care import (
    _ASSET,
    _EMOJI,
    _ENTITY,
    _LINK,
    _LONG,
    _PERSON,
    _shorten,
    _spell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")

_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_SURROGATES, lambda found: _join(found.group())),
    (_ENTITY, lambda found: html.unescape(found.group())),
    (_LINK, lambda _: " "),
    (_PERSON, lambda _: "[NAME]"),
    (_ASSET, lambda _: "[STOCK]"),
    (_EMOJI, _spell),
    (_LONG, _shorten),
)
"""The steps of `_care.clean`, in its order."""


@dataclass(frozen=True)
class Cleaned:
    """A cleaned text, and where its characters stand in `original`.

    Character i of `text` stands for original[starts[i]:stops[i]]; both are None where care
    changed nothing. A replacement's characters all stand for the whole of what was replaced.
    """

    original: str
    text: str
    starts: Sequence[int] | None
    stops: Sequence[int] | None

    def locate(self, start: int, stop: int) -> tuple[int, int] | None:
        """Return the interval of `original` behind text[start:stop], without spaces at its ends.

        None where nothing but spaces would be left.
        """
        if start >= stop:
            return None
        if self.starts is not None and self.stops is not None:
            start, stop = self.starts[start], self.stops[stop - 1]
        span = self.original[start:stop]
        start += len(span) - len(span.lstrip())
        stop -= len(span) - len(span.rstrip())
        return (start, stop) if start < stop else None


def clean_with_offsets(original: str) -> Cleaned:
    """Return the same text as `_care.clean`, with the place of every character in `original`."""
    if _care.clean(original) == original:
        return Cleaned(original, original, None, None)
    text, starts = original, list(range(len(original)))
    stops = [at + 1 for at in starts]
    for pattern, replace in _STEPS:
        text, starts, stops = _substitute(pattern, replace, text, (starts, stops))
    return Cleaned(original, text, starts, stops)


def _substitute(
    pattern: re.Pattern[str],
    replace: Callable[[re.Match[str]], str],
    text: str,
    places: tuple[list[int], list[int]],
) -> tuple[str, list[int], list[int]]:
    """Do `pattern.sub(replace, text)` to the text and to the places of its characters."""
    starts, stops = places
    pieces: list[str] = []
    new_starts: list[int] = []
    new_stops: list[int] = []
    done = 0
    for found in pattern.finditer(text):
        first, last = found.span()
        instead = replace(found)
        pieces += (text[done:first], instead)
        new_starts += starts[done:first] + [starts[first]] * len(instead)
        new_stops += stops[done:first] + [stops[last - 1]] * len(instead)
        done = last
    pieces.append(text[done:])
    return "".join(pieces), new_starts + starts[done:], new_stops + stops[done:]


def _join(found: str) -> str:
    """Return the character of a surrogate pair, or U+FFFD for half a pair."""
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
