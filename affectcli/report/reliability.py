"""Do forecast probabilities hold: forecast probability of a high day against how often it came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.report import _forecasts, _numbers, _style, _text
from affectcli.report._block import Block
from affectcli.report._subject import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._subject import Subject

TITLE = "Do forecast probabilities hold"
PANEL, STRIP, GAP = 52.0, 11.0, 3.5
"""Height in mm of the diagram, of the strip of days beneath, and between them."""
Z = 1.96
KEY = (
    "On the dotted line, days came out high as often as was forecast; above it more often. Broken "
    "line: the share of high days. Vertical lines: 95\u00a0% interval as if days were independent; "
    "as they are not, the truth is less sure. Beneath: how many days had such a forecast."
)


@_style.styled
def draw(
    diagrams: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], *, unit: str = "day"
) -> Figure:
    """Draw one diagram for each name and bins (forecast, observed: shares; days: a count).

    `unit` is what is counted: days, or weeks.
    """
    top, bottom, left = 7.0, 12.0, _style.LEFT
    figure = _style.canvas(PANEL + GAP + STRIP + top + bottom)
    for name, bins in diagrams:
        ax = _style.axes_at(figure, left, top, PANEL, PANEL)
        strip = _style.axes_at(figure, left, top + PANEL + GAP, PANEL, STRIP)
        _diagram(ax, bins, unit)
        _days(strip, bins, unit)
        _style.name_panel(ax, _text.short(name, int(PANEL / 1.9)))
        left += PANEL + 26.0
    if len(diagrams) == 1:
        rows = [("forecast", "came", f"{unit}s"), *map(_bin, diagrams[0][1])]
        _table(figure, rows, left=left + 12.0, top=top)
    return figure


def _bin(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return _text.percent(one["forecast"]), _text.percent(one["observed"]), f"{one['days']:,}"


def _table(figure: Figure, rows: Sequence[Sequence[str]], *, left: float, top: float) -> None:
    """Write the bins in numbers where a second diagram would stand."""
    across, down = (25.4 * inches for inches in figure.get_size_inches())
    line = min((down - top - 8.0) / len(rows), 5.0)
    for i, row in enumerate(rows):
        for k, text in enumerate(row):
            figure.text(
                (left + 14.0 + 16.0 * k) / across, 1 - (top + 1.5 + line * i) / down, text,
                ha="right", va="center", fontsize=_style.SMALL,
                color=_style.INK if i else _style.MUTED,
            )  # fmt: skip


def _diagram(ax: Axes, bins: Sequence[Mapping[str, Any]], unit: str) -> None:
    said, came, days = (np.array([b[key] for b in bins], dtype=float)
                        for key in ("forecast", "observed", "days"))  # fmt: skip
    base = float((came * days).sum() / days.sum())
    ax.plot([0, 1], [0, 1], color=_style.MUTED, linewidth=0.8, linestyle=(0, (1, 1.5)))
    ax.axhline(base, color=_style.RED, linewidth=0.8, linestyle=(0, (5, 2)))
    ax.annotate(
        f"share of\nhigh {unit}s\n{_text.percent(base)}", (1, base), xycoords="data", xytext=(4, 0),
        textcoords="offset points", va="center", fontsize=_style.SMALL, color=_style.RED,
        annotation_clip=False,
    )  # fmt: skip
    low, high = _wilson(came, days)
    ax.vlines(said, low, high, color=_style.BLUE, linewidth=0.9)
    ax.plot(said, came, color=_style.BLUE, linewidth=1.4)
    ax.plot(said, came, "o", color=_style.BLUE, markersize=4.5)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    _quarters(ax.yaxis)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], [""] * 5)
    ax.tick_params(axis="x", length=0)
    ax.grid(visible=True, axis="x")


def _days(ax: Axes, bins: Sequence[Mapping[str, Any]], unit: str) -> None:
    centre = [(b["low"] + b["high"]) / 2 for b in bins]
    width = [0.86 * (b["high"] - b["low"]) for b in bins]
    days = np.array([b["days"] for b in bins], dtype=float)
    ax.bar(centre, days, width=width, color=_style.FAINT, linewidth=0)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, days.max() * 1.05)
    ax.set_yticks([0, days.max()], ["0", f"{days.max():,.0f}"])
    ax.grid(visible=False)
    _quarters(ax.xaxis)
    ax.annotate(
        f"forecast probability that a {unit} is high", (0.5, 0), xycoords="axes fraction",
        xytext=(0, -23), textcoords="offset points", ha="center", va="center",
        fontsize=_style.SMALL, color=_style.MUTED,
    )  # fmt: skip


def _quarters(axis: Any) -> None:  # noqa: ANN401  # either axis
    axis.set_ticks(
        [0, 0.25, 0.5, 0.75, 1], ["0", "25\u00a0%", "50\u00a0%", "75\u00a0%", "100\u00a0%"]
    )


def _wilson(
    share: np.ndarray[Any, np.dtype[np.float64]], n: np.ndarray[Any, np.dtype[np.float64]]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Return Wilson's 95 % interval of shares of `n` days."""
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return centre - half, centre + half


def blocks(subject: Subject) -> list[Block]:
    """Return one diagram for each forecast that was judged on past days."""
    shown, weekly = [], []
    for claim in _forecasts.claims(subject):
        bins = [b for b in claim.result.get("reliability") or [] if b["days"]]
        if bins:
            shown.append((short(subject.material, claim.x), bins))
            weekly.append(_forecasts.weekly(claim.result))
    if not shown:
        none = "No forecast has been judged on past days: the history is too short."
        stored = bool(_forecasts.signals(subject))
        return [Block(TITLE, empty=none if stored else _forecasts.none(subject))]
    said = partial(_forecasts.by_row, weeks=all(weekly))
    return [
        Block(
            TITLE,
            said("Forecast probability of a high day, and how often it was one"),
            lambda _: draw(shown, unit=said("day")),
            alt=f"{' '.join(_seen(name, bins, said('days')) for name, bins in shown)}",
            notes=[said(KEY)],
            numbers=lambda: _numbers.table(
                ["Signal", "Forecast", "Came", said("Days")],
                ([name, *_bin(one)] for name, bins in shown for one in bins),
            ),
        )
    ]


def _seen(name: str, bins: Sequence[Mapping[str, Any]], units: str) -> str:
    days = sum(int(b["days"]) for b in bins)
    pairs = (
        f"{_text.percent(b['forecast'])} forecast, {_text.percent(b['observed'])} came"
        for b in bins
    )
    return f"{name}, {days:,} {units}: {'; '.join(pairs)}."
