"""The file cause.safetensors: what its header says, read without torch.

It stands beside the shared adapter but is its own file under its own licence: its text is
non-commercial, and a user who may not use it leaves it out.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from affectcli.errors import ModelError
from affectcli.tag import _care

if TYPE_CHECKING:
    from pathlib import Path

ADAPTER, CAUSE = "adapter.safetensors", "cause.safetensors"
FORMAT = "1"
LICENCE = "CC BY-NC-SA 4.0 (text of DailyDialog); annotation MIT"

OF = {
    **dict.fromkeys(
        (
            *("admiration", "amusement", "approval", "caring", "desire", "excitement"),
            *("gratitude", "joy", "love", "optimism", "pride", "relief"),
        ),
        "happiness",
    ),
    **dict.fromkeys(("confusion", "curiosity", "realization", "surprise"), "surprise"),
    **dict.fromkeys(("anger", "annoyance", "disapproval"), "anger"),
    **dict.fromkeys(("disappointment", "embarrassment", "grief", "remorse", "sadness"), "sadness"),
    **dict.fromkeys(("fear", "nervousness"), "fear"),
    "disgust": "disgust",
}
"""GoEmotions label -> the emotion that RECCON annotates: Ekman's six, as GoEmotions maps them."""


def facts(weights: Path) -> dict[str, str]:
    """Return the header of cause.safetensors in the folder `weights`.

    Keys: format, threshold, adapter (sha256 of the adapter it was trained on), care, licence.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = weights / CAUSE
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(size, 1 << 20)))
        found: dict[str, str] = header["__metadata__"]
        float(found["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error
    return found


def check(weights: Path) -> dict[str, str]:
    """Return `facts(weights)` where the file fits this version and the adapter beside it.

    Raises:
        ModelError: it does not, or a file is missing or damaged.
    """
    found = facts(weights)
    try:
        adapter = sha256(weights / ADAPTER)
    except OSError as error:
        raise damaged(weights / ADAPTER, error) from error
    expected = {"format": FORMAT, "care": str(_care.VERSION), "adapter": adapter}
    wrong = [name for name, value in expected.items() if found.get(name) != value]
    if wrong:
        raise ModelError(
            f"{weights / CAUSE} was made for another {' and '.join(wrong)}.",
            known="Causes are found only by a head trained on the adapter beside it.",
            do="affect model train --task cause",
        )
    return found


def revision(weights: Path, emotion: str) -> str:
    """Return what table `cause` is keyed by: changes with the file and with who is asked about.

    `emotion` is the revision of the scheme goemotions28, whose decisions choose the posts.

    Raises:
        ModelError: the file is missing.
    """
    try:
        digest = sha256(weights / CAUSE)
    except OSError as error:
        raise damaged(weights / CAUSE, error) from error
    return hashlib.sha256(f"{emotion} {digest}".encode()).hexdigest()[:12]


def sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def damaged(path: Path, error: Exception) -> ModelError:
    """Return the error to raise where the file at `path` is missing or cannot be read."""
    return ModelError(
        f"{path} is missing or damaged ({type(error).__name__}).",
        known='Leave causes out with [tag] heads, e.g. heads = ["goemotions28"].',
        do="pip install --force-reinstall affectcli, or affect model train --task cause",
    )
