"""Labels by week: every emotion in one row, dark where it is high for itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.dates import date2num
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from affectcli.report import _numbers, _rowed, _rows, _series, _style, _text, _words
from affectcli.report._block import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from affectcli.report._subject import Subject

TITLE = "Labels by week"
ROW = 3.6
"""Height of a row in mm."""
MOST = 28
STEPS = 7
"""Shades, few enough to be told apart."""
LEAST = 3
"""Weeks with a value that a label needs; and they must differ."""
IDLE = "Labels without a row, for they hardly occur: {}."
KEY = (
    "Each row has its own scale: palest is its lowest week, darkest its highest. Hatched: weeks "
    "with too few posts or authors. Framed: a highest week that the series' own wandering does not "
    "explain. Dark alone is no evidence: rare labels wander most."
)


@_style.styled
def draw(
    weeks: pl.DataFrame,
    *,
    framed: Mapping[str, tuple[date, date]] | None = None,
) -> Figure:
    """Draw `weeks` (measure, day: each Monday, value: null is thin), rows in their order there.

    `framed` has the first and the last day of a label's week to be framed.
    """
    names = weeks["measure"].unique(maintain_order=True).to_list()
    figure, ax = _rowed.rows(names, height=ROW, right=27.0, top=8.0)
    days = weeks["day"].unique().sort().to_list()
    x = np.array([float(date2num(day)) for day in days])  # type: ignore[no-untyped-call]  # matplotlib's
    values = np.full((len(names), len(days)), np.nan)
    column = {day: i for i, day in enumerate(days)}
    for i, name in enumerate(names):
        of = weeks.filter(pl.col("measure") == name)
        values[i, [column[day] for day in of["day"]]] = (
            of["value"].cast(pl.Float64).fill_null(float("nan"))
        )
    _cells(ax, x, values)
    for name in [name for name in framed or {} if name in names]:
        first, last = date2num((framed or {})[name])  # type: ignore[no-untyped-call]  # matplotlib's
        box = (first, names.index(name) - 0.5)
        ax.add_patch(
            Rectangle(box, last + 1 - first, 1, fill=False, edgecolor=_style.INK, linewidth=1.1)
        )
    _style.date_axis(ax, days[0], days[-1] + timedelta(6))
    ax.set_xlim(x[0], x[-1] + 7)
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    middle, top = np.nanmedian(values, axis=1), np.nanmax(values, axis=1)
    _rowed.beside(ax, [_text.percent(v) for v in middle], mm=12.0, head="median")
    _rowed.beside(ax, [_text.percent(v) for v in top], mm=25.0, head="highest")
    _scale(ax)
    return figure


def shades() -> list[str]:
    """Return the colours of the steps, pale to dark: in grey they keep their order."""
    return [_style.shade(dark) for dark in np.linspace(0.06, 1, STEPS)]


def _cells(ax: Axes, x: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    """Draw one path for each shade: a path for each cell would be a thousand times the bytes."""
    low, high = np.nanmin(values, axis=1), np.nanmax(values, axis=1)
    part = (values - low[:, None]) / np.where(high > low, high - low, 1.0)[:, None]
    step = np.minimum(np.nan_to_num(part, nan=-1.0) * STEPS, STEPS - 1).astype(int)
    step = np.where(np.isnan(part), -1, step)
    for level, color in enumerate(shades()):
        at = np.argwhere(step == level)
        ax.add_patch(PathPatch(_squares(x, at), facecolor=color, edgecolor=color, linewidth=0.2))
    thin = _squares(x, np.argwhere(step < 0))
    ax.add_patch(
        PathPatch(thin, facecolor="white", edgecolor=_style.FAINT, hatch="//////", linewidth=0)
    )


def _squares(x: NDArray[np.float64], at: NDArray[np.int64]) -> Path:
    left, top = x[at[:, 1]], at[:, 0] - 0.5
    right, foot = left + 7, top + 1
    corners = np.stack([left, top, right, top, right, foot, left, foot, left, top], axis=1)
    codes = np.tile([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], len(at))
    return Path(corners.reshape(-1, 2), codes)


def _scale(ax: Axes) -> None:
    """Draw the shades above the panel, with words at their ends."""
    width, above = 0.022, 1 + 2.2 / (ax.get_position().height * ax.figure.get_figheight() * 25.4)  # type: ignore[union-attr]  # a figure, no part of one
    colors = shades()
    for i, color in enumerate(colors):
        ax.add_patch(
            Rectangle((0.17 + i * width, above), width, 2.0 * (above - 1) / 2.2,
                      facecolor=color, edgecolor=_style.FAINT, linewidth=0.3,
                      transform=ax.transAxes, clip_on=False)
        )  # fmt: skip
    for text, at, align in (
        ("lowest week", 0.16, "right"),
        ("highest week of the label", 0.18 + STEPS * width, "left"),
    ):
        ax.annotate(
            text, (at, 1), xycoords="axes fraction", xytext=(0, 9), textcoords="offset points",
            ha=align, va="center", fontsize=_style.SMALL, color=_style.MUTED,
        )  # fmt: skip


def blocks(subject: Subject) -> list[Block]:
    """Return all labels of the lead emotion's scheme by week, the most frequent first."""
    weeks = weekly(subject) if subject.chosen.labels else pl.DataFrame()
    if weeks.is_empty():
        thin = f"No label has values in {LEAST} weeks: run affect aggregate --freq week"
        return [Block(TITLE, empty=thin)]
    names = weeks["measure"].unique(maintain_order=True).to_list()
    framed = _rows.peaks(subject.material, subject.chosen)
    idle = len(_rows.labels(subject.material, subject.chosen)[:MOST]) - len(names)
    what = (
        _words.VARIANTS[subject.chosen.variant].split(" of ")[0] if subject.chosen.variant else ""
    )
    return [
        Block(
            TITLE,
            f"{(what or 'share of posts').capitalize()}, weeks from Monday",
            lambda _: draw(weeks, framed=framed),
            alt=_seen(weeks, names),
            notes=[KEY, *([IDLE.format(idle)] if idle else [])],
            numbers=lambda: _numbers.by_day(weeks, names, "measure"),
        )
    ]


def weekly(subject: Subject) -> pl.DataFrame:
    """Return measure, day, value by week: as stored, else the mean of a week's days.

    Weeks between the first and the last are all there; a label needs values in three that differ.
    """
    material, column = subject.material, subject.chosen.variant or "value"
    names = _rows.labels(material, subject.chosen)[:MOST]
    stored = material.weekly.filter(
        pl.col("measure").is_in(names), pl.col(column).is_not_null()
    ).select("measure", "day", value=pl.col(column))
    if stored.is_empty():
        stored = _of_days(material.daily.filter(pl.col("measure").is_in(names)), column)
    by_name = stored.group_by("measure").agg(
        n=pl.len(), spread=pl.col("value").max() - pl.col("value").min()
    )
    held = by_name.filter(pl.col("n") >= LEAST, pl.col("spread") > 0)["measure"].to_list()
    enough = [name for name in names if name in held]
    if not enough:
        return stored.clear()
    first, last = _style.span(stored["day"])
    grid = pl.DataFrame({"day": pl.date_range(first, last, "1w", eager=True)})
    every = pl.DataFrame({"measure": enough}).join(grid, how="cross")
    return every.join(stored, on=["measure", "day"], how="left", maintain_order="left")


def _of_days(daily: pl.DataFrame, column: str) -> pl.DataFrame:
    known = daily.filter(pl.col(column).is_not_null())
    by_week = known.group_by("measure", pl.col("day").dt.truncate("1w")).agg(
        pl.col(column).mean().alias("value"), pl.len().alias("days")
    )
    return by_week.filter(pl.col("days") >= _series.ENOUGH).drop("days")


def _seen(weeks: pl.DataFrame, names: Sequence[str]) -> str:
    """Return the highest week of the first labels in words."""
    texts = []
    for name in names[:5]:
        of = weeks.filter(pl.col("measure") == name, pl.col("value").is_not_null())
        top = of.row(int(of["value"].arg_max() or 0), named=True)
        texts.append(
            f"{_text.plain(name)} {_text.percent(top['value'])} in the week of {top['day']}"
        )
    return f"{len(names)} labels by week; highest: {'; '.join(texts)}."
