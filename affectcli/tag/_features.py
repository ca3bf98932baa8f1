"""What heads read: each window's mean states after several layers, computed once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from affectcli.tag import _care, _encoder, _forward, _lora, _windows
from affectcli.tag._crew import Crew

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

MOST = 4
"""Windows kept of a long text, evenly spread: a user's history would cost more than all else."""
BUDGET = 2048


class Features:
    """Texts through the adapted encoder: `vectors` is float32 (windows, _forward.FEATURES)."""

    def __init__(self, adapter: Mapping[str, Tensor], texts: Iterable[str]) -> None:
        self.number = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        encoder = _encoder.load().eval().requires_grad_(requires_grad=False)
        _lora.merge(encoder, adapter)
        forward = _forward.Forward(encoder, device="cpu", dtype=_forward.fastest("cpu")[0])
        windows = [w for number, ids in enumerate(_tokens(self.number)) for w in _few(number, ids)]
        batches = list(_windows.batches(windows, BUDGET))
        parts = Crew([forward], cores=True).begin(_read, batches)
        vectors = [torch.empty(0, _forward.FEATURES), *(part.result() for part in parts)]
        of = [window.text for batch in batches for window in batch]
        # A clone, because autograd refuses what was made in inference mode.
        self.vectors, self.of = torch.cat(vectors).clone(), np.array(of, dtype=np.int64)

    def of_texts(
        self, texts: Sequence[str]
    ) -> tuple[Tensor, Tensor, NDArray[np.int64], NDArray[np.int64]]:
        """Return the windows of some texts, each once.

        Vectors (windows, FEATURES); the distinct text of each window, (windows,); each row's
        distinct text, (len(texts),); and for each distinct text the first row that has it.
        """
        numbers = np.array([self.number[text] for text in texts], dtype=np.int64)
        distinct, first, place = np.unique(numbers, return_index=True, return_inverse=True)
        at = np.full(len(self.number), -1)
        at[distinct] = np.arange(len(distinct))
        mine = at[self.of] >= 0
        text = torch.from_numpy(at[self.of[mine]])
        return self.vectors[torch.from_numpy(mine)], text, place, first


def _read(forward: _forward.Forward, batch: list[_windows.Window]) -> Tensor:
    return forward.features(_forward.pack([window.ids for window in batch]))


def _tokens(texts: Mapping[str, int]) -> list[list[int]]:
    encodings = _encoder.tokenizer().encode_batch_fast(
        [_care.clean(text) for text in texts], add_special_tokens=False
    )
    return [encoding.ids for encoding in encodings]


def _few(number: int, ids: list[int]) -> list[_windows.Window]:
    windows = list(_windows.cut(number, ids, marks=(_encoder.CLS, _encoder.SEP)))
    some = np.unique(np.linspace(0, len(windows) - 1, MOST).round().astype(int))
    return [windows[which] for which in some]
