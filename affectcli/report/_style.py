"""One look for all figures: colours that also differ in lightness, thin grid, full text width."""

from __future__ import annotations

import functools
import io
import warnings
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, cast

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from affectcli.report import _fonts, _text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl
    from matplotlib.axes import Axes

P = ParamSpec("P")

WIDTH = 170.0
"""Width of a figure in mm: the text width of the page."""
LEFT, RIGHT = 11.0, 17.0
"""Room for tick labels at the left and direct labels at the right, in mm."""
NUMBER = 3.9
"""Width of an event's number in mm."""
INK, MUTED, FAINT, PALE = "#1a1a1a", "#6b6b6b", "#a8a8a8", "#e4e4e4"
DEEP, BLUE, SKY, ICE = "#08306b", "#0072B2", "#7fb8d8", "#d6e8f3"
RED, SAND = "#C44E00", "#fbe3d0"
SMALL = 7.0
"""Points of tick labels; other text in figures is one larger."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

RC: dict[Any, Any] = {
    "font.family": list(_fonts.FAMILIES),
    "font.size": SMALL + 1,
    "text.parse_math": False,  # a name with two $ in it is a name
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.xmargin": 0.0,
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "grid.linewidth": 0.5,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.size": 0,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.4,
}
SAVE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "affect"}
"""Text stays text: selectable, and drawn by Typst in the fonts of the page."""


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw under the style of this file, whatever the caller's settings are."""

    @functools.wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Figure:
        _fonts.register()
        with mpl.rc_context(RC):
            return draw(*args, **kwargs)

    return wrapped


def svg(figure: Figure) -> bytes:
    """Return a figure as SVG, the same bytes at every call."""
    buffer = io.BytesIO()
    with mpl.rc_context({**RC, **SAVE}), warnings.catch_warnings():
        # Scripts that none of our fonts has: Typst looks further when it draws the text.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        FigureCanvasSVG(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def canvas(height: float) -> Figure:
    """Return an empty figure of full width, `height` in mm."""
    return Figure(figsize=(WIDTH / 25.4, height / 25.4))


def axes_at(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes whose upper left corner lies `left` and `top` mm from that of the figure."""
    across, down = (25.4 * inches for inches in figure.get_size_inches())
    box = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(box)


def stack(
    heights: list[float], *, gap: float, top: float, bottom: float
) -> tuple[Figure, list[Axes]]:
    """Return a figure of full width with axes of these heights under each other, all in mm."""
    figure = canvas(sum(heights) + gap * (len(heights) - 1) + top + bottom)
    axes = []
    for height in heights:
        axes.append(axes_at(figure, LEFT, top, WIDTH - LEFT - RIGHT, height))
        top += height + gap
    return figure, axes


def shade(dark: float) -> str:
    """Return a colour between white and the darkest blue, in grey as dark as in colour."""
    ends = ((1.0, 1.0, 1.0), to_rgb(SKY), to_rgb(DEEP))
    at = min(max(dark, 0.0), 1.0) * 2
    i, part = min(int(at), 1), at - min(int(at), 1)
    low, high = ends[i], ends[i + 1]
    r, g, b = (a + part * (z - a) for a, z in zip(low, high, strict=True))
    return to_hex((r, g, b))


def span(days: pl.Series) -> tuple[date, date]:
    """Return the first and the last of a column of days."""
    return cast("date", days.min()), cast("date", days.max())


def date_axis(ax: Axes, first: date, last: date, *, labels: bool = True) -> None:
    """Mark weeks, months or years, whichever gives about nine marks; the year is named once."""
    ax.set_xlim(first - timedelta(days=1), last + timedelta(days=1))  # type: ignore[arg-type]  # matplotlib converts dates
    marks = _marks(first, last)
    texts = [_mark_text(marks, i, (last - first).days) for i in range(len(marks))]
    ax.set_xticks(marks, texts if labels else [""] * len(marks))  # type: ignore[arg-type]  # matplotlib converts dates
    ax.tick_params(axis="x", length=2.5 if labels else 0)


def _marks(first: date, last: date) -> list[date]:
    days = (last - first).days
    if days <= 75:
        step = 7 if days <= 63 else 14
        start = first + timedelta(days=-first.weekday() % 7)
        return [start + timedelta(days=i) for i in range(0, (last - start).days + 1, step)]
    months = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in range(1, 13)]
    every = next((n for n in (1, 2, 3, 6) if days / (30.4 * n) <= 10), 12)
    while days / (30.4 * every) > 12:
        every *= 2
    return [m for m in months if first <= m <= last and (m.year * 12 + m.month - 1) % every == 0]


def _mark_text(marks: list[date], i: int, days: int) -> str:
    mark = marks[i]
    new_year = i == 0 or mark.year != marks[i - 1].year
    text = f"{mark.day} {MONTHS[mark.month - 1]}" if days <= 75 else MONTHS[mark.month - 1]
    return f"{text}\n{mark.year}" if new_year else text


def headroom(events: Sequence[date], period: tuple[date, date], name: str = "") -> float:
    """Return the room in mm above the first panel that its name and the events' numbers need."""
    rows = max((row for _, row in _rows(events, period, name)), default=0)
    return 7.0 + 4.1 * rows


def _rows(events: Sequence[date], period: tuple[date, date], name: str) -> list[tuple[date, int]]:
    """Return each event with the row of its number: where it would touch, it goes a row up."""
    first, last = period
    per_day = (WIDTH - LEFT - RIGHT) / ((last - first).days + 2)
    ends = [1.9 * _text.columns(name) - LEFT, -1e9, -1e9]  # bold letters are under 1.9 mm wide
    placed = []
    for day in events:
        x = ((day - first).days + 1) * per_day
        row = next((i for i, end in enumerate(ends) if x - end >= NUMBER), 0)
        ends[row] = x
        placed.append((day, row))
    return placed


def event_lines(
    axes: list[Axes], events: Sequence[date], period: tuple[date, date], name: str = ""
) -> None:
    """Draw a dotted line for each event through all axes, numbered above the first.

    `name` is what stands above the first panel; the numbers make way for it.
    """
    for ax in axes:
        for day in events:
            ax.axvline(day, color=INK, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1.5)  # type: ignore[arg-type]  # matplotlib converts dates
    for number, (day, row) in enumerate(_rows(events, period, name), start=1):
        axes[0].annotate(
            str(number), (day, 1), xycoords=("data", "axes fraction"),
            xytext=(0, 5.5 + 11.5 * row), textcoords="offset points", ha="center", va="center",
            fontsize=SMALL - 1.5, color="white", fontweight="bold",
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": INK, "edgecolor": "none"},
        )  # fmt: skip


def break_lines(axes: Sequence[Axes], days: Sequence[date]) -> None:
    """Draw a line with a wedge on top, through all axes, where the instrument broke."""
    for ax in axes:
        for day in days:
            ax.axvline(day, color=RED, linewidth=0.8, linestyle=(0, (6, 2, 1, 2)), zorder=1.6)  # type: ignore[arg-type]  # matplotlib converts dates
    for day in days:
        axes[0].plot([day], [1], "v", color=RED, markersize=4, clip_on=False,  # type: ignore[arg-type]  # matplotlib converts dates
                     transform=axes[0].get_xaxis_transform(), zorder=5)  # fmt: skip


def name_panel(ax: Axes, text: str, *, size: float = SMALL + 1) -> None:
    """Write a panel's name above its left end."""
    ax.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-LEFT / 25.4 * 72, 3),
        textcoords="offset points",
        fontsize=size,
        fontweight="bold",
        va="bottom",
    )


def label_end(ax: Axes, day: date, value: float, text: str, *, color: str = BLUE) -> None:
    """Write a line's last value in the right margin, beside its end."""
    ax.annotate(
        text,
        (1, value),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=color,
        fontweight="bold",
        annotation_clip=False,
    )
    ax.plot([day], [value], "o", color=color, markersize=3, clip_on=False)  # type: ignore[arg-type]  # matplotlib converts dates


def caption(ax: Axes, lines: Sequence[tuple[str, bool]]) -> None:
    """Write two lines above a panel: its name in bold, and a result, blue and bold where found."""
    for (text, strong), up in zip(lines, (13, 3), strict=True):
        found = strong and up == 3
        ax.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(0, up), textcoords="offset points",
            fontsize=SMALL + (up > 3), color=BLUE if found else INK if up > 3 else MUTED,
            fontweight="bold" if strong else "normal",
        )  # fmt: skip
