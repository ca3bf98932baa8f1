"""The figures of a report: which are drawn, in which order; each is a file that keeps a promise.

A figure's file offers `TITLE`, `blocks(subject) -> list[Block]` and a pure `draw` (see `_block`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from affectcli import parts
from affectcli.report import _words
from affectcli.report._block import Block
from affectcli.report._subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.report._block import Part
    from affectcli.report._material import Material

ORDER = (
    "emotions",
    "price",
    "heatmap",
    "lags",
    "events",
    "words",
    "causes",
    "equity",
    "forecast",
    "scores",
    "alarms",
    "reliability",
    "coverage",
)
"""From what is, by what it goes with and why, to what comes next; then how much it rests on."""
ASKED = frozenset({"emotions", "price", "lags", "forecast", "coverage"})
"""Figures that keep their place when empty; of the others one list says what is missing."""
ABSENT = "Not drawn"


def blocks(material: Material, count: int, names: Sequence[str] = ORDER) -> list[Block]:
    """Return the figures called `names` in the order of the pages; `count` emotions are drawn.

    Raises:
        UsageError: a name is no figure.
    """
    subject = Subject(material, count)
    shown: list[Block] = []
    absent: dict[str, list[str]] = {}
    for name in names:
        made = figure(subject, name)
        if name in ASKED or any(block.draw for block in made):
            shown += made
        else:
            for block in made:
                absent.setdefault(block.empty, []).append(block.title)
    missing = [f"{', '.join(titles)}: {why}" for why, titles in absent.items()]
    return [*shown, *([Block(ABSENT, empty="\n".join(missing))] if missing else [])]


def figure(subject: Subject, name: str) -> list[Block]:
    """Return the figures of one file.

    Raises:
        UsageError: a name is no figure.
    """
    part = cast("Part", parts.load("report", name))
    if subject.material.hidden and name != "coverage":  # which shows no number either
        made = [Block(part.TITLE, empty=_words.hidden(subject.material.k))]
    else:
        made = part.blocks(subject)
    return [replace(block, name=name) for block in made]
