"""What comes next: fan of quantiles, the threshold, high-prevalence periods, daily probability."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import FuncFormatter, MaxNLocator

from affectcli.report import _series, _style, _text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BACK = 75
"""Days of history shown before the origin."""
FAN = (("q05", "q95", "#dcebf5"), ("q10", "q90", "#b5d4e8"), ("q25", "q75", "#7fb8d8"))
PANELS = (42.0, 11.0)
"""Heights in mm of the fan and of the probabilities."""
Spell = tuple[date, date, float]
"""A high-prevalence period: first day, last day, probability."""


@_style.styled
def draw(
    history: pl.DataFrame,
    days: pl.DataFrame,
    *,
    periods: Sequence[Spell],
    share: bool,
    breaks: Sequence[date] = (),
    scale: float = 1.0,
) -> Figure:
    """Draw `history` (day, value) and the forecast `days` (quantiles, p_high, threshold).

    `breaks` are the days on which the instrument changed; those before the first shown are left.
    """
    figure, (ax, strip) = _style.stack(
        [scale * height for height in PANELS], gap=6.5, top=6.0, bottom=9.2
    )
    origin, last = _style.span(days["day"])
    begin = _style.span(history["day"])[0] if history.height else origin
    first = max(origin - timedelta(BACK), begin)
    value = history["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    past = history.with_columns(pl.Series("week", _series.trailing(value))).filter(
        pl.col("day") >= first, pl.col("day") < origin
    )
    _history(ax, past, origin)
    _fan(ax, days)
    _threshold(ax, days["threshold"][0], share=share)
    _probability(strip, days)
    _axes(ax, past, days, share=share)
    for panel in (ax, strip):
        _style.date_axis(panel, first, last, labels=panel is strip)
        panel.axvline(origin - timedelta(hours=12), color=_style.FAINT, linewidth=0.7)  # type: ignore[arg-type]  # matplotlib converts dates
    _periods(ax, periods)
    _style.break_lines([ax], [day for day in breaks if day >= first])
    return figure


def _history(ax: Axes, past: pl.DataFrame, origin: date) -> None:
    value = past["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    x = past["day"].to_list()
    ax.plot(x, value, color=_style.FAINT, linewidth=0.7, marker="o", markersize=1.6)
    ax.plot(x, past["week"].to_numpy(), color=_style.INK, linewidth=1.5)
    ax.annotate(
        "forecast →", (origin, 1), xycoords=("data", "axes fraction"), xytext=(2, 4),
        textcoords="offset points", fontsize=_style.SMALL, color=_style.MUTED,
    )  # fmt: skip


def _fan(ax: Axes, days: pl.DataFrame) -> None:
    x = days["day"].to_list()
    for low, high, color in FAN:
        ax.fill_between(x, days[low].to_numpy(), days[high].to_numpy(), color=color, linewidth=0)
    ax.plot(x, days["q50"].to_numpy(), color=_style.BLUE, linewidth=1.7)


def _threshold(ax: Axes, threshold: float | None, *, share: bool) -> None:
    if threshold is None:
        return
    ax.axhline(threshold, color=_style.RED, linewidth=1.0, linestyle=(0, (5, 2)))
    text = _text.percent(threshold) if share else f"{threshold:.3g}"
    ax.annotate(
        f"high: above\n{text}", (1, threshold), xycoords=("axes fraction", "data"), xytext=(4, 0),
        textcoords="offset points", va="center", fontsize=_style.SMALL, color=_style.RED,
    )  # fmt: skip


def _periods(ax: Axes, periods: Sequence[Spell]) -> None:
    half = timedelta(hours=12)
    for first, last, probability in periods:
        ax.axvspan(first - half, last + half, facecolor=_style.SAND, edgecolor=_style.RED,  # type: ignore[arg-type]  # matplotlib converts dates
                   hatch="////", linewidth=0, alpha=0.6, zorder=0)  # fmt: skip
        ax.annotate(
            _text.percent(probability), (first + (last - first) / 2, 1),
            xycoords=("data", "axes fraction"), xytext=(0, -3), textcoords="offset points",
            ha="center", va="top", fontsize=_style.SMALL, color=_style.RED, fontweight="bold",
        )  # fmt: skip


def _probability(ax: Axes, days: pl.DataFrame) -> None:
    chance = days["p_high"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    ax.bar(days["day"].to_list(), chance, width=0.8, color=_style.RED, linewidth=0)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "50\u00a0%", "100\u00a0%"])
    _style.name_panel(ax, "Probability that the day is high")


def _axes(ax: Axes, past: pl.DataFrame, days: pl.DataFrame, *, share: bool) -> None:
    values = np.concatenate(
        [
            past["value"].drop_nulls().to_numpy(),
            days["q95"].to_numpy(),
            days["threshold"].to_numpy(),
        ]
    ).astype(float)
    top = float(np.nanmax(values)) * 1.12
    if share:
        _style.share_axis(ax, top, ticks=4)
    else:
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}"))
