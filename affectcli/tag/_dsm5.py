"""The loaded tagger `dsm5`: sentences against prototypes, or through a trained linear head."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse

from affectcli import resources
from affectcli.errors import ModelError
from affectcli.tag import _care, _dsm5_card, _encoder
from affectcli.tag._dsm5_embed import Embedder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from affectcli.parts import Description


class Head(Protocol):
    """Sentence vectors in, one probability per symptom out."""

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities, (sentences, symptoms), for unit vectors (sentences, 384)."""
        ...


class Prototypes:
    """A logistic of how much nearer a sentence is to a symptom than to anything else."""

    def __init__(self, embedder: Embedder) -> None:
        table = _dsm5_card.prototypes()
        self.scale, self.floor = table["scale"], table["floor"]
        lines = [table["symptoms"][name] for name in _dsm5_card.SYMPTOMS]
        self._symptoms = [embedder.vectors(group)[0] for group in lines]
        self._negatives = embedder.vectors([x for g in table["negatives"].values() for x in g])[0]

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities; see `Head`."""
        near = np.stack([(vectors @ group.T).max(axis=1) for group in self._symptoms], axis=1)
        against = np.maximum((vectors @ self._negatives.T).max(axis=1), self.floor)
        return logistic(self.scale * (near - against[:, None]))


class Linear:
    """A trained head: one logistic regression per symptom."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        try:
            self._weight, self._bias = tensors["weight"], tensors["bias"]
        except KeyError as error:
            raise ModelError(
                f"The trained head lacks {error}.", do="affect model train --task dsm5"
            ) from error
        symptoms = len(_dsm5_card.SYMPTOMS)
        if (self._weight.shape, self._bias.shape) != ((symptoms, _encoder.WIDTH), (symptoms,)):
            raise ModelError(
                f"The trained head has shape {self._weight.shape}, which fits no encoder.",
                do="affect model train --task dsm5",
            )

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities; see `Head`."""
        return logistic(vectors @ self._weight.T + self._bias)


class Dsm5:
    """The tagger `dsm5`; see `affectcli.parts.Tagger`. Not a diagnosis."""

    precision = "float32"

    def __init__(self, about: Description, embedder: Embedder, head: Head) -> None:
        self.name, self.labels = about.name, about.labels
        self.device = embedder.device
        self._embedder, self._head = embedder, head

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return probabilities, (len(texts), 9): the maximum over a text's sentences.

        Any string has a score. A maximum, because one sentence is enough to name a symptom; so
        longer posts score higher, and prevalences are comparable only at like lengths.
        """
        p = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for vectors, owner in self._embedder.chunks(texts):
            np.maximum.at(p, owner, self._head(vectors))
        return p


def logistic(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-x))."""
    y: NDArray[np.float32] = (0.5 + 0.5 * np.tanh(0.5 * x)).astype(np.float32)
    return y


def load(target: str, about: Description, *, device: str) -> Dsm5:
    """Return the tagger with the shipped prototypes, or with the trained head in `target`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here.
    """
    tensors = _weights(Path(target)) if target else None
    if tensors is None and _dsm5_card.prototypes()["encoder"] != resources.ENCODER_SHA256:
        raise ModelError(
            "The prototypes were set for another encoder.",
            do="pip install --force-reinstall affectcli",
        )
    embedder = Embedder(device)
    head = Prototypes(embedder) if tensors is None else Linear(tensors)
    return Dsm5(about, embedder, head)


def _weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    card, path = _dsm5_card.read(folder), folder / _dsm5_card.WEIGHTS
    if (card["encoder"], card["care"]) != (resources.ENCODER_SHA256, _care.VERSION):
        raise ModelError(
            f"The head in {folder} was trained on another encoder or another text care.",
            do="affect model train --task dsm5",
        )
    try:
        content = path.read_bytes()
        tensors: dict[str, NDArray[np.float32]] = parse(content)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({type(error).__name__}).",
            do="affect model train --task dsm5",
        ) from error
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelError(
            f"{path} is not the file that {_dsm5_card.CARD} describes.",
            do="affect model train --task dsm5",
        )
    return tensors
