"""Texts cut into sentences, and sentences as unit vectors of the encoder without any adapter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so

from affectcli.tag import _care, _encoder, _scorer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_END = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+|\n+")
_LETTER = re.compile(r"[^\W\d_]")
_TOKENS, _OVERLAP = 126, 14
"""A sentence of more tokens is read in pieces that share some."""
_CHUNK = 1024


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that hold a letter; the whole text where none does."""
    found = [part.strip() for part in _END.split(text) if _LETTER.search(part)]
    return found or [text]


class Embedder:
    """The frozen encoder in float32: differences of similarities are what counts here."""

    def __init__(self, device: str) -> None:
        self.device = _scorer.choose(device)
        self._tokenizer = _encoder.tokenizer()
        model = _encoder.load().eval().requires_grad_(requires_grad=False)
        self._model = model.to(self.device)
        self._budget = 2048 if self.device == "cpu" else 32768

    def vectors(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return unit vectors, (pieces, 384), and the number of the text of each.

        A text is one piece, or several where it exceeds the window. The vector is the mean over
        tokens, as all-MiniLM-L6-v2 was trained (Reimers and Gurevych, EMNLP 2019).
        """
        encodings = self._tokenizer.encode_batch_fast(
            [_care.clean(text) for text in texts], add_special_tokens=False
        )
        pieces = [(n, ids) for n, e in enumerate(encodings) for ids in _pieces(e.ids)]
        out = np.empty((len(pieces), _encoder.WIDTH), dtype=np.float32)
        order = sorted(range(len(pieces)), key=lambda i: len(pieces[i][1]))
        for rows in _batches(order, [len(ids) for _, ids in pieces], self._budget):
            out[rows] = self._forward([pieces[row][1] for row in rows])
        return out, np.array([number for number, _ in pieces], dtype=np.int64)

    @torch.inference_mode()
    def _forward(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        ids, lengths = (x.to(self.device) for x in _encoder.pad(tokens))
        vectors: NDArray[np.float32] = F.normalize(self._model(ids, lengths)).cpu().numpy()
        return vectors

    def chunks(
        self, texts: Sequence[str]
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """Yield vectors of all sentences of some texts, and the number of the text of each."""
        for start in range(0, len(texts), _CHUNK):
            lines, owner = [], []
            for number, text in enumerate(texts[start : start + _CHUNK], start):
                parts = sentences(text)
                lines += parts
                owner += [number] * len(parts)
            vectors, line = self.vectors(lines)
            yield vectors, np.array(owner, dtype=np.int64)[line]


def _pieces(ids: list[int]) -> Iterator[list[int]]:
    step = _TOKENS - _OVERLAP
    for start in range(0, max(len(ids) - _OVERLAP, 1), step):
        yield [_encoder.CLS, *ids[start : start + _TOKENS], _encoder.SEP]


def _batches(order: list[int], lengths: list[int], budget: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for row in order:
        if batch and (len(batch) + 1) * lengths[row] > budget:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
