"""Who feels so: the author or somebody else (`_status_rules` has the method)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.tag import _status_words as w

if TYPE_CHECKING:
    from affectcli.tag._status_clauses import Clause, Mention
    from affectcli.tag._status_reading import Reading


def of_another(r: Reading, m: Mention) -> bool:
    """Return whether somebody else than the author is the one who feels so."""
    if r.quoted[m.start] and _reported(r):
        return True
    for word in r.words[m.start : m.stop]:
        if word in w.AUTHOR_OBJECT or word in w.AUTHOR_OWN:
            return False
        if word in w.OTHER_OBJECT or word in w.OTHER_OWN:
            return True
    owner = _owner(r.words, m) if m.kind == "name" else None
    if owner is not None:
        return owner
    if inverted(r.words, m):
        return r.words[m.stop] not in w.AUTHOR
    return _subject(r, m)


def _reported(r: Reading) -> bool:
    outside = [x for x, quoted in zip(r.words, r.quoted, strict=True) if not quoted]
    says = [i for i, word in enumerate(outside) if word in w.SAYING]
    return any(not w.AUTHOR.intersection(outside[max(i - 2, 0) : i]) for i in says)


def _owner(words: list[str], m: Mention) -> bool | None:
    """Return True for "his anxiety", False for "my anxiety", None where nobody owns it."""
    for i in range(m.start - 1, max(m.start - 5, -1), -1):
        word = words[i]
        if word in w.AUTHOR_OWN:
            return False
        if word == "their" and words[:2] == ["anyone", "else"]:
            return False
        if word in w.OTHER_OWN or (word.endswith("'s") and w.person(word)):
            return True
        if word in w.JOIN or word in w.PRESENT_VERB or word in w.PAST_VERB or word in w.BLOCK:
            return None
    return None


def inverted(words: list[str], m: Mention) -> bool:
    """Return whether the subject follows: "how overwhelmed I feel"."""
    before = words[max(m.start - 2, 0) : m.start]
    return m.stop < len(words) and words[m.stop] in w.NOMINATIVE and "how" in before


def _subject(r: Reading, m: Mention) -> bool:
    number, end = r.clause_of(m), m.start
    skipped = False
    while True:
        clause = r.clauses[number]
        for i in range(end - 1, clause.start - 1, -1):
            who = _candidate(r, i, clause)
            if who is False and _disagrees(r.words, i, m.start):
                skipped = True
            elif who is not None:
                return who
        opening = r.words[clause.start]
        bare = w.STARTERS.isdisjoint(r.words[clause.start + 1 : clause.start + 2])
        carries_on = skipped or (opening in {"and", "or", ","} and bare) or opening in w.AGREE
        if number == 0 or not carries_on:
            return not skipped and _generic(r, m)
        number, end = number - 1, clause.start


def _candidate(r: Reading, i: int, clause: Clause) -> bool | None:
    """Return True for another person, False for the author, None where word `i` is neither."""
    words, word = r.words, r.words[i]
    before = words[i - 1] if i else ""
    after = words[i + 1] if i + 1 < len(words) else ""
    if word in w.AUTHOR or word in w.AUTHOR_OBJECT:
        return False
    if word in w.OTHER:
        if after == "else":
            return False
        opens = i - clause.start <= 1 or before in w.AUXILIARY or before == "if"
        subject = word != "you" or (opens and before not in w.ADDRESS)
        return True if subject else None
    if word in w.OTHER_OBJECT:
        return True if before in w.CAUSING else None
    if w.person(word) and after != "," and before != "no":
        return _noun(words, i, clause)
    return _name(r, i, after)


def _noun(words: list[str], i: int, clause: Clause) -> bool | None:
    head = words[clause.start : i]
    if {"me", "i"} & set(head) and "and" in head[-3:]:
        return False
    if (
        words[i - 1 : i]
        and words[i - 1] in {"like", "about", "of"}
        and head
        and head[0] in w.AUTHOR
    ):
        return None
    after = words[i + 1] if i + 1 < len(words) else ""
    acts = after in w.AGREE or after in {"who", "that", "with", "suffering", "feeling", "being"}
    if acts:
        return True
    return None if w.NOMINATIVE.intersection(head) or w.OBJECT.intersection(head[-2:]) else True


def _name(r: Reading, i: int, after: str) -> bool | None:
    written = r.written[i]
    named = written[0].isupper() and written[1:].islower() and r.words[i] not in w.THINGS
    return True if named and after in w.AGREE else None


def _disagrees(words: list[str], i: int, stop: int) -> bool:
    """Return whether the verb before the mention is none of the author's: "I know is sad"."""
    after = words[i + 1] if i + 1 < stop else ""
    if words[i] not in {"i", "we"} or after in w.AUXILIARY or after in w.PAST_VERB:
        return False
    between = words[i + 2 : stop]
    return not w.AGREE.isdisjoint(between) and w.JOIN.isdisjoint(between)


def _generic(r: Reading, m: Mention) -> bool:
    """Return whether the sentence is about the disorder: "depression runs in families"."""
    if m.kind != "name" or not w.FIRST_PERSON.isdisjoint(set(r.words) - {"my"}):
        return False
    after = r.words[m.stop : m.stop + 2]
    if m.start > 1 or not after or after[0] not in w.GENERIC:
        return False
    return after[0] != "is" or after[-1] in {"a", "an", "the", "not", "one", "real"}
