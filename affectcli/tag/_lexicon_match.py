r"""Finds a lexicon's terms in texts, all at once: words, phrases, wildcards, any script.

A text is folded (case, Unicode form, apostrophes, whitespace; links and user names go) and every
word of it is put between two marks, START and END. The terms go through the same fold, so that
whole-word matching becomes substring matching, and one Aho-Corasick automaton (Aho and Corasick
1975), compiled code inside polars, finds every term in one pass over a text: `panic attack` is
START panic END space START attack END, and the wildcard `happi*` is START happi without an END.

A word is a run of letters, digits, marks and underscores (\w of UTS 18: it holds the vowel signs
of Hindi and the joiners of Persian). Scripts that write no spaces between words get no marks: their
terms match as substrings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

VERSION = 1
"""Part of a lexicon's revision: raise it whenever a hit could change."""

START, END, STAR = "\x02", "\x03", "\x04"
_UNSPACED = (
    r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}"
    r"\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}"
)
WORD = rf"[\w--[{_UNSPACED}]]"
"""One character of a word, in the syntax of Rust's regular expressions."""

# Soft hyphen, zero-width space, word joiner, byte order mark, variation selectors: seen by nobody.
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\ufe00-\ufe0f]")
_APOSTROPHE = re.compile("[\u2018\u2019\u02bc]")
_CARE = (
    (r"(?:https?://|www\.)\S+", " "),
    (r"(^|[^\w/.@])(?:@|/?u/)[a-z_][\w-]+", "$1 "),
    (rf"[{START}{END}{STAR}]", " "),
)
_MARK = ((r"[^\S ]\s*| \s+", " "), (rf"{WORD}+", f"{START}$0{END}"))
# A star after a word's last letter; elsewhere (`f**k`, `*sigh*`) it is a star.
_WILDCARD = ((r"(\w)\*(\s|$)", f"${{1}}{STAR}$2"),)


class Hits(NamedTuple):
    """Every occurrence of a term in a batch of texts: parallel arrays, sorted by nothing."""

    text: NDArray[np.int64]
    term: NDArray[np.int64]
    words: NDArray[np.int64]
    """Of each text, shape (texts,): its words, and the characters of scripts without spaces."""


class Matcher:
    """A list of terms, compiled. Terms that fold to the same or to nothing are the caller's."""

    def __init__(self, terms: Sequence[str]) -> None:
        marked = mark_terms(terms)
        whole = {mark: at for at, mark in enumerate(marked) if STAR not in mark}
        self._term = np.fromiter(whole.values(), np.int64)
        self._patterns = pl.Series(list(whole), dtype=pl.String)
        self._ids = pl.Enum(self._patterns)
        self._inner = {at: _inner(mark) for at, mark in enumerate(marked) if STAR in mark}

    def find(self, texts: Sequence[str]) -> Hits:
        """Return every occurrence of every term, overlapping ones too."""
        frame = pl.DataFrame({"text": _marked([fold(text) for text in texts], _CARE + _MARK)})
        one = rf"{END}|[{_UNSPACED}]"
        words = frame.select(pl.col("text").str.count_matches(one))["text"].to_numpy()
        parts = [self._automaton(frame), *self._regexes(frame)]
        text, term = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return Hits(text, term, words.astype(np.int64))

    def _automaton(self, frame: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found = pl.col("text").str.extract_many(pl.lit(self._patterns).implode(), overlapping=True)
        hits = (
            frame.select(hit=found)
            .with_row_index("at")
            .filter(pl.col("hit").list.len() > 0)
            .explode("hit")
            .select(pl.col("at").cast(pl.Int64), pl.col("hit").cast(self._ids).to_physical())
        )
        return hits["at"].to_numpy(), self._term[hits["hit"].to_numpy()]

    def _regexes(self, frame: pl.DataFrame) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Find terms with a wildcard before their last word, which an automaton cannot.

        Here, and only here, occurrences of one term do not overlap each other.
        """
        found = []
        for term, pattern in self._inner.items():
            count = frame.select(pl.col("text").str.count_matches(pattern))["text"].to_numpy()
            text = np.repeat(np.arange(len(count)), count)
            found.append((text, np.full(len(text), term)))
        return found


def fold(text: str) -> str:
    """Return `text` as compared: case folded, NFKC, plain apostrophes, nothing unseen.

    A lone surrogate becomes U+FFFD.
    """
    if text.isascii():
        return text.lower()
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _UNSEEN.sub("", _APOSTROPHE.sub("'", text))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def mark_terms(terms: Sequence[str]) -> list[str]:
    """Return each term as it looks inside a marked text; STAR stands for a wildcard within.

    Two terms that look the same are the same; a term that hits nothing is "".
    """
    folded = [" ".join(fold(term).split()) for term in terms]
    marked: list[str] = _marked(folded, _WILDCARD + _MARK).to_list()
    return [_settle(mark) for mark in marked]


def _settle(mark: str) -> str:
    """Turn `END STAR` into a wildcard: nothing at a term's end, STAR within."""
    # In a script without spaces a term is open at its end anyway.
    meant = re.sub(rf"(?<!{END}){STAR}", "", mark)
    return meant.replace(END + STAR, STAR).removesuffix(STAR)


def _inner(mark: str) -> str:
    return re.escape(mark).replace(re.escape(STAR), f"{WORD}*{END}")


def _marked(texts: list[str], steps: tuple[tuple[str, str], ...]) -> pl.Series:
    column = pl.Series("text", texts, dtype=pl.String)
    return reduce(lambda text, step: text.str.replace_all(*step), steps, column)
