"""MiniLM encoder with a trained adapter: 28 GoEmotions emotions, English, CPU or GPU.

all-MiniLM-L6-v2 with a LoRA and a linear head trained on GoEmotions; `affect model card` shows
thresholds, errors and limits. Scores say what readers perceive; they are not a diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.tag import _card

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.parts import Description
    from affectcli.tag._mini import Mini


def describe(weights: Path | None = None) -> Description:
    """Return what the shipped weights, or those in the folder `weights`, are; cheap.

    Raises:
        ModelError: the card is missing or damaged.
    """
    return _card.describe(weights)


def load(*, device: str = "auto", weights: Path | None = None) -> Mini:
    """Return the tagger from the shipped weights, or from the folder `weights`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here.
    """
    from affectcli.tag import _mini  # torch costs 1.5 s, which finding nothing to do must not pay

    return _mini.load(device=device, weights=weights)
