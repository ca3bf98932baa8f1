"""Positions on bars, what they earn after costs, and what is said about a curve of wealth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Side = Literal["long", "short", "long-short"]
SMA = 50
"""Bars of the moving average that a trader without any signal would follow."""
RUIN = 0.01
"""What is left of a short position whose asset doubles, at the least."""


@dataclass(frozen=True)
class Curve:
    """Wealth from 1 on, by bar, after costs; the figures of one way to trade."""

    returns: NDArray[np.float64]
    """Net return of each bar, shape (bars,)."""
    total: float
    cagr: float
    volatility: float
    """A year's standard deviation."""
    sharpe: float | None
    """A year's, over cash that earns nothing; None where nothing was ever held."""
    max_drawdown: float
    """Largest loss from a peak, in [0, 1]."""
    exposure: float
    """Share of bars with a position."""
    turnover: float
    """Wealth bought and sold in a year, in times wealth: a round trip is 2."""


def position(held: NDArray[np.float64], side: Side) -> NDArray[np.float64]:
    """Return 1 (long), -1 (short) or 0 for each decision 1, 0 or nan; not known is flat."""
    on, off = held == 1, held == 0
    if side == "short":
        return np.where(on, -1.0, 0.0)
    return np.where(on, 1.0, np.where(off & (side == "long-short"), -1.0, 0.0))


def growth(prices: NDArray[np.float64], last: float | None) -> NDArray[np.float64]:
    """Return the simple return from each execution to the next; the last one ends at `last`.

    Without a `last` price the last bar earns nothing: its trade has no next price yet.
    """
    after = np.append(prices[1:], prices[-1] if last is None else last)
    returns: NDArray[np.float64] = after / prices - 1
    return returns


def curve(
    positions: NDArray[np.float64], growing: NDArray[np.float64], *, cost: float, per_year: float
) -> Curve:
    """Hold `positions` (n,) while the asset returns `growing` (n,); `cost` is paid on each side.

    Cost is a share of what is traded (0.001 is 10 basis points); going from long to short trades
    twice.
    """
    traded = np.abs(np.diff(positions, prepend=0.0))
    net = np.maximum(1 + positions * growing, RUIN) * (1 - cost * traded) - 1
    wealth = np.cumprod(1 + net)
    years = len(net) / per_year
    peak = np.maximum.accumulate(np.concatenate([[1.0], wealth]))[1:]
    return Curve(
        returns=net,
        total=float(wealth[-1] - 1),
        cagr=float(wealth[-1] ** (1 / years) - 1),
        volatility=float(net.std() * np.sqrt(per_year)),
        sharpe=sharpe(net, per_year),
        max_drawdown=float(1 - (wealth / np.maximum(peak, 1.0)).min()),
        exposure=float(np.mean(positions != 0)),
        turnover=float(traded.sum() / years),
    )


def sharpe(returns: NDArray[np.float64], per_year: float) -> float | None:
    """Return the yearly Sharpe ratio (1994) of bar returns, None where they do not vary."""
    spread = returns.std()
    return float(returns.mean() / spread * np.sqrt(per_year)) if spread > 1e-12 else None


def moving_average(close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where the close lies above the mean of the last 50, 0 below, nan before; (n,)."""
    total = np.cumsum(np.concatenate([[0.0], close]))
    held = np.full(len(close), np.nan)
    if len(close) >= SMA:
        held[SMA - 1 :] = close[SMA - 1 :] > (total[SMA:] - total[:-SMA]) / SMA
    return held
