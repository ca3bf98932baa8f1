"""The compiled matcher finds what a naive regular expression finds, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affectcli.tag._lexicon_match import Matcher, mark_terms

UNSPACED = "抑鬱症ไ"
LETTER = f"(?:[^\\W{UNSPACED}]|\u0307)"  # with the dot that \u0130 leaves behind in lower case
PIECES = st.sampled_from(["a", "b", "ab", "é", "E\u0301", "ß", "SS", "İ", "_", "7", *UNSPACED])
SIGNS = st.sampled_from(["'", "\u2019", "-", ".", "*", ":(", "\U0001f600", "\u2764\ufe0f", "$"])
SPACES = st.sampled_from([" ", " ", "  ", "\n", "\t ", "\u00a0", "\u3000"])
TEXTS = st.lists(st.one_of(PIECES, PIECES, SIGNS, SPACES), max_size=25).map("".join)
TERMS = st.lists(st.one_of(PIECES, PIECES, SIGNS, SPACES), min_size=1, max_size=5).map("".join)


def compared(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.replace("\u2019", "'").replace("\ufe0f", ""))
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).split())


def naive(term: str) -> re.Pattern[str]:
    words = compared(term).split()
    stars = [re.search(r"[\w\u0307]\*$", word) is not None for word in words]
    parts = [
        one_word(word.removesuffix("*") if star else word, star=star)
        for word, star in zip(words, stars, strict=True)
    ]
    inner = any(
        star and re.match(LETTER, word[-2]) for word, star in zip(words, stars, strict=True)
    )
    last = stars[-1] and not any(
        star and re.match(LETTER, word[-2]) for word, star in zip(words[:-1], stars, strict=False)
    )
    pattern = r"\s+".join(parts)
    return re.compile(pattern if inner and not last else f"(?={pattern})")


def one_word(word: str, *, star: bool) -> str:
    before = f"(?<!{LETTER})" if re.match(LETTER, word[0]) else ""
    after = ""
    if re.match(LETTER, word[-1]):
        after = f"{LETTER}*(?!{LETTER})" if star else f"(?!{LETTER})"
    return before + re.escape(word) + after


def found(terms: list[str], texts: list[str]) -> Counter[tuple[int, str]]:
    hits = Matcher(terms).find(texts)
    return Counter((int(at), terms[term]) for at, term in zip(hits.text, hits.term, strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(TERMS, min_size=1, max_size=8), st.lists(TEXTS, max_size=6))
def test_matches_the_naive_regular_expression(terms: list[str], texts: list[str]) -> None:
    distinct = {mark: term for term, mark in zip(terms, mark_terms(terms), strict=True) if mark}
    terms = list(distinct.values())
    expect = Counter(
        {
            (at, term): len(naive(term).findall(compared(text)))
            for at, text in enumerate(texts)
            for term in terms
        }
    )
    assert found(terms, texts) == +expect if terms else not texts or not +expect


@pytest.mark.parametrize(
    ("term", "text", "times"),
    [
        ("panic attack", "a Panic\n  ATTACK, no panic, attack", 1),
        ("happi*", "happiness, happier? unhappiness happi", 3),
        ("feel* sad", "feeling sad, feels sad, feel so sad, feelsad", 2),
        ("self-harm", "Self-harm self harm selfharm", 1),
        ("i", "I'm in it, i.e. I", 3),
        ("don't", "don\u2019t dont", 1),
        ("straße", "STRASSE", 1),
        ("抑鬱", "我有抑鬱症,很抑鬱", 2),
        ("T恤", "白T恤 xT恤", 1),
        ("दुख", "बहुत दुख है, दुखी", 1),
        ("депресс*", "Депрессия и депрессивный", 2),
        ("ซึมเศร้า", "ฉันเป็นโรคซึมเศร้ามาก", 1),
        ("\u2764", "love \u2764\ufe0f\u2764", 2),
        ("a", "\u0130a", 0),
        (":(", "sad :(( ", 1),
        ("f**k", "oh f**k", 1),
        ("ha ha", "ha ha ha", 2),
        ("reddit", "see https://reddit.com/r/x or u/reddit, @reddit; #reddit", 1),
    ],
)
def test_counts(term: str, text: str, times: int) -> None:
    assert found([term], [text])[0, term] == times


def test_counts_words_and_the_characters_of_scripts_without_spaces() -> None:
    texts = ["", "one two-three, it's", "我有T恤", "\U0001f600 :(", "http://x.org/a-b c"]
    assert Matcher(["x"]).find(texts).words.tolist() == [0, 5, 4, 0, 1]


def test_any_string_can_be_read() -> None:
    texts = [
        "\ud800 sad",
        "\0sad\0",
        "\x02sad\x03",
        "sad " * 50_000,
        "\U0001f600" * 9,
        "\ud83d\ude00",
    ]
    hits = found(["sad", "\U0001f600"], texts)
    assert [hits[at, "sad"] for at in range(4)] == [1, 1, 1, 50_000]
    assert [hits[at, "\U0001f600"] for at in (4, 5)] == [9, 1]
