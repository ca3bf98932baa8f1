"""Train all heads at once on the emotion trunk: the second stage of `affect model train`.

The trunk's lower layers stay as GoEmotions made them and are computed once; the updates of the
upper layers go on learning with every task in every step, GoEmotions among them. Tasks are
balanced by learned uncertainty (Kendall, Gal and Cipolla, CVPR 2018): a task's loss is divided by
a learned scale, so that one measured in large numbers does not drown one measured in small ones.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli.tag import _encoder, _lora, _pool
from affectcli.tag._losses import Loss
from affectcli.tag._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.tag._pool import Pool, Targets
    from affectcli.tag._tasks import Task


PART = {"ekman7": 0.5, "affect": 0.25}
"""The same texts' labels once more: these must not count as much as the labels themselves."""


@dataclass(frozen=True)
class Recipe:
    """What was decided before the first run; see docs/training.md."""

    seed: int
    epochs: int = 3
    frozen: int = 3
    rate: float = 3e-4
    head_rate: float = 2e-3
    warmup: float = 0.06
    decay: float = 0.01
    dropout: float = 0.1
    clip: float = 1.0
    averaging: float = 0.998
    balance: float = 0.5
    """Exponent: a task with a quarter of the texts has half the weight."""


class Joint(nn.Module):
    """Upper layers with their updates, one linear head a task, one scale a task."""

    def __init__(self, pool: Pool, trunk: Mapping[str, Tensor], recipe: Recipe) -> None:
        super().__init__()
        self.recipe, self.pool = recipe, pool
        dtype = _encoder.precision("cpu")
        self.encoder = _encoder.load(dropout=recipe.dropout).to(dtype)
        self.losses = {t.task.name: Loss(t.task, t.values) for t in pool.targets}
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            adapter = _lora.attach(self.encoder)
            starts = {name: loss.start for name, loss in self.losses.items()}
            heads = {t.task.name: _Head(t.task, starts[t.task.name]) for t in pool.targets}
        for name, matrix in adapter.items():
            matrix.data.copy_(trunk[name])
        low = tuple(f"layers.{number}." for number in range(recipe.frozen))
        self.adapter = {name: m for name, m in adapter.items() if not name.startswith(low)}
        self.dropout = nn.Dropout(recipe.dropout)
        self.heads = nn.ModuleDict(heads)
        self.scales = nn.Parameter(torch.tensor([x.baseline for x in self.losses.values()]).log())
        largest = max(len(t.rows) for t in pool.targets)
        self.weights = [
            PART.get(t.task.name, 1.0) * (len(t.rows) / largest) ** recipe.balance
            for t in pool.targets
        ]
        self.where = [_numbers(t, len(pool)) for t in pool.targets]

    @property
    def trained(self) -> dict[str, Tensor]:
        """All that a checkpoint keeps: updates and heads by name."""
        heads = {f"heads.{name}": p for name, p in self.heads.named_parameters()}
        return {**self.adapter, **heads, "scales": self.scales}

    def loss(self, rows: NDArray[np.int64], states: Tensor, lengths: Tensor) -> Tensor:
        """Return the balanced loss of one batch."""
        layers = range(self.recipe.frozen, _encoder.LAYERS)
        texts = _pool.mean(_pool.upper(self.encoder, states, lengths, layers), lengths)
        pooled, total = self.dropout(texts), torch.zeros(())
        share = len(rows) / len(self.pool)
        for number, targets in enumerate(self.pool.targets):
            name = targets.task.name
            at = self.where[number][rows]
            known = torch.from_numpy(np.flatnonzero(at >= 0))
            if not len(known):
                continue
            expected = max(share * len(targets.rows), 1.0)
            values = targets.values[torch.from_numpy(at)[known]]
            each = self.losses[name](self.heads[name](pooled[known]), values)
            task = each.sum() / expected
            scale = self.scales[number]
            fair = len(known) / expected
            total = total + self.weights[number] * (task * (-scale).exp() + fair * scale)
        return total


class _Head(nn.Module):
    """A linear map; for ordered classes one direction with a threshold between each two."""

    def __init__(self, task: Task, start: Tensor) -> None:
        super().__init__()
        rows = 1 if task.loss == "ordinal" else len(task.labels)
        self.weight = nn.Parameter(torch.randn(rows, _encoder.WIDTH) * 0.02)
        self.bias = nn.Parameter(start.clone())

    def forward(self, x: Tensor) -> Tensor:
        """Return logits, (texts, outputs)."""
        return F.linear(x, self.weight) + self.bias


def _numbers(targets: Targets, texts: int) -> NDArray[np.int64]:
    """Return for each text of the pool its place among the task's targets, -1 where it has none."""
    numbers = np.full(texts, -1)
    numbers[targets.rows] = np.arange(len(targets.rows))
    return numbers


def fit(
    tasks: list[Task],
    trunk: Mapping[str, Tensor],
    *,
    recipe: Recipe,
    checkpoint: Path | None,
    run: str,
    progress: Callable[[str], None],
) -> dict[str, Tensor]:
    """Train, and return the averaged updates of all layers and heads by name, in float32."""
    pool = _pool.Pool(tasks)
    model = Joint(pool, trunk, recipe)
    started = time.monotonic()
    pool.remember(model.encoder.eval(), recipe.frozen)
    progress(
        f"{len(pool)} texts through {recipe.frozen} layers, {time.monotonic() - started:.0f} s"
    )
    state = _State(model)
    if checkpoint is not None:
        state.run.restore(checkpoint, run, progress)
    while state.run.epoch < recipe.epochs:
        state.train_epoch(progress)
        if checkpoint is not None:
            state.run.save(checkpoint, run)
    low = {name: matrix for name, matrix in trunk.items() if name not in model.adapter}
    return {**{k: v for k, v in low.items() if k.startswith("layers.")}, **state.run.average}


class _State:
    """A run between two epochs."""

    def __init__(self, model: Joint) -> None:
        self.model, recipe = model, model.recipe
        own = [name for name in model.trained if not name.startswith("layers.")]
        rates = [(list(model.adapter), recipe.rate), (own, recipe.head_rate)]
        self.run = Run(model.trained, rates, recipe)

    def train_epoch(self, progress: Callable[[str], None]) -> None:
        """Go once through the pool, in an order drawn from (seed, epoch)."""
        recipe, started, losses = self.model.recipe, time.monotonic(), 0.0
        rng = np.random.default_rng([recipe.seed, 1000 + self.run.epoch])
        self.model.train()
        with torch.random.fork_rng():
            torch.manual_seed(int(rng.integers(2**62)))
            seen = 0
            for step, (rows, states, lengths) in enumerate(self.model.pool.batches(rng), start=1):
                seen += len(rows)
                done = (self.run.epoch + seen / len(self.model.pool)) / recipe.epochs
                losses += self.run.step(self.model.loss(rows, states, lengths), done=done)
                if step % 100 == 0:
                    progress(
                        f"epoch {self.run.epoch + 1}/{recipe.epochs}, "
                        f"{seen}/{len(self.model.pool)} texts, "
                        f"loss {losses / step:.3f}, {time.monotonic() - started:.0f} s"
                    )
        self.run.epoch += 1
        scales = self.model.scales.detach().exp().tolist()
        named = zip(self.model.losses, scales, strict=True)
        progress("scales " + ", ".join(f"{name} {scale:.3f}" for name, scale in named))
