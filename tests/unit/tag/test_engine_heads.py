"""Heads in one product, each with its own activation; memory that is full halves the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affectcli.errors import ModelError
from affectcli.tag import _encoder, _forward, _heads, _lora
from affectcli.tag._heads import Head, Heads
from affectcli.tag._scorer import Scorer

WIDTH = _encoder.WIDTH
TEXTS = [f"{'word ' * (n % 11)}number {n}" for n in range(30)]


def _random(outputs: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(outputs, WIDTH, generator=generator) / 5
    return weight, torch.randn(outputs, generator=generator)


def test_each_head_has_its_own_activation() -> None:
    heads = [
        Head("a", "many", *_random(3, 1)),
        Head("b", "one", *_random(4, 2), "softmax"),
        Head("c", "scale", *_random(2, 3), ("identity", "unit")),
        Head("d", "scale", *_random(1, 4), "identity"),
    ]
    x = torch.randn(5, WIDTH, generator=torch.Generator().manual_seed(5))
    found = Heads(heads, "cpu")(x)
    logits = [x @ head.weight.T + head.bias for head in heads]
    expected = [
        logits[0].sigmoid(),
        logits[1].softmax(1),
        logits[2][:, :1].clamp(-1, 1),
        logits[2][:, 1:].clamp(0, 1),
        logits[3].clamp(-1, 1),
    ]
    assert torch.allclose(found, torch.cat(expected, dim=1), atol=1e-5)


def test_deep_heads_read_all_features_and_linear_ones_the_last_layer() -> None:
    make = torch.Generator().manual_seed(9)
    inner = [
        (torch.randn(n, _forward.FEATURES, generator=make) / 40, torch.randn(n)) for n in (8, 16)
    ]
    heads = [
        Head("a", "many", torch.randn(3, 8), torch.zeros(3), "sigmoid", inner[0]),
        Head("b", "many", *_random(2, 1)),
        Head("c", "one", torch.randn(4, 16), torch.zeros(4), "softmax", inner[1]),
    ]
    x = torch.randn(5, _forward.FEATURES, generator=make)
    hidden = [torch.nn.functional.gelu(x @ weight.T + bias) for weight, bias in inner]
    expected = [
        (hidden[0] @ heads[0].weight.T).sigmoid(),
        (x[:, -WIDTH:] @ heads[1].weight.T + heads[1].bias).sigmoid(),
        (hidden[1] @ heads[2].weight.T).softmax(1),
    ]
    assert torch.allclose(Heads(heads, "cpu")(x), torch.cat(expected, dim=1), atol=1e-5)


@pytest.mark.parametrize("shared", [True, False])
def test_an_ordinal_head_gives_class_probabilities(shared: bool) -> None:
    row = _random(1)[0]
    bias = torch.tensor([2.0, 0.5, -1.0, 0.0])  # the last threshold crosses the one before
    head = Head("o", "one", row if shared else row.expand(4, WIDTH), bias, "ordinal")
    x = torch.randn(6, WIDTH, generator=torch.Generator().manual_seed(5))
    found = Heads([head], "cpu")(x)
    assert found.shape == (6, head.size) == (6, 5)
    assert torch.allclose(found.sum(1), torch.ones(6), atol=1e-6)
    assert (found >= 0).all()
    above = (x @ row.T + bias).sigmoid()
    assert torch.allclose(found[:, 0], 1 - above[:, 0], atol=1e-5)
    assert torch.allclose(found[:, 1], above[:, 0] - above[:, 1], atol=1e-5)


@pytest.mark.parametrize(
    ("weight", "bias", "activation"),
    [
        (torch.zeros(3, 7), torch.zeros(3), "sigmoid"),
        (torch.zeros(3, WIDTH), torch.zeros(4), "sigmoid"),
        (torch.zeros(WIDTH), torch.zeros(1), "sigmoid"),
        (torch.zeros(2, WIDTH), torch.zeros(2), ("unit",)),
        (torch.zeros(2, WIDTH), torch.zeros(2), ("unit", "softmax")),
        (torch.zeros(1, WIDTH), torch.zeros(4), "softmax"),
    ],
)
def test_a_head_of_another_shape_is_refused(
    weight: torch.Tensor, bias: torch.Tensor, activation: _heads.Activation
) -> None:
    with pytest.raises(ModelError, match="fits no encoder"):
        Heads([Head("x", "many", weight, bias, activation)], "cpu")


def test_a_file_without_a_tensor_or_no_head_at_all_is_refused() -> None:
    with pytest.raises(ModelError, match=r"head\.bias"):
        _heads.read("x", {"head.weight": torch.zeros(1, WIDTH)})
    with pytest.raises(ModelError, match="no head"):
        Heads([], "cpu")


def _scorer() -> Scorer:
    adapter = {
        f"{key}.{side}": torch.zeros(*shape)
        for layer, name, key in _lora.targets(_encoder.load())
        for side, shape in (
            ("a", (_lora.RANK, getattr(layer, name).in_features)),
            ("b", (getattr(layer, name).out_features, _lora.RANK)),
        )
    }

    head = Head("a", "many", *_random(3))
    return Scorer(adapter, [head], device="cpu", dtype=torch.float32)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory")]
)
def test_full_memory_halves_the_batch(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = _scorer()
    expected = scorer.probabilities(TEXTS)
    features, tried = _forward.Forward.features, []

    def full(self: _forward.Forward, batch: _forward.Packed) -> torch.Tensor:
        tried.append(len(batch.ids))
        if len(batch.ids) > 40:
            raise error
        return features(self, batch)

    monkeypatch.setattr(_forward.Forward, "features", full)
    assert np.allclose(scorer.probabilities(TEXTS), expected, atol=1e-5)
    first = len(tried)
    assert np.allclose(scorer.probabilities(TEXTS), expected, atol=1e-5)
    assert max(tried[first:]) <= 40, "what was too large is not tried again"


def test_memory_too_small_for_one_window_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scorer = _scorer()

    def full(_self: _forward.Forward, _batch: _forward.Packed) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(_forward.Forward, "features", full)
    with pytest.raises(ModelError, match="--device cpu"):
        scorer.probabilities(TEXTS)


def test_another_failure_is_no_full_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = _scorer()

    def fail(_self: _forward.Forward, _batch: _forward.Packed) -> torch.Tensor:
        raise RuntimeError("a bug")

    monkeypatch.setattr(_forward.Forward, "features", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        scorer.probabilities(TEXTS)
