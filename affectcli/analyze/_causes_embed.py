"""Spans as unit vectors of the encoder all-MiniLM-L6-v2, as it comes, without any adapter.

The mean over tokens, as the encoder was trained (Reimers and Gurevych, EMNLP 2019).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as talk

from affectcli import resources
from affectcli.log import progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

WIDTH = 384
LONGEST = 64
"""Tokens that are read of a span: what it is about stands early, and the time grows with length."""
TOGETHER = 512
"""Tokens of one batch: more of them leave a core's cache, and are half as fast."""


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return a unit vector for each text, (len(texts), WIDTH); the same on every run.

    Raises:
        ModelError: the encoder is not installed, or is another one.
    """
    place = resources.encoder_weights().parent
    talk.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    tokens: list[list[int]] = AutoTokenizer.from_pretrained(place)(
        list(texts), truncation=True, max_length=LONGEST
    )["input_ids"]
    model = AutoModel.from_pretrained(place, dtype=_precision()).eval()
    out = np.empty((len(tokens), WIDTH), dtype=np.float32)

    def read(rows: list[int]) -> int:
        torch.set_num_threads(1)  # of this thread: whole batches on each core need no waiting
        out[rows] = _vectors(model, [tokens[row] for row in rows])
        return len(rows)

    with (
        progress("Spans", len(tokens), "spans") as advance,
        ThreadPoolExecutor(torch.get_num_threads()) as pool,
    ):
        for count in pool.map(read, _batches(tokens)):
            advance(count)
    return out


@torch.inference_mode()
def _vectors(model: torch.nn.Module, tokens: list[list[int]]) -> NDArray[np.float32]:
    there = torch.zeros(len(tokens), max(map(len, tokens)), dtype=torch.int64)
    ids = there.clone()
    for row, known in enumerate(tokens):
        ids[row, : len(known)] = torch.tensor(known)
        there[row, : len(known)] = 1
    hidden = model(input_ids=ids, attention_mask=there).last_hidden_state.float()
    mean = (hidden * there[..., None]).sum(1) / there.sum(1, keepdim=True)
    vectors: NDArray[np.float32] = F.normalize(mean).numpy()
    return vectors


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield rows of similar length, at most TOGETHER tokens (padding included) at once."""
    batch: list[int] = []
    for row in sorted(range(len(tokens)), key=lambda row: len(tokens[row])):
        if batch and (len(batch) + 1) * len(tokens[row]) > TOGETHER:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _precision() -> torch.dtype:
    """Return bfloat16 where the processor multiplies it natively: twice as fast, cosine 0.9999."""
    # No public name exists for this test in torch 2.13.
    native = torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001 -- see above
    return torch.bfloat16 if native else torch.float32
