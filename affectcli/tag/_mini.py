"""The loaded tagger `mini`: weights checked against their card, ready to score."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load as parse

from affectcli.errors import ModelError
from affectcli.tag import _card, _care, _encoder, _windows
from affectcli.tag._scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.parts import Description

TEXT = {"care": _care.VERSION, "window": _windows.WINDOW, "stride": _windows.STRIDE}
"""How texts are read; weights made for another way of reading them are refused."""


class Mini:
    """The tagger `mini`; see `affectcli.parts.Tagger`.

    `precision` says what its scores are computed in. In bf16 a probability moves by up to about
    0.02 with the texts that it happens to share a batch with; in float32 it does not.
    """

    def __init__(self, scorer: Scorer, about: Description) -> None:
        self.name = about.name
        self.revision = about.revision
        self.scheme = about.scheme
        self.labels = about.labels
        self.precision, self.device = scorer.precision, scorer.device
        self._scorer = scorer

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 probabilities, shape (len(texts), 28), in the order of `texts`.

        Any string has a score. A long text is read to its end, in windows (`_windows.pool`).
        """
        return self._scorer.probabilities(texts)


def load(*, device: str = "auto", weights: Path | None = None) -> Mini:
    """Return the tagger from the shipped weights, or from the folder `weights`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here.
    """
    folder = weights or _card.WEIGHTS
    card, description = _card.read(folder), _card.describe(folder)
    if card["encoder"]["sha256"] != _encoder.SHA256 or card["text"] != TEXT:
        raise ModelError(
            f"The weights in {folder} were made for another encoder or another text care.",
            do="affect model train",
        )
    adapter, emotion = (_tensors(folder, name, card) for name in (_card.ADAPTER, _card.EMOTION))
    scorer = Scorer(adapter, emotion, device=device)
    if scorer.size != len(description.labels):
        raise ModelError(f"{folder} has {scorer.size} outputs, {len(description.labels)} labels.")
    return Mini(scorer, description)


def _tensors(folder: Path, name: str, card: dict[str, Any]) -> dict[str, Tensor]:
    path = folder / name
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != card["weights"][name]["sha256"]:
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
