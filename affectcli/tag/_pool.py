"""The texts of all tasks together, each once: windows, cached lower layers, mixed batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from affectcli.tag import _care, _encoder, _windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from affectcli.tag._tasks import Task

MOST = 2
"""Windows kept of a long text, evenly spread; an epoch sees one of them."""
ROWS, TOKENS = 64, 4096
"""A batch's texts and tokens at most."""
SORTED = 8 * ROWS
"""Texts sorted by length together, so that little is spent on padding."""


@dataclass(frozen=True)
class Targets:
    """One task seen from the pool: `rows` are text numbers, `values` their targets, aligned."""

    task: Task
    rows: NDArray[np.int64]
    values: Tensor


class Pool:
    """Distinct training texts of several tasks."""

    def __init__(self, tasks: Sequence[Task], side: str = "train") -> None:
        number: dict[str, int] = {}
        self.targets: list[Targets] = []
        for task in tasks:
            chosen = task.rows(side)
            rows = [number.setdefault(task.texts[row], len(number)) for row in chosen]
            values = torch.from_numpy(task.targets[chosen])
            self.targets.append(Targets(task, np.array(rows, dtype=np.int64), values))
        self.texts = tuple(number)
        self.windows = _cut(self.texts)
        self.first = np.cumsum([0, *(len(windows) for windows in self.windows)])
        self._states: Tensor | None = None
        self._starts: NDArray[np.int64] = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.texts)

    @torch.inference_mode()
    def remember(self, encoder: _encoder.Encoder, layers: int) -> None:
        """Run the frozen first `layers` layers once over every window and keep the result."""
        flat = [ids for windows in self.windows for ids in windows]
        lengths = np.array([len(ids) for ids in flat])
        self._starts = np.concatenate([[0], np.cumsum(lengths)])
        kept = torch.empty((int(lengths.sum()), _encoder.WIDTH), dtype=encoder.norm.weight.dtype)
        order = np.argsort(lengths, kind="stable")
        for rows in _portions(order, lengths):
            ids, sizes = _encoder.pad([flat[row] for row in rows])
            states = lower(encoder, ids, sizes, layers)
            for row, state in zip(rows, states, strict=True):
                start, stop = self._starts[row : row + 2]
                kept[start:stop] = state[: stop - start]
        # A clone made outside inference mode would cost the memory twice.
        self._states = kept

    def batches(
        self, rng: np.random.Generator
    ) -> Iterator[tuple[NDArray[np.int64], Tensor, Tensor]]:
        """Yield text numbers, states (texts, tokens, WIDTH) and lengths of one epoch's batches."""
        picked = self.first[:-1] + rng.integers(0, np.diff(self.first))
        lengths = np.diff(self._starts)[picked]
        order = rng.permutation(len(self))
        for begin in range(0, len(order), SORTED):
            part = order[begin : begin + SORTED]
            part = part[np.argsort(lengths[part], kind="stable")]
            portions = list(_portions(part, lengths))
            for which in rng.permutation(len(portions)):
                rows = portions[which]
                yield rows, *self._gather(picked[rows])

    def _gather(self, windows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        if self._states is None:
            raise ValueError("Pool.remember comes before batches.")
        sizes = self._starts[windows + 1] - self._starts[windows]
        states = torch.zeros(
            (len(windows), int(sizes.max()), _encoder.WIDTH), dtype=self._states.dtype
        )
        for row, (window, size) in enumerate(zip(windows, sizes, strict=True)):
            start = self._starts[window]
            states[row, :size] = self._states[start : start + size]
        return states, torch.from_numpy(sizes)


def lower(encoder: _encoder.Encoder, ids: Tensor, lengths: Tensor, layers: int) -> Tensor:
    """Return the states after the first `layers` layers."""
    x = encoder.norm(encoder.words(ids) + encoder.places.weight[: ids.shape[1]])
    return upper(encoder, x, lengths, range(layers))


def upper(encoder: _encoder.Encoder, x: Tensor, lengths: Tensor, layers: range) -> Tensor:
    """Return `x` after the numbered layers."""
    keep = torch.arange(x.shape[1]) < lengths[:, None]
    mask = None if bool(keep.all()) else keep[:, None, None, :]
    for number in layers:
        x = encoder.layers[number](x, mask)
    return x


def mean(x: Tensor, lengths: Tensor) -> Tensor:
    """Return the float32 mean over each text's tokens: (texts, WIDTH)."""
    keep = torch.arange(x.shape[1]) < lengths[:, None]
    return (x * keep[..., None]).sum(1, dtype=torch.float32) / lengths[:, None]


def _portions(order: NDArray[np.int64], lengths: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield consecutive parts of `order`, sorted by length, within ROWS and TOKENS."""
    begin = 0
    for end in range(1, len(order) + 1):
        size = end - begin
        full = size == ROWS or (end < len(order) and (size + 1) * lengths[order[end]] > TOKENS)
        if full or end == len(order):
            yield order[begin:end]
            begin = end


def _cut(texts: Sequence[str]) -> list[list[list[int]]]:
    """Return the windows of each text, as tagging cuts them, MOST of them at most."""
    encodings = _encoder.tokenizer().encode_batch_fast(
        [_care.clean(text) for text in texts], add_special_tokens=False
    )
    marks = (_encoder.CLS, _encoder.SEP)
    cut = []
    for number, encoding in enumerate(encodings):
        windows = [window.ids for window in _windows.cut(number, encoding.ids, marks=marks)]
        some = np.unique(np.linspace(0, len(windows) - 1, MOST).round().astype(int))
        cut.append([windows[which] for which in some])
    return cut
