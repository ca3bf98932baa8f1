"""What a report leads with: the order of its questions and figures for those who read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import UsageError
from affectcli.report._answers import QUESTIONS
from affectcli.report._breaks import MARK
from affectcli.report._figures import ORDER
from affectcli.report._words import split

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material


@dataclass(frozen=True)
class Template:
    """Names of questions and figures, those led with; others follow in their usual order."""

    head: str
    asked: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    warning: str = ""
    """Set beneath the title."""
    left: frozenset[str] = frozenset()
    """Figures that its readers do not ask for."""

    @property
    def questions(self) -> list[str]:
        """Return all questions, those led with first."""
        return list(dict.fromkeys((*self.asked, *QUESTIONS)))

    @property
    def figures(self) -> list[str]:
        """Return the figures, those led with first."""
        return [name for name in dict.fromkeys((*self.drawn, *ORDER)) if name not in self.left]


NOT_A_DIAGNOSIS = (
    "Not a diagnosis. The numbers are shares of a community's posts that readers would take for a "
    "marker; they say nothing about any person."
)
TEMPLATES = {
    "community": Template("Community emotion report"),
    "asset": Template(
        "Asset and emotion report",
        ("leads", "high", "next"),
        ("price", "lags", "equity", "events"),
    ),
    "health": Template(
        "Health marker report",
        ("high", "next", "changed"),
        ("emotions", "forecast"),
        NOT_A_DIAGNOSIS,
        frozenset({"price", "equity"}),
    ),
    "comparison": Template("Comparison of communities"),
}


def named(name: str) -> Template:
    """Return a template by its name.

    Raises:
        UsageError: there is no such template.
    """
    if name not in TEMPLATES:
        known = f"Known: {', '.join(TEMPLATES)}."
        raise UsageError(f"There is no template {name!r}.", known=known)
    return TEMPLATES[name]


def on_health(material: Material) -> Material:
    """Return the material with nothing but markers of health, and what broke the instrument."""
    kept = material.health

    def about(claim: Claim) -> bool:
        return MARK in claim.x or any(_measure(signal) in kept for signal in claim.signals)

    def rows(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("measure").is_in([*kept, "posts"]))

    def signals(frame: pl.DataFrame) -> pl.DataFrame:
        named = [s for s in frame["signal"].unique() if _measure(s) in kept]
        return frame.filter(pl.col("signal").is_in(named))

    return replace(
        material,
        daily=rows(material.daily),
        weekly=rows(material.weekly),
        labels=material.labels.filter(pl.col("measure").is_in(list(kept))),
        claims=[claim for claim in material.claims if about(claim)],
        weak={measure: n for measure, n in material.weak.items() if measure in kept},
        forecasts=signals(material.forecasts),
        alerts=signals(material.alerts),
    )


def _measure(signal: str) -> str:
    return split(signal.rpartition(":")[2])[0]
