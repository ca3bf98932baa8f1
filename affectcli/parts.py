"""The promises that parts keep, and how parts are found: one file, one part, no registry.

A part's name is its file's name and its help line the first line of its docstring, both read
without importing the file, so that `--help` lists every part and stays fast.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

HOUSE = Path(__file__).parent
SUMMARY = re.compile(r'"""(.+?)(?:"""|\n)')
"""The first line of a docstring; parsing whole files would take most of the time of `--help`."""
Kind = Literal["many", "one", "scale"]


@dataclass(frozen=True)
class Label:
    """One label of a tagger, with what its validation set says about its errors.

    `tp`, `fn`, `fp`, `tn` are counts of validation posts under the scheme's rule of decision
    (`Scheme.kind`); sensitivity is tp / (tp + fn) and specificity tn / (tn + fp). All four are 0
    where nothing is known: such a label is counted, never corrected.
    """

    name: str
    threshold: float | None
    """None in a scheme of kind "scale", which decides nothing."""
    tp: int = 0
    fn: int = 0
    fp: int = 0
    tn: int = 0
    valence: float = 0.0
    """-1 for an unpleasant emotion, 1 for a pleasant one, 0 for neither."""
    weak: bool = False
    """Too little validation support to be trusted: tagged, and withheld from reports and alerts."""


@dataclass(frozen=True)
class Scheme:
    """Labels that are scored together, and how a score becomes a decision.

    `kind` is "many" (each label on its own: said where p >= threshold), "one" (probabilities that
    sum to one: the label with the largest p / threshold is said) or "scale" (numbers, no decision:
    valence in [-1, 1], intensity in [0, 1]).
    """

    name: str
    """`goemotions28`; every label of a tagger lives in exactly one scheme."""
    revision: str
    """Changes whenever a score or a decision could change: weights, thresholds, text care."""
    kind: Kind
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Description:
    """What a tagger is, known without loading its weights."""

    name: str
    """What the user types: `mini`, `hf:ID`, `lexicon:vader`."""
    schemes: tuple[Scheme, ...]
    languages: tuple[str, ...] | None = None
    """ISO 639-1 codes of the languages it reads ("und" is undetermined); None means any."""
    licence: str = "unknown"

    @property
    def labels(self) -> tuple[Label, ...]:
        """All labels in the order of a score's columns."""
        return tuple(label for scheme in self.schemes for label in scheme.labels)


class Tagger(Protocol):
    """Text in, one number per label out.

    A tagger's file offers `describe(target, *, heads) -> Description`, cheap enough to ask before
    there is any work (no torch), and `load(target, *, device, heads) -> Tagger`. `target` is what
    the user typed after the colon (`hf:ID@REVISION`: `ID@REVISION`), empty where there is none;
    `heads` names the schemes wanted, None means all.
    """

    device: str
    precision: str
    """The number format that the model runs in: bf16 or float32."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return scores, shape (len(texts), labels of all schemes), in the order of `texts`.

        nan where a text cannot be scored.
        """
        ...


@dataclass(frozen=True)
class History:
    """What a forecaster sees of a signal, on the scale that models work on: one row a day or week.

    Row t was observed at the end of its day. A share is a logit there, other signals are as they
    are. What is not observed is nan; row 0 is observed, and the observed values are not constant.
    """

    start: date
    """The day of row 0."""
    step: int
    """Days from one row to the next: 1, or 7."""
    season: int
    """Rows in a season: 7 of days, 52 of weeks."""
    z: NDArray[np.float64]
    """Shape (n,)."""
    noise: NDArray[np.float64]
    """Shape (n,): the sampling variance of `z` up to one factor for the whole signal, large where
    few posts stand behind it; 0 throughout where the signal is no share."""
    columns: NDArray[np.float64]
    """Shape (n, m): other signals, as known at the end of row t; nan where they have no value."""
    ahead: NDArray[np.float64]
    """Shape (n + horizon, c): what is known of a row long before it, such as announced events."""


class Forecaster(Protocol):
    """One model: `points` in a file of affectcli/forecast/ keeps this promise."""

    def points(
        self, history: History, *, horizon: int, since: int, seed: int
    ) -> NDArray[np.float64]:
        """Return what the model would have said at the end of every row, shape (n, horizon).

        Row t holds its forecasts of z in the rows t + 1 .. t + horizon, made from the rows 0..t of
        `z`, `noise` and `columns`, the rows 0..t + horizon of `ahead`, and nothing else: it stays
        the same to the bit whatever comes later. Rows before `since` need not be made; they and
        those from which the model cannot forecast are nan.

        Raises:
            AnalysisError: the model cannot run at all; the message says why.
        """
        ...


def names(layer: str) -> list[str]:
    """Return the names of the parts in `layer` (a folder of affectcli), sorted."""
    files = (HOUSE / layer).glob("*.py")
    return sorted(f.stem for f in files if not f.stem.startswith("_"))


def summary(layer: str, name: str) -> str:
    """Return the first docstring line of a part, read without importing it."""
    source = (HOUSE / layer / f"{name}.py").read_text(encoding="utf-8")
    found = SUMMARY.match(source)
    return found[1] if found else ""


def load(layer: str, name: str) -> ModuleType:
    """Import one part.

    Raises:
        UsageError: no such part; the message names the nearest.
    """
    known = names(layer)
    if name not in known:
        import difflib

        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."
        raise UsageError(f"There is no {name!r} in {layer}.", known=hint)
    return importlib.import_module(f"affectcli.{layer}.{name}")
