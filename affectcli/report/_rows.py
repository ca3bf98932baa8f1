"""Which rows the figures draw: days where they hold enough, else weeks; and which column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.report import _breaks, _series, _style, _words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.report._material import Material

POSTS, VALUED = 100, 0.8
"""Days are drawn from so many posts on a median day, and where so large a share has a value."""
NOT_EMOTIONS = frozenset({"posts", "valence", "intensity", "neutral"})
BANDS = {None: ("low", "high"), "mean": ("mean_low", "mean_high")}
"""The interval of each column that has one."""


@dataclass(frozen=True)
class Chosen:
    """The labels drawn, the lead first, and their column: None is the share, else the variant."""

    labels: list[str]
    variant: str | None = None

    @property
    def lead(self) -> str:
        """The measure of the large panel, as signals name it."""
        return self.labels[0] + (f"@{self.variant}" if self.variant else "")


def kind(material: Material) -> _series.Kind:
    """Return what is drawn: `sparse` is thin days without weekly rows, hence without a band."""
    daily = material.daily
    posts = daily.filter(pl.col("measure") == "posts")["posts"].fill_null(0).to_numpy()
    known = daily.filter(~pl.col("measure").is_in(["posts", "valence"]))
    valued = known.filter(pl.col("value").is_not_null())["day"].n_unique()
    often = valued >= VALUED * daily["day"].n_unique()
    if len(posts) and np.median(posts) >= POSTS and often:
        return "day"
    if material.weekly["value"].drop_nulls().is_empty():
        return "sparse"
    # Weeks that end long before the days do were made before the newest posts came.
    late = _style.span(daily["day"])[1] - _style.span(material.weekly["day"])[1]
    return "week" if late < timedelta(14) else "sparse"


def timeline(material: Material, chosen: Chosen, events: list[date]) -> _series.Timeline:
    """Return the rows of the labels in the chosen column, and the highest weeks to shade.

    An uncorrected share has no stored interval: its band is null.
    """
    drawn = kind(material)
    rows = material.weekly if drawn == "week" else material.daily
    column = chosen.variant or "value"
    edges = BANDS.get(chosen.variant)
    low, high = map(pl.col, edges) if edges else (pl.lit(None), pl.lit(None))
    frame = rows.filter(pl.col("measure").is_in(chosen.labels)).select(
        "measure",
        "day",
        pl.col(column).alias("value"),
        low.cast(pl.Float64).alias("low"),
        high.cast(pl.Float64).alias("high"),
    )
    span = _style.span(material.daily["day"])
    return _series.Timeline(
        frame, drawn, span, events, peaks(material, chosen), _breaks.days(material, span)
    )


def peaks(material: Material, chosen: Chosen) -> dict[str, tuple[date, date]]:
    """Return label -> first and last day of its highest week, where that is beyond chance."""
    found = {}
    for claim in material.about("levels"):
        label, variant = _words.split(material.measure(claim.x) or "")
        if variant == chosen.variant and _words.peak_q_of(claim) <= _words.LEVEL:
            first, last = (str(claim.result[key])[:10] for key in ("peak_start", "peak_end"))
            found[label] = (date.fromisoformat(first), date.fromisoformat(last))
    return found


def chosen(material: Material, count: int) -> Chosen:
    """Return what is drawn: the lead emotion, others with a highest week, the most frequent.

    All are of one scheme: labels of two would show the same posts under two names.
    """
    lead = next((m for m in leads(material) if _words.split(m)[0] in _ranked(material, m)), None)
    if lead is None:
        return Chosen(_of_scheme(material, _ranked(material, ""), None)[:count])
    label, variant = _words.split(lead)
    alike = _of_scheme(material, _ranked(material, lead), material.scheme(label))
    others = [name for name in alike if name != label]
    risen = peaks(material, Chosen([], variant))
    others.sort(key=lambda name: name not in risen)  # stable: the more frequent stay first
    return Chosen([label, *others[: count - 1]], variant)


def labels(material: Material, like: Chosen) -> list[str]:
    """Return all labels of the scheme of `like`, the most frequent first."""
    return _of_scheme(material, _ranked(material, like.lead), material.scheme(like.labels[0]))


def _of_scheme(material: Material, names: list[str], scheme: str | None) -> list[str]:
    """Return the labels of one scheme; of goemotions28, else of the first label's, where None."""
    schemes = [material.scheme(name) for name in names]
    if scheme is None and schemes:
        scheme = "goemotions28" if "goemotions28" in schemes else schemes[0]
    return [name for name, of in zip(names, schemes, strict=True) if of == scheme]


def _ranked(material: Material, like: str) -> list[str]:
    """Return the emotions, the most frequent first, by the column that measure `like` names."""
    column = pl.col(_words.split(like)[1] or "value")
    weak = list(material.weak)
    frame = material.daily.filter(
        ~pl.col("measure").is_in([*NOT_EMOTIONS, *weak]), column.is_not_null()
    )
    means = frame.group_by("measure").agg(column.mean().alias("mean"))
    names: list[str] = means.sort("mean", "measure", descending=[True, False])["measure"].to_list()
    return [name for name in names if material.is_share(name)]


def leads(material: Material) -> Iterator[str]:
    """Yield candidates for the large panel: strongest finding first, then what was forecast."""
    claims = [c for c in material.claims if c.analysis in {"levels", "xcorr"}]
    ranked = sorted(
        (c for c in claims if _words.best_q_of(c) <= _words.LEVEL),
        key=lambda c: (_words.best_q_of(c), -abs(c.result.get("peak_r") or 0.0), c.analysis, c.x),
    )
    for claim in ranked:
        yield from (m for side in (claim.x, claim.y) if side and (m := material.measure(side)))
    yield from (
        m for s in material.forecasts["signal"].unique().sort() if (m := material.measure(s))
    )


def assets_by_finding(material: Material) -> list[str]:
    """Return the assets, the one with the strongest finding first."""
    found = [claim.y or "" for claim in material.about("xcorr")]
    rank = {asset: [f"asset/{asset}:" in y for y in found] for asset in material.assets}
    return sorted(rank, key=lambda asset: rank[asset].index(True) if any(rank[asset]) else 999)
