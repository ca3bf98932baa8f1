"""What leads what: correlation at every lag with the band that unrelated series stay in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from affectcli.report import _style, _text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

PANEL = 32.0
"""Height of a panel in mm."""
HALF = 38
"""Columns of text that a panel of half width has room for."""


@_style.styled
def draw(scans: Sequence[Mapping[str, Any]], *, scale: float = 1.0) -> Figure:
    """Draw one panel for each result of `analyze xcorr` (its keys, and short names of x and y)."""
    wide, deep, panel = 1 if len(scans) == 1 else 2, rows(len(scans)), scale * PANEL
    top, bottom, gap = 9.0, 9.0, 18.5
    total = deep * panel + (deep - 1) * gap + top + bottom
    figure = Figure(figsize=(_style.WIDTH / 25.4, total / 25.4))
    left, between = 11.0, 16.0
    width = (_style.WIDTH - left - 2 - (wide - 1) * between) / wide
    for i, scan in enumerate(scans):
        column, row = i % wide, i // wide
        bottom_edge = total - top - (row + 1) * panel - row * gap
        ax = figure.add_axes(
            (
                (left + column * (width + between)) / _style.WIDTH,
                bottom_edge / total,
                width / _style.WIDTH,
                panel / total,
            )
        )
        _panel(ax, scan, cells=90 if wide == 1 else HALF)
    return figure


def rows(count: int) -> int:
    """Return how many rows `count` panels stand in."""
    return count if count == 1 else -(-count // 2)


def _pair(scan: Mapping[str, Any], cells: int) -> tuple[str, str]:
    """Return the names of x and y, cut to `cells` columns together; a short one lends its room."""
    x, y = (_text.plain(str(scan[side])) for side in ("x", "y"))
    half = cells // 2
    room_x = max(half, cells - _text.columns(y))
    room_y = max(half, cells - _text.columns(x))
    return _text.short(x, room_x), _text.short(y, room_y)


def _panel(ax: Axes, scan: Mapping[str, Any], *, cells: int) -> None:
    lag = np.array(scan["lags"], dtype=float)
    r, raw, low, high = (
        np.array(scan[key], dtype=float) for key in ("r", "raw_r", "band_low", "band_high")
    )
    ax.fill_between(lag, low, high, color=_style.PALE, linewidth=0, step="mid")
    ax.plot(lag, raw, color=_style.FAINT, linewidth=0.9, linestyle=(0, (4, 2)))
    outside = (r < low) | (r > high)
    for flag, color, size in ((False, _style.MUTED, 2.2), (True, _style.BLUE, 3.6)):
        at = outside == flag
        ax.vlines(lag[at], 0, r[at], color=color, linewidth=1.0 + flag * 0.5)
        ax.plot(lag[at], r[at], "o", color=color, markersize=size)
    ax.axhline(0, color=_style.MUTED, linewidth=0.6)
    ax.axvline(0, color=_style.FAINT, linewidth=0.6)
    reach = np.nanmax(np.abs(np.concatenate([r, raw, low, high, [0.1]]))) * 1.25
    ax.set_ylim(-reach, reach)
    ax.set_xlim(lag[0] - 0.7, lag[-1] + 0.7)
    _name(ax, scan, cells)
    x, y = _pair(scan, cells - 4)
    for text, at, align in ((f"← {y} first", 0, "left"), (f"{x} first →", 1, "right")):
        ax.annotate(
            text, (at, 0), xycoords="axes fraction", xytext=(0, -23), textcoords="offset points",
            ha=align, fontsize=_style.SMALL, color=_style.MUTED,
        )  # fmt: skip


def _name(ax: Axes, scan: Mapping[str, Any], cells: int) -> None:
    """Write what is paired with what above a panel, and beneath it the peak."""
    x, y = _pair(scan, cells)
    unit = "trading days" if scan["freq"] == "bar" else "days"
    texts = [(f"{x} and {y}", 13, _style.INK, "bold")]
    lag, r, q = (scan.get(key) for key in ("peak_lag", "peak_r", "q_value"))
    if lag is None or r is None:
        texts.append((f"not testable; lags in {unit}", 3, _style.MUTED, "normal"))
    else:
        found = q is not None and q <= 0.05
        one = unit.removesuffix("s") if abs(lag) == 1 else unit
        peak = f"r = {r:.2f} at {lag:+d} {one}" if lag else f"r = {r:.2f} on the same day"
        peak += f", q = {q:.2g}" if q is not None else ""
        color = _style.BLUE if found else _style.MUTED
        texts.append((peak.replace("-", "\u2212"), 3, color, "bold" if found else "normal"))
        ax.plot([lag], [r], "o", markersize=6.5, color=color, fillstyle="none", markeredgewidth=0.8)
    for text, up, color, weight in texts:
        ax.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(0, up), textcoords="offset points",
            fontsize=_style.SMALL + (weight == "bold" and up > 3), color=color, fontweight=weight,
        )  # fmt: skip
