"""Low-rank adaptation (Hu et al., ICLR 2022): W' = W + scale * B A, with W frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli.errors import ModelError
from affectcli.tag._encoder import LINEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from affectcli.tag._encoder import Encoder

RANK = 16
SCALE = 2.0


class LoRA(nn.Module):
    """A frozen linear map with a trained update of rank RANK; at the start the update is zero."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(requires_grad=False)
        self.a = nn.Parameter(torch.empty(RANK, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, RANK))
        nn.init.kaiming_uniform_(self.a, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Return base(x) + SCALE * B A x, computed in the precision of `x`."""
        update = F.linear(F.linear(x, self.a.to(x.dtype)), (SCALE * self.b).to(x.dtype))
        return cast("Tensor", self.base(x)) + update


def targets(encoder: Encoder) -> Iterator[tuple[nn.Module, str, str]]:
    """Yield layer, attribute and adapter name of every adapted matrix."""
    for number, layer in enumerate(encoder.layers):
        for name in LINEAR:
            yield layer, name, f"layers.{number}.{name}"


def attach(encoder: Encoder) -> dict[str, nn.Parameter]:
    """Freeze the encoder, put a LoRA on every target; return the trained matrices by name."""
    encoder.requires_grad_(requires_grad=False)
    matrices: dict[str, nn.Parameter] = {}
    for layer, name, key in targets(encoder):
        adapted = LoRA(cast("nn.Linear", getattr(layer, name)))
        setattr(layer, name, adapted)
        matrices |= {f"{key}.a": adapted.a, f"{key}.b": adapted.b}
    return matrices


@torch.no_grad()
def merge(encoder: Encoder, matrices: Mapping[str, Tensor]) -> None:
    """Add the updates to the encoder's weights in place.

    Raises:
        ModelError: names or shapes do not fit this encoder.
    """
    try:
        for layer, name, key in targets(encoder):
            weight = cast("nn.Linear", getattr(layer, name)).weight
            weight += SCALE * matrices[f"{key}.b"].float() @ matrices[f"{key}.a"].float()
    except (KeyError, RuntimeError) as error:
        raise ModelError(f"The adapter does not fit the encoder: {error}.") from error
