"""The loaded tagger `mini`: weights checked against their card, ready to score."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load as parse

from affectcli import resources
from affectcli.errors import ModelError
from affectcli.tag import _card, _care, _heads, _status, _windows, mini
from affectcli.tag._scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.parts import Description, Scheme
    from affectcli.tag._heads import Head

TEXT = {"care": _care.VERSION, "window": _windows.WINDOW, "stride": _windows.STRIDE}
"""How texts are read; weights made for another way of reading them are refused."""


class Mini:
    """The tagger `mini`; see `affectcli.parts.Tagger`.

    `precision` says what its products are computed in. A score does not depend on the texts that
    share a batch with it, but for the last bits of float32 (1e-5). bf16 is within 0.02 of float32.
    """

    def __init__(self, scorer: Scorer, about: Description) -> None:
        self.about = about
        self.schemes, self.labels = about.schemes, about.labels
        self.precision, self.device, self.why = scorer.precision, scorer.device, scorer.why
        self._scorer = scorer
        self._status = any(scheme.name == mini.STATUS for scheme in about.schemes)

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 scores, shape (len(texts), labels), in the order of `texts`.

        Any string has a score. A long text is read to its end, in windows (`_windows.pool`).
        """
        return self._with_status(texts, self._scorer.probabilities(texts))

    def stream(self, chunks: Iterable[Sequence[str]]) -> Iterator[NDArray[np.float32]]:
        """Yield the scores of each chunk; the next one is tokenised while the model runs."""
        mine, theirs = itertools.tee(chunks)
        for texts, scores in zip(mine, self._scorer.stream(theirs), strict=True):
            yield self._with_status(texts, scores)

    def _with_status(
        self, texts: Sequence[str], scores: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return np.hstack([scores, _status.status(texts)]) if self._status else scores


def load(
    weights: Path | None = None, *, device: str = "auto", heads: Sequence[str] | None = None
) -> Mini:
    """Return the tagger from the shipped weights, or from the folder `weights`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here, or none of `heads`.
    """
    folder = weights or _card.WEIGHTS
    about = mini.about(folder, heads=heads)
    adapter, wanted = trained(folder, about.schemes)
    return Mini(Scorer(adapter, wanted, device=device), about)


def trained(folder: Path, schemes: Sequence[Scheme]) -> tuple[dict[str, Tensor], list[Head]]:
    """Return the adapter, and the heads of those of `schemes` that have one, in their order.

    Raises:
        ModelError: weights are missing, damaged, or made for another encoder.
    """
    card = _card.read(folder)
    if card["encoder"]["sha256"] != resources.ENCODER_SHA256 or card["text"] != TEXT:
        raise ModelError(
            f"The weights in {folder} were made for another encoder or another text care.",
            do="affect model train",
        )
    wanted = [scheme for scheme in schemes if scheme.name != mini.STATUS]
    heads = [_head(folder, scheme, card["heads"][scheme.name]) for scheme in wanted]
    return _tensors(folder, {"file": _card.ADAPTER, **card["adapter"]}), heads


def _head(folder: Path, scheme: Scheme, entry: dict[str, Any]) -> Head:
    tensors = _tensors(folder, entry)
    head = _heads.read(
        scheme.name, tensors, kind=scheme.kind, activation=entry.get("activation", "")
    )
    if head.size != len(scheme.labels):
        raise ModelError(
            f"{folder}: head {scheme.name} has {head.size} outputs, {len(scheme.labels)} labels.",
            do="affect model train",
        )
    return head


def _tensors(folder: Path, entry: dict[str, Any]) -> dict[str, Tensor]:
    """Return the tensors in a file of the card, whose sha256 is checked first."""
    path = folder / entry["file"]
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise ModelError(
                f"{path} is not the file that card.json describes.",
                do="pip install --force-reinstall affectcli, or affect model train",
            )
        tensors: dict[str, Tensor] = parse(content)
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({type(error).__name__}).",
            do="pip install --force-reinstall affectcli, or affect model train",
        ) from error
    return tensors
