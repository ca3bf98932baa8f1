"""What leads what: correlation at every lag with the band that unrelated series stay in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.report import _numbers, _style, _text, _words
from affectcli.report._block import Block
from affectcli.report._captions import BAND, MEAN
from affectcli.report._subject import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "What leads what"
PAIRS = 4
"""Panels at most."""
PANEL = 32.0
"""Height of a panel in mm."""
HALF = 38
"""Columns of text that a panel of half width has room for."""


@_style.styled
def draw(scans: Sequence[Mapping[str, Any]], *, scale: float = 1.0) -> Figure:
    """Draw one panel for each result of `analyze xcorr` (its keys, and short names of x and y)."""
    wide, deep, panel = 1 if len(scans) == 1 else 2, rows(len(scans)), scale * PANEL
    top, bottom, gap = 9.0, 9.0, 18.5
    figure = _style.canvas(deep * panel + (deep - 1) * gap + top + bottom)
    left, between = 11.0, 16.0
    width = (_style.WIDTH - left - 2 - (wide - 1) * between) / wide
    for i, scan in enumerate(scans):
        x, y = left + i % wide * (width + between), top + i // wide * (panel + gap)
        ax = _style.axes_at(figure, x, y, width, panel)
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
    lag, r, q = (scan.get(key) for key in ("peak_lag", "peak_r", "q_value"))
    peak, found = f"not testable; lags in {unit}", False
    if lag is not None and r is not None:
        found = q is not None and q <= _words.LEVEL
        one = unit.removesuffix("s") if abs(lag) == 1 else unit
        peak = f"r = {r:.2f} at {lag:+d} {one}" if lag else f"r = {r:.2f} on the same day"
        peak += f", q = {q:.2g}" if q is not None else ""
        color = _style.BLUE if found else _style.MUTED
        ax.plot([lag], [r], "o", markersize=6.5, color=color, fillstyle="none", markeredgewidth=0.8)
    _style.caption(ax, [(f"{x} and {y}", True), (peak.replace("-", "\u2212"), found)])


def blocks(subject: Subject) -> list[Block]:
    """Return the correlations by lag of the pairs with the smallest q."""
    material = subject.material
    block = Block(
        TITLE,
        "Correlation r at each lag, after each series' own memory is removed",
    )
    claims = [c for c in material.about("xcorr") if c.result.get("lags")]
    if not claims:
        block.empty = "No pair was tested: run affect analyze xcorr --x SIGNAL --y SIGNAL"
        return [block]
    ranked = sorted(claims, key=lambda c: (_words.q_of(c), -abs(c.result["peak_r"] or 0.0)))
    shown = _of_one_scheme(material, ranked)
    scans = [_scan(material, claim) for claim in shown[:PAIRS]]
    block.draw = lambda scale: draw(scans, scale=scale)
    block.panels = PANEL * rows(len(scans))
    means = any("(mean)" in scan[side] for scan in scans for side in ("x", "y"))
    block.notes = [f"{MEAN} {BAND}" if means else BAND]
    block.alt = "; ".join(_words.own(material, claim) for claim in shown[:PAIRS])
    if len(shown) < len(ranked):
        other = len(ranked) - len(shown)
        block.notes.append(f"Not drawn here: pairs of labels of other schemes ({other}).")
    block.numbers = lambda: _lagged(scans)
    return [block]


def _lagged(scans: Sequence[Mapping[str, Any]]) -> Table:
    """Return r at each lag of each pair, with the edge of the band."""
    head = ["Pair", "Lag", "r", "Raw r", "Band from", "to"]
    keys = ("r", "raw_r", "band_low", "band_high")
    rows = (
        [f"{scan['x']} and {scan['y']}", _numbers.number(lag)]
        + [_numbers.number(scan[key][i]) for key in keys]
        for scan in scans
        for i, lag in enumerate(scan["lags"])
    )
    return _numbers.table(head, rows)


def _of_one_scheme(material: Material, ranked: list[Claim]) -> list[Claim]:
    """Return the pairs whose labels are of the schemes of the first pair, or of none."""

    def schemes(claim: Claim) -> set[str]:
        return {found for side in (claim.x, claim.y) if side and (found := material.scheme(side))}

    known = [schemes(claim) for claim in ranked]
    lead = next((found for found in known if found), set())
    return [claim for claim, found in zip(ranked, known, strict=True) if found <= lead]


def _scan(material: Material, claim: Claim) -> dict[str, Any]:
    """Return a result with the names that a panel has room for."""
    names = {
        side: short(material, claim.result.get(side) or getattr(claim, side) or "")
        for side in ("x", "y")
    }
    return {**claim.result, "q_value": claim.q_value, **names}
