"""Two of the three questions of ConText about a mention: whether, and when.

Harkema et al. 2009 (J. Biomed. Inform. 42:839) ask these, and who (`_status_who`), of findings in
clinical notes, with cues that reach forward to a termination. Here the notes are first-person
posts, so that the clause and its subject decide how far a cue reaches, and negations are counted:
two cancel.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from affectcli.tag import _status_words as w
from affectcli.tag._status_who import inverted

if TYPE_CHECKING:
    from affectcli.tag._status_clauses import Clause, Mention
    from affectcli.tag._status_reading import Reading

_USED_TO: w.Phrases = {"used": (("used", "to"),)}
_YEAR = re.compile(r"(?:19|20)\d\d")
_REACH = 7
"""Words over which a negation makes a mention of "want to live", "enjoy" and their like."""


def denied(r: Reading, m: Mention) -> bool | None:
    """Return whether the mention is negated; None where an inverse term is no mention at all."""
    number = r.clause_of(m)
    clause = r.clauses[number]
    head = r.words[clause.start : m.start]
    count = _negations(head, m) + _matrix(r, number, head) + _afterwards(r, number, m)
    if "if" in head[:2] and {"were", "was"} & set(head):
        count += 1
    if m.kind == "inverse":
        return False if count % 2 else None
    return count % 2 == 1 or _taken_back(r, number)


def _negations(head: list[str], m: Mention) -> int:
    inverse = m.kind == "inverse"
    count = 0
    for i in range(len(head) - 1, -1, -1):
        word, after = head[i], head[i + 1 : i + 3]
        if word == "," and not (i == len(head) - 1 or after[0] in {"or", "nor", "and", "not"}):
            break
        if (word in w.BLOCK and not inverse) or (inverse and len(head) - i > _REACH):
            break
        if w.negative(word) and _counts(word, after, head, i, inverse=inverse):
            count += 1
    return count + w.contains(head, w.CONTRARY)


def _counts(word: str, after: list[str], head: list[str], i: int, *, inverse: bool) -> bool:
    if inverse:
        return True
    pairs = {(word, *after[:1]), (word, *after), (*head[max(i - 1, 0) : i], word)}
    if not pairs.isdisjoint(w.NO_NEGATION) or after[:1] == ["else"]:
        return False
    if word in {"can't", "couldn't", "unable"}:
        return not w.ABILITY.isdisjoint(after)
    if word == "neither" or (word == "nor" and "neither" in head):
        return word == "neither"
    if word == "not" and after and after[0].endswith("ing") and not w.AGREE.isdisjoint(head[i:]):
        return False
    return not (word == "never" and not w.DEGREE.isdisjoint(head[i + 1 :]))


def _matrix(r: Reading, number: int, head: list[str]) -> int:
    """Return the negations that reach in from the clause before: "I don't think I'm sad"."""
    if not number or r.clauses[number].turn:
        return 0
    before = r.clauses[number - 1]
    words = r.words[before.start : before.stop]
    author = not w.AUTHOR.isdisjoint(words)
    if author and words[-1] in {"wish", "wished", "pretend", "pretending", "pretended"}:
        return 1
    count = sum(w.negative(word) for word in words)
    if author and words[-1] in {"doubt", "denied", "deny"}:
        return 1
    if author and words[-1] in w.RAISING and not w.DEGREE.intersection(head):
        return count
    return count if not w.SPAN.isdisjoint(words[-2:]) and count else 0


def _afterwards(r: Reading, number: int, m: Mention) -> int:
    tail = r.words[m.stop : r.clauses[number].stop]
    if tail[:1] == ["free"]:
        return 1
    if tail[:2] == ["about", "nothing"]:
        return 1
    if m.kind == "name" and not w.GONE.isdisjoint(tail):
        return 1 + sum(w.negative(word) and word not in w.GONE for word in tail)
    return 0


def _taken_back(r: Reading, number: int) -> bool:
    """Return whether a later clause withdraws it: "she thinks I'm sad but I'm not"."""
    for clause in r.clauses[number + 1 :]:
        words = [x for x in r.words[clause.start : clause.stop] if x not in w.TURN]
        if 1 < len(words) <= 3 and words[0] in w.AUTHOR and w.negative(words[-1]):
            return True
    return False


def is_past(r: Reading, m: Mention, *, fresh: bool) -> bool:
    """Return whether it is over: longer ago than about two weeks, as in ConText.

    `fresh` says that the text names today or the like somewhere: then the past tense alone is none.
    """
    number = r.clause_of(m)
    clause, segment = r.clauses[number], r.segment(number)
    head = r.words[clause.start : m.start]
    if not w.RETURN.isdisjoint(r.words) or w.contains(r.words, w.RETURN_PHRASES):
        return False
    if w.contains(head, _USED_TO) or not w.OVER.isdisjoint(head):
        return True
    return not _lasts(r, number) and _over(r.words, m, clause, segment=segment, fresh=fresh)


def _lasts(r: Reading, number: int) -> bool:
    """Return whether something makes the tense irrelevant: "this week", "diagnosed", "I wish"."""
    clause, segment = r.clauses[number], r.segment(number)
    if not w.RECENT.isdisjoint(segment) or w.contains(segment, w.RECENT_PHRASES):
        return True
    return not w.BEGUN.isdisjoint(r.words[clause.start : clause.stop]) or _wished(r, number)


def _over(words: list[str], m: Mention, clause: Clause, *, segment: list[str], fresh: bool) -> bool:
    if m.kind == "deed":
        return True
    cue = w.contains(segment, w.PAST) or _dated(segment)
    tense = _tense(words, m, clause)
    if tense == "perfect" or tense is None:
        return cue and "since" not in segment
    return tense == "past" and (cue or not fresh)


def _wished(r: Reading, number: int) -> bool:
    before = r.clauses[number - 1] if number else None
    opens = r.words[r.clauses[number].start] == "if"
    return opens or (before is not None and r.words[before.stop - 1] in {"wish", "if"})


def _dated(segment: list[str]) -> bool:
    return any(
        _YEAR.fullmatch(word) and segment[i - 1] in {"in", "of", "during", "around", "back"}
        for i, word in enumerate(segment)
        if i
    )


def _tense(words: list[str], m: Mention, clause: Clause) -> str | None:
    """Return "past", "present", "perfect" or None, by the finite verb nearest to the mention."""
    if m.kind == "acted":
        perfect = {"have", "i've", "has"} & set(words[max(m.start - 2, clause.start) : m.start])
        return "perfect" if perfect else "past"
    left = range(m.start - 1, clause.start - 1, -1)
    right = range(m.stop, clause.stop) if m.kind == "name" else range(0)
    order = [*range(m.stop + 1, m.stop + 3)] if inverted(words, m) else [*left, *right]
    for i in order:
        word = words[i] if i < len(words) else ""
        if word in {"have", "i've", "we've"} and words[i + 1 : i + 2] != ["to"]:
            past = word == "have" and i == m.start - 1
            return "present" if past else "perfect"
        if word in w.PAST_VERB:
            before = words[max(i - 3, clause.start) : i]
            return "perfect" if {"have", "i've", "we've"} & set(before) else "past"
        if word in w.PRESENT_VERB:
            return "present"
    return None
