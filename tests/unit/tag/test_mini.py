"""The shipped tagger: any string has a score, which depends on that string alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import UsageError
from affectcli.tag import _card, _evaluate, _mini, mini

if TYPE_CHECKING:
    from pathlib import Path

JOY, FEAR, GRATITUDE = "I am so happy today!!", "I'm terrified of what comes next", "Thank you!"
TOLERANCE = {"bf16": 0.02, "float32": 1e-5}


@pytest.fixture(scope="module")
def tagger() -> _mini.Mini:
    return mini.load(device="cpu")


def _says(tagger: _mini.Mini, text: str) -> set[str]:
    scores = tagger.score([text])[0]
    return {x.name for x, p in zip(tagger.labels, scores, strict=True) if p >= x.threshold}


@pytest.mark.parametrize(
    ("text", "label"),
    [(JOY, "joy"), (FEAR, "fear"), (GRATITUDE, "gratitude"), ("lol 😂😂😂", "amusement")],
)
def test_plain_emotions_are_found(tagger: _mini.Mini, text: str, label: str) -> None:
    assert label in _says(tagger, text)


def test_it_keeps_the_promise_and_the_card(tagger: _mini.Mini) -> None:
    about = _card.describe()
    name, revision, scheme, labels = about.name, about.revision, about.scheme, about.labels
    assert (tagger.name, tagger.scheme, tagger.revision) == (name, scheme, revision)
    assert (name, scheme) == ("mini", "goemotions28")
    assert tagger.labels == labels
    assert len(labels) == 28
    assert (labels[0].name, labels[-1].name) == ("admiration", "neutral")
    assert {x.tp + x.fn + x.fp + x.tn for x in labels} == {5426}
    assert all(0 < x.threshold < 1 for x in labels)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😂😂👍🏽🇩🇪",
        "\x00\x00",
        "\ud800 alone \udfff",
        "你好世界",
        "a" * 100_000,
        "᷃" * 500,
    ],
)
def test_any_string_has_a_score(tagger: _mini.Mini, text: str) -> None:
    scores = tagger.score([text])
    assert scores.shape == (1, 28)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


def test_no_texts_give_no_rows(tagger: _mini.Mini) -> None:
    assert tagger.score([]).shape == (0, 28)


def test_a_score_does_not_depend_on_the_batch(tagger: _mini.Mini) -> None:
    texts = [JOY, "no", FEAR, GRATITUDE, JOY * 40, *(f"the bus leaves at {n}" for n in range(90))]
    together = tagger.score(texts)
    alone = np.vstack([tagger.score([text]) for text in texts[:12]])
    assert np.abs(together[:12] - alone).max() <= TOLERANCE[tagger.precision]
    backwards = tagger.score(texts[::-1])[::-1]
    assert np.abs(together - backwards).max() <= TOLERANCE[tagger.precision]


def test_a_long_text_is_read_to_its_end(tagger: _mini.Mini) -> None:
    names = [label.name for label in tagger.labels]
    filler = "The bus leaves at noon from the station. " * 40
    start, end, never = tagger.score([FEAR + filler, filler + FEAR, filler])[:, names.index("fear")]
    assert min(start, end) > 10 * never
    assert end == pytest.approx(start, rel=0.5)


def test_repeating_a_text_does_not_raise_its_scores(tagger: _mini.Mini) -> None:
    once, often = tagger.score([" ".join([JOY] * 12), " ".join([JOY] * 400)])
    assert np.abs(once - often).max() < 0.15


def test_an_absent_device_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="abacus"):
        mini.load(device="abacus")


@pytest.mark.realdata
def test_published_scores_hold(real_data: Path) -> None:
    rows = _evaluate.evaluate(data=real_data, bootstrap=200)
    score = {(r["split"], r["model"]): r["macro_f1"] for r in rows if r["row"] == "model"}
    assert score["test", "mini"] >= 0.51
    assert score["test", "mini"] > score["test", _evaluate.TFIDF]
    claimed = _card.read()["metrics"]["test"]["macro_f1"]
    assert score["test", "mini"] == pytest.approx(claimed, abs=0.005)
