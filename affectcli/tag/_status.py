"""Whether the distress in a text is its author's and current: present, absent, past or other.

Rules in the line of NegEx (Chapman et al. 2001, J. Biomed. Inform. 34:301) and ConText (Harkema et
al. 2009), for first-person posts in English; `_status_rules` has them, docs/status.md their errors.
A rule that finds nothing says "present": the classifier's decision then stands as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from affectcli.tag import _status_clauses as c
from affectcli.tag import _status_rules as rules
from affectcli.tag import _status_who as who
from affectcli.tag import _status_words as w
from affectcli.tag._status_reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STATUSES = ("present", "absent", "past", "other")
VERSION = 1
"""Raise it whenever a rule or a word list changes what `status` returns."""

_ASIDE = {"absent": 5, "past": 5, "other": 2}
"""Sentences about the author alone and without a mention, per vote, that outweigh the votes."""
_WORD = re.compile(r"[a-z']+")
_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})


def status(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return a distribution over `STATUSES` for each text, shape (len(texts), 4), rows sum to 1.

    One present mention makes a text present, as does the lack of any. Otherwise each mention has a
    vote, and the first one half a vote more, so that there is never a tie. A long text that only
    touches on the distress and is about its author otherwise (`_ASIDE`) is present too.
    """
    p = np.zeros((len(texts), len(STATUSES)), dtype=np.float32)
    p[:, 0] = 1
    for row, text in enumerate(texts):
        votes = _votes(text.translate(_PLAIN) if not text.isascii() else text)
        if votes:
            p[row] = [votes.get(name, 0) for name in STATUSES]
            p[row] /= p[row].sum()
    return p


def _votes(text: str) -> dict[str, float] | None:
    """Return votes by status, or None for a text that is present."""
    words = frozenset(_WORD.findall(text.lower()))
    if w.CERTAIN.isdisjoint(words) and w.INVERSE.isdisjoint(words):
        return None
    votes: dict[str, float] = {}
    own = 0
    fresh = not w.FRESH.isdisjoint(words)
    for sentence in c.sentences(text):
        found = c.mentions(sentence.words)
        if not found:
            own += _about_author(sentence.words)
            continue
        reading = Reading(sentence, c.clauses(sentence.words))
        for mention in found:
            verdict = _verdict(reading, mention, fresh=fresh)
            if verdict == "present":
                return None
            if verdict:
                votes[verdict] = votes.get(verdict, 0) + (1.0 if votes else 1.5)
    aside = all(own > _ASIDE[name] * count for name, count in votes.items())
    return None if aside else votes


def _about_author(words: list[str]) -> bool:
    others = w.OTHER | w.OTHER_OBJECT | w.OTHER_OWN
    return not w.AUTHOR.isdisjoint(words) and others.isdisjoint(words)


def _verdict(reading: Reading, mention: c.Mention, *, fresh: bool) -> str | None:
    denied = rules.denied(reading, mention)
    if denied is None:
        return None
    if who.of_another(reading, mention):
        return "other"
    if denied:
        return "absent"
    return "past" if rules.is_past(reading, mention, fresh=fresh) else "present"
