"""Wealth over time: of the rule, of holding, and of random timings, thinned for a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.analyze import _trades as trades
from affectcli.analyze._backtest_bars import day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._backtest_bars import Bars
    from affectcli.analyze._backtest_trial import Trial
    from affectcli.analyze._shifts import Turns

POINTS = 120
"""Points kept of each curve at most."""
TIMINGS = 200
"""Random timings whose wealth is followed."""
BAND = (0.05, 0.5, 0.95)
DIGITS = 5


def band(
    positions: NDArray[np.float64], growing: NDArray[np.float64], drawn: Turns, *, cost: float
) -> NDArray[np.float64]:
    """Return the 5 %, 50 % and 95 % quantile of the wealth of random timings by bar, (3, n).

    Timings are those of `_backtest_chance.timings`, each after the costs of its own trades.
    """
    n = len(positions)
    steps = np.floor(drawn.part[:TIMINGS] * n).astype(np.int64)[:, None]
    bars = np.arange(n)
    back = drawn.backwards[:TIMINGS, None]
    held = positions[np.where(back, steps - bars, bars - steps) % n]
    traded = np.abs(np.diff(held, prepend=0.0, axis=1))
    net = np.maximum(1 + held * growing, trades.RUIN) * (1 - cost * traded)
    found: NDArray[np.float64] = np.quantile(np.cumprod(net, axis=1), BAND, axis=0)
    return found


def curve(found: Trial, on: Bars, drawn: Turns, *, cost: float) -> dict[str, Any]:
    """Return the curves at POINTS bars at most, the last among them; wealth is 1 at the start.

    `ts` are the bars' days; `low`, `middle` and `high` hold 90 % of random timings and the median.
    """
    n = found.end - found.begin
    at = np.unique(np.linspace(0, n - 1, min(n, POINTS)).round().astype(int))
    hold, rule = (np.cumprod(1 + way.returns) for way in (found.hold, found.rule))
    lines = {"rule": rule, "buy_and_hold": hold}
    luck = band(found.positions, found.growing, drawn, cost=cost)
    lines |= dict(zip(("low", "middle", "high"), luck, strict=True))
    kept = {name: [float(f"{v:.{DIGITS}g}") for v in line[at]] for name, line in lines.items()}
    return {"ts": [day(on.ts[found.begin + i]) for i in at], **kept}
