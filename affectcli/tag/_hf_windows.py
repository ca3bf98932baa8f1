"""How an `hf:` model wants its tokens: opening and closing marks, longest window, padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from affectcli.errors import ModelError
from affectcli.tag._hf_contract import LONGEST
from affectcli.tag._windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDLESS = 1_000_000
"""A tokenizer that knows no longest text says 10^30."""
SHORTEST = 16
"""A window with less room than this for the text's own tokens reads no sentence."""


@dataclass(frozen=True)
class Layout:
    """Marks, window and padding of one tokenizer and model."""

    opening: tuple[int, ...]
    closing: tuple[int, ...]
    room: int
    """Tokens of the text itself in a window."""
    padding: int
    filler: int
    """A token that any text may contain; stands for an empty text where there are no marks."""

    def cut(self, text: int, ids: Sequence[int]) -> Iterator[Window]:
        """Yield windows that cover `ids` evenly, each overlapping the next by an eighth or more.

        As `_windows.cut` does for `mini`, with this model's marks and length.
        """
        beyond = max(len(ids) - self.room, 0)
        steps = -(-beyond // (self.room - self.room // 8))
        for step in range(steps + 1):
            start = step * beyond // max(steps, 1)
            inner = ids[start : start + self.room]
            yield Window(text, [*self.opening, *inner, *self.closing] or [self.filler])

    def window(self, room: int) -> list[int]:
        """Return a window around `room` tokens that mean nothing."""
        return [*self.opening, *[self.filler] * room, *self.closing]

    def pad(self, tokens: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids and mask, int64 (texts, longest): right of a text's tokens is padding."""
        longest = max(len(row) for row in tokens)
        ids = torch.full((len(tokens), longest), self.padding)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(tokens):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        return ids, mask


def layout(model: Any, tokenizer: Any, *, name: str) -> Layout:  # noqa: ANN401 -- any architecture
    """Return the layout that fits both model and tokenizer.

    Raises:
        ModelError: they leave no room for text.
    """
    opening, closing = _marks(tokenizer, name)
    room = limit(model, tokenizer) - len(opening) - len(closing)
    if room < SHORTEST:
        raise ModelError(
            f"{name} reads {room} tokens of text at once, too few for a sentence "
            "(model_max_length, max_position_embeddings)."
        )
    special = {*tokenizer.all_special_ids, *opening, *closing}
    filler = next((i for i in sorted(tokenizer.get_vocab().values()) if i not in special), 0)
    return Layout(opening, closing, room, tokenizer.pad_token_id, filler)


def limit(model: Any, tokenizer: Any) -> int:  # noqa: ANN401 -- any architecture
    """Return the tokens, marks included, that a window may hold.

    RoBERTa and its kin number positions from padding_idx + 1, so that a table of 514 holds 512
    (transformers, `create_position_ids_from_input_ids`); torch keeps padding_idx in the table.
    """
    limits = [LONGEST]
    said = getattr(model.config, "max_position_embeddings", None)
    if isinstance(said, int) and said > 0:
        limits.append(said)
    if 0 < tokenizer.model_max_length < ENDLESS:
        limits.append(int(tokenizer.model_max_length))
    for place, module in model.named_modules():
        if isinstance(module, torch.nn.Embedding) and "position_embedding" in place:
            first = 0 if module.padding_idx is None else module.padding_idx + 1
            limits.append(module.num_embeddings - first)
    return min(limits)


def _marks(tokenizer: Any, name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:  # noqa: ANN401
    """Return the tokens that the tokenizer puts before and after a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    dressed = tokenizer("a")["input_ids"]
    for start in range(len(dressed) - len(bare) + 1):
        if bare and dressed[start : start + len(bare)] == bare:
            return tuple(dressed[:start]), tuple(dressed[start + len(bare) :])
    raise ModelError(f"{name}: its tokenizer reads no letters, or hides where a text begins.")
