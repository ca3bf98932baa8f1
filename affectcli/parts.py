"""The promises that parts keep, and how parts are found: one file, one part, no registry.

A part's name is its file's name and its help line the first line of its docstring, both read
without importing the file, so that `--help` lists every part and stays fast.
"""

from __future__ import annotations

import ast
import difflib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

HOUSE = Path(__file__).parent


@dataclass(frozen=True)
class Label:
    """One label of a tagger, with what its validation set says about its errors.

    `tp`, `fn`, `fp`, `tn` are counts of validation posts at `threshold`; sensitivity is
    tp / (tp + fn) and specificity tn / (tn + fp).
    """

    name: str
    threshold: float
    tp: int
    fn: int
    fp: int
    tn: int
    valence: float = 0.0
    """-1 for an unpleasant emotion, 1 for a pleasant one, 0 for neither."""


@dataclass(frozen=True)
class Description:
    """What a tagger is, known without loading its weights."""

    name: str
    """What the user types: `mini`."""
    revision: str
    """Changes whenever a score could change: weights, thresholds, text care."""
    scheme: str
    """The label scheme: `goemotions28`."""
    labels: tuple[Label, ...]


class Tagger(Protocol):
    """Text in, one probability per label out.

    A tagger's file offers `describe() -> Description`, cheap enough to ask before there is any
    work, and `load(*, device) -> Tagger`.
    """

    device: str
    precision: str
    """The number format that the model runs in: bf16 or float32."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return probabilities, shape (len(texts), labels), in the order of `texts`."""
        ...


@dataclass(frozen=True)
class History:
    """What a forecaster may know at its origin: one value a day, nan where there is none.

    `share` says that values lie in [0, 1] and must stay there; `posts` is the day's denominator
    (nan where `value` is no share), so that a thin day can weigh less.
    """

    days: Sequence[date]
    value: NDArray[np.float64]
    posts: NDArray[np.float64]
    share: bool


class Forecaster(Protocol):
    """One model: `paths` in a file of affectcli/forecast/ keeps this promise."""

    def paths(
        self, history: History, *, horizon: int, samples: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return sample paths, shape (samples, horizon), for the days after `history.days[-1]`."""
        ...


def names(layer: str) -> list[str]:
    """Return the names of the parts in `layer` (a folder of affectcli), sorted."""
    files = (HOUSE / layer).glob("*.py")
    return sorted(f.stem for f in files if not f.stem.startswith("_"))


def summary(layer: str, name: str) -> str:
    """Return the first docstring line of a part, read without importing it."""
    source = (HOUSE / layer / f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def load(layer: str, name: str) -> ModuleType:
    """Import one part.

    Raises:
        UsageError: no such part; the message names the nearest.
    """
    known = names(layer)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."
        raise UsageError(f"There is no {name!r} in {layer}.", known=hint)
    return importlib.import_module(f"affectcli.{layer}.{name}")
