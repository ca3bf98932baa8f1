"""Trading rules as data: from a signal's values to on, off, or not known.

Every answer at a day uses that day and the days before it, and a threshold the days before it only.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HISTORY = 30
"""Values before a threshold can be told from them."""
GRID = tuple(range(5, 100, 5))
"""Percentiles that a walk-forward choice may take."""


@dataclass(frozen=True)
class Rule:
    """`up`, `down`: against the day before. `above`, `below`: against a percentile of the past."""

    kind: Literal["up", "down", "above", "below"]
    percent: int | None = None

    def __str__(self) -> str:
        """Return the rule as it is typed."""
        return self.kind if self.percent is None else f"{self.kind}:q{self.percent}"


def parse(text: str) -> Rule:
    """Read `up`, `down`, `above:q80` or `below:q20`.

    Raises:
        UsageError: it is none of them.
    """
    if text in {"up", "down"}:
        return Rule("up" if text == "up" else "down")
    found = re.fullmatch(r"(above|below):q(\d{1,2})", text)
    if found is None or not 1 <= int(found[2]) <= 99:
        raise UsageError(
            f"{text!r} is no rule.", known="Known: up, down, above:q80, below:q20.", do="--rule up"
        )
    return Rule("above" if found[1] == "above" else "below", int(found[2]))


def decide(rule: Rule, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where the rule holds, 0 where not, nan where it cannot be known; all (n,)."""
    if rule.percent is None:
        return _changes(rule, values)
    decided: NDArray[np.float64] = over(rule, values, [rule.percent])[0]
    return decided


def over(rule: Rule, values: NDArray[np.float64], percents: Sequence[int]) -> NDArray[np.float64]:
    """Return the decisions of a threshold rule for each of `percents`: (len(percents), n)."""
    bounds = _past_quantiles(values, np.array(percents) / 100)
    held = values > bounds if rule.kind == "above" else values < bounds
    known = np.isfinite(values) & np.isfinite(bounds)
    return np.where(known, held.astype(float), np.nan)


def _changes(rule: Rule, values: NDArray[np.float64]) -> NDArray[np.float64]:
    change = np.diff(values, prepend=np.nan)
    held = change > 0 if rule.kind == "up" else change < 0
    return np.where(np.isfinite(change), held.astype(float), np.nan)


def _past_quantiles(
    values: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the quantiles (levels, n) of all values before each day, nan for the first 30."""
    bounds = np.full((len(levels), len(values)), np.nan)
    past: list[float] = []
    for day, value in enumerate(values.tolist()):
        if len(past) >= HISTORY:
            place = levels * (len(past) - 1)
            low = place.astype(int)
            high = np.minimum(low + 1, len(past) - 1)
            for k, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
                bounds[k, day] = past[a] + (place[k] - a) * (past[b] - past[a])
        if np.isfinite(value):
            insort(past, value)
    return bounds
