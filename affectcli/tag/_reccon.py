"""RECCON (Poria et al., Cognitive Computation 2021), DailyDialog part: emotions and their causes.

A dialogue is a list of turns; a turn that carries an emotion names the turns that caused it
(itself, earlier ones) and the spans in them. As in the paper's fold 1, every such turn is paired
with itself and with all turns before it: a pair is positive where the annotators found a cause in
that turn, else negative. Causes outside the dialogue ("b") and in later turns make no pair.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from affectcli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SplitName = Literal["train", "valid"]
SPLITS: tuple[SplitName, ...] = ("train", "valid")
EMOTIONS = ("happiness", "surprise", "anger", "sadness", "disgust", "fear")
_STRAY = {
    "happy": "happiness",
    "happines": "happiness",
    "excited": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "angry": "anger",
}
"""Spellings outside the annotation scheme, a dozen in all."""


@dataclass(frozen=True)
class Pair:
    """A target turn, a turn before it or itself, and the cause spans in that turn.

    `distance` is in turns, 0 is the target itself; `same_author` says that one speaker said both.
    `spans` are substrings of `evidence`; there are none where the pair is negative.
    """

    dialogue: str
    target: str
    emotion: str
    evidence: str
    distance: int
    same_author: bool
    spans: tuple[str, ...]


def there(folder: Path) -> bool:
    """Return whether both splits are in `folder` or its `reccon_dailydialog`."""
    try:
        locate(folder)
    except InputError:
        return False
    return True


def read(folder: Path, split: SplitName) -> list[Pair]:
    """Return all pairs of a split in the order of the file.

    Raises:
        InputError: the file is missing, damaged or of another format.
    """
    path = locate(folder) / f"dailydialog_{split}.json.gz"
    try:
        dialogues: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
        return [
            pair
            for name, parts in dialogues.items()
            for turns in parts
            for pair in _pairs(name, turns)
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not RECCON's annotation of DailyDialog ({type(error).__name__}: {error}).",
            known="Expected: dialogue -> [[{turn, speaker, utterance, emotion, ...}]], gzipped.",
            do="affect model train --data FOLDER",
        ) from error


def locate(folder: Path) -> Path:
    """Return the folder that holds both splits: `folder` itself or its `reccon_dailydialog`.

    Raises:
        InputError: neither does.
    """
    for place in (folder, folder / "reccon_dailydialog"):
        if all((place / f"dailydialog_{split}.json.gz").is_file() for split in SPLITS):
            return place
    raise InputError(
        f"{folder} has no dailydialog_train.json.gz and dailydialog_valid.json.gz.",
        known="They come from github.com/declare-lab/RECCON, data/original_annotation (gzip them).",
        do="affect model train --data FOLDER",
    )


def fingerprint(folder: Path) -> str:
    """Return a hash over the content of both files."""
    place, digest = locate(folder), hashlib.sha256()
    for split in SPLITS:
        digest.update((place / f"dailydialog_{split}.json.gz").read_bytes())
    return digest.hexdigest()


def _pairs(name: str, turns: list[dict[str, Any]]) -> Iterator[Pair]:
    for at, turn in enumerate(turns):
        emotion = _STRAY.get(turn["emotion"], turn["emotion"])
        if "expanded emotion cause evidence" not in turn or emotion not in EMOTIONS:
            continue
        spans = _spans(turn)
        for before, evidence in enumerate(turns[: at + 1]):
            yield Pair(
                dialogue=name,
                target=turn["utterance"],
                emotion=emotion,
                evidence=evidence["utterance"],
                distance=at - before,
                same_author=turn["speaker"] == evidence["speaker"],
                spans=tuple(x for x in spans[before + 1] if x and x in evidence["utterance"]),
            )


def _spans(turn: dict[str, Any]) -> defaultdict[int, list[str]]:
    """Return the cause spans by the 1-based number of their turn."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    both = zip(
        turn["expanded emotion cause evidence"], turn["expanded emotion cause span"], strict=True
    )
    for number, span in both:
        if isinstance(number, int):
            found[number].append(span.strip())
    return found
