"""A training run between two steps: optimiser, averaged weights, and a checkpoint of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Recipe(Protocol):
    """What every recipe of a run decides."""

    @property
    def epochs(self) -> int: ...
    @property
    def decay(self) -> float: ...
    @property
    def warmup(self) -> float: ...
    @property
    def clip(self) -> float: ...
    @property
    def averaging(self) -> float: ...


class Run:
    """AdamW with a linear ramp up and down, clipped gradients, and the weights' moving average.

    `rates` pairs some of the parameters' names with the highest learning rate of those.
    """

    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        rates: Sequence[tuple[Sequence[str], float]],
        recipe: Recipe,
    ) -> None:
        self.recipe, self.parameters = recipe, dict(parameters)
        self.average = {name: p.detach().clone() for name, p in parameters.items()}
        groups = [{"params": [parameters[n] for n in names], "top": top} for names, top in rates]
        self._optimizer = torch.optim.AdamW(
            groups, lr=rates[0][1], weight_decay=recipe.decay, fused=True
        )
        self.epoch, self._number = 0, 0

    def step(self, loss: Tensor, *, done: float) -> float:
        """Learn from one batch when the share `done` of the run is behind; return its loss."""
        recipe = self.recipe
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self.parameters.values(), recipe.clip)
        factor = max(min(done / recipe.warmup, (1 - done) / (1 - recipe.warmup)), 0.0)
        for group in self._optimizer.param_groups:
            group["lr"] = group["top"] * factor
        self._optimizer.step()
        self._number += 1
        # Early on the average must forget the start: the usual ramp (number + 1) / (number + 10).
        keep = min(recipe.averaging, (1 + self._number) / (10 + self._number))
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                self.average[name].lerp_(parameter, 1 - keep)
        return float(loss.detach())

    def save(self, path: Path, name: str) -> None:
        """Write the checkpoint of the run called `name` by atomic rename."""
        state = {
            "run": name,
            "epoch": self.epoch,
            "number": self._number,
            "parameters": {name: p.detach() for name, p in self.parameters.items()},
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def restore(self, path: Path, name: str, progress: Callable[[str], None]) -> None:
        """Continue from the checkpoint if there is one of the same run, and say so."""
        if not path.is_file():
            return
        state = torch.load(path, weights_only=True)
        if state["run"] != name:
            return
        for key, parameter in self.parameters.items():
            parameter.data.copy_(state["parameters"][key])
        self.average = state["average"]
        self._optimizer.load_state_dict(state["optimizer"])
        self.epoch, self._number = state["epoch"], state["number"]
        progress(f"continuing after epoch {self.epoch}/{self.recipe.epochs}")
