"""Sentences cut into clauses, and the terms of distress that stand in them, for `_status`."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from affectcli.tag import _status_words as w

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?|[.!?\n]+|[,;:\"\u2014\u2013]")
_ENDS = frozenset(".!?\n")
_SIDE = 3
"""Words before a word of `soft` in which a word of feeling must stand."""
_REASSURING = (["don't"], ["no"])
_LONGEST, _LONGEST_QUOTE = 150, 60
"""Words at most in a sentence, so that reading takes time in proportion to a text's length."""


class Mention(NamedTuple):
    """A term of distress: its first word, the word after its last, and its kind."""

    start: int
    stop: int
    kind: str


class Clause(NamedTuple):
    """Words [start, stop) of a sentence; `turn` where a "but" or its like opens it."""

    start: int
    stop: int
    turn: bool


@dataclass(frozen=True)
class Sentence:
    """Words in lower case, the same as written, whether each stands in a quotation."""

    words: list[str]
    written: list[str]
    quoted: list[bool]

    def add(self, piece: str, *, quoted: bool) -> None:
        """Add a word or a punctuation mark at the end."""
        low = piece.lower()
        self.words.append(w.CONTRACTED.get(low, low))
        self.written.append(piece)
        self.quoted.append(quoted)


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text; a quotation does not end one."""
    current = Sentence([], [], [])
    inside, opened = False, 0
    for piece in _TOKEN.findall(text):
        if piece == '"':
            inside, opened = not inside, len(current.words)
            continue
        ends = piece[0] in _ENDS
        short = piece[0] != "\n" and len(current.words) - opened < _LONGEST_QUOTE
        if (ends and not (inside and short)) or len(current.words) >= _LONGEST:
            if current.words:
                yield current
            current, opened = Sentence([], [], []), 0
            inside = inside and "\n" not in piece
        if not ends or (inside and short):
            current.add("," if ends else piece, quoted=inside)
    if current.words:
        yield current


def mentions(words: list[str]) -> list[Mention]:
    """Return the terms of distress in a sentence, from left to right, none inside another."""
    found: list[Mention] = []
    start = 0
    while start < len(words):
        mention = _at(words, start) if words[start] in w.TERMS else None
        if mention:
            found.append(mention)
        start = mention.stop if mention else start + 1
    return found


def _at(words: list[str], start: int) -> Mention | None:
    for rest, kind in w.TERMS[words[start]]:
        stop = start + 1 + len(rest)
        if stop > len(words):
            continue
        if any(
            word not in place for word, place in zip(words[start + 1 : stop], rest, strict=True)
        ):
            continue
        if words[start] in {"worry", "worries"} and words[start - 1 : start] in _REASSURING:
            continue
        if kind == "soft" and w.FEELING.isdisjoint(words[max(start - _SIDE, 0) : start]):
            continue
        return Mention(start, stop, kind)
    return None


def clauses(words: list[str]) -> list[Clause]:
    """Return a sentence's clauses: a turn ("but") or a new subject opens one."""
    starts = {0: words[0] in w.TURN}
    for i in range(1, len(words)):
        word, before = words[i], words[i - 1]
        after = words[i + 1] if i + 1 < len(words) else ""
        if word == "but" and before in {"anything", "nothing"}:
            continue
        if word in w.TURN:
            # "now" and "yet" turn only where they open a clause: "they still haven't yet".
            if word not in {"now", "yet", "nowadays"} or before == "," or after in w.STARTERS:
                starts[i] = True
        elif word in w.JOIN:
            if after in w.STARTERS or (after in w.AUXILIARY and before == ","):
                starts[i] = False
        elif word in w.NOMINATIVE or (word == "you" and after in w.AUXILIARY):
            inverted = before in w.AUXILIARY
            first = i - 1 if inverted else i
            if first not in starts and first - 1 not in starts:
                starts[first] = False
    cuts = [*sorted(starts), len(words)]
    return [Clause(a, b, starts[a]) for a, b in itertools.pairwise(cuts)]
