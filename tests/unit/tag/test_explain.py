"""Attributions: they explain the tagger's own scores, add up, and beat shuffled weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from affectcli.errors import UsageError
from affectcli.parts import Label, Scheme
from affectcli.tag import (
    _explain_asked,
    _explain_fidelity,
    _explain_gradients,
    _explain_model,
    _explain_pair,
    hf,
    mini,
)
from affectcli.tag._explain_model import Probe
from affectcli.tag._explain_read import Reader, Reading, Tokens
from tests.unit.tag import test_hf

if TYPE_CHECKING:
    from pathlib import Path

SCARED = "I am so scared of this, don't leave me :("
TEXTS = [SCARED, "Thank you so much @bob $AAPL \U0001f602", "yes no " * 90 + "I am sad", "lol"]
made = test_hf.made


class Linear(torch.nn.Module):
    """A tagger that can be checked by hand: the sum of its words' numbers."""

    def __init__(self, numbers: list[float]) -> None:
        super().__init__()
        vectors = torch.tensor(numbers)[:, None]
        self.words = torch.nn.Embedding(len(numbers), 1, _weight=vectors)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        summed: torch.Tensor = self.words(ids).sum(1)
        return summed

    @staticmethod
    def scores(odds: torch.Tensor) -> torch.Tensor:
        return odds.sigmoid()


def _linear(numbers: list[float]) -> Probe:
    """Return a probe whose word number i, counted from 1, adds `numbers[i]`; 0 is padding."""
    module = Linear(numbers)

    def tokens(text: str) -> Tokens:
        ends = np.cumsum([len(word) + 1 for word in text.split()]) - 1
        ids = [int(word) for word in text.split()]
        return Tokens(ids, [(end - 1, end) for end in ends.tolist()])

    reader = Reader(tokens, lambda positions: [list(positions)], ((), ()), 0)
    scheme = Scheme("s", "r", "many", (Label("l", 0.5),))
    return Probe(scheme, module, module.words, reader)


@pytest.fixture(scope="module")
def fear() -> Probe:
    return _explain_model.load("mini", "goemotions28", device="cpu")


@pytest.fixture(scope="module")
def position(fear: Probe) -> int:
    return [label.name for label in fear.scheme.labels].index("fear")


def test_what_is_explained_is_what_mini_scores() -> None:
    tagger = mini.load(device="cpu")
    said, column = tagger.score(TEXTS), 0
    for scheme in tagger.schemes:
        if scheme.name == mini.STATUS:
            continue
        probe = _explain_model.load("mini", scheme.name, device="cpu")
        for text, row in zip(TEXTS, said, strict=True):
            windows = probe.reader.read(text).windows
            ours = probe.scores(probe.odds(windows)).mean(0).numpy()
            expect = row[column : column + len(scheme.labels)]
            assert np.abs(ours - expect).max() < 0.02, scheme.name
        column += len(scheme.labels)


@pytest.mark.parametrize("name", ["many", "one"])
def test_what_is_explained_is_what_an_hf_model_scores(name: str, made: Path) -> None:
    tagger = hf.load(str(made / name), device="cpu")
    probe = _explain_model.load(f"hf:{made / name}", tagger.about.schemes[0].name, device="cpu")
    texts = [text for text in test_hf.TEXTS if text]
    readings = [probe.reader.read(text) for text in texts]
    scores = np.stack([probe.scores(probe.odds(r.windows)).mean(0).numpy() for r in readings])
    assert np.abs(scores - tagger.score(texts)).max() < test_hf.TOLERANCE[tagger.precision]
    for own in _explain_gradients.attribute(probe, readings, 1, steps=64):
        assert abs(own.error) < 0.05 * max(abs(own.odds - own.baseline), 1)


def test_attributions_add_up_and_name_the_word(fear: Probe, position: int) -> None:
    reading = fear.reader.read(SCARED)
    assert reading.words == (
        *("I", "am", "so", "scared", "of", "this", ",", "don't", "leave", "me", ":("),
    )
    (own,) = _explain_gradients.attribute(fear, [reading], position, steps=24)
    assert abs(own.error) < 0.02 * (own.odds - own.baseline)
    assert reading.words[int(own.words.argmax())] == "scared"
    assert own.words.max() > 0.5 * own.words.sum()


def test_a_linear_tagger_is_attributed_exactly() -> None:
    probe = _linear([0.5, 1.0, -2.0, 4.0])
    readings = [probe.reader.read(text) for text in ("1 2 3", "3 3", "2")]
    for reading, own in zip(
        readings, _explain_gradients.attribute(probe, readings, 0, steps=3), strict=True
    ):
        expect = [[0, 0.5, -2.5, 3.5][int(word)] for word in reading.words]
        np.testing.assert_allclose(own.words, expect, atol=1e-6)
        assert own.baseline == pytest.approx(0.5 * len(reading.words))
        assert own.error == pytest.approx(0, abs=1e-6)


def test_windows_of_a_long_text_are_averaged(fear: Probe, position: int) -> None:
    reading = fear.reader.read("scared " * 200)
    assert len(reading.windows) == 2
    (own,) = _explain_gradients.attribute(fear, [reading], position, steps=2)
    odds = fear.odds(reading.windows)[:, position]
    assert own.odds == pytest.approx(float(odds.mean()), abs=1e-4)
    assert len(own.words) == 200


def test_a_texts_attribution_does_not_depend_on_its_neighbours(fear: Probe, position: int) -> None:
    texts = ["so scared", "so happy", "I am scared of it"]
    readings = [fear.reader.read(text) for text in texts]
    together = _explain_gradients.attribute(fear, readings, position, steps=4)
    alone = [_explain_gradients.attribute(fear, [r], position, steps=4)[0] for r in readings]
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_allclose(a.words, b.words, atol=1e-4)


def test_randomised_weights_are_the_same_numbers_in_another_place(fear: Probe) -> None:
    before = [weight.clone() for weight in fear.module.parameters()]
    twin, again = fear.randomised(3), fear.randomised(3)
    for old, now, one, other in zip(
        before,
        fear.module.parameters(),
        twin.module.parameters(),
        again.module.parameters(),
        strict=True,
    ):
        assert torch.equal(old, now)
        assert torch.equal(one, other)
        if old.numel() < 1e6:
            assert torch.equal(one.flatten().sort().values, old.flatten().sort().values)
    windows = fear.reader.read(SCARED).windows
    assert torch.equal(twin.odds(windows), again.odds(windows))
    assert not torch.allclose(twin.odds(windows), fear.odds(windows), atol=0.1)
    assert twin.words is not fear.words


def test_fidelity_by_hand() -> None:
    probe = _linear([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    reading = probe.reader.read("1 2 3 4 5 6")
    (own,) = _explain_gradients.attribute(probe, [reading], 0, steps=2)
    other = own._replace(words=-own.words)
    judged = _explain_fidelity.judge(
        probe, [reading], label=0, attributions=([own], [other]), rng=np.random.default_rng(0)
    )
    # One word at 5, 10 and 20 %, three at 50 %: 6, 6, 6 and 6 + 5 + 4.
    assert judged.model[0] == pytest.approx((6 + 6 + 6 + 15) / 4)
    assert judged.randomised[0] == pytest.approx((1 + 1 + 1 + 6) / 4)
    assert judged.margin[0] == pytest.approx((33 - 9) / 4)
    assert judged.randomised[0] < judged.chance[0] < judged.model[0]
    assert judged.correlation[0] == pytest.approx(-1)


def test_the_trained_model_beats_randomised_weights_by_a_margin(fear: Probe) -> None:
    measure = _explain_asked.chosen("mini", ["fear"])[0]
    texts = [
        SCARED,
        "What a terrifying night that was, the bus stood in the snow until five in the morning",
        "They told us on Monday, and since then I fear that he will not come back to this town",
    ]
    readings = [fear.reader.read(text) for text in texts]
    found = _explain_pair.explain(fear, readings, measure, steps=16, seed=1)
    facts = found.facts
    assert facts["margin_low"] > 0
    assert facts["fall"] > 2 * max(facts["fall_randomised"], facts["fall_random_order"])
    assert abs(facts["rank_correlation"]) < 0.7
    assert "do not read it" not in found.sentence


def test_an_explanation_that_explains_nothing_says_so() -> None:
    probe = _linear([0.0] * 7)
    reading = probe.reader.read("1 2 3 4 5 6")
    measure = _explain_asked.Measure("l", probe.scheme, 0)
    found = _explain_pair.explain(probe, [reading], measure, steps=2, seed=1)
    assert found.facts["margin"] == 0
    assert np.isnan(found.facts["rank_correlation"])
    assert "do not read it" in found.sentence


def test_the_same_seed_gives_the_same_explanation(fear: Probe) -> None:
    measure = _explain_asked.chosen("mini", ["fear"])[0]
    readings = [fear.reader.read(SCARED)]
    one, other = (
        _explain_pair.explain(fear, readings, measure, steps=4, seed=9).sentence for _ in range(2)
    )
    assert one == other


def test_words_are_whole_and_removed_whole() -> None:
    reading = Reading(("a", "b"), [[9, 1, 2, 3, 8]], [[-1, 0, 0, 1, -1]])
    assert reading.without({0}) == [[9, 3, 8]]
    assert reading.without({0, 1}) == [[9, 8]]


def test_masks_and_emoji_are_words_of_the_cleaned_text(fear: Probe) -> None:
    words = fear.reader.read(TEXTS[1]).words
    assert words[:6] == ("Thank", "you", "so", "much", "[NAME]", "[STOCK]")
    assert words[6:] == ("face", "with", "tears", "of", "joy")
    assert not fear.reader.read("https://example.org").words


@pytest.mark.parametrize("spec", ["lexicon:vader", "dsm5", "nonsense"])
def test_only_transformers_have_gradients(spec: str) -> None:
    with pytest.raises(UsageError, match=r"no transformer.*mini, mini:FOLDER and hf:ID"):
        _explain_asked.measures(spec)
