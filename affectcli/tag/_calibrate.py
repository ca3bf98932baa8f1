"""Probabilities that mean what they say: a head's outputs scaled and shifted on the dev side.

Platt scaling for independent labels (Platt, 1999), a temperature with a bias a class for exclusive
ones (Guo et al., ICML 2017), a straight line for scales. Two numbers a label, shrunk towards doing
nothing, where isotonic regression would need more dev texts than most labels have; and they fold
into the head's matrix, so that calibration costs nothing when tagging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.tag._tasks import Loss

SHRINK = 2.0
"""Ridge on the scale's and shift's distance from 1 and 0, in dev texts' worth of loss."""
BINS = 15


class Windows(NamedTuple):
    """Logits of windows, (windows, outputs), and the number of the text that each belongs to."""

    logits: Tensor
    text: Tensor
    texts: int


class Fold(NamedTuple):
    """What a head's weight is multiplied with, and what is then added to its bias."""

    scale: Tensor
    shift: Tensor


def probabilities(kind: Loss, windows: Windows, fold: Fold | None = None) -> Tensor:
    """Return (texts, labels): the mean over each text's windows, as tagging takes it."""
    logits = windows.logits if fold is None else windows.logits * fold.scale + fold.shift
    each = activate(kind, logits)
    total = torch.zeros(windows.texts, each.shape[1]).index_add(0, windows.text, each)
    return total / torch.bincount(windows.text, minlength=windows.texts)[:, None]


def activate(kind: Loss, logits: Tensor) -> Tensor:
    """Return what a head's logits mean: probabilities, or for "scale" the numbers themselves."""
    if kind == "many":
        return logits.sigmoid()
    if kind == "one":
        return logits.softmax(1)
    if kind == "ordinal":
        # P(y > k) falls with k; where thresholds have crossed, the lower one holds.
        above = logits.sigmoid().cummin(1).values
        edges = F.pad(F.pad(above, (1, 0), value=1.0), (0, 1), value=0.0)
        return edges[:, :-1] - edges[:, 1:]
    return logits


def fit(kind: Loss, windows: Windows, targets: NDArray[np.float32]) -> Fold:
    """Return the scale and shift that make `targets` of the dev texts most likely."""
    values = torch.from_numpy(targets)
    outputs = windows.logits.shape[1]
    single = kind in {"one", "ordinal"}
    scale = torch.ones(1 if single else outputs, requires_grad=True)
    shift = torch.zeros(outputs, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, shift], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        p = probabilities(kind, windows, Fold(scale, shift))
        ridge = ((scale - 1) ** 2).sum() + (shift**2).sum()
        loss = _unlikely(kind, p, values) + SHRINK * ridge
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return Fold(scale.detach(), shift.detach())


def _unlikely(kind: Loss, p: Tensor, values: Tensor) -> Tensor:
    if kind == "scale":
        return 0.5 * ((p - values) ** 2).nansum() / (values - values.nanmean(0)).square().nanmean()
    if kind == "many":
        known = ~values.isnan()
        return F.binary_cross_entropy(
            p.clamp(1e-6, 1 - 1e-6)[known], values[known], reduction="sum"
        )
    return F.nll_loss(p.clamp(1e-6).log(), values[:, 0].long(), reduction="sum")


def expected_error(p: NDArray[np.float32], true: NDArray[np.bool_]) -> float:
    """Return the expected calibration error of one label over BINS bins of equal width."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    said = np.bincount(bins, weights=p, minlength=BINS)
    seen = np.bincount(bins, weights=true, minlength=BINS)
    return float(np.abs(said - seen).sum() / max(len(p), 1))


def reliability(p: NDArray[np.float32], true: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return rows (low, high, texts, said, seen) of a reliability table; empty bins left out."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    return [
        {
            "low": round(number / BINS, 3),
            "high": round((number + 1) / BINS, 3),
            "texts": int((bins == number).sum()),
            "said": round(float(p[bins == number].mean()), 4),
            "seen": round(float(true[bins == number].mean()), 4),
        }
        for number in np.unique(bins)
    ]
