"""A figure with its words, before it is drawn: how tall depends on what else is on its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from affectcli.report import _style

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from affectcli.report._tables import Table


@dataclass
class Block:
    """A figure with its title, subtitle and notes; with nothing to draw, `empty` says why."""

    title: str
    subtitle: str = ""
    draw: Callable[[float], Figure] | None = None
    """Draws the figure with its panels stretched by a factor."""
    panels: float = 0.0
    """Height in mm of all panels under each other that a factor of 1 gives."""
    alt: str = ""
    empty: str = ""
    events: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    side_by_side: bool = False
    """Whether the tables stand beside each other beneath the figure, else each for itself."""

    def picture(self, scale: float) -> bytes | None:
        """Return the figure as SVG, None where there is nothing to draw."""
        return _style.svg(self.draw(scale)) if self.draw else None
