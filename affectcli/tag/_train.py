"""Train `mini`: the emotion trunk on GoEmotions, then all heads; seeded, checkpointed.

Everything random in epoch e comes from (seed, e), so a run that was killed repeats its unfinished
epoch and ends with the same weights as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli import resources
from affectcli.tag import (
    _care,
    _cause_card,
    _corpora,
    _encoder,
    _goemotions,
    _joint,
    _lora,
    _publish,
    _tasks,
)
from affectcli.tag._run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

CHECKPOINT, JOINT = "checkpoint.pt", "joint.pt"


@dataclass(frozen=True)
class Recipe:
    """What was decided before the first run, on the development split or from the literature."""

    seed: int
    epochs: int
    batch: int = 64
    longest: int = 64
    rate: float = 1e-3
    warmup: float = 0.06
    decay: float = 0.01
    dropout: float = 0.1
    clip: float = 1.0
    averaging: float = 0.998
    rank: int = _lora.RANK
    scale: float = _lora.SCALE


class Student(nn.Module):
    """The frozen encoder with its adapter and a linear head: token ids in, logits out."""

    def __init__(self, recipe: Recipe, shares: NDArray[np.float64], dtype: torch.dtype) -> None:
        super().__init__()
        self.encoder = _encoder.load(dropout=recipe.dropout).to(dtype)
        self.dropout = nn.Dropout(recipe.dropout)
        self.head = nn.Linear(_encoder.WIDTH, len(shares))
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            adapter = _lora.attach(self.encoder)
            nn.init.normal_(self.head.weight, std=0.02)
        # Starting at each label's share spares the first hundred steps learning how rare it is.
        self.head.bias.data = torch.logit(torch.from_numpy(shares).float().clamp(1e-4, 0.5))
        self.trained = {
            **adapter,
            "head.weight": self.head.weight,
            "head.bias": self.head.bias,
        }

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return float32 logits, (texts, labels)."""
        logits: Tensor = self.head(self.dropout(self.encoder(ids, lengths)))
        return logits


class Trainer:
    """The state of a run: what a checkpoint holds, and one method that trains an epoch."""

    def __init__(self, split: _goemotions.Split, recipe: Recipe) -> None:
        self.recipe = recipe
        self.tokens = _tokenise(split.texts, _encoder.tokenizer(), recipe.longest)
        self.targets = torch.from_numpy(split.targets).float()
        shares = split.targets.mean(0)
        self.student = Student(recipe, shares, _encoder.precision("cpu"))
        trained = self.student.trained
        self.run = Run(trained, [(list(trained), recipe.rate)], recipe)
        self.steps = -(-len(self.tokens) // recipe.batch)

    def train_epoch(self, progress: Callable[[str], None]) -> None:
        """Go once through the training split in an order drawn from (seed, epoch)."""
        recipe, started, losses = self.recipe, time.monotonic(), 0.0
        rng = np.random.default_rng([recipe.seed, self.run.epoch])
        self.student.train()
        with torch.random.fork_rng():
            torch.manual_seed(int(rng.integers(2**62)))
            for step, rows in enumerate(self._batches(rng), start=1):
                losses += self._step(rows, self.run.epoch * self.steps + step)
                if step % 50 == 0 or step == self.steps:
                    seconds = time.monotonic() - started
                    progress(
                        f"epoch {self.run.epoch + 1}/{recipe.epochs}, step {step}/{self.steps}, "
                        f"loss {losses / step:.4f}, {seconds:.0f} s"
                    )
        self.run.epoch += 1

    def _step(self, rows: NDArray[np.int64], number: int) -> float:
        ids, lengths = _encoder.pad([self.tokens[row] for row in rows])
        logits = self.student(ids, lengths)
        loss = F.binary_cross_entropy_with_logits(logits, self.targets[rows])
        return self.run.step(loss, done=number / (self.steps * self.recipe.epochs))

    def _batches(self, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
        """Yield row numbers: texts of like length share a batch, so little is spent on padding."""
        lengths = np.array([len(tokens) for tokens in self.tokens])
        size, pool = self.recipe.batch, 8 * self.recipe.batch
        order = rng.permutation(len(lengths))
        for start in range(0, len(order), pool):
            rows = order[start : start + pool]
            rows = rows[np.argsort(lengths[rows], kind="stable")]
            for first in rng.permutation(np.arange(0, len(rows), size)):
                yield rows[first : first + size]


def _tokenise(texts: tuple[str, ...], tokenizer: Tokenizer, longest: int) -> list[list[int]]:
    encodings = tokenizer.encode_batch_fast([_care.clean(text) for text in texts])
    return [[*encoding.ids[: longest - 1], _encoder.SEP] for encoding in encodings]


def train(
    *,
    data: Path,
    out: Path,
    seed: int = 0,
    epochs: int = 4,
    resume: bool = True,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Train the adapter and every head of `mini` on the corpora in `data`; write a model folder.

    First the 28 emotions alone, through all layers (`epochs` passes), then all heads of emotion at
    once through the upper layers (`_joint`), then the other heads on the finished trunk (`_deep`).
    `out` then holds adapter.safetensors, one file for each head,
    card.json and card.md, and the checkpoints of the last finished epochs, from which the same
    call continues after a kill. Returns the card.

    Raises:
        InputError: the data folder lacks a file or has another format.
        ModelError: the encoder is not installed.
    """
    recipe, joint = Recipe(seed=seed, epochs=epochs), _joint.Recipe(seed=seed)
    tasks = _tasks.read(data, progress)
    trunk = fit(data=data, out=out, recipe=recipe, resume=resume, progress=progress)
    run = _hash({"trunk": run_name(data, recipe), "joint": asdict(joint), "data": prints(data)})
    checkpoint = out / JOINT
    if not resume:
        checkpoint.unlink(missing_ok=True)
    together = [task for task in tasks if task.name in _tasks.JOINT]
    matrices = _joint.fit(
        together, trunk, recipe=joint, checkpoint=checkpoint, run=run, progress=progress
    )
    progress("calibrating on dev, scoring test beside the linear baselines")
    card = _publish.publish(
        matrices,
        tasks,
        out=out,
        recipe={"emotion": asdict(recipe), "joint": asdict(joint)},
        data=prints(data),
        progress=progress,
    )
    if _cause_card.there(data):
        card = _cause_card.add(data=data, out=out, seed=seed, resume=resume, progress=progress)
    return card


def prints(data: Path) -> dict[str, str]:
    """Return file name -> sha256 of every file that training reads."""
    return {**_goemotions.fingerprint(data), **_corpora.fingerprint(data)}


def fit(
    *,
    data: Path,
    out: Path,
    recipe: Recipe,
    resume: bool,
    progress: Callable[[str], None],
) -> dict[str, Tensor]:
    """Train, and return the averaged matrices by name in float32.

    Raises:
        InputError: the data folder lacks a file or has another format.
    """
    texts = _goemotions.read(data, "train")
    for side in _goemotions.SPLITS[1:]:
        texts = texts.without(_goemotions.read(data, side))
    trainer = Trainer(texts, recipe)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, run = out / CHECKPOINT, run_name(data, recipe)
    if resume:
        trainer.run.restore(checkpoint, run, progress)
    while trainer.run.epoch < recipe.epochs:
        trainer.train_epoch(progress)
        trainer.run.save(checkpoint, run)
        progress(f"epoch {trainer.run.epoch}/{recipe.epochs} saved to {checkpoint}")
    return trainer.run.average


def run_name(data: Path, recipe: Recipe) -> str:
    """Return a hash over everything that a checkpoint's numbers follow from."""
    facts = {
        "recipe": asdict(recipe),
        "data": _goemotions.fingerprint(data),
        "encoder": resources.ENCODER_SHA256,
        "care": _care.VERSION,
        "precision": str(_encoder.precision("cpu")),
    }
    return _hash(facts)


def _hash(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
