"""Layer Integrated Gradients: how much each word adds to a label's log-odds.

Sundararajan, Taly and Yan (ICML 2017) on the output of the embedding layer, by captum: gradients
along the straight path from a text of padding to the text, so that attributions sum to the
difference between both (completeness). By how much they miss it is the error of the path's
quadrature, and stands beside every result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from captum.attr import LayerIntegratedGradients

from affectcli.tag._encoder import precision
from affectcli.tag._explain_model import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.tag._explain_model import Probe
    from affectcli.tag._explain_read import Reading

TOKENS = 2048
"""Tokens of one pass of captum, forward and back."""


class Attribution(NamedTuple):
    """What one text's words add to one label."""

    words: NDArray[np.float64]
    """Log-odds (units of a scale's own number), shape (words,)."""
    odds: float
    """Mean over the text's windows: what is explained."""
    baseline: float
    """The same of padding in place of the words."""

    @property
    def error(self) -> float:
        """By how much the attributions miss completeness, in log-odds."""
        return float(self.words.sum()) - (self.odds - self.baseline)


def attribute(
    probe: Probe,
    readings: Sequence[Reading],
    label: int,
    *,
    steps: int,
    progress: Callable[[int], object] = lambda _: None,
) -> list[Attribution]:
    """Return the attribution of every text, each with at least one word, in their order.

    `steps` are the points of the Gauss-Legendre quadrature (docs/explain.md has its errors).
    `progress` hears of windows done. A
    text of several windows has the mean over them.
    """
    owner = [at for at, reading in enumerate(readings) for _ in reading.windows]
    windows = [ids for reading in readings for ids in reading.windows]
    places = [place for reading in readings for place in reading.places]
    blanks = [ids for reading in readings for ids in probe.reader.blank(reading)]
    words = [np.zeros(len(reading.words)) for reading in readings]
    ends = np.zeros((len(readings), 2))
    share = [1 / len(reading.windows) for reading in readings]
    for group in alike(windows):
        batch = (
            torch.tensor([each[at] for at in group], device=probe.device)
            for each in (windows, blanks)
        )
        values, scores = _batch(probe, *batch, label=label, steps=steps)
        for at, value, score in zip(group, values, scores, strict=True):
            text, place = owner[at], np.array(places[at])
            np.add.at(words[text], place[place >= 0], value[place >= 0] * share[text])
            ends[text] += score * share[text]
        progress(len(group))
    return [Attribution(w, float(a), float(b)) for w, (a, b) in zip(words, ends, strict=True)]


def _batch(
    probe: Probe, ids: Tensor, base: Tensor, *, label: int, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return attributions, (windows, tokens), and log-odds of text and baseline, (windows, 2)."""
    half = probe.half and precision(ids.device.type) == torch.bfloat16
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=half):
        values = LayerIntegratedGradients(probe.module, probe.words).attribute(
            ids,
            baselines=base,
            target=label,
            n_steps=steps,
            internal_batch_size=max(len(ids), TOKENS // ids.shape[1]),
        )
    with torch.no_grad():
        ends = torch.stack([probe.module(ids)[:, label], _held(probe, ids, base)[:, label]], 1)
    return values.sum(-1).double().cpu().numpy(), ends.double().cpu().numpy()


def _held(probe: Probe, ids: Tensor, base: Tensor) -> Tensor:
    """Return the log-odds of `ids` where the embedding layer gives what it gives for `base`.

    Not those of `base` itself: some models count positions from the tokens that are no padding.
    """
    vectors = probe.words(base)
    hook = probe.words.register_forward_hook(lambda *_: vectors)
    try:
        odds: Tensor = probe.module(ids)
    finally:
        hook.remove()
    return odds
