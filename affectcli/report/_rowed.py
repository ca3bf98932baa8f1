"""Figures of named rows: names at the left, one panel, figures in numbers at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.report import _style, _text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 1.62
"""Width in mm of a column of text, a little more than the mean letter's."""


def rows(
    names: Sequence[str],
    *,
    height: float,
    left: float = 42.0,
    right: float = 38.0,
    top: float = 6.0,
    bottom: float = 9.2,
) -> tuple[Figure, Axes]:
    """Return a figure with a row of `height` mm for each name, the first on top, at y = 0, 1, ..

    All measures are in mm. The left margin is as wide as the longest name and at most `left`: what
    it has no room for is cut in its middle.
    """
    cells = int((left - 3) / CELL)
    shown = [_text.short(name, cells) for name in names]
    left = 3 + CELL * max(map(_text.columns, shown))
    figure = _style.canvas(len(names) * height + top + bottom)
    width = _style.WIDTH - left - right
    ax = _style.axes_at(figure, left, top, width, len(names) * height)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), shown)
    ax.tick_params(axis="y", labelsize=_style.SMALL + 0.5, labelcolor=_style.INK, pad=4)
    ax.grid(visible=False, axis="y")
    return figure, ax


def embolden(ax: Axes, chosen: Sequence[bool]) -> None:
    """Set the names of the chosen rows in bold."""
    for label, bold in zip(ax.get_yticklabels(), chosen, strict=True):
        label.set_fontweight("bold" if bold else "normal")


def beside(ax: Axes, texts: Sequence[str], *, mm: float, head: str = "") -> None:
    """Write texts beside the rows, their ends `mm` right of the panel, and a head above them."""
    places: list[tuple[str, float, str, float]] = [
        (text, y, "data", 0.0) for y, text in enumerate(texts)
    ]
    for text, y, system, up in (*places, (head, 1.0, "axes fraction", 6.0)):
        ax.annotate(
            text, (1, y), xycoords=("axes fraction", system), xytext=(mm / 25.4 * 72, up),
            textcoords="offset points", ha="right", va="center", fontsize=_style.SMALL,
            color=_style.MUTED if up else _style.INK,
        )  # fmt: skip
