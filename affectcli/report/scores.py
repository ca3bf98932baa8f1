"""How good past forecasts were: every model by days ahead, beside seasonal-naive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from affectcli.report import _forecasts, _numbers, _rowed, _style, _words
from affectcli.report._block import Block
from affectcli.report._tables import scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "How good past forecasts were"
ROW = 5.0
"""Height of a row in mm."""
LEFT, APART = 36.0, 4.0
"""Room for names, and between the groups of columns, in mm."""
OFF = 0.05
"""Coverage so far from its name is marked."""
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
KEY = (
    "From rolling origins against what came. WIS: weighted interval score over that of "
    "seasonal-naive, below 1 is better (darker). Stars: differs from seasonal-naive, Diebold and "
    "Mariano's test, q ≤ 0.05, 0.01, 0.001 over all models and horizons. Coverage: days within "
    "the interval; triangles: too few or too many by more than 5 points. As used: the model "
    "chosen anew at each origin by what was known there."
)


@dataclass(frozen=True)
class Cell:
    """One number of the grid: its text, how dark it stands in [0, 1], and a marker beside it."""

    text: str
    dark: float = 0.0
    mark: str = ""


@_style.styled
def draw(
    grid: Sequence[tuple[str, Sequence[Sequence[Cell]]]],
    heads: Sequence[int],
    *,
    unit: str = "day",
) -> Figure:
    """Draw a row for each model: its name, and three groups of one cell for each of `heads`.

    Heads are counted in `unit`.

    The groups are WIS over that of seasonal-naive, and the coverage of 80 % and 95 % intervals.
    """
    names = [name for name, _ in grid]
    figure, ax = _rowed.rows(names, height=ROW, left=LEFT, right=2.0, top=12.0, bottom=3.0)
    wide = (ax.get_position().width * _style.WIDTH - 2 * APART) / 3
    column = wide / len(heads)
    ax.set_xlim(0, 3 * wide + 2 * APART)
    titles = ("WIS over seasonal-naive's", "in the 80\u00a0% interval", "in the 95\u00a0% interval")
    for g, title in enumerate(titles):
        start = g * (wide + APART)
        _over(ax, start, 15, title, bold=True)
        for h, ahead in enumerate(heads):
            at = start + (h + 0.5) * column
            _over(ax, at, 6, f"{ahead} {unit}{'s' if ahead > 1 else ''}" if h == 0 else str(ahead))
            for y, (_, groups) in enumerate(grid):
                _cell(ax, (start + h * column, y), column, groups[g][h])
    ax.axis("off")
    ax.set_axis_on()
    ax.set_xticks([])
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    _rowed.embolden(ax, [i == 0 for i in range(len(names))])
    return figure


def _over(ax: Axes, x: float, up: float, text: str, *, bold: bool = False) -> None:
    ax.annotate(
        text, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, up),
        textcoords="offset points", ha="left" if bold else "center", va="center",
        fontsize=_style.SMALL, color=_style.INK if bold else _style.MUTED,
        fontweight="bold" if bold else "normal",
    )  # fmt: skip


def _cell(ax: Axes, corner: tuple[float, float], width: float, cell: Cell) -> None:
    x, y = corner
    box = Rectangle((x + 0.3, y - 0.44), width - 0.6, 0.88, facecolor=_style.shade(cell.dark),
                    linewidth=0)  # fmt: skip
    ax.add_patch(box)
    ax.text(x + width / 2, y, cell.text, ha="center", va="center", fontsize=_style.SMALL,
            color="white" if cell.dark > 0.6 else _style.INK)  # fmt: skip
    if cell.mark:
        ax.plot([x + width / 2 + 3.2], [y], cell.mark, color=_style.RED, markersize=2.8)


def grid(
    scores: Sequence[Mapping[str, Any]],
) -> tuple[list[tuple[str, list[list[Cell]]]], list[int]]:
    """Return the rows of `draw` and the days ahead: what was used first, then by WIS."""
    by = {(s["model"], s["horizon"]): s for s in scores}
    heads = sorted({int(s["horizon"]) for s in scores})
    ratio = {key: _ratio(s, by.get((_forecasts.BASE, key[1]))) for key, s in by.items()}
    models = sorted({s["model"] for s in scores})

    def rank(name: str) -> tuple[bool, float, str]:
        known = [r for h in heads if (r := ratio.get((name, h))) is not None]
        return name != _forecasts.USED, float(np.mean(known)) if known else np.inf, name

    rows = []
    for name in sorted(models, key=rank):
        of = [by.get((name, h), {}) for h in heads]
        base = name == _forecasts.BASE
        relative = [
            _relative(ratio.get((name, h)), by.get((name, h), {}), base=base) for h in heads
        ]
        inside = [[_inside(s.get(f"coverage{p}"), p / 100) for s in of] for p in (80, 95)]
        rows.append((_forecasts.model(name), [relative, *inside]))
    return rows, heads


def _ratio(score: Mapping[str, Any], base: Mapping[str, Any] | None) -> float | None:
    stored = score.get("wis_ratio")
    if stored is not None or base is None:
        return stored
    own, other = score.get("wis"), base.get("wis")
    return own / other if own is not None and other else None


def _relative(ratio: float | None, score: Mapping[str, Any], *, base: bool) -> Cell:
    if ratio is None:
        return Cell("\u2013")
    q = score.get("dm_q")
    stars = "" if q is None or base else next((s for level, s in STARS if q <= level), "")
    return Cell(f"{ratio:.2f}{stars}", min(max((1.0 - ratio) / 0.4, 0.0), 1.0))


def _inside(covered: float | None, nominal: float) -> Cell:
    if covered is None:
        return Cell("\u2013")
    off = covered - nominal
    return Cell(f"{100 * covered:.0f}", mark="v" if off < -OFF else "^" if off > OFF else "")


def blocks(subject: Subject) -> list[Block]:
    """Return the score grid of each forecast."""
    claims = [c for c in _forecasts.claims(subject) if c.result.get("scores")]
    if not claims:
        none = "No past forecast was scored: the history is too short for rolling origins."
        stored = bool(_forecasts.signals(subject))
        return [Block(TITLE, empty=none if stored else _forecasts.none(subject))]
    return [_block(subject.material, claim) for claim in claims]


def _block(material: Material, claim: Claim) -> Block:
    rows, heads = grid(claim.result["scores"])
    label, _ = _words.split(material.measure(claim.x) or claim.x)
    name = _words.called(material.measure(claim.x) or claim.x)
    origins = max(int(s["origins"]) for s in claim.result["scores"])
    said = partial(_forecasts.by_row, weeks=_forecasts.weekly(claim.result))
    return Block(
        f"{TITLE}: {name}",
        said(f"{origins} rolling origins; columns: days ahead; coverage in percent"),
        lambda _: draw(rows, heads, unit=said("day")),
        alt=f"Weighted interval score over that of seasonal-naive, {heads[0]} to {heads[-1]} "
        f"{said('days')} ahead: {'; '.join(f'{n} {_listed(g[0])}' for n, g in rows)}.",
        notes=[said(KEY)],
        tables=[_table(claim, name, share=material.is_share(label))],
        numbers=lambda: _numbers.table(
            [
                "Model",
                *(f"{what} {h}" for what in ("WIS", "80\u00a0%", "95\u00a0%") for h in heads),
            ],
            ([model, *(cell.text for group in groups for cell in group)] for model, groups in rows),
        ),
    )


def _table(claim: Claim, name: str, *, share: bool) -> Table:
    """Return every score of what was used and of seasonal-naive."""
    made = claim.result["scores"]
    used = _forecasts.USED
    best = used if any(s["model"] == used for s in made) else claim.result["model"]
    kept = [s for s in made if s["model"] in {best, _forecasts.BASE}]
    table = scores([{**s, "model": _forecasts.model(s["model"])} for s in kept],
                   name, best=_forecasts.model(best), share=share)  # fmt: skip
    said = partial(_forecasts.by_row, weeks=_forecasts.weekly(claim.result))
    return replace(table, head=[said(head) for head in table.head], note=said(table.note))


def _listed(cells: Sequence[Cell]) -> str:
    return ", ".join(cell.text for cell in cells)
