"""Small networks that learn on: one hidden layer, all horizons at once, several side by side."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MEMBERS = 3
"""Networks whose outputs are averaged."""
HIDDEN = 24
"""Hidden units of each."""
PENALTIES = (10.0, 0.0, 10.0)
"""Rows that weigh against a weight of 1: of the first layer, its shift, and the last layer."""
BOUND = 2.0
"""Error beyond which the loss grows no more than linearly (Huber 1964)."""
RATE, MEMORY, LONG_MEMORY, EPSILON = 0.01, 0.9, 0.99, 1e-8
"""Adam's step, the memory of its two moments, and what keeps it from dividing by 0."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread: with matrices this small, several only wait."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Networks:
    """Networks y = tanh(x A + a) B, in 64 bits; B begins at 0, so they begin by saying nothing."""

    def __init__(self, *, inputs: int, outputs: int, seed: int) -> None:
        dice = torch.Generator().manual_seed(seed)
        first = torch.randn(MEMBERS, inputs, HIDDEN, generator=dice, dtype=torch.float64)
        shift = torch.randn(MEMBERS, 1, HIDDEN, generator=dice, dtype=torch.float64)
        last = torch.zeros(MEMBERS, HIDDEN, outputs, dtype=torch.float64)
        self._weights = (first / inputs**0.5, shift / 2, last)
        self._moments = tuple((torch.zeros_like(w), torch.zeros_like(w)) for w in self._weights)
        self._steps = 0

    def __call__(self, x: Floats) -> Floats:
        """Return the mean output of the networks, shape (rows, outputs)."""
        first, shift, last = self._weights
        said = torch.tanh(torch.from_numpy(x) @ first + shift) @ last
        mean: Floats = said.mean(dim=0).numpy()
        return mean

    def learn(self, x: Floats, y: Floats, weight: Floats, *, steps: int) -> None:
        """Take `steps` of Adam (Kingma and Ba 2015) on all rows; where `weight` is 0, y must be.

        The loss is Huber's, weighted and summed, plus half of each squared weight times its
        penalty; the gradients of so small a network are quicker written than traced.
        """
        rows, truth, trust = torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(weight)
        first, shift, last = self._weights
        for _ in range(steps):
            hidden = torch.tanh(rows @ first + shift)
            error = trust * (hidden @ last - truth).clamp(-BOUND, BOUND)
            back = (error @ last.transpose(1, 2)) * (1 - hidden * hidden)
            slopes = (rows.T @ back, back.sum(dim=1, keepdim=True), hidden.transpose(1, 2) @ error)
            self._descend(slopes, len(x))

    def _descend(self, slopes: tuple[torch.Tensor, ...], rows: int) -> None:
        """Take one step of Adam down the mean loss of `rows` rows."""
        self._steps += 1
        unbiased = (1 - LONG_MEMORY**self._steps) ** 0.5 / (1 - MEMORY**self._steps)
        layers = zip(self._weights, slopes, self._moments, PENALTIES, strict=True)
        for weight, slope, (mean, square), penalty in layers:
            slope.add_(weight, alpha=penalty).div_(rows)
            mean.mul_(MEMORY).add_(slope, alpha=1 - MEMORY)
            square.mul_(LONG_MEMORY).addcmul_(slope, slope, value=1 - LONG_MEMORY)
            weight.addcdiv_(mean, square.sqrt().add_(EPSILON), value=-RATE * unbiased)
