"""Text care with offsets: the same text as plain care, and spans that stand in the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectcli.tag import _care
from affectcli.tag._cause_text import clean_with_offsets

PIECES = st.sampled_from(
    [
        *("I am soooo happy!!!! ", "u/ann ", "@bob", "https://a.b/c?d=e ", "www.x.y", "&amp;"),
        *("&lt;", "&#128512;", "&#x1;", "😂😂😂", "👍🏽", "🇩🇪", "$TSLA ", "\ud83d", "\ude00", "❤️"),
        *("\n\n", " ", "é", "\ufeff", "aaa", "&notit;", "&#xD83D;", "x"),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(codec=None), max_size=60),
)


@given(TEXTS)
def test_the_text_is_that_of_plain_care(text: str) -> None:
    cleaned = clean_with_offsets(text)
    assert cleaned.text == _care.clean(text)
    assert (
        cleaned.starts is None
        or cleaned.stops is None
        or (len(cleaned.starts) == len(cleaned.stops) == len(cleaned.text))
    )


@given(TEXTS, st.data())
def test_every_span_is_a_verbatim_part_of_the_original(text: str, data: st.DataObject) -> None:
    cleaned = clean_with_offsets(text)
    start = data.draw(st.integers(0, len(cleaned.text)))
    stop = data.draw(st.integers(start, len(cleaned.text)))
    place = cleaned.locate(start, stop)
    if place is None:
        # Nothing, spaces, or what stands for them: an entity may be a space, too.
        assert start == stop or cleaned.starts or not text[start:stop].strip()
    else:
        assert 0 <= place[0] < place[1] <= len(text)
        span = text[slice(*place)]
        assert span == span.strip() != ""


@pytest.mark.parametrize(
    ("text", "words", "span"),
    [
        ("thanks @bob, my cat died 😂😂 today", "my cat died", "my cat died"),
        ("I am sooooo happy that R&amp;D won", "happy that R&D won", "happy that R&amp;D won"),
        ("see https://a.b/c : my cat died", "my cat died", "my cat died"),
        ("I lost it all on $TSLA today", "lost it all on [STOCK]", "lost it all on $TSLA"),
        ("\ud83d\ude00 and now he is gone", "he is gone", "he is gone"),
    ],
)
def test_a_span_behind_replacements_is_found(text: str, words: str, span: str) -> None:
    cleaned = clean_with_offsets(text)
    start = cleaned.text.index(words)
    place = cleaned.locate(start, start + len(words))
    assert place is not None
    assert text[slice(*place)] == span
