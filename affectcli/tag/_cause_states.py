"""Texts to token states for the cause head: each text once, long ones in windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from affectcli.tag import _encoder, _windows
from affectcli.tag._cause_reader import TAPS
from affectcli.tag._cause_text import Cleaned, clean_with_offsets
from affectcli.tag._forward import pack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tokenizers import Tokenizer
    from torch import Tensor

    from affectcli.tag._crew import Crew
    from affectcli.tag._forward import Forward, Packed

MOST_WINDOWS = 64
"""About 7,000 tokens, more than the 40,000 characters that a Reddit post may have."""
MARKS = (_encoder.CLS, _encoder.SEP)
BUDGET = 2048
"""Tokens of a batch."""


class Window(NamedTuple):
    """Tokens of one text that the encoder reads together, without the marks around them.

    `offsets` are the tokens' intervals in the cleaned text; their states stand in rows `first`
    and following of the matrix that `States.read` returns.
    """

    first: int
    offsets: Sequence[tuple[int, int]]


class Read(NamedTuple):
    """A text as it was read."""

    cleaned: Cleaned
    windows: Sequence[Window]


def tokenise(texts: Iterable[str], tokenizer: Tokenizer) -> tuple[list[Read], list[list[int]]]:
    """Return the texts' windows, and the token ids of all windows with marks, in one order."""
    cleaned = [clean_with_offsets(text) for text in texts]
    encodings = tokenizer.encode_batch([x.text for x in cleaned], add_special_tokens=False)
    reads, ids, first = [], [], 0
    for text, encoding in zip(cleaned, encodings, strict=True):
        windows = []
        places = range(min(len(encoding.ids), MOST_WINDOWS * _windows.STRIDE))
        for window in _windows.cut(0, places, marks=MARKS) if places else ():
            inside = window.ids[1:-1]
            windows.append(Window(first, [encoding.offsets[at] for at in inside]))
            ids.append([MARKS[0], *(encoding.ids[at] for at in inside), MARKS[1]])
            first += len(inside)
        reads.append(Read(text, windows))
    return reads, ids


def taps(forward: Forward, batch: Packed) -> Tensor:
    """Return the states of layers TAPS side by side, float32 (tokens, FEATURES)."""
    return torch.cat([x for done, x in enumerate(forward.layers(batch)) if done in TAPS], 1)


def gather(
    ids: Sequence[list[int]], crew: Crew[Forward], read: Callable[[Forward, Packed], Tensor]
) -> Tensor:
    """Return read(forward, batch) of all windows, marks left out, as one matrix of tokens.

    The rows come back in the order of `ids`, whatever went together.
    """
    order = [_windows.Window(number, row) for number, row in enumerate(ids)]
    batches = list(_windows.batches(order, BUDGET))
    begun = crew.begin(read, [pack([window.ids for window in batch]) for batch in batches])
    parts: list[Tensor] = [torch.empty(0)] * len(ids)
    for batch, states in zip(batches, begun, strict=True):
        sizes = [len(window.ids) for window in batch]
        for window, rows in zip(batch, torch.split(states.result(), sizes), strict=True):
            parts[window.text] = rows[1:-1]
    return torch.cat(parts)
