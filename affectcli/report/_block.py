"""A figure with its words, before it is drawn: how tall depends on what else is on its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from affectcli.report import _style

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from affectcli.report._subject import Subject
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
    """What is seen, with numbers, for those who do not see it; '' where there is no figure."""
    empty: str = ""
    events: list[tuple[str, str, str]] = field(default_factory=list)
    """Key to the numbers of events: numbers, name, dates."""
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    side_by_side: bool = False
    """Whether the tables stand beside each other beneath the figure, else each for itself."""
    name: str = ""
    """The part that draws it, as in `affect report figure NAME`: the name of its file."""
    numbers: Callable[[], Table] | None = None
    """What is drawn as a table, for readers who do not see it; HTML has it below the figure."""

    def picture(self, scale: float) -> bytes | None:
        """Return the figure as SVG, None where there is nothing to draw."""
        return _style.svg(self.draw(scale)) if self.draw else None

    def blank(self) -> bytes | None:
        """Return an empty SVG of the figure's size at a factor of 1: drawing takes longest."""
        if self.draw is None:
            return None
        width, height = self.draw(1.0).get_size_inches() * 72
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
            f'viewBox="0 0 {width} {height}"/>'
        ).encode()


class Part(Protocol):
    """The promise of a figure's file: `TITLE` and `blocks`; besides, `draw` is pure.

    `draw` makes the picture of plain frames and numbers, so that a notebook can call it.
    """

    TITLE: str
    """What the figure is called where it cannot be drawn."""

    def blocks(self, subject: Subject) -> list[Block]:
        """Return the figures with their words, one that says why where nothing can be drawn."""
        ...
