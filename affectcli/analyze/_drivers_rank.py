"""From tables to rows: what is a driver, what is not and why, ranked over all dimensions.

A row's contribution is what its posts do that the posts it is compared with do not: other threads,
the regulars, what communities have in common. What is general in that sense has no driver and no
rank. So contributions of different dimensions are shares of one change, by what stands out, and the
largest of them ranks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from affectcli.analyze import _drivers_tables as tables
from affectcli.analyze._drivers_chance import Chance, chance
from affectcli.analyze._drivers_text import vocabulary
from affectcli.analyze._fdr import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.analyze._drivers_posts import Posts
    from affectcli.analyze._drivers_tables import Table

Row = dict[str, Any]
LEVEL = 0.05
KEPT = 0.5
"""Part of a driver's contribution that must be left without any one of its authors."""
DRIVER, BRAKE, GENERAL, UNSURE = "driver", "brake", "general", "not shown"
FIRST = (DRIVER, tables.ONE, UNSURE, BRAKE, GENERAL)


class Explained(NamedTuple):
    """A change, and what carries it."""

    change: Row
    """The row of the whole change."""
    rows: list[Row]
    """Of all dimensions, drivers first."""
    left_out: list[str]
    """Dimensions that could not be looked at, and why."""
    family: int
    notes: list[str]


def explain(posts: Posts, *, k: int, top: int = 10, draws: int = 999, seed: int = 0) -> Explained:
    """Return the rows of every dimension, those of fewer than `k` authors within others."""
    asked = [
        tables.people(posts, k=k),
        tables.threads(posts, k=k, top=top),
        tables.communities(posts, k=k),
        tables.causes(posts, k=k),
        vocabulary(posts, k=k, top=top, seed=seed),
    ]
    made = [table for table in asked if not isinstance(table, str)]
    all_posts = tables.whole(posts)
    total, *judged = chance([all_posts, *made], draws=draws, seed=seed)
    apart = total.low[0] > 0 or total.high[0] < 0
    sure = bool(apart and total.p_value[0] <= LEVEL)
    # A part of a change that may be none has no meaning.
    whole = float(total.estimate[0]) if sure else None
    change = _row(all_posts, total, 0, whole=whole, k=k)
    change |= {"role": "change", "why": None if sure else "it may be chance"}
    change |= {"q_value": None, "family_size": None}
    tested = {table.dimension: table.tested for table in made}
    family = sum(tested.values())
    rows = [
        _row(table, found, place, whole=whole, k=k)
        for table, found in zip(made, judged, strict=True)
        for place in range(len(table.names))
        if table.authors[place]
    ]
    for row, q in zip(rows, _q_values(rows, tested), strict=True):
        row["q_value"], row["family_size"] = q, family
        if row["role"] is None:
            row["role"], row["why"] = _role(row, sure=sure, k=k)
    return Explained(
        change,
        _ranked(rows, change["contribution"]),
        [table for table in asked if isinstance(table, str)],
        family,
        [table.note for table in made if table.note],
    )


def _q_values(rows: Sequence[Row], tested: Mapping[str, int]) -> list[float | None]:
    """Return q over all rows there were to choose from; those not chosen count as p = 1.

    Each dimension has the same weight (Genovese, Roeder & Wasserman 2006), so that a thousand terms
    do not hide newcomers.
    """
    family = sum(tested.values())
    size = {dimension: len(tested) * rows / family for dimension, rows in tested.items()}
    known = [r["p_value"] * size[r["dimension"]] for r in rows if r["p_value"] is not None]
    q_values = iter(benjamini_hochberg(np.array(known + [1.0] * (family - len(known)))).tolist())
    return [None if row["p_value"] is None else next(q_values) for row in rows]


def _row(table: Table, found: Chance, place: int, *, whole: float | None, k: int) -> Row:
    name, authors = table.names[place], int(table.authors[place])
    contribution = float(found.estimate[place])
    # How many posts fewer than k authors wrote, and what they felt, is nobody's business.
    shown = authors >= k
    numbers = {
        "authors": authors,
        "posts_share_before": float(table.uses[0, place]),
        "posts_share": float(table.uses[1, place]),
        "felt_before": float(table.felt[0, place]) if table.uses[0, place] else None,
        "felt": float(table.felt[1, place]) if table.uses[1, place] else None,
    }
    general = place == len(table.names) - 1
    one = name == tables.ONE and table.dimension == "authors"
    return {
        "dimension": table.dimension,
        "name": name,
        "role": GENERAL if general else tables.ONE if one else None,
        "contribution": contribution,
        "share": contribution / whole if whole else None,
        "low": None if one else float(found.low[place]),
        "high": None if one else float(found.high[place]),
        "from_amount": float(table.amount[place]),
        "from_feeling": float(table.feeling[place]),
        **{key: value if shown else None for key, value in numbers.items()},
        "p_value": None if one else float(found.p_value[place]),
        "holds": not one and bool(found.without[place] >= KEPT * abs(contribution)),
        "why": "one author, shown as a warning" if one else None,
    }


def _role(row: Row, *, sure: bool, k: int) -> tuple[str, str | None]:
    """Return what a row is to the change, and why it is no driver where it is none."""
    if row["authors"] is None:
        return UNSURE, f"fewer than {k} authors"
    if not sure:
        return UNSURE, "the change itself is not sure"
    if not row["holds"]:
        return UNSURE, "hardly half of it is left without one author"
    if row["low"] <= 0 <= row["high"]:
        return UNSURE, "its interval includes 0"
    if row["q_value"] > LEVEL:
        return UNSURE, f"q = {row['q_value']:.2g} over {row['family_size']} rows"
    return (DRIVER if row["share"] > 0 else BRAKE), None


def _ranked(rows: list[Row], change: float) -> list[Row]:
    """Number the rows: drivers and the warning of one author first, then by size."""
    way = 1 if change >= 0 else -1
    order = {role: max(place, 1) for place, role in enumerate(FIRST)}
    rows.sort(key=lambda row: (order[row["role"]], -way * row["contribution"]))
    for rank, row in enumerate(rows, start=1):
        row["rank"] = None if row["role"] == GENERAL else rank
    return rows
