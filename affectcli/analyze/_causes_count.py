"""How many causes of an emotion belong to each theme, with intervals, periods and categories."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from affectcli.analyze._causes_themes import FEW, NOISE
from affectcli.analyze._causes_trend import PERIODS, trends

By = Literal["week", "month", "quarter", "year"]
STEP: dict[str, str] = {"week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
YEAR = 365.25
ANY = "any"
"""Stands for all emotions together: a post's span counts once."""
Z = 1.96


class Cell(NamedTuple):
    """A theme of one community's emotion."""

    community: str
    emotion: str
    theme: str
    numbers: dict[str, Any]


def cells(spans: pl.DataFrame, *, by: By, k: int) -> list[Cell]:
    """Return every theme of every community's emotions that has `k` authors there, largest first.

    `spans` has post_id, community, emotion, theme, author, created, category, vague. Themes of
    fewer authors are pooled as FEW; an emotion without any theme of `k` authors has no row.
    """
    spans = pl.concat([spans, _any(spans)]).with_columns(
        period=pl.col("created").dt.truncate(STEP[by]).dt.date()
    )
    found = []
    for (community, emotion), part in spans.group_by("community", "emotion", maintain_order=True):
        if part["author"].n_unique() >= k:
            rows = _rows(_pooled(part, k), k)
            if any(row["theme"] not in {NOISE, FEW} for row in rows):
                found += [Cell(str(community), str(emotion), r.pop("theme"), r) for r in rows]
    return found


def _any(spans: pl.DataFrame) -> pl.DataFrame:
    """Return each post's different themes once, as causes of ANY; none where one emotion is all."""
    several = pl.col("emotion").n_unique().over("community") > 1
    once = spans.filter(several).unique(["post_id", "theme"], keep="first", maintain_order=True)
    return once.with_columns(emotion=pl.lit(ANY))


def _pooled(part: pl.DataFrame, k: int) -> pl.DataFrame:
    few = (pl.col("author").n_unique().over("theme") < k) & (pl.col("theme") != NOISE)
    return part.with_columns(theme=pl.when(few).then(pl.lit(FEW)).otherwise(pl.col("theme")))


def _rows(part: pl.DataFrame, k: int) -> list[dict[str, Any]]:
    counted = (
        part.group_by("theme", maintain_order=True)
        .agg(
            spans=pl.len(),
            posts=pl.col("post_id").n_unique(),
            authors=pl.col("author").n_unique(),
            vague=pl.col("vague").mean(),
        )
        .sort("spans", descending=True, maintain_order=True)
    )
    counted = counted.join(_shares(part), on="theme", maintain_order="left")
    periods, kinds = _periods(part, k), _categories(part, k)
    tested = {} if periods is None else _trends(periods, counted)
    untested = dict.fromkeys(("trend", "trend_low", "trend_high", "p_value"))
    return [
        {
            **row,
            # Of what must not be shown, nobody needs to know how few they were.
            "authors": row["authors"] if row["authors"] >= k else None,
            "of": part.height,
            "of_authors": part["author"].n_unique(),
            "categories": kinds.get(row["theme"], {}),
            **tested.get(row["theme"], untested),
            "periods": [] if periods is None else _listed(periods, row["theme"]),
        }
        for row in counted.iter_rows(named=True)
    ]


def _shares(part: pl.DataFrame) -> pl.DataFrame:
    """Return share, low and high by theme: Wilson's interval at the effective number of spans.

    Authors are clusters (variance of a ratio, Cochran 1977, eq. 11.30).
    """
    whole = part.group_by("author").agg(all=pl.len().cast(pl.Float64))
    n, clusters = float(part.height), float(whole.height)
    squares = float(whole.select((pl.col("all") ** 2).sum()).item())
    p = pl.col("hits_sum") / n
    spread = pl.col("hits_sq") - 2 * p * pl.col("cross") + p**2 * squares
    m = (p * (1 - p) * n**2 / (spread * clusters / max(clusters - 1, 1))).fill_nan(n).clip(1, n)
    centre, z2 = (p + Z**2 / (2 * m)), 1 + Z**2 / m
    half = Z * (p * (1 - p) / m + Z**2 / (4 * m**2)).sqrt()
    return (
        part.group_by("theme", "author")
        .agg(hits=pl.len().cast(pl.Float64))
        .join(whole, on="author")
        .group_by("theme")
        .agg(
            hits_sum=pl.col("hits").sum(),
            hits_sq=(pl.col("hits") ** 2).sum(),
            cross=(pl.col("hits") * pl.col("all")).sum(),
        )
        .select("theme", share=p, low=(centre - half) / z2, high=(centre + half) / z2)
    )


def _periods(part: pl.DataFrame, k: int) -> pl.DataFrame | None:
    """Return spans by theme in the periods in which `k` authors have one; None where none has."""
    each = part.group_by("period").agg(of=pl.len(), people=pl.col("author").n_unique())
    each = each.filter(pl.col("people") >= k).select("period", "of").sort("period")
    if each.is_empty():
        return None
    hits = part.group_by("period", "theme").agg(hits=pl.len())
    grid = each.join(part.select("theme").unique(maintain_order=True), how="cross")
    return grid.join(hits, on=["period", "theme"], how="left", maintain_order="left").with_columns(
        pl.col("hits").fill_null(0)
    )


def _trends(periods: pl.DataFrame, counted: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Return the trend of each theme that has on average a span in each period."""
    each = periods.select("period", "of").unique(maintain_order=True)
    names = counted.filter(~pl.col("theme").is_in([NOISE, FEW]) & (pl.col("spans") >= each.height))[
        "theme"
    ].to_list()
    if each.height < PERIODS or not names:
        return {}
    hits = np.stack([periods.filter(pl.col("theme") == name)["hits"].to_numpy() for name in names])
    of = each["of"].to_numpy().astype(float)
    day = each["period"].cast(pl.Int32).to_numpy().astype(float)
    line = trends(hits / of, of, day / YEAR)
    return {
        name: {
            "trend": float(b),
            "trend_low": float(b - h),
            "trend_high": float(b + h),
            "p_value": float(p),
        }
        for name, b, h, p in zip(names, line.slope, line.half_width, line.p_value, strict=True)
    }


def _listed(periods: pl.DataFrame, theme: str) -> list[dict[str, Any]]:
    if theme in {NOISE, FEW}:
        return []
    mine = periods.filter(pl.col("theme") == theme)
    return mine.select("period", "hits", "of", share=pl.col("hits") / pl.col("of")).to_dicts()


def _categories(part: pl.DataFrame, k: int) -> dict[str, dict[str, float]]:
    """Return theme -> category -> share of its spans, of categories with `k` authors there."""
    sizes = part.group_by("theme").agg(all=pl.len())
    found = (
        part.filter(pl.col("category").is_not_null())
        .group_by("theme", "category")
        .agg(spans=pl.len(), people=pl.col("author").n_unique())
        .filter(pl.col("people") >= k)
        .join(sizes, on="theme")
        .sort("spans", "category", descending=[True, False])
    )
    shares: dict[str, dict[str, float]] = {}
    for row in found.iter_rows(named=True):
        shares.setdefault(row["theme"], {})[row["category"]] = row["spans"] / row["all"]
    return shares
