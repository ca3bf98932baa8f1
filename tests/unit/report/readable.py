"""Whether a figure can be read: no text leaves the page, none touches another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def check(figure: Figure) -> None:
    """Assert that every text lies within the page and apart from all others."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's
    figure.draw(renderer)
    page = figure.bbox
    unseen = {text.get_text() for text in hidden_ticks(figure)}
    boxes = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip()
        and text.get_text() not in unseen
    ]  # fmt: skip
    for words, box in boxes:
        assert page.x0 - 1 <= box.x0 <= box.x1 <= page.x1 + 1, words
        assert page.y0 - 1 <= box.y0 <= box.y1 <= page.y1 + 1, words
    for (one, a), (two, b) in combinations(boxes, 2):
        apart = min(a.x1, b.x1) - max(a.x0, b.x0) < 1 or min(a.y1, b.y1) - max(a.y0, b.y0) < 2
        assert apart, (one, two)


def texts_of(figure: Figure) -> list[str]:
    """Return everything that is written in a figure."""
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text)]


def hidden_ticks(figure: Figure) -> list[Text]:
    """Return tick labels outside the axis' limits, which are not drawn."""
    found = []
    for ax in figure.axes:
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            low, high = sorted(limits)
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    found += [tick.label1, tick.label2]
    return found
