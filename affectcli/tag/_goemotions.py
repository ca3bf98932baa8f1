"""GoEmotions (Demszky et al., ACL 2020): 28 emotions, several per text, the official split."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SplitName = Literal["train", "dev", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "dev", "test")
FILES = ("labels.txt", *(f"{name}.tsv.gz" for name in SPLITS))


@dataclass(frozen=True)
class Split:
    """Texts and their labels: `targets` is bool, shape (len(texts), labels)."""

    texts: tuple[str, ...]
    targets: NDArray[np.bool_]

    def fresh(self, other: Split) -> NDArray[np.int64]:
        """Return the numbers of the rows whose normalised text does not occur in `other`."""
        seen = {normalise(text) for text in other.texts}
        rows = [row for row, text in enumerate(self.texts) if normalise(text) not in seen]
        return np.array(rows, dtype=np.int64)

    def without(self, other: Split) -> Split:
        """Return only the rows that are `fresh` with respect to `other`."""
        rows = self.fresh(other)
        return Split(tuple(self.texts[row] for row in rows), self.targets[rows])


def normalise(text: str) -> str:
    """Return the text as duplicates are compared: only its words count, in any case."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def locate(folder: Path) -> Path:
    """Return the folder that holds the split: `folder` itself or its `goemotions`.

    Raises:
        InputError: neither has all four files.
    """
    for place in (folder, folder / "goemotions"):
        if all((place / name).is_file() for name in FILES):
            return place
    missing = [name for name in FILES if not (folder / name).is_file()]
    raise InputError(
        f"{folder} has no {', '.join(missing)}.",
        known="The official GoEmotions split is train.tsv.gz, dev.tsv.gz, test.tsv.gz (text, tab, "
        "comma-separated label numbers, tab, id) and labels.txt; it comes from "
        "github.com/google-research/google-research, folder goemotions/data (gzip the .tsv).",
        do="affect model train --data FOLDER",
    )


def labels(folder: Path) -> tuple[str, ...]:
    """Return the label names in the order of their numbers."""
    return tuple((locate(folder) / "labels.txt").read_text(encoding="utf-8").split())


def ekman(folder: Path) -> dict[str, str] | None:
    """Return label -> Ekman group (six and neutral), or None where the mapping is not there."""
    path = locate(folder) / "ekman_mapping.json"
    if not path.is_file():
        return None
    groups: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return groups


def fingerprint(folder: Path) -> dict[str, str]:
    """Return file name -> sha256 of the four files, as they are on disk."""
    place = locate(folder)
    return {name: hashlib.sha256((place / name).read_bytes()).hexdigest() for name in FILES}


def read(folder: Path, name: SplitName) -> Split:
    """Read one split.

    Raises:
        InputError: a file is missing, is no gzip, or a line has other columns.
    """
    place = locate(folder)
    known = len(labels(folder))
    path = place / f"{name}.tsv.gz"
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if not lines:
        raise InputError(f"{path} is empty.")
    texts, targets = [], np.zeros((len(lines), known), dtype=np.bool_)
    for row, line in enumerate(lines):
        try:
            text, numbers, _ = line.split("\t")
            targets[row, [int(number) for number in numbers.split(",")]] = True
        except (ValueError, IndexError) as error:
            raise InputError(
                f"{path}, line {row + 1} is not text, tab, label numbers below {known}, tab, id."
            ) from error
        texts.append(text)
    return Split(tuple(texts), targets)
