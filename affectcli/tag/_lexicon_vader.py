"""VADER (Hutto and Gilbert 2014) through its own package: rules, weights and emoji unchanged."""

from __future__ import annotations

import hashlib
import importlib
import re
from importlib import metadata
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import ModelError
from affectcli.parts import Description, Label, Scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PACKAGE = "vaderSentiment"
WINDOW = 300
"""Words and signs that VADER reads at once, an emoji counting five (VADER spells it out): its time
grows with the square of that, and its sum ends at -1 or 1 long before."""
_UNIT = re.compile(r"\w+|[^\w\s]")
_FILES = ("vader_lexicon.txt", "emoji_utf8_lexicon.txt", "vaderSentiment.py")


def describe() -> Description:
    """Return what VADER is: one number, `valence`, its compound score in [-1, 1].

    Raises:
        ModelError: the package is not installed, or not whole.
    """
    try:
        package = metadata.distribution(PACKAGE)
        folder = package.locate_file(PACKAGE)
        content = b"".join((folder / name).read_bytes() for name in _FILES)  # type: ignore[attr-defined]  # a Path, which the stub hides
    except (metadata.PackageNotFoundError, OSError) as error:
        raise ModelError(
            f"lexicon:vader needs the package {PACKAGE} ({type(error).__name__}).",
            do=f"pip install --force-reinstall {PACKAGE}",
        ) from error
    revision = hashlib.sha256(content).hexdigest()[:12]
    scheme = Scheme("vader", revision, "scale", (Label("valence", None),))
    return Description("lexicon:vader", (scheme,), ("en", "und"), "MIT")


class Vader:
    """The tagger `lexicon:vader`; see `affectcli.parts.Tagger`."""

    device, precision = "cpu", "float32"

    def __init__(self) -> None:
        self.about = describe()
        module = importlib.import_module(f"{PACKAGE}.{PACKAGE}")
        self._analyzer = module.SentimentIntensityAnalyzer()

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return compound scores in [-1, 1], shape (len(texts), 1); 0 where no word is known.

        A text of more than `WINDOW` is read in windows, and their scores are averaged.
        """
        scores = [np.mean([self._compound(part) for part in _windows(text)]) for text in texts]
        return np.array(scores, np.float32).reshape(-1, 1)

    def _compound(self, text: str) -> float:
        compound: float = self._analyzer.polarity_scores(text)["compound"]
        return compound


def _windows(text: str) -> list[str]:
    units = list(_UNIT.finditer(text))
    if 5 * len(units) <= WINDOW:
        return [text]
    cost = np.cumsum([1 if unit[0].isascii() or unit[0].isalnum() else 5 for unit in units])
    first = np.flatnonzero(np.diff(cost // (WINDOW + 1), prepend=0))
    cuts = [0, *(units[at].start() for at in first), len(text)]
    return [text[start:stop] for start, stop in pairwise(cuts)]
