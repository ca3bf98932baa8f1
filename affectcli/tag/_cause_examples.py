"""RECCON's pairs as what the cause head is trained on, and the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so

from affectcli.tag import _care, _reccon
from affectcli.tag._cause_reader import Row, Segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from affectcli.tag._cause_reader import Pointers
    from affectcli.tag._cause_states import Read, Window
    from affectcli.tag._reccon import Pair


class Example(NamedTuple):
    """A target with the turns before it; one entry of `golds` a segment of `row`.

    A segment's golds are first and last tokens of its cause spans, none where it holds no cause.
    """

    row: Row
    golds: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def size(self) -> int:
        """How many tokens the head reads."""
        return sum(segment.stop - segment.first + 1 for segment in self.row.segments)


def loss_of(pointers: Pointers, golds: Sequence[tuple[tuple[int, int], ...]]) -> Tensor:
    """Return the sum of three cross-entropies: has a cause, its first token, its last token.

    Several spans in one segment share the weight of one.
    """
    holds = torch.tensor([float(bool(spans)) for spans in golds])
    loss = F.binary_cross_entropy_with_logits(pointers.has, holds, reduction="sum")
    for (row, start, stop), spans in zip(pointers.places, golds, strict=True):
        if spans:
            logs = pointers.span[row, start:stop].log_softmax(0)
            first, last = torch.tensor(spans).T
            loss = loss - (logs[first, 0] + logs[last, 1]).mean()
    return loss


def example_of(group: Sequence[Pair], read: Mapping[str, Read]) -> Example:
    """Return a target's pairs as the head reads them; `read` has the texts by themselves."""
    segments, golds = [], []
    for pair in group:
        text = read[pair.evidence]
        for window in text.windows:
            stop = window.first + len(window.offsets)
            segments.append(Segment(window.first, stop, pair.distance, pair.same_author))
            golds.append(tuple(_locate(span, text, window) for span in pair.spans))
    row = Row(_reccon.EMOTIONS.index(group[-1].emotion), tuple(segments))
    kept = tuple(tuple(place for place in of_turn if place) for of_turn in golds)
    return Example(row, kept)


def _locate(span: str, read: Read, window: Window) -> tuple[int, int] | None:
    """Return the first and last token of `span` in this window, None where it is not in it."""
    cleaned = _care.clean(span).strip()
    start = read.cleaned.text.find(cleaned)
    stop = start + len(cleaned)
    inside = [n for n, (a, b) in enumerate(window.offsets) if a < stop and b > start]
    return (inside[0], inside[-1]) if start >= 0 and inside else None
