"""Word lists: any category that a file of terms defines (`lexicon:FILE`), and `lexicon:vader`.

Empath-style tables, LIWC dictionaries, construct-tracker's CSV and plain lists, gzip too, in any
language; phrases and wildcards match. docs/lexicons.md says how a hit is counted.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import InputError, UsageError
from affectcli.log import logger
from affectcli.parts import Description, Label, Scheme
from affectcli.tag import _lexicon_match, _lexicon_read, _lexicon_terms, _lexicon_vader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.parts import Tagger
    from affectcli.tag._lexicon_read import Lexicon

THRESHOLD = 1e-9
"""Below any score that one hit can give, so that p >= threshold says "at least one hit"."""

_SHOWN = 5  # function words named in the warning


class WordList:
    """The tagger `lexicon:FILE`; see `affectcli.parts.Tagger`."""

    device, precision = "cpu", "float32"

    def __init__(self, lexicon: Lexicon) -> None:
        self.about = _about(lexicon)
        self._matcher = _lexicon_match.Matcher(lexicon.terms)
        self._categories = len(lexicon.categories)
        self._size = np.array([len(member) for member in lexicon.members])
        self._member = np.concatenate([np.array(member) for member in lexicon.members])
        self._start = np.cumsum(self._size) - self._size

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return hits per word, at most 1, shape (len(texts), categories); 0 without a hit.

        A text without words (only emoji) counts as one word. Every string has a score.
        """
        hits = self._matcher.find(texts)
        size = self._size[hits.term]
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        category = self._member[np.repeat(self._start[hits.term], size) + within]
        shape = len(texts), self._categories
        cell = np.repeat(hits.text, size) * self._categories + category
        count = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
        per_word = count / np.maximum(hits.words, 1)[:, None]
        return np.minimum(per_word, 1).astype(np.float32)


def describe(target: str = "", *, heads: Sequence[str] | None = None) -> Description:
    """Return what the lexicon in the file `target`, or `vader`, is; cheap.

    A lexicon has one scheme, so `heads` chooses nothing.

    Raises:
        InputError: the file is missing or is no lexicon.
        ModelError: VADER's package is missing.
        UsageError: no file was named.
    """
    del heads
    if target == "vader":
        return _lexicon_vader.describe()
    return _about(_read(target))


def load(target: str = "", *, device: str = "auto", heads: Sequence[str] | None = None) -> Tagger:
    """Return the tagger, compiled; it runs on the processor whatever `device` says.

    Raises:
        InputError: the file is missing or is no lexicon.
        ModelError: VADER's package is missing.
        UsageError: no file was named.
    """
    del device, heads
    if target == "vader":
        return _lexicon_vader.Vader()
    lexicon = _read(target)
    _warn(target, lexicon)
    return WordList(lexicon)


def _read(target: str) -> Lexicon:
    if not target:
        raise UsageError(
            "The tagger lexicon needs a file.",
            known=_lexicon_read.KNOWN,
            do="affect tag --tagger lexicon:FILE, or lexicon:vader",
        )
    lexicon = _lexicon_read.read(Path(target).expanduser())
    if lexicon.stem == "vader":
        raise InputError(f"{target}: the name vader is VADER's own; rename the file.")
    return lexicon


def _about(lexicon: Lexicon) -> Description:
    content = f"{lexicon.sha256} {lexicon.stem} {_lexicon_match.VERSION}"
    revision = hashlib.sha256(content.encode()).hexdigest()[:12]
    labels = tuple(Label(name, THRESHOLD) for name in lexicon.categories)
    scheme = Scheme(f"lexicon-{lexicon.stem}", revision, "many", labels)
    return Description(f"lexicon:{lexicon.stem}", (scheme,))


def _warn(target: str, lexicon: Lexicon) -> None:
    found = _lexicon_terms.function_words(lexicon)
    if found:
        named = [f"`{term}` ({name})" for name, terms in found.items() for term in terms]
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        logger.warning(
            "%s: function words say little and hit much: %s%s",
            target,
            ", ".join(named[:_SHOWN]),
            more,
        )
