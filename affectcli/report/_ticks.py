"""Round marks on an axis: shares as percent with as many digits as they need, and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

STEPS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def share_axis(ax: Axes, highest: float, *, ticks: int = 3) -> None:
    """Give the y axis few round steps of percent, from 0 to above `highest`."""
    highest = min(max(highest, 0.002), 1.0)
    ax.set_ylim(0, highest * 1.04)
    share_marks(ax.yaxis, 0.0, highest, ticks=ticks)


def share_marks(axis: Axis, low: float, high: float, *, ticks: int = 4) -> None:
    """Mark round percents from `low` to `high` on an axis, one above 0 at the least."""
    step = next((s for s in STEPS if (high - low) / s <= max(ticks, 2.5)), 0.5)
    marks = step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    digits = 0 if step >= 0.01 else 1 if step >= 0.001 else 2
    texts = [f"{100 * mark:.{digits}f}\u00a0%" if abs(mark) > 1e-12 else "0" for mark in marks]
    axis.set_ticks(marks, [text.replace("-", "\u2212") for text in texts])


def number_marks(axis: Axis, *, ticks: int = 4, signed: bool = False) -> None:
    """Mark round numbers on an axis, with a sign where `signed`."""
    axis.set_major_locator(MaxNLocator(ticks))

    def text(value: float, _position: int | None = None) -> str:
        sign = "+" if signed and value > 1e-12 else ""
        return f"{sign}{value:,.4g}".replace("-", "\u2212") if abs(value) > 1e-12 else "0"

    axis.set_major_formatter(FuncFormatter(text))
