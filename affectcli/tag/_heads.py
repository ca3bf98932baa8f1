"""Heads: what each scheme reads from a text's mean states; all of them in a few products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so

from affectcli.errors import ModelError
from affectcli.tag._encoder import WIDTH
from affectcli.tag._forward import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from affectcli.parts import Kind

Activation = Literal["sigmoid", "softmax", "ordinal", "identity", "unit"]
"""`identity` is a number clipped to [-1, 1], `unit` one clipped to [0, 1]; `ordinal` is
P(y > k) = sigmoid(w x + b_k), returned as class probabilities (McCullagh 1980)."""


def _classes(logits: Tensor) -> Tensor:
    # P(y > k) falls with k; where thresholds have crossed, the lower one holds.
    above = logits.sigmoid().cummin(1).values
    edges = F.pad(F.pad(above, (1, 0), value=1.0), (0, 1), value=0.0)
    return edges[:, :-1] - edges[:, 1:]


_ACTIVATE: dict[Activation, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "softmax": lambda logits: logits.softmax(1),
    "ordinal": _classes,
    "identity": lambda logits: logits.clamp(-1, 1),
    "unit": lambda logits: logits.clamp(0, 1),
}


@dataclass(frozen=True)
class Head:
    """The head of one scheme.

    `weight` is (outputs, width) and `bias` (outputs,). An ordinal head of K classes has K - 1
    outputs, whose weight may be one shared row. `activation` may be one for each output, where
    none of them mixes outputs. A linear head reads the last layer's mean, width WIDTH; one with
    `inner`, a matrix (width, FEATURES) and a bias (width,), reads all features through it and
    GELU.
    """

    scheme: str
    kind: Kind
    weight: Tensor
    bias: Tensor
    activation: Activation | tuple[Activation, ...] = "sigmoid"
    inner: tuple[Tensor, Tensor] | None = None

    @property
    def size(self) -> int:
        """How many labels the head scores."""
        return len(self.bias) + (self.activation == "ordinal")

    @property
    def rows(self) -> Tensor:
        """The weight with one row for each output, float32.

        Raises:
            ModelError: weight, bias and activation do not fit each other or the encoder.
        """
        width = WIDTH if self.inner is None else len(self.inner[1])
        shared = self.weight.shape == (1, width) and self.activation == "ordinal"
        fits = self.weight.ndim == 2 and self.weight.shape == (len(self.bias), width)
        if isinstance(self.activation, tuple):
            fits = fits and len(self.activation) == len(self.bias)
            fits = fits and not {"softmax", "ordinal"} & set(self.activation)
        if self.inner is not None and self.inner[0].shape != (width, FEATURES):
            fits = shared = False
        if not (fits or shared):
            raise ModelError(
                f"The head {self.scheme} has shape {tuple(self.weight.shape)} and "
                f"{len(self.bias)} outputs, which fits no encoder."
            )
        return self.weight.float().expand(len(self.bias), width)

    def activate(self, logits: Tensor) -> Tensor:
        """Return (texts, size) from logits, float32 (texts, outputs)."""
        if isinstance(self.activation, tuple):
            columns = zip(self.activation, torch.split(logits, 1, dim=1), strict=True)
            return torch.cat([_ACTIVATE[name](column) for name, column in columns], dim=1)
        return _ACTIVATE[self.activation](logits)


def read(
    scheme: str,
    tensors: Mapping[str, Tensor],
    *,
    kind: Kind = "many",
    activation: str | Sequence[str] = "sigmoid",
) -> Head:
    """Return the head of a file's tensors `head.weight` and `head.bias`.

    Raises:
        ModelError: a tensor is missing, or the activation is unknown.
    """
    named = (activation,) if isinstance(activation, str) else tuple(activation)
    known = {name: name for name in _ACTIVATE}
    try:
        each = tuple(known[name] for name in named)  # type: ignore[index]  # an unknown name is caught below
        weight, bias = tensors["head.weight"], tensors["head.bias"]
        inner = None
        if "inner.weight" in tensors:
            inner = tensors["inner.weight"].float(), tensors["inner.bias"].float()
    except KeyError as error:
        raise ModelError(
            f"The head {scheme} lacks {error}.", known=f"Activations: {', '.join(known)}."
        ) from error
    chosen = each[0] if isinstance(activation, str) else each
    return Head(scheme, kind, weight, bias, chosen, inner)


class Heads:
    """Several heads on one device: (texts, FEATURES) in, (texts, all labels) out, float32."""

    def __init__(self, heads: Sequence[Head], device: str) -> None:
        if not heads:
            raise ModelError("There is no head: nothing to score.", do="affect tag, heads unset")
        self._heads = tuple(heads)
        self._outer = [
            (head.rows.T.contiguous().to(device), head.bias.float().to(device)) for head in heads
        ]
        deep = [head.inner for head in heads if head.inner is not None]
        self._sizes = [len(bias) for _, bias in deep]
        if deep:
            self._inner = torch.cat([weight for weight, _ in deep]).T.contiguous().to(device)
            self._start = torch.cat([bias for _, bias in deep]).to(device)
        self.size = sum(head.size for head in heads)

    @torch.inference_mode()
    def __call__(self, features: Tensor) -> Tensor:
        """Return what every head says, in the order of the heads."""
        last = features[:, -WIDTH:]
        inner: list[Tensor] = []
        if self._sizes:
            hidden = F.gelu(torch.addmm(self._start, features, self._inner))
            inner = list(torch.split(hidden, self._sizes, dim=1))
        said = []
        for head, (weight, bias) in zip(self._heads, self._outer, strict=True):
            read = last if head.inner is None else inner.pop(0)
            said.append(head.activate(torch.addmm(bias, read, weight)))
        return torch.cat(said, dim=1)
