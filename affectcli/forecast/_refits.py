"""When a model is fitted anew: often while the history is short, rarely when a day adds little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

GROWTH = 1.15
"""The history must have grown by this factor for another fit to be worth its time,"""
LEAST = 7
"""and by this many rows."""


def first_fit(seen: NDArray[np.bool_], *, least: int) -> int:
    """Return the row of the `least`-th observed one, the number of rows if there is none."""
    rows = seen.nonzero()[0]
    return int(rows[least - 1]) if len(rows) >= least else len(seen)


def refits(rows: int, *, first: int) -> Iterator[tuple[int, int]]:
    """Yield (t, until): fit on the rows 0..t, and forecast with that fit from the rows t..until-1.

    Row numbers alone decide, so a forecast from row t is the same whatever comes after it. `first`
    is the first row from which the model can be fitted; nothing is yielded if there is none.
    """
    t = first
    while t < rows:
        after = max(int((t + 1) * GROWTH), t + LEAST)
        yield t, min(after, rows)
        t = after
