"""Coverage: posts by day, and the days that are too thin to say anything about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from matplotlib.ticker import MaxNLocator

from affectcli.report import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@_style.styled
def draw(days: pl.DataFrame) -> Figure:
    """Draw `days`: day, posts (null where withheld), thin (bool: the day has no value)."""
    figure, (ax,) = _style.stack([32.0], gap=0.0, top=4.0, bottom=9.5)
    x = days["day"].to_list()
    posts = days["posts"].cast(pl.Float64).fill_null(0.0).to_numpy()
    thin = days["thin"].to_numpy()
    width = 0.85 if len(x) < 200 else 1.0
    ax.bar(x, np.where(thin, 0, posts), width=width, color=_style.SKY, linewidth=0)
    ax.bar(x, np.where(thin, posts, 0), width=width, color=_style.FAINT, linewidth=0)
    _style.date_axis(ax, x[0], x[-1])
    ax.set_ylim(0, max(float(posts.max()), 1.0) * 1.05)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    at = np.array(x)[thin]
    ax.plot(at, np.zeros(len(at)), "|", color=_style.RED, markersize=5, markeredgewidth=0.9,
            clip_on=False, zorder=4)  # fmt: skip
    return figure
