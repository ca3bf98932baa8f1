"""Train the cause head on RECCON: seeded, checkpointed, written atomically.

The encoder with the shared adapter stays as it is, so every turn is encoded once. Everything random
in epoch e comes from (seed, e), so a run that was killed repeats its unfinished epoch and ends
with the same weights as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from affectcli import resources
from affectcli.tag import (
    _care,
    _cause,
    _cause_file,
    _cause_judge,
    _cause_publish,
    _cause_states,
    _encoder,
    _lora,
    _reccon,
)
from affectcli.tag._cause_examples import example_of, loss_of
from affectcli.tag._cause_reader import Reader, Row
from affectcli.tag._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.tag._cause_examples import Example
    from affectcli.tag._forward import Forward, Packed
    from affectcli.tag._reccon import Pair

CHECKPOINT = "cause.checkpoint.pt"


@dataclass(frozen=True)
class Recipe:
    """What was decided on the held-out dialogues of train, never on valid."""

    seed: int = 0
    epochs: int = 7
    batch: int = 16
    rate: float = 1e-3
    warmup: float = 0.06
    decay: float = 0.05
    dropout: float = 0.2
    clip: float = 1.0
    averaging: float = 0.995
    held_out: float = 0.1
    """Share of train's dialogues that the threshold is chosen on."""


class Trainer:
    """The state of a run: what a checkpoint holds, and one method that trains an epoch."""

    def __init__(self, pairs: Sequence[Pair], recipe: Recipe, encoder: _encoder.Encoder) -> None:
        self.recipe = recipe
        texts = list(dict.fromkeys(pair.evidence for pair in pairs))
        reads, ids = _cause_states.tokenise(texts, _encoder.tokenizer())
        states = _cause_states.gather(ids, _cause.crew(encoder, "cpu"), _half)
        self.states = states.clone()  # made in inference mode, where autograd may not use it
        read = dict(zip(texts, reads, strict=True))
        self.examples = [example_of(group, read) for group in _cause_judge.targets(pairs)]
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            self.reader = Reader(recipe.dropout)
        trained = dict(self.reader.named_parameters())
        self.run = Run(trained, [(list(trained), recipe.rate)], recipe)
        self.steps = -(-len(self.examples) // recipe.batch)

    def train_epoch(self, progress: Callable[[str], None]) -> None:
        """Go once through the targets in an order drawn from (seed, epoch)."""
        recipe, started, losses = self.recipe, time.monotonic(), 0.0
        rng = np.random.default_rng([recipe.seed, self.run.epoch])
        self.reader.train()
        with torch.random.fork_rng(), _repeatable():
            torch.manual_seed(int(rng.integers(2**62)))
            for step, numbers in enumerate(self._batches(rng), start=1):
                losses += self._step(numbers, self.run.epoch * self.steps + step)
                if step % 50 == 0 or step == self.steps:
                    progress(
                        f"epoch {self.run.epoch + 1}/{recipe.epochs}, step {step}/{self.steps}, "
                        f"loss {losses / step:.4f}, {time.monotonic() - started:.0f} s"
                    )
        self.run.epoch += 1

    def _step(self, numbers: NDArray[np.int64], number: int) -> float:
        examples = [self.examples[n] for n in numbers]
        states, rows = self._gather(examples)
        pointers = self.reader(self.reader.narrow(states), rows)
        loss = loss_of(pointers, [golds for example in examples for golds in example.golds])
        loss = loss / len(examples)
        return self.run.step(loss, done=number / (self.steps * self.recipe.epochs))

    def _gather(self, examples: Sequence[Example]) -> tuple[Tensor, list[Row]]:
        """Return the states of the batch's words, and the rows with their places in them."""
        parts, rows, at = [], [], 0
        for example in examples:
            segments = []
            for segment in example.row.segments:
                parts.append(self.states[segment.first : segment.stop])
                segments.append(segment._replace(first=at, stop=at + len(parts[-1])))
                at += len(parts[-1])
            rows.append(Row(example.row.emotion, tuple(segments)))
        return torch.cat(parts).float(), rows

    def _batches(self, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
        """Yield example numbers: threads of like length share a batch."""
        sizes = np.array([example.size for example in self.examples])
        size, pool = self.recipe.batch, 16 * self.recipe.batch
        order = rng.permutation(len(sizes))
        for start in range(0, len(order), pool):
            numbers = order[start : start + pool]
            numbers = numbers[np.argsort(sizes[numbers], kind="stable")]
            for first in rng.permutation(np.arange(0, len(numbers), size)):
                yield numbers[first : first + size]


def _half(forward: Forward, batch: Packed) -> Tensor:
    """Return the states in the encoder's precision: those of all dialogues fit into memory."""
    return _cause_states.taps(forward, batch).to(forward.dtype)


@contextmanager
def _repeatable() -> Iterator[None]:
    """Make sums over words that several rows share come in one order, whatever the threads do."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(mode=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def train(
    *,
    data: Path,
    out: Path,
    adapter: Path,
    recipe: Recipe | None = None,
    resume: bool = True,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Train the cause head for the encoder with `adapter`; write cause.safetensors to `out`.

    `data` holds RECCON's DailyDialog part. Returns what the card says: data, licence, metrics
    with intervals and baselines, support, file.

    Raises:
        InputError: the data folder lacks a file or has another format.
        ModelError: the encoder is not installed, or the adapter does not fit it.
    """
    recipe = recipe or Recipe()
    pairs = _reccon.read(data, "train")
    held = _held_out(pairs, recipe.held_out)
    encoder = _encoder.load().eval().requires_grad_(requires_grad=False)
    _lora.merge(encoder, load_file(adapter))
    progress("encoding the dialogues")
    trainer = Trainer([p for p in pairs if p.dialogue not in held], recipe, encoder)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, run = out / CHECKPOINT, run_name(data, adapter, recipe)
    if resume:
        trainer.run.restore(checkpoint, run, progress)
    while trainer.run.epoch < recipe.epochs:
        trainer.train_epoch(progress)
        trainer.run.save(checkpoint, run)
    progress("choosing the threshold on held-out dialogues, scoring valid")
    splits = {
        "held out": [p for p in pairs if p.dialogue in held],
        "valid": _reccon.read(data, "valid"),
    }
    facts = {
        "adapter": _cause_file.sha256(adapter),
        "data": _reccon.fingerprint(data),
        "train": _cause_judge.support([p for p in pairs if p.dialogue not in held]),
    }
    return _cause_publish.publish(
        trainer.run.average, encoder, splits, out=out, facts=facts, recipe=asdict(recipe)
    )


def _held_out(pairs: Sequence[Pair], share: float) -> set[str]:
    """Return the dialogues to tune on: the same for every seed, chosen by a hash of their name."""
    names = sorted(
        {pair.dialogue for pair in pairs},
        key=lambda name: hashlib.sha256(name.encode()).hexdigest(),
    )
    return set(names[: max(1, round(share * len(names)))])


def run_name(data: Path, adapter: Path, recipe: Recipe) -> str:
    """Return a hash over everything that a checkpoint's numbers follow from."""
    facts = {
        "recipe": asdict(recipe),
        "data": _reccon.fingerprint(data),
        "adapter": _cause_file.sha256(adapter),
        "encoder": resources.ENCODER_SHA256,
        "care": _care.VERSION,
        "precision": str(_encoder.precision("cpu")),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
