"""The cause head: a small transformer over a thread's token states that points at the cause.

A thread is the text that shows an emotion (the target) after the texts that came before it. Every
text was read by the encoder on its own; here the tokens of all meet for the first time (late
interaction), each with an embedding of how far before the target its text stands, whether one
author wrote both, and which emotion is asked for. One extra token per text, in front of it, says
whether that text holds a cause; start and end of the span are pointed at as in extractive
question answering (Devlin et al., NAACL 2019; Poria et al. 2021 for causes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli.tag import _encoder
from affectcli.tag._reccon import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEADS, BLOCKS = 128, 4, 2
FARTHEST = 5
"""Texts farther before the target than this count as this far."""
WHOLE = 0.5
"""What a span must do without that is all of its text: annotators take the easy whole more often
in train than elsewhere, and the whole says little about the cause."""
TAPS = (1, 3, 6)
"""The encoder layers whose states are read: wording from the first, meaning from the last."""
FEATURES = len(TAPS) * _encoder.WIDTH


class Segment(NamedTuple):
    """A text, or a piece of it: rows [first, stop) of the matrix of token states."""

    first: int
    stop: int
    distance: int
    same_author: bool


class Row(NamedTuple):
    """What is read together: the number of the emotion, and segments in the order of time."""

    emotion: int
    segments: tuple[Segment, ...]


class Pointers(NamedTuple):
    """What the head says about `rows`, in logits."""

    span: Tensor
    """Start and end, (rows, tokens, 2)."""
    has: Tensor
    """Whether a segment holds a cause, (segments of all rows,)."""
    places: list[tuple[int, int, int]]
    """Of every segment its row, and its first word and the one past its last in that row."""


class Block(nn.Module):
    """One pre-norm transformer block (attention, then a two-matrix perceptron)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """Return hidden states like `x`, (rows, tokens, WIDTH); `keep` is False at padding."""
        heads = self.qkv(self.before(x)).view(*x.shape[:2], 3, HEADS, WIDTH // HEADS)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
        scores = scores.masked_fill(~keep[:, None, None, :], -torch.inf)
        y = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        x = x + self.dropout(self.o(y))
        inner = self.dropout(F.gelu(self.up(self.between(x))))
        return cast("Tensor", x + self.dropout(self.down(inner)))


class Reader(nn.Module):
    """Token states and their layout in; span and has-cause logits out."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.project = nn.Linear(FEATURES, WIDTH)
        self.distance = nn.Embedding(FARTHEST + 1, WIDTH)
        self.author, self.emotion = nn.Embedding(2, WIDTH), nn.Embedding(len(EMOTIONS), WIDTH)
        self.opening = nn.Embedding(1, WIDTH)
        self.norm, self.last = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block(dropout) for _ in range(BLOCKS))
        self.span = nn.Linear(WIDTH, 2)
        self.has = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))
        self.dropout = nn.Dropout(dropout)
        for table in (self.distance, self.author, self.emotion, self.opening):
            nn.init.normal_(table.weight, std=0.2)

    def narrow(self, states: Tensor) -> Tensor:
        """Return the encoder's states, (tokens, FEATURES), as (tokens, WIDTH)."""
        return cast("Tensor", self.project(self.dropout(states)))

    def forward(self, words: Tensor, rows: Sequence[Row]) -> Pointers:
        """Return pointers for `rows`; `words` is what `narrow` made of all their texts' tokens."""
        layout = _lay_out(rows, words.device)
        # Row 0 is the opening token, so that one gather fetches openings and words alike.
        x = torch.cat([self.opening.weight, words])[layout.index]
        emotion = torch.tensor([row.emotion for row in rows], device=words.device)
        x = x + self.distance(layout.distance) + self.author(layout.author)
        x = self.norm(x + self.emotion(emotion)[:, None])
        for block in self.blocks:
            x = block(x, layout.keep)
        x = self.dropout(self.last(x))
        row, first, _ = (torch.tensor(column) for column in zip(*layout.places, strict=True))
        return Pointers(self.span(x), self.has(x[row, first - 1])[:, 0], layout.places)


@dataclass(frozen=True)
class _Layout:
    """Rows as matrices, (rows, tokens), and where the segments' words stand in them."""

    index: Tensor
    distance: Tensor
    author: Tensor
    keep: Tensor
    places: list[tuple[int, int, int]]


def _lay_out(rows: Sequence[Row], device: torch.device) -> _Layout:
    lengths = [sum(s.stop - s.first + 1 for s in row.segments) for row in rows]
    index = torch.zeros(len(rows), max(lengths), dtype=torch.long)
    distance, author = torch.zeros_like(index), torch.zeros_like(index)
    keep = torch.arange(index.shape[1]) < torch.tensor(lengths)[:, None]
    places = []
    for number, row in enumerate(rows):
        at = 0
        for segment in row.segments:
            end = at + 1 + segment.stop - segment.first
            index[number, at + 1 : end] = torch.arange(segment.first + 1, segment.stop + 1)
            distance[number, at:end] = min(segment.distance, FARTHEST)
            author[number, at:end] = int(segment.same_author)
            places.append((number, at + 1, end))
            at = end
    index, distance, author, keep = (x.to(device) for x in (index, distance, author, keep))
    return _Layout(index, distance, author, keep, places)


def decode(span: Tensor) -> tuple[int, int]:
    """Return first and last token of the most probable span, from logits (tokens, 2).

    The probability of the whole text is divided by e ** WHOLE.
    """
    logs = span.float().log_softmax(0)
    joint = logs[:, None, 0] + logs[None, :, 1]
    joint = joint.masked_fill(torch.ones_like(joint, dtype=torch.bool).tril(-1), -torch.inf)
    joint[0, -1] -= WHOLE
    return divmod(int(joint.argmax()), len(span))
