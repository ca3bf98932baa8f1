"""Does a correlation hold in every part of the period, or did one episode make it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.analyze._lags import shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCKS = 8
"""Windows are two neighbouring blocks, so that each overlaps the next by half: 7 at the most."""
SHORTEST = 30
"""Days in a block; windows have twice as many."""


class Stability(NamedTuple):
    """In how many windows the peak of the whole period was seen again."""

    windows: int
    same_sign: float | None
    """Share of windows whose r at the peak's lag has the peak's sign; None with no window."""
    same_lag: float | None
    """Share whose own largest |r| has that sign and lies within a day of the peak's lag."""


NOTHING = Stability(0, None, None)


def stability(
    x: NDArray[np.float64], y: NDArray[np.float64], *, max_lag: int, lag: int
) -> Stability:
    """Return how stable r at `lag` of `x` (n,) with `y` (n,) is; nan = missing, means near 0.

    It describes and tests nothing: a true lead of r = 0.3 has the sign in nearly all windows of 90
    days, and its own largest |r| elsewhere in some.
    """
    both = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    first, last = (int(both[0]), int(both[-1]) + 1) if len(both) else (0, 0)
    blocks = min(BLOCKS, (last - first) // SHORTEST)
    if blocks < 2:
        return NOTHING
    starts = np.linspace(first, last, blocks + 1).astype(int)[:-1]
    lagged = shifted(np.nan_to_num(x), max_lag)[:last]
    there = shifted(np.isfinite(x).astype(float), max_lag)[:last]
    e, seen = np.nan_to_num(y)[:last], np.isfinite(y)[:last].astype(float)
    cross, x_squares, y_squares = (
        _windows(np.einsum("t,tk->tk", side, other), starts)
        for side, other in ((e, lagged), (seen, lagged**2), (e**2, there))
    )
    scale = np.sqrt(x_squares * y_squares)
    r = np.divide(cross, scale, out=np.zeros_like(cross), where=scale > 1e-12)
    whole = cross.sum(axis=0)[lag + max_lag]
    sign = np.sign(r[:, lag + max_lag]) == np.sign(whole)
    near = np.abs(np.abs(r).argmax(axis=1) - max_lag - lag) <= 1
    return Stability(len(r), float(sign.mean()), float((sign & near).mean()))


def _windows(products: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return sums over each block and the one after it, (blocks - 1, lags)."""
    sums: NDArray[np.float64] = np.add.reduceat(products, starts, axis=0)
    return sums[:-1] + sums[1:]
