"""Heads of two layers on the finished trunk: what a text is about, which emotions alone forget.

They read the mean states after several layers, not the last alone: the emotion updates leave less
and less of a text's topic, and stressors are topics. The trunk stays as it is, so a head takes
seconds, a new one needs no other, and what its data demand concerns no file but its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli.tag import _forward
from affectcli.tag._losses import Loss

if TYPE_CHECKING:
    from affectcli.tag._features import Features
    from affectcli.tag._tasks import Task

HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPOUT = 128, 30, 128, 3e-3, 0.05, 0.5


class _Net(nn.Module):
    def __init__(self, loss: Loss, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.mean, self.spread = mean, spread
        outputs = len(loss.start)
        self.inner = nn.Linear(_forward.FEATURES, HIDDEN)
        self.weight = nn.Parameter(
            torch.randn(1 if loss.kind == "ordinal" else outputs, HIDDEN) * 0.02
        )
        self.bias = nn.Parameter(loss.start.clone())

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout((x - self.mean) / self.spread, DROPOUT, self.training)
        x = F.dropout(F.gelu(self.inner(x)), DROPOUT, self.training)
        return F.linear(x, self.weight) + self.bias


def fit(task: Task, features: Features, *, seed: int) -> dict[str, Tensor]:
    """Return a head's tensors: inner.weight, inner.bias, head.weight, head.bias, float32.

    A text's windows share its weight. The scaling of features is folded into the inner matrix.
    """
    rows = task.rows("train")
    x, text, _, first = features.of_texts([task.texts[row] for row in rows])
    values = torch.from_numpy(task.targets[rows[first]])
    loss, y = Loss(task, values), values[text]
    share = 1 / torch.bincount(text)[text]
    share = share / share.mean()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = _Net(loss, x.mean(0), x.std(0).clamp(min=1e-3))
        steps = EPOCHS * -(-len(x) // BATCH)
        optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        for _ in range(EPOCHS):
            for batch in torch.split(torch.randperm(len(x)), BATCH):
                each = loss(net(x[batch]), y[batch])
                optimizer.zero_grad()
                (each * share[batch]).mean().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
                optimizer.step()
                schedule.step()
    with torch.no_grad():
        inner = net.inner.weight / net.spread
        return {
            "inner.weight": inner.detach(),
            "inner.bias": (net.inner.bias - inner @ net.mean).detach(),
            "head.weight": net.weight.detach(),
            "head.bias": net.bias.detach(),
        }
