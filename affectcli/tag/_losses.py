"""One task's loss a text, its starting bias, and its value for who only knows the shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so

if TYPE_CHECKING:
    from torch import Tensor

    from affectcli.tag._tasks import Task


class Loss:
    """Cross-entropies for classes and labels, squared errors for scales; class-balanced.

    `start` is the bias with which a head says each label as often as it is, `baseline` the mean
    loss of doing just that.
    """

    def __init__(self, task: Task, values: Tensor) -> None:
        self.kind = task.loss
        if self.kind == "many":
            share = values.nanmean(0).clamp(1e-4, 0.5)
            # Markers have few and precious positives; emotions were tuned as they are.
            balanced = task.name == "markers"
            self.positive = ((1 - share) / share).sqrt() if balanced else torch.ones_like(share)
            self.start = torch.logit(share)
        elif self.kind == "one":
            counts = torch.bincount(values[:, 0].long(), minlength=len(task.labels)).float() + 1
            inverse = counts.rsqrt()
            self.classes = inverse / (inverse * counts).sum() * counts.sum()
            self.start = (counts / counts.sum()).log()
        elif self.kind == "ordinal":
            levels = torch.arange(len(task.labels) - 1)
            share = (values > levels).float().mean(0).clamp(1e-3, 1 - 1e-3)
            self.start = torch.logit(share)
        else:
            self.start = values.nanmean(0)
        rows = self.start[None].expand(len(values), -1)
        self.baseline = float(self(rows, values).mean().clamp(min=1e-3))

    def __call__(self, logits: Tensor, values: Tensor) -> Tensor:
        """Return the loss of each text, (texts,)."""
        if self.kind == "one":
            return F.cross_entropy(logits, values[:, 0].long(), self.classes, reduction="none")
        if self.kind == "scale":
            return F.mse_loss(logits, values, reduction="none").mean(1)
        if self.kind == "ordinal":
            values = (values > torch.arange(logits.shape[1])).float()
            return F.binary_cross_entropy_with_logits(logits, values, reduction="none").mean(1)
        known = ~values.isnan()
        each = F.binary_cross_entropy_with_logits(
            logits, values.nan_to_num(), pos_weight=self.positive, reduction="none"
        )
        return (each * known).sum(1) / known.sum(1)
