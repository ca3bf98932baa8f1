"""Encoder, adapter and head as one function: texts to probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from affectcli.errors import ModelError, UsageError
from affectcli.tag import _care, _encoder, _lora, _windows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

CHUNK = 4096
"""Texts cut into windows at a time: bounds memory, and is enough to find windows of like length."""


class Scorer:
    """The model as shipped: updates merged into the encoder, in the device's best precision."""

    def __init__(
        self, adapter: Mapping[str, Tensor], emotion: Mapping[str, Tensor], *, device: str = "auto"
    ) -> None:
        self.device = choose(device)
        dtype = _encoder.precision(self.device)
        self.precision = "bf16" if dtype == torch.bfloat16 else "float32"
        # Small batches stay in a CPU's cache; a GPU wants large ones.
        self.budget = 2048 if self.device == "cpu" else 32768
        self._tokenizer = _encoder.tokenizer()
        self._encoder = _encoder.load().eval().requires_grad_(requires_grad=False)
        _lora.merge(self._encoder, adapter)
        self._encoder.to(self.device, dtype)
        try:
            weight, bias = (emotion[f"head.{part}"].float() for part in ("weight", "bias"))
            fits = weight.shape == (len(bias), _encoder.WIDTH)
        except KeyError as error:
            raise ModelError(f"The head lacks {error}.") from error
        if not fits:
            raise ModelError(f"The head has shape {tuple(weight.shape)}, which fits no encoder.")
        self._weight, self._bias = weight.to(self.device), bias.to(self.device)
        self.size = len(bias)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 probabilities, (len(texts), labels), in the order of `texts`."""
        scores = np.empty((len(texts), self.size), dtype=np.float32)
        for start in range(0, len(texts), CHUNK):
            part = texts[start : start + CHUNK]
            scores[start : start + len(part)] = self._chunk(part)
        return scores

    def _chunk(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cleaned = [_care.clean(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(cleaned, add_special_tokens=False)
        marks = (_encoder.CLS, _encoder.SEP)
        windows = [w for i, e in enumerate(encodings) for w in _windows.cut(i, e.ids, marks=marks)]
        ordered, parts = [], []
        for batch in _windows.batches(windows, self.budget):
            ordered += batch
            parts.append(self._forward([window.ids for window in batch]))
        return _windows.pool(ordered, np.concatenate(parts), len(texts))

    @torch.inference_mode()
    def _forward(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        ids, lengths = (x.to(self.device) for x in _encoder.pad(tokens))
        logits = torch.addmm(self._bias, self._encoder(ids, lengths), self._weight.T)
        probabilities: NDArray[np.float32] = logits.sigmoid().cpu().numpy()
        return probabilities


def choose(device: str) -> str:
    """Return the torch device that `auto`, `cpu`, `cuda` or `mps` means on this machine.

    Raises:
        UsageError: unknown, or not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    usable = [name for name, available in there.items() if available]
    if device == "auto":
        return usable[0]
    if device.partition(":")[0] not in usable:
        raise UsageError(
            f"Device {device!r} is not available here.",
            known=f"Available: auto, {', '.join(usable)}.",
            do="affect tag --device auto",
        )
    return device
