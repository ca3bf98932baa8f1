"""The tables of a report: forecast scores, languages, refused rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.report import _text, _words

if TYPE_CHECKING:
    from affectcli.report._material import Material

NONE = "\u2013"
SCORES = (
    "Bold: the model used. *: smallest WIS so far ahead. Lower is better, but for precision "
    "and recall of high days; in 80\u00a0% and in 95\u00a0%: how many days fell into these "
    "intervals, in %. Points: percentage points."
)


@dataclass
class Table:
    """Rows of text; the first `left` columns are set left, all others right."""

    title: str
    head: list[str]
    rows: list[list[str]]
    note: str = ""
    left: int = 1
    bold: list[int] = field(default_factory=list)
    """Rows set in bold."""
    groups: list[int] = field(default_factory=list)
    """Rows that begin a group: a line stands above them."""


def scores(made: list[dict[str, Any]], name: str, *, best: str, share: bool) -> Table:
    """Return one row a model, grouped by days (or weeks) ahead, the model in use first."""
    unit = 100.0 if share else 1.0
    columns: list[tuple[str, str, float, int]] = [
        ("MAE (points)" if share else "MAE", "mae", unit, 2),
        ("MASE", "mase", 1, 2),
        ("WIS (points)" if share else "WIS", "wis", unit, 2),
        ("in 80\u00a0%", "coverage80", 100, 0),
        ("in 95\u00a0%", "coverage95", 100, 0),
        ("Precision", "precision", 1, 2),
        ("Recall", "recall", 1, 2),
        ("Brier", "brier", 1, 3),
    ]
    ranked = sorted(made, key=lambda s: (s["horizon"], s["model"] != best, s["model"]))
    least = _least(ranked)
    groups = [i for i, s in enumerate(ranked) if i == 0 or s["horizon"] != ranked[i - 1]["horizon"]]
    rows = [
        [
            str(s["horizon"]) if i in groups else "",
            _words.model(s["model"]),
            *(
                ("*\u00a0" if key == "wis" and s.get("wis") == least.get(s["horizon"]) else "")
                + _cell(s.get(key), scale, digits)
                for _, key, scale, digits in columns
            ),
        ]
        for i, s in enumerate(ranked)
    ]
    return Table(
        f"Past forecasts of {name} from rolling origins against what came",
        ["Days ahead", "Model", *(c[0] for c in columns)],
        rows,
        SCORES,
        left=2,
        bold=[i for i, s in enumerate(ranked) if s["model"] == best],
        groups=groups[1:],
    )


def _least(scores: list[dict[str, Any]]) -> dict[int, float]:
    """Return days ahead -> the smallest WIS of any model, where one has it."""
    least: dict[int, float] = {}
    for score in scores:
        wis = score.get("wis")
        if wis is not None:
            least[score["horizon"]] = min(wis, least.get(score["horizon"], wis))
    return least


def _cell(value: float | None, scale: float, digits: int) -> str:
    return NONE if value is None else f"{value * scale:.{digits}f}".replace("-", "\u2212")


def languages(material: Material) -> Table:
    """Return posts by language; languages of fewer than k authors are left out."""
    shown = material.languages.filter(pl.col("authors") >= material.k).head(8)
    total = int(shown["posts"].sum() or 0)
    rows = [
        [
            {"und": "too short to tell"}.get(r["lang"], r["lang"]),
            f"{r['posts']:,}",
            _text.percent(r["posts"] / total),
            "yes" if r["read"] else "passed over",
        ]
        for r in shown.rows(named=True)
    ]
    left = shown.height < material.languages.height
    note = f"Languages of fewer than {material.k} authors are left out." if left else ""
    return Table("Posts by language", ["Language", "Posts", "Share", "Tagged"], rows, note)


def rejects(material: Material) -> Table:
    rows = [
        [
            _text.plain(r["rule"]),
            f"{r['rows']:,}" if r["rows"] >= material.k else f"< {material.k}",
        ]
        for r in material.rejects.head(8).rows(named=True)
    ]
    return Table("Refused input rows (whole database)", ["Rule", "Rows"], rows)
