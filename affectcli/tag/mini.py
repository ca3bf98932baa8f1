"""MiniLM encoder with trained adapters: emotions and more in one pass, English, CPU or GPU.

all-MiniLM-L6-v2 with a LoRA and one linear head for each scheme; `affect model card` shows
thresholds, errors and limits. Scores say what readers perceive; they are not a diagnosis.
`mini:FOLDER` reads the weights in a folder that `affect model train` wrote.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.parts import Description, Label, Scheme
from affectcli.tag import _card, _status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.tag._mini import Mini

MARKERS, STATUS, CAUSE = "markers", "status", "cause"
"""The scheme whose labels count only where the text's status is present, and the status."""


def describe(target: str = "", *, heads: Sequence[str] | None = None) -> Description:
    """Return what the shipped weights, or those in the folder `target`, are; cheap.

    Raises:
        ModelError: the card is missing or damaged.
        UsageError: the weights have none of `heads`.
    """
    return about(folder(target), heads=heads)


def load(target: str = "", *, device: str = "auto", heads: Sequence[str] | None = None) -> Mini:
    """Return the tagger from the shipped weights, or from the folder `target`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here, or none of `heads`.
    """
    from affectcli.tag import _mini  # torch costs 1.5 s, which finding nothing to do must not pay

    return _mini.load(folder(target), device=device, heads=heads)


def causes(target: str = "", *, heads: Sequence[str] | None = None) -> Path | None:
    """Return the folder whose cause head is wanted; None where there is none, or it is left out.

    Raises:
        ModelError: the card is missing or damaged.
    """
    weights = folder(target)
    has = CAUSE in _card.read(weights)["heads"]
    return weights if has and (heads is None or CAUSE in heads) else None


def about(weights: Path, *, heads: Sequence[str] | None = None) -> Description:
    """Return what the weights in a folder are, and the status of a text beside its markers.

    Raises:
        ModelError: the card is missing or damaged.
        UsageError: the weights have none of `heads`.
    """
    # Status has no weights: it comes with the markers, whose decisions need it.
    trained = None if heads is None else [name for name in heads if name != STATUS]
    known = _card.describe(weights, trained)
    if not any(scheme.name == MARKERS for scheme in known.schemes):
        return known
    labels = tuple(Label(name, threshold=0.5) for name in _status.STATUSES)
    status = Scheme(STATUS, f"rules-{_status.VERSION}", "one", labels)
    return replace(known, schemes=(*known.schemes, status))


def folder(target: str) -> Path:
    """Return the folder that holds the weights."""
    return Path(target).expanduser() if target else _card.WEIGHTS
