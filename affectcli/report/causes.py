"""Themes of causes: what an emotion is about, with counts and trends; terms, never quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affectcli.report import _numbers, _rowed, _style, _text, _ticks, _words
from affectcli.report._block import Block
from affectcli.report._tables import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from affectcli.report._claims import Claim
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "What it is about"
ROW = 5.0
"""Height of a row in mm."""
HIGHEST = 10
"""Themes at most."""
NOISE, FEW, ANY = "no theme", "too few authors", "any"
REST = {NOISE: "in no theme", FEW: "in themes of too few authors"}
KEY = (
    "Themes are groups of similar causes, named by their own words; only themes of {k} authors or "
    "more are shown. Line: 95\u00a0% interval, authors as clusters. Trend: percentage points a "
    "year, where it differs from none (q ≤ 0.05). Brackets: a vague border, half of the causes "
    "alone would draw another."
)
VAGUE = 0.5
"""Jaccard index below which half of the spans draw another theme (Hennig 2007)."""


@dataclass(frozen=True)
class Theme:
    """One theme: its share of the causes in [0, 1] with its interval, counts, trend a year."""

    name: str
    share: float
    low: float
    high: float
    causes: int
    authors: int | None
    trend: float | None
    theme: bool = True
    """Whether it is one, or stands for causes without any."""


@_style.styled
def draw(themes: Sequence[Theme]) -> Figure:
    """Draw a bar for each theme, in their order, with its counts beside it."""
    names = [theme.name for theme in themes]
    figure, ax = _rowed.rows(names, height=ROW, left=62.0, right=50.0, top=6.5)
    y = np.arange(len(themes))
    share = np.array([theme.share for theme in themes])
    real = np.array([theme.theme for theme in themes])
    ax.barh(y[real], share[real], 0.62, color=_style.SKY, linewidth=0)
    ax.barh(y[~real], share[~real], 0.62, facecolor="white", edgecolor=_style.FAINT, hatch="////",
            linewidth=0.6)  # fmt: skip
    for at, theme in zip(y, themes, strict=True):
        ax.plot([theme.low, theme.high], [at, at], color=_style.INK, linewidth=0.9)
    highest = max(theme.high for theme in themes)
    ax.set_xlim(0, highest * 1.04)
    _ticks.share_marks(ax.xaxis, 0.0, highest, ticks=5)
    ax.grid(visible=True, axis="x")
    _rowed.beside(ax, [f"{theme.causes:,}" for theme in themes], mm=13.0, head="causes")
    authors = ["\u2013" if t.authors is None else f"{t.authors:,}" for t in themes]
    _rowed.beside(ax, authors, mm=28.0, head="authors")
    trends = [_trend(theme.trend) for theme in themes]
    _rowed.beside(ax, trends, mm=48.0, head="trend a year" if any(trends) else "")
    return figure


def _trend(points: float | None) -> str:
    if points is None:
        return ""
    return f"{100 * points:+.1f}".replace("-", "\u2212")


def blocks(subject: Subject) -> list[Block]:
    """Return the themes of the lead emotion's causes, of all emotions' where it has none."""
    material = subject.material
    claims = [c for c in material.about("causes") if c.x.startswith(f"{material.community}:")]
    if not claims:
        return [Block(TITLE, empty="No causes were grouped: run affect analyze causes")]
    emotion = _emotion(subject, claims)
    mine = [c for c in claims if c.result["emotion"] == emotion]
    themes = shown(mine, k=material.k)
    if not any(theme.theme for theme in themes):
        return [Block(TITLE, empty=f"No theme has {material.k} authors.")]
    of, people = mine[0].result["of"], mine[0].result["of_authors"]
    what = "emotions" if emotion == ANY else _text.plain(emotion)
    left = sum(c.result["theme"] not in REST for c in mine) - sum(t.theme for t in themes)
    notes = [KEY.format(k=material.k)]
    notes += [_words.more(left, "theme", "not drawn")] if left else []
    return [
        Block(
            f"{TITLE}: causes of {what}",
            f"Share of {of:,} causes that {people:,} authors name",
            lambda _: draw(themes),
            alt=f"Causes of {what}: {'; '.join(map(_seen, themes))}.",
            notes=notes,
            numbers=lambda: _table(themes),
        )
    ]


def _table(themes: Sequence[Theme]) -> Table:
    rows = (
        [t.name, _numbers.share(t.share), f"{_text.percent(t.low)} to {_text.percent(t.high)}",
         f"{t.causes:,}", _numbers.number(t.authors), _trend(t.trend) or NONE]
        for t in themes
    )  # fmt: skip
    head = ["Theme", "Share", "95\u00a0% interval", "Causes", "Authors", "Trend a year (points)"]
    return _numbers.table(head, rows)


def _emotion(subject: Subject, claims: Sequence[Claim]) -> str:
    """Return the lead emotion if it has causes, else all together, else what has most."""
    held = {str(c.result["emotion"]): int(c.result["of"]) for c in claims}
    lead = subject.chosen.labels[:1]
    wanted = next((name for name in (*lead, ANY) if name in held), None)
    return wanted or max(sorted(held), key=lambda name: held[name])


def shown(claims: Sequence[Claim], *, k: int) -> list[Theme]:
    """Return the themes of `k` authors, largest first, then what belongs to none."""
    known = [c for c in claims if c.result["theme"] in REST or (c.result["authors"] or 0) >= k]
    known.sort(key=lambda c: (-c.result["share"], c.result["theme"]))
    themes = [c for c in known if c.result["theme"] not in REST][:HIGHEST]
    rest = [c for c in known if c.result["theme"] in REST]
    return [_theme(claim) for claim in (*themes, *rest)]


def _theme(claim: Claim) -> Theme:
    row = claim.result
    name = REST.get(row["theme"]) or _text.plain(row["theme"])
    vague = row.get("again") is not None and row["again"] < VAGUE
    sure = row.get("trend") is not None and _words.q_of(claim) <= _words.LEVEL
    return Theme(
        f"({name})" if vague else name,
        row["share"],
        row["low"],
        row["high"],
        row["spans"],
        row["authors"],
        row["trend"] if sure else None,
        theme=row["theme"] not in REST,
    )


def _seen(theme: Theme) -> str:
    trend = f", {_trend(theme.trend)} points a year" if theme.trend is not None else ""
    return f"{theme.name} {_text.percent(theme.share)}{trend}"
