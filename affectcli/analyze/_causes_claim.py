"""What a theme's row says: its numbers, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.analyze._causes_themes import FEW, NOISE
from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from affectcli.analyze._causes_count import Cell
    from affectcli.analyze._causes_themes import Themes

LEVEL = 0.05
DISSOLVED = 0.5
"""Jaccard index below which another draw of spans does not find the theme (Hennig 2007)."""


def claim(
    cell: Cell,
    *,
    themes: Themes,
    question: Mapping[str, Any],
    family: tuple[float | None, int],
    as_of: datetime,
) -> Finding:
    """Return the finding of one cell; `family` is its q-value and the number of trends tested."""
    q_value, size = family
    result: dict[str, Any] = {
        "community": cell.community,
        "emotion": cell.emotion,
        "theme": cell.theme,
        **cell.numbers,
        "q_value": q_value,
        "family_size": size,
        "by": question["by"],
        "again": themes.again.get(cell.theme),
        "themes": len(themes.again),
        "different_spans": themes.different,
        "read_spans": themes.read,
        "adjusted_rand": float(themes.halves.rand.mean()),
        "adjusted_rand_low": float(themes.halves.rand.min()),
        "adjusted_rand_high": float(themes.halves.rand.max()),
    }
    result["verdict"] = _verdict(result)
    return Finding(
        analysis="causes",
        x=f"{cell.community}:{cell.emotion}",
        y=cell.theme,
        verdict=result["verdict"],
        as_of=as_of,
        result=result,
        p_value=result["p_value"],
        q_value=q_value,
        question=dict(question),
    )


def _verdict(row: Mapping[str, Any]) -> str:
    """Say in words how common the theme is, whether that changes, and how sure the grouping is."""
    share = f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
    emotion = "emotions" if row["emotion"] == "any" else row["emotion"]
    causes = f"of the {row['of']:,} causes of {emotion} in {row['community']}"
    said = {
        NOISE: f"{share} {causes} belong to no theme",
        FEW: f"{share} {causes} belong to themes that too few authors share to be shown",
    }.get(row["theme"])
    if said is None:
        said = f"{share} {causes} are about {row['theme']} ({row['authors']:,} authors)"
        said += _trend(row)
        if row["again"] < DISSOLVED:
            said += "; its border is vague: half of the spans alone would draw another"
    return said + ("; not a diagnosis." if row["categories"] or row["vague"] else ".")


def _trend(row: Mapping[str, Any]) -> str:
    if row["trend"] is None:
        return ""
    points, low, high = (100 * row[key] for key in ("trend", "trend_low", "trend_high"))
    tested = f"q = {row['q_value']:.2g}, {row['family_size']} trends tested"
    if row["q_value"] > LEVEL:
        return (
            f"; no trend found ({points:+.1f} points a year, {low:+.1f} to {high:+.1f}; {tested})"
        )
    way = "rising" if points > 0 else "falling"
    return f"; {way} by {abs(points):.1f} points a year ({low:+.1f} to {high:+.1f}; {tested})"
