"""The word lists of `_status`, read from `_status_terms.toml` into sets and a phrase index."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

_TABLES = tomllib.loads((Path(__file__).with_name("_status_terms.toml")).read_text("utf-8"))
_CUES, _PEOPLE = _TABLES["cues"], _TABLES["people"]


class Pattern(NamedTuple):
    """A phrase: the words allowed at each place after its first, and what kind of term it is."""

    rest: tuple[frozenset[str], ...]
    kind: str


Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""Phrases by their first word."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(texts: list[str]) -> Phrases:
    found: Phrases = {}
    for phrase in (tuple(text.split()) for text in texts):
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


def _index() -> dict[str, tuple[Pattern, ...]]:
    found: dict[str, list[Pattern]] = {}
    for kind, text in _TABLES["terms"].items():
        for word in text.split():
            found.setdefault(word, []).append(Pattern((), kind))
    names = {"n": "name", "a": "act", "p": "deed", "s": "state", "inverse": "inverse"}
    for short, phrases in _TABLES["phrases"].items():
        for phrase in phrases:
            first, *rest = (frozenset(place.split("|")) for place in phrase.split())
            for word in first:
                found.setdefault(word, []).append(Pattern(tuple(rest), names[short]))
    return {word: tuple(sorted(ps, key=lambda p: -len(p.rest))) for word, ps in found.items()}


TERMS = _index()
"""First word -> patterns, longest first."""
CERTAIN = frozenset(w for w, ps in TERMS.items() if any(p.kind != "inverse" for p in ps))
INVERSE = frozenset(TERMS) - CERTAIN
"""Words that only matter where something is negated."""

FEELING, NEGATION, ABILITY = (_words(_CUES[k]) for k in ("feeling", "negation", "ability"))
BLOCK, RAISING, GONE, TURN = (_words(_CUES[k]) for k in ("block", "raising", "gone", "turn"))
JOIN = _words(_CUES["join"]) | {","}
PAST_VERB, PRESENT_VERB = _words(_CUES["past_verb"]), _words(_CUES["present_verb"])
OVER, RECENT, RETURN = (_words(_CUES[k]) for k in ("over", "recent", "return"))
SAYING, CAUSING = _words(_CUES["saying"]), _words(_CUES["causing"])
NO_NEGATION = frozenset(tuple(text.split()) for text in _CUES["no_negation"])
CONTRARY = _phrases(_CUES["contrary"])
PAST, RECENT_PHRASES = _phrases(_CUES["past"]), _phrases(_CUES["recent_phrases"])
RETURN_PHRASES = _phrases(_CUES["return_phrases"])

AUTHOR, AUTHOR_OBJECT = _words(_PEOPLE["author"]), _words(_PEOPLE["author_object"])
AUTHOR_OWN, OTHER_OWN = _words(_PEOPLE["author_own"]), _words(_PEOPLE["other_own"])
OTHER, OTHER_OBJECT = _words(_PEOPLE["other"]), _words(_PEOPLE["other_object"])
NOUN, AGREE, THINGS = (_words(_PEOPLE[k]) for k in ("noun", "agree", "things"))
FIRST_PERSON = AUTHOR | AUTHOR_OBJECT | AUTHOR_OWN | {"ourselves"}
NOMINATIVE = (AUTHOR | OTHER | {"it's"}) - {"you", "nobody", "others"}
STARTERS = (
    (AUTHOR | OTHER | AUTHOR_OWN | OTHER_OWN) | {"it", "it's", "its", "there", "the", "this"}
) - {"mine"}
AUXILIARY, FRESH = _words(_CUES["auxiliary"]), _words(_CUES["fresh"])
GENERIC, ADDRESS, OBJECT = (_words(_CUES[k]) for k in ("generic", "address", "object"))
DEGREE, SPAN, BEGUN = (_words(_CUES[k]) for k in ("degree", "span", "begun"))
CONTRACTED: dict[str, str] = _TABLES["contracted"]


def negative(word: str) -> bool:
    """Return whether a word negates what follows."""
    return word in NEGATION or word.endswith("n't")


def person(word: str) -> bool:
    """Return whether a word is a noun for a person, singular, plural or possessive."""
    base = word.removesuffix("'s")
    return base in NOUN or (base.endswith("s") and base[:-1] in NOUN)


def contains(words: list[str], phrases: Phrases) -> bool:
    """Return whether one of `phrases` stands in `words`."""
    return any(
        tuple(words[i : i + len(phrase)]) == phrase
        for i, word in enumerate(words)
        if word in phrases
        for phrase in phrases[word]
    )
