"""Languages of many texts at once are those that py3langid gives one by one."""

import gzip
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from affectcli.ingest import _language
from affectcli.ingest._langid import classify

SAMPLE = Path(__file__).parents[3] / "sample_data" / "posts.csv.gz"
LANGUAGES = {
    "en": "I am so worried about what will happen to all of us tomorrow",
    "es": "Tengo mucho miedo de lo que nos pueda pasar a todos mañana",
    "de": "Ich mache mir große Sorgen darüber, was morgen mit uns passiert",
    "fr": "Je suis très inquiet de ce qui pourrait nous arriver demain matin",
    "ru": "Я очень боюсь того, что с нами будет завтра",  # noqa: RUF001  # Russian
    "ja": "明日どうなるのかとても心配です",
    "ar": "أنا قلق جدا مما سيحدث لنا غدا",
    "el": "Ανησυχώ πολύ για το τι θα γίνει αύριο",  # noqa: RUF001  # Greek
}


@pytest.fixture(scope="module")
def one_by_one() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def test_the_answers_are_the_packages(one_by_one: LanguageIdentifier) -> None:
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as file:
        texts = pl.read_csv(file.read().encode())["body"].drop_nulls().unique().sort().to_list()
    texts = [*texts[:1500], *LANGUAGES.values(), "", "a", "SHOUTING IN CAPITALS", "e\u0301te\u0301"]
    languages, sure = classify(texts)
    theirs = [one_by_one.classify(text) for text in texts]
    assert languages.to_list() == [language for language, _ in theirs]
    assert np.allclose(sure, [probability for _, probability in theirs], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_has_the_packages_answer(texts: list[str]) -> None:
    found, sure = classify(texts)
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    for language, probability, text in zip(found, sure, texts, strict=True):
        theirs, their_probability = whole.classify(text)
        assert probability == pytest.approx(their_probability, abs=1e-4)
        assert language == theirs or their_probability < 0.5, json.dumps(text)


def test_each_text_has_its_language_and_short_ones_have_none() -> None:
    texts = pl.Series(["ok", *LANGUAGES.values(), "lol", *LANGUAGES.values(), ""])
    assert _language.guess(texts).to_list() == ["und", *LANGUAGES, "und", *LANGUAGES, "und"]


def test_no_text_at_all_is_no_failure() -> None:
    assert _language.guess(pl.Series([], dtype=pl.String)).to_list() == []
