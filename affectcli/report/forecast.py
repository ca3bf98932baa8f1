"""What comes next: fan of quantiles, the threshold, high-prevalence periods, daily probability."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.report import _breaks, _forecasts, _numbers, _series, _style, _text, _ticks, _words
from affectcli.report._block import Block
from affectcli.report._captions import FAN as FAN_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "What comes next"
WEEKLY = "Black: weeks from Monday."
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
    weekly: bool = False,
    scale: float = 1.0,
) -> Figure:
    """Draw `history` (day, value) and the forecast `days` (quantiles, p_high, threshold).

    `breaks` are the days on which the instrument changed; those before the first shown are left.
    `weekly` says that each row is a week, named by its Monday.
    """
    said = partial(_forecasts.by_row, weeks=weekly)
    figure, (ax, strip) = _style.stack(
        [scale * height for height in PANELS], gap=6.5, top=6.0, bottom=9.2
    )
    origin, last = _style.span(days["day"])
    begin = _style.span(history["day"])[0] if history.height else origin
    first = max(origin - _back(days.height, weekly=weekly), begin)
    value = history["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    past = history.with_columns(
        pl.Series("week", value if weekly else _series.trailing(value))
    ).filter(pl.col("day") >= first, pl.col("day") < origin)
    _history(ax, past, origin)
    _fan(ax, days)
    _threshold(ax, days["threshold"][0], share=share)
    _probability(strip, days, weekly=weekly)
    _style.name_panel(strip, said("Probability that the day is high"))
    _axes(ax, past, days, share=share)
    for panel in (ax, strip):
        end = _forecasts.last_day(last, weeks=weekly)
        _style.date_axis(panel, first, end, labels=panel is strip)
        panel.axvline(origin - timedelta(hours=12), color=_style.FAINT, linewidth=0.7)  # type: ignore[arg-type]  # matplotlib converts dates
    _periods(ax, periods)
    _style.break_lines([ax], [day for day in breaks if day >= first])
    return figure


def _back(horizon: int, *, weekly: bool) -> timedelta:
    """Return how much history is shown: three times the horizon, six weeks or half a year at least.

    More would leave no room for the forecast.
    """
    if weekly:
        return timedelta(weeks=min(max(3 * horizon, 26), 52))
    return timedelta(min(max(3 * horizon, 42), 75))


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
        ax.axvspan(first - half, last + half, facecolor=_style.SAND, linewidth=0, zorder=0)  # type: ignore[arg-type]  # matplotlib converts dates
        ax.axvspan(first - half, last + half, facecolor="none", edgecolor=_style.RED,  # type: ignore[arg-type]  # matplotlib converts dates
                   hatch="////", linewidth=0, alpha=0.6, zorder=1.8)  # fmt: skip
        ax.annotate(
            _text.percent(probability), (first + (last - first) / 2, 1),
            xycoords=("data", "axes fraction"), xytext=(0, -3), textcoords="offset points",
            ha="center", va="top", fontsize=_style.SMALL, color=_style.RED, fontweight="bold",
            bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _probability(ax: Axes, days: pl.DataFrame, *, weekly: bool) -> None:
    chance = days["p_high"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    x = days["day"].to_list()
    wide = 0.9 * _series.WEEK if weekly else 0.8
    ax.bar(x, chance, wide, align="edge" if weekly else "center", color=_style.RED, linewidth=0)
    if not np.isfinite(chance).any():
        ax.text(0.5, 0.5, "no probability is stated", transform=ax.transAxes, ha="center",
                va="center", color=_style.MUTED, fontsize=_style.SMALL)  # fmt: skip
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "50\u00a0%", "100\u00a0%"])


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
        _ticks.share_axis(ax, top, ticks=4)
    else:
        _ticks.number_marks(ax.yaxis, ticks=5)


def blocks(subject: Subject) -> list[Block]:
    """Return the forecasts, that of the lead emotion first."""
    signals = _forecasts.signals(subject)
    if not signals:
        return [Block(TITLE, empty=_forecasts.none(subject))]
    return [_forecast(subject.material, signal) for signal in signals]


def _forecast(material: Material, signal: str) -> Block:
    rows = material.forecasts.filter(pl.col("signal") == signal)
    best = rows.filter(pl.col("chosen"))
    best = best if best.height else rows.filter(pl.col("model") == rows["model"][0])
    used, origin = str(best["model"][0]), best["origin"][0]
    label, variant = _words.split(material.measure(signal) or signal)
    share = material.is_share(label)
    name = _words.called(material.measure(signal) or signal)
    alerts = material.alerts.filter(pl.col("signal") == signal, pl.col("model") == used)
    periods = [(r["starts"], r["ends"], r["probability"]) for r in alerts.rows(named=True)]
    claims = [c for c in material.about("forecast") if c.x == signal]
    result = claims[0].result if claims else {}
    weekly = _forecasts.weekly(result)
    history = material.histories[signal]
    if weekly:
        of = material.weekly.filter(pl.col("measure") == label)
        history = of.select("day", value=pl.col(variant or "value"))
        periods = [(start, _forecasts.last_day(end, weeks=True), p) for start, end, p in periods]
    recent = (origin - _back(best.height, weekly=weekly), origin)
    broken = _breaks.days(material, recent)
    said = partial(_forecasts.by_row, weeks=weekly)
    unit = "" if not share else "% per day; " if variant else "share of posts, % per day; "
    since = f"the week of {origin}" if weekly else origin
    notes = [
        f"{WEEKLY} {FAN_KEY.partition('. ')[2]}" if weekly else FAN_KEY,
        *_breaks.note(material, recent),
    ]
    if result.get("reason"):
        reason = _words.models(_text.plain(str(result["reason"]))).rstrip(".")
        notes.append(f"{reason[0].upper()}{reason[1:]}.")
    if result.get("abstains"):
        why = _forecasts.abstains(result)
        notes.append(f"No alarm is raised, whatever the probabilities: {why}.")
    return Block(
        f"What comes next: {name}",
        f"{said(unit)}forecast of {_forecasts.model(used)} from {since}",
        lambda scale: draw(
            history, best, periods=periods, share=share, breaks=broken, weekly=weekly, scale=scale
        ),
        sum(PANELS),
        f"{name[0].upper()}{name[1:]}: {_seen(best, periods, share=share)}.",
        notes=notes,
        numbers=lambda: _table(best, share=share, weekly=weekly),
    )


def _table(days: pl.DataFrame, *, share: bool, weekly: bool) -> Table:
    said = _numbers.share if share else _numbers.number
    keys = ("q05", "q25", "q50", "q75", "q95")
    rows = (
        [str(row["day"]), *(said(row[key]) for key in keys), _numbers.share(row["p_high"])]
        for row in days.iter_rows(named=True)
    )
    head = [
        "Week of" if weekly else "Day",
        *(f"{key.removeprefix('q').lstrip('0')}\u00a0%" for key in keys),
        "High",
    ]
    return _numbers.table(head, rows)


def _seen(days: pl.DataFrame, periods: Sequence[Spell], *, share: bool) -> str:
    """Return the fan in words: its ends, the threshold, the most probable day, the periods."""

    def said(value: float) -> str:
        return _text.percent(value) if share else f"{value:,.3g}"

    last = days.row(-1, named=True)
    text = (
        f"median {said(days['q50'][0])} on {days['day'][0]} and {said(last['q50'])} on "
        f"{last['day']}, then with 90\u00a0% probability {said(last['q05'])} to {said(last['q95'])}"
    )
    chance = days["p_high"].cast(pl.Float64)
    if days["threshold"][0] is not None and chance.count():
        top = int(chance.arg_max() or 0)
        text += (
            f"; most likely above {said(days['threshold'][0])} on {days['day'][top]}, with "
            f"probability {_text.percent(chance[top])}"
        )
    for start, end, probability in periods:
        text += f"; high from {start} to {end} with probability {_text.percent(probability)}"
    return text
