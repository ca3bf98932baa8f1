"""What an event changed: the days around it, beside what placebo dates show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from matplotlib.ticker import FuncFormatter, MaxNLocator

from affectcli.report import _numbers, _style, _text, _ticks, _words
from affectcli.report._block import Block
from affectcli.report._captions import MEAN
from affectcli.report._subject import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "What events changed"
STUDIES = 4
"""Panels at most."""
PANEL = 32.0
"""Height of a panel in mm."""
HALF = 42
"""Columns of text that a panel of half width has room for."""
AFTER = 10
"""Days shown after an event at the least."""
KEY = (
    "Thick line: mean over the event's dates; thin lines: each date. Grey box: the days compared, "
    "as high as 95\u00a0% of placebo dates with the same spacing reach around the mean of the "
    "days before (dotted). Broken line: the effect found. q: over all events and signals tested. "
    "Days of fewer than {k} authors are counted, not drawn."
)


@dataclass(frozen=True)
class Path:
    """One event on one measure: `days` (m,) from the event, `values` (dates, m), and the claim."""

    name: str
    days: NDArray[np.int64]
    values: NDArray[np.float64]
    result: Mapping[str, Any]
    share: bool


@_style.styled
def draw(paths: Sequence[Path], *, scale: float = 1.0) -> Figure:
    """Draw one panel for each path."""
    wide, deep, panel = min(len(paths), 2), rows(len(paths)), scale * PANEL
    top, bottom, gap, left, between = 9.0, 9.0, 18.5, 11.0, 16.0
    figure = _style.canvas(deep * panel + (deep - 1) * gap + top + bottom)
    width = (_style.WIDTH - left - 2 - (wide - 1) * between) / wide
    for i, path in enumerate(paths):
        x, y = left + i % wide * (width + between), top + i // wide * (panel + gap)
        ax = _style.axes_at(figure, x, y, width, panel)
        _panel(ax, path)
        _style.caption(ax, _titles(path, 90 if wide == 1 else HALF))
    return figure


def rows(count: int) -> int:
    """Return how many rows `count` panels stand in."""
    return -(-count // 2)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    return int(first), int(last)


def _panel(ax: Axes, path: Path) -> None:
    found = path.result
    first, last = _span(found["window"])
    start, _ = _span(found["baseline"])
    before, effect = found["before"], found["effect"]
    reach = (found["high"] - found["low"]) / 2
    days = path.days
    with np.errstate(invalid="ignore"):
        known = np.isfinite(path.values)
        count = known.sum(axis=0)
        total = np.where(known, path.values, 0.0).sum(axis=0)
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    if len(path.values) > 1:
        ax.plot(days, path.values.T, color=_style.FAINT, linewidth=0.5, alpha=0.8)
    box = [first - 0.5, last + 0.5]
    ax.fill_between(box, before - reach, before + reach, color="#d0d0d0", linewidth=0, zorder=1.1)
    ax.plot([start - 0.5, last + 0.5], [before] * 2, color=_style.MUTED, linewidth=0.8,
            linestyle=(0, (1, 1.5)))  # fmt: skip
    ax.plot(days, mean, color=_style.INK, linewidth=1.5, zorder=3)
    least, most = (0.0, 1.0) if path.share else (-np.inf, np.inf)
    after = min(max(before + effect, least), most)
    ax.plot(box, [after] * 2, color=_style.BLUE, linewidth=2.0, linestyle=(0, (3, 1)),
            solid_capstyle="butt", zorder=4)  # fmt: skip
    ax.axvline(0, color=_style.INK, linewidth=0.6, linestyle=(0, (1, 2)))
    ax.set_xlim(days[0] - 0.5, days[-1] + 0.5)
    single = np.nanquantile(path.values, [0.02, 0.98]) if known.any() else np.array([before])
    ends = np.concatenate([mean[np.isfinite(mean)], single,
                           [before - reach, before + reach, after]])  # fmt: skip
    low, high = max(float(ends.min()), least), min(float(ends.max()), most)
    ax.set_ylim(low - 0.05 * (high - low), high + 0.08 * (high - low))
    if path.share:
        _ticks.share_marks(ax.yaxis, *ax.get_ylim())
    else:
        _ticks.number_marks(ax.yaxis)
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:+.0f}".replace("-", "\u2212")
                                               if x else "event"))  # fmt: skip


def _titles(path: Path, cells: int) -> list[tuple[str, bool]]:
    found = path.result
    n = f" ({found['n']} dates)" if found["n"] != 1 else f" ({found['days'][0]})"
    name = _text.short(path.name, cells // 2)
    event = _text.short(str(found["event"]), cells - _text.columns(name) - len(n) - 2)
    q = float(found["q_value"])
    return [(f"{event}{n}: {name}", True), (f"{size(path)}, q = {q:.2g}", q <= _words.LEVEL)]


def size(path: Path) -> str:
    """Return the effect with its interval in words."""
    found, unit = path.result, 100 if path.share else 1
    value, low, high = (unit * found[key] for key in ("effect", "low", "high"))
    text = f"{value:+.3g}{' points' if path.share else ''} ({low:.3g} to {high:.3g})"
    return text.replace("-", "\u2212")


def blocks(subject: Subject) -> list[Block]:
    """Return the events with the smallest q on the community's signals."""
    material = subject.material
    claims = [c for c in material.about("events") if material.measure(c.x)]
    if not claims:
        none = "No event was tested: run affect analyze events --signal SIGNAL"
        return [Block(TITLE, empty=none)]
    claims.sort(key=lambda c: (_words.q_of(c), c.p_value or 0.0, c.x, c.y or ""))
    found = [path for claim in claims if (path := _path(material, claim))][:STUDIES]
    if not found:
        apart = "The dates of the events that were tested lie outside the period shown."
        return [Block(TITLE, empty=apart)]
    notes = [KEY.format(k=material.k)]
    if len(claims) > len(found):
        notes.append(_words.more(len(claims) - len(found), "test", "of an event not drawn"))
    if any("(mean)" in path.name for path in found):
        notes[0] = f"{MEAN} {notes[0]}"
    seen = (
        f"{_text.plain(str(p.result['event']))} and {_text.plain(p.name)}: {size(p)}, "
        f"q = {p.result['q_value']:.2g}"
        for p in found
    )
    return [
        Block(
            TITLE,
            "Days around an event less the days before it; shares in percent",
            lambda scale: draw(found, scale=scale),
            PANEL * rows(len(found)),
            f"{'; '.join(seen)}.",
            notes=notes,
            numbers=lambda: _table(found),
        )
    ]


def _table(paths: Sequence[Path]) -> Table:
    """Return the effect of each event, and the mean of the days before and compared."""
    rows = (
        [_text.plain(str(p.result["event"])), p.name, str(p.result["n"]), size(p),
         *((_numbers.share if p.share else _numbers.number)(p.result[key])
           for key in ("before", "during")), f"{p.result['q_value']:.2g}"]
        for p in paths
    )  # fmt: skip
    head = ["Event", "Signal", "Dates", "Effect (95\u00a0% interval)", "Before", "Then", "q"]
    return _numbers.table(head, rows, left=2)


def _path(material: Material, claim: Claim) -> Path | None:
    """Return the days around the dates of a claim, None where no day has a value."""
    measure = material.measure(claim.x) or ""
    label, variant = _words.split(measure)
    rows_of = material.daily.filter(pl.col("measure") == label)
    values = dict(rows_of.select("day", pl.col(variant or "value")).iter_rows())
    _, last = _span(claim.result["window"])
    first, _ = _span(claim.result["baseline"])
    days = np.arange(first, max(last, AFTER) + 1)
    dates = [date.fromisoformat(str(day)[:10]) for day in claim.result["days"]]
    around = np.array(
        [[values.get(day + timedelta(int(d))) for d in days] for day in dates], dtype=float
    )
    if not np.isfinite(around).any():
        return None
    result = {**claim.result, "q_value": _words.q_of(claim)}
    return Path(short(material, claim.x), days, around, result, share=material.is_share(label))
