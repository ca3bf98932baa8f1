"""Coverage: posts by day, and the days that are too thin to say anything about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.collections import PolyCollection
from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator

from affectcli.report import _answers, _breaks, _numbers, _style, _words
from affectcli.report._block import Block
from affectcli.report._captions import THIN
from affectcli.report._subject import UNTAGGED
from affectcli.report._tables import languages, rejects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from affectcli.report._subject import Subject

TITLE = "Coverage: eligible posts per day"

PANEL = 32.0
"""Height of the panel in mm."""


@_style.styled
def draw(days: pl.DataFrame, *, breaks: Sequence[date] = (), scale: float = 1.0) -> Figure:
    """Draw `days`: day, posts (null where withheld), thin (bool: the day has no value).

    `breaks` are the days on which the instrument changed.
    """
    figure, (ax,) = _style.stack([scale * PANEL], gap=0.0, top=4.0, bottom=9.5)
    x = days["day"].to_list()
    posts = days["posts"].cast(pl.Float64).fill_null(0.0).to_numpy()
    thin = days["thin"].to_numpy()
    for flag, color in ((False, _style.SKY), (True, _style.FAINT)):
        ax.add_collection(_bars(days["day"], posts, (thin == flag) & (posts > 0), color))
    _style.date_axis(ax, x[0], x[-1])
    _style.break_lines([ax], breaks)
    ax.set_ylim(0, max(float(posts.max()), 1.0) * 1.05)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    at = np.array(x)[thin]
    ax.plot(at, np.zeros(len(at)), "|", color=_style.RED, markersize=5, markeredgewidth=0.9,
            clip_on=False, zorder=4)  # fmt: skip
    return figure


def _bars(
    days: pl.Series, posts: NDArray[np.float64], shown: NDArray[np.bool_], color: str
) -> PolyCollection:
    """Return bars as one collection: `Axes.bar` takes most of a second for two years of days."""
    half = 0.425 if len(days) < 200 else 0.5
    x = np.array([float(date2num(day)) for day in days])[shown]  # type: ignore[no-untyped-call]  # matplotlib's
    y, zero = posts[shown], np.zeros(int(shown.sum()))
    left, right = x - half, x + half
    corners = np.stack([left, zero, left, y, right, y, right, zero], axis=1).reshape(-1, 4, 2)
    return PolyCollection(list(corners), facecolors=color, linewidths=0)


def blocks(subject: Subject) -> list[Block]:
    """Return the posts by day, with the tables of languages and of refused rows."""
    material = subject.material
    block = Block(TITLE, side_by_side=True)
    days = _answers.thin_days(material)
    if days.is_empty():
        untagged = f"No daily series are stored: {UNTAGGED}"
        block.empty = _words.hidden(material.k) if material.hidden else untagged
    else:
        broken = _breaks.days(material, _style.span(days["day"]))
        block.draw = lambda scale: draw(days, breaks=broken, scale=scale)
        block.panels = PANEL
        known = days["posts"].drop_nulls().to_numpy()
        middle = f", {np.median(known):.0f} on a median day" if len(known) else ""
        block.alt = (
            f"Posts per day over {days.height} days{middle}; {days['thin'].sum()} have no value."
        )
        block.numbers = lambda: _numbers.table(
            ["Day", "Posts", "Has a value"],
            (
                [str(day), _numbers.number(posts), "no" if thin else "yes"]
                for day, posts, thin in days.select("day", "posts", "thin").iter_rows()
            ),
        )
        block.notes = [THIN.format(k=material.k)]
    block.tables = [table for table in (languages(material), rejects(material)) if table.rows]
    return [block]
