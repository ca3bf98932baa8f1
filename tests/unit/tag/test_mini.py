"""The shipped tagger: any string has a score, which depends on that string alone."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from affectcli import resources
from affectcli.errors import ModelError, UsageError
from affectcli.tag import _card, _evaluate, _mini, _scorer, mini

if TYPE_CHECKING:
    from pathlib import Path

JOY, FEAR, GRATITUDE = "I am so happy today!!", "I'm terrified of what comes next", "Thank you!"
TOLERANCE = 1e-5
"""In bf16 as in float32: only the last bits of a sum depend on the batch."""


@pytest.fixture(scope="module")
def tagger() -> _mini.Mini:
    return mini.load(device="cpu")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Copy the shipped weights."""
    return shutil.copytree(_card.WEIGHTS, tmp_path / "weights")


def _says(tagger: _mini.Mini, text: str) -> set[str]:
    scores = tagger.score([text])[0]
    named = zip(tagger.labels, scores, strict=True)
    return {x.name for x, p in named if x.threshold and p >= x.threshold}


def _emotions(tagger: _mini.Mini) -> list[str]:
    return [label.name for label in tagger.labels]


@pytest.mark.parametrize(
    ("text", "label"),
    [(JOY, "joy"), (FEAR, "fear"), (GRATITUDE, "gratitude"), ("lol 😂😂😂", "amusement")],
)
def test_plain_emotions_are_found(tagger: _mini.Mini, text: str, label: str) -> None:
    assert label in _says(tagger, text)


def test_it_keeps_the_promise_and_the_card(tagger: _mini.Mini) -> None:
    about = mini.describe()
    assert tagger.about == about
    emotions = next(s for s in about.schemes if s.name == "goemotions28")
    assert (about.name, emotions.kind) == ("mini", "many")
    labels = emotions.labels
    assert len(labels) == 28
    assert (labels[0].name, labels[-1].name) == ("admiration", "neutral")
    assert len({x.tp + x.fn + x.fp + x.tn for x in labels}) == 1
    assert all(x.threshold and 0 < x.threshold < 1 for x in labels)
    assert "en" in (about.languages or ())


def test_a_head_can_be_left_out(tagger: _mini.Mini) -> None:
    alone = mini.load(device="cpu", heads=["goemotions28"])
    assert [s.name for s in alone.about.schemes] == ["goemotions28"]
    places = [_emotions(tagger).index(name) for name in _emotions(alone)]
    assert np.allclose(alone.score([JOY]), tagger.score([JOY])[:, places], atol=TOLERANCE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😂😂👍🏽🇩🇪",
        "\x00\x00",
        "\ud800 alone \udfff",
        "你好世界",
        "a" * 1_000_000,
        "word " * 4_000,
        "Καλημέρα κόσμε, здравствуй мир, नमस्ते दुनिया, مرحبا بالعالم, שלום עולם, สวัสดีชาวโลก",
        "᷃" * 500,
    ],
)
def test_any_string_has_a_score(tagger: _mini.Mini, text: str) -> None:
    scores = tagger.score([text])
    assert scores.shape == (1, len(tagger.labels))
    assert scores.dtype == np.float32
    assert ((scores >= -1) & (scores <= 1)).all()


def test_no_texts_give_no_rows(tagger: _mini.Mini) -> None:
    assert tagger.score([]).shape == (0, len(tagger.labels))


def test_a_score_does_not_depend_on_the_batch(tagger: _mini.Mini) -> None:
    texts = [JOY, "no", FEAR, GRATITUDE, JOY * 40, *(f"the bus leaves at {n}" for n in range(59))]
    together = tagger.score(texts)
    for size in (1, 8):
        parts = [tagger.score(texts[n : n + size]) for n in range(0, len(texts), size)]
        assert np.abs(together - np.vstack(parts)).max() <= TOLERANCE
    backwards = tagger.score(texts[::-1])[::-1]
    assert np.abs(together - backwards).max() <= TOLERANCE


def test_a_stream_gives_what_scoring_does(tagger: _mini.Mini) -> None:
    chunks = [[JOY, FEAR], [], [GRATITUDE]]
    parts = list(tagger.stream(chunks))
    assert [len(part) for part in parts] == [2, 0, 1]
    assert np.allclose(np.vstack(parts), tagger.score([JOY, FEAR, GRATITUDE]), atol=TOLERANCE)


def test_several_devices_share_the_batches(
    tagger: _mini.Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"{'very ' * (n % 7)}happy {n}" for n in range(40)]
    monkeypatch.setattr(_scorer, "BUDGET", 64)
    shared = mini.load(device="cpu,cpu")
    assert np.abs(shared.score(texts) - tagger.score(texts)).max() <= TOLERANCE


def test_a_long_text_is_read_to_its_end(tagger: _mini.Mini) -> None:
    names = _emotions(tagger)
    filler = "The bus leaves at noon from the station. " * 40
    start, end, never = tagger.score([FEAR + filler, filler + FEAR, filler])[:, names.index("fear")]
    assert min(start, end) > 10 * never
    assert end == pytest.approx(start, rel=0.5)


def test_repeating_a_text_does_not_raise_its_scores(tagger: _mini.Mini) -> None:
    scores = tagger.score([" ".join([JOY] * 12), " ".join([JOY] * 400)])
    once, often = scores[:, : len(tagger.schemes[0].labels)]
    assert np.abs(once - often).max() < 0.15


def test_an_absent_device_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="abacus"):
        mini.load(device="abacus")


@pytest.mark.parametrize("file", [_card.ADAPTER, "goemotions28.safetensors"])
def test_a_missing_or_altered_file_is_refused(weights: Path, file: str) -> None:
    content = (weights / file).read_bytes()
    (weights / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelError, match=r"not the file that card\.json describes") as error:
        mini.load(str(weights), device="cpu")
    assert error.value.code == 9
    (weights / file).unlink()
    with pytest.raises(ModelError, match="missing or damaged"):
        mini.load(str(weights), device="cpu")


def _replace(weights: Path, content: bytes, **facts: Any) -> None:  # noqa: ANN401 -- card facts of any kind
    """Put `content` in the emotion head's place, with its true sha256 in the card."""
    card = json.loads((weights / _card.CARD).read_text())
    entry = card["heads"]["goemotions28"]
    entry |= {"sha256": hashlib.sha256(content).hexdigest(), **facts}
    (weights / entry["file"]).write_bytes(content)
    (weights / _card.CARD).write_text(json.dumps(card))


def test_a_pickle_is_not_opened(weights: Path) -> None:
    _replace(weights, pickle.dumps({"head.weight": [1.0]}))
    with pytest.raises(ModelError, match="SafetensorError") as error:
        mini.load(str(weights), device="cpu")
    assert error.value.code == 9


def test_an_unknown_activation_is_refused(weights: Path) -> None:
    content = (weights / "goemotions28.safetensors").read_bytes()
    _replace(weights, content, activation="magic")
    with pytest.raises(ModelError, match="magic"):
        mini.load(str(weights), device="cpu")


def test_weights_for_another_encoder_are_refused(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "ENCODER_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="another encoder"):
        mini.load(str(weights), device="cpu")


@pytest.mark.realdata
def test_published_scores_hold(real_data: Path) -> None:
    rows = _evaluate.evaluate(data=real_data, heads=["goemotions28"])
    measures = [row for row in rows if row["row"] == "measure"]
    claimed = _card.read()["heads"]["goemotions28"]["metrics"]
    assert measures
    for row, known in zip(measures, claimed, strict=True):
        assert row["measure"] == known["measure"]
        assert row["value"] == pytest.approx(known["value"], abs=0.005)
        assert row["value"] > row["baseline_value"]
