"""Word shift: which terms carry a change of an emotion, used more often or felt differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.report import _numbers, _rowed, _style, _text, _ticks, _words
from affectcli.report._block import Block
from affectcli.report._tables import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "Word shift"
ROW = 5.4
"""Height of a row in mm."""
HIGHEST = 10
"""Terms at most."""
GENERAL = "general"
DRIVER = "driver"
RISE = "Terms of {k} authors or more. Bars: percentage points of the change that a term carries; "
KEY = (
    "dark because it is used more or less often, hatched because posts with it carry the label "
    "more or less often than before. Diamond: both together, with its 95\u00a0% interval, which "
    "may leave the panel. Bold: a driver at q ≤ 0.05, with any one author left out."
)
REST = "Everything that is none of these terms carries {} points."


@dataclass(frozen=True)
class Term:
    """What a term carries of a change, in shares: by its use, by the feeling, and together."""

    name: str
    amount: float
    feeling: float
    whole: float
    interval: tuple[float, float] | None
    uses: tuple[float, float] | None
    """Uses in a post, before and in the window; None where they are not known."""
    driver: bool


@_style.styled
def draw(terms: Sequence[Term]) -> Figure:
    """Draw a row for each term, in their order."""
    names = [term.name for term in terms]
    figure, ax = _rowed.rows(names, height=ROW, right=38.0, top=8.0, bottom=12.0)
    points = 100 * np.array([[term.amount, term.feeling, term.whole] for term in terms])
    y = np.arange(len(terms), dtype=float)
    ax.barh(y - 0.18, points[:, 0], 0.32, color=_style.BLUE, linewidth=0)
    ax.barh(y + 0.18, points[:, 1], 0.32, facecolor=_style.ICE, edgecolor=_style.BLUE,
            hatch="/////", linewidth=0.5)  # fmt: skip
    for at, term in zip(y, terms, strict=True):
        if term.interval:
            ax.plot([100 * end for end in term.interval], [at, at], color=_style.INK, linewidth=0.8)
    ax.plot(points[:, 2], y, "D", color=_style.INK, markersize=3.2)
    ax.set_xlim(_limits(terms, points))
    ax.axvline(0, color=_style.MUTED, linewidth=0.7)
    ax.grid(visible=True, axis="x")
    _axis(ax)
    _rowed.embolden(ax, [term.driver for term in terms])
    for mm, head, side in ((19.0, "before", 0), (34.0, "window", 1)):
        texts = ["" if t.uses is None else f"{100 * t.uses[side]:.2g}" for t in terms]
        _rowed.beside(ax, texts, mm=mm, head=head)
    ax.annotate(
        "uses per 100 posts", (1, 1), xycoords="axes fraction", xytext=(34.0 / 25.4 * 72, 15),
        textcoords="offset points", ha="right", va="center", fontsize=_style.SMALL,
        color=_style.MUTED,
    )  # fmt: skip
    return figure


def _limits(terms: Sequence[Term], points: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the axis: all bars, and of the intervals at most as much again."""
    ends = np.array([100 * end for term in terms for end in term.interval or (0.0,)] + [0.0])
    most = max(float(np.abs(points).max()), 1e-6)
    low = max(min(float(points.min()), ends.min()), -2 * most)
    high = min(max(float(points.max()), ends.max()), 2 * most)
    room = 0.06 * (high - low)
    return low - room, high + room


def _axis(ax: Axes) -> None:
    _ticks.number_marks(ax.xaxis, ticks=6, signed=True)
    for text, at, align in (("← lowers it", 0, "left"), ("raises it →", 1, "right")):
        ax.annotate(
            text, (at, 0), xycoords="axes fraction", xytext=(0, -23), textcoords="offset points",
            ha=align, fontsize=_style.SMALL, color=_style.MUTED,
        )  # fmt: skip


def blocks(subject: Subject) -> list[Block]:
    """Return the terms behind the surest change that was explained, the newest of equals."""
    material = subject.material
    claims = [c for c in material.about("drivers") if c.y == "terms" and c.result.get("rows")]
    if not claims:
        do = "affect analyze drivers --signal SIGNAL --window START/END"
        return [Block(TITLE, empty=f"No change was explained: run {do}")]
    claim = min(sorted(claims, key=_newest, reverse=True), key=lambda c: _surest(material, c))
    terms = shown(claim.result["rows"], k=material.k)
    if not terms:
        return [Block(TITLE, empty=_words.hidden(material.k))]
    name = _words.called(material.measure(claim.x) or claim.x)
    change = f"{100 * claim.result['change']:+.1f} percentage points".replace("-", "\u2212")
    left = [r["contribution"] for r in claim.result["rows"] if r["role"] == GENERAL]
    rest = f" {REST.format(_points(left[0]))}" if left else ""
    whole = _whole(material, claim)
    doubt = "" if whole is None or not whole.get("why") else f", and {whole['why']}"
    return [
        Block(
            f"{TITLE}: {name}",
            f"{change}: {_span(claim, 'window')} against {_span(claim, 'baseline')}{doubt}",
            lambda _: draw(terms),
            alt=f"{name}, {change}: {'; '.join(map(_seen, terms[:6]))}.",
            notes=[RISE.format(k=material.k) + KEY + rest],
            numbers=lambda: _table(terms),
        )
    ]


def shown(rows: Sequence[dict[str, Any]], *, k: int) -> list[Term]:
    """Return the terms of `k` authors by the size of what they carry."""
    known = [r for r in rows if r["role"] != GENERAL and (r.get("authors") or 0) >= k]
    known.sort(key=lambda r: (-abs(r["contribution"]), r["name"]))
    return [_term(row) for row in known[:HIGHEST]]


def _term(row: dict[str, Any]) -> Term:
    before, now = row.get("posts_share_before"), row.get("posts_share")
    return Term(
        _text.plain(row["name"]),
        row["from_amount"],
        row["from_feeling"],
        row["contribution"],
        None if row["low"] is None else (row["low"], row["high"]),
        None if before is None or now is None else (before, now),
        driver=row["role"] == DRIVER,
    )


def _table(terms: Sequence[Term]) -> Table:
    head = ["Term", "Points", "95\u00a0% interval", "By use", "By feeling", "Uses before", "Window"]
    rows = (
        [t.name, _points(t.whole),
         f"{_points(t.interval[0])} to {_points(t.interval[1])}" if t.interval else NONE,
         _points(t.amount), _points(t.feeling),
         *(f"{100 * use:.2g}" for use in t.uses or ())]
        for t in terms
    )  # fmt: skip
    return _numbers.table(head, ([*row, *[NONE] * (len(head) - len(row))] for row in rows))


def _newest(claim: Claim) -> str:
    return str(claim.result["window"])


def _surest(material: Material, claim: Claim) -> tuple[float, float]:
    whole = _whole(material, claim)
    p = 1.0 if whole is None or whole.get("p_value") is None else float(whole["p_value"])
    return (_words.q_of(claim), p)


def _whole(material: Material, claim: Claim) -> dict[str, Any] | None:
    """Return the row of the whole change that a claim on terms divides."""
    for other in material.about("drivers"):
        same = all(other.result.get(key) == claim.result[key] for key in ("window", "baseline"))
        if other.y is None and other.x == claim.x and same:
            total: dict[str, Any] | None = other.result.get("total")
            return total
    return None


def _span(claim: Claim, key: str) -> str:
    start, _, stop = str(claim.result[key]).partition("/")
    return f"{start[:10]} to {stop[:10]}"


def _seen(term: Term) -> str:
    return f"{term.name} {_points(term.whole)} points" + (" (driver)" if term.driver else "")


def _points(share: float) -> str:
    return f"{100 * share:+.2g}".replace("-", "\u2212")
