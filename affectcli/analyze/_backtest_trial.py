"""One rule on one asset: positions, what they earned, and everything it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from affectcli.analyze import _backtest_chance as chance
from affectcli.analyze import _rules as rules
from affectcli.analyze import _trades as trades
from affectcli.analyze._backtest_bars import Bars, Execute, Spoken, day, executions, latest
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._shifts import Turns

LEAST = 30
"""Fewest bars from the first decision on."""
LEARN = 126
"""Bars before a walk-forward choice may leave the percentile that was asked for."""
CHOOSE = 21
"""Bars between two choices."""


@dataclass(frozen=True)
class Options:
    """How to trade."""

    rule: rules.Rule
    cost: float
    """Share of what is traded, a side: 0.001 is 10 basis points."""
    execute: Execute
    side: trades.Side
    walk_forward: bool


@dataclass(frozen=True)
class Trial:
    """A rule beside what costs nothing to think of; `begin` is the bar of the first decision."""

    begin: int
    end: int
    rule: trades.Curve
    hold: trades.Curve
    average: trades.Curve
    same_bar: trades.Curve
    log_wealth: float
    """Before costs."""
    random: NDArray[np.float64]
    """The same of random timings, (count,)."""
    positions: NDArray[np.float64]
    """What the rule held, (bars,)."""
    growing: NDArray[np.float64]
    """What the asset returned meanwhile, (bars,)."""
    percents: list[int]
    """Percentiles that a walk-forward choice took."""


def trial(
    of: Spoken, on: Bars, how: Options, drawn: Turns, *, held: NDArray[np.float64] | None = None
) -> Trial:
    """Trade a signal's rule on bars and compare it; `held` are its `decisions`, if at hand.

    Raises:
        AnalysisError: no overlap, too short, or a rule that never changes its position.
    """
    prices, last = executions(on, how.execute)
    growing = trades.growth(prices, last)
    held = decisions(of, how) if held is None else held
    at = latest(of, on)
    decided = np.where(at >= 0, held[:, np.maximum(at, 0)], np.nan)
    known = np.flatnonzero(np.isfinite(decided[0]))
    if not len(known):
        raise AnalysisError(_no_overlap(of, on))
    begin, end = int(known[0]), int(known[-1]) + 1
    end = min(end, len(growing) - (last is None))
    if end - begin < LEAST:
        raise AnalysisError(f"{end - begin} bars have a decision of the rule; {LEAST} are needed.")
    inside = slice(begin, end)
    earn = partial(trades.curve, cost=how.cost, per_year=on.per_year)
    growing = growing[inside]
    ways = [trades.position(row, how.side) for row in decided[:, inside]]
    chosen, percents = _walk(ways, growing, how)
    if np.ptp(chosen) == 0:
        raise AnalysisError(f"The rule {how.rule} never changes its position.")
    log_wealth, random = chance.timings(chosen, growing, drawn)
    return Trial(
        begin=begin,
        end=end,
        rule=earn(chosen, growing),
        hold=earn(np.ones(len(growing)), growing),
        average=earn(_average(on)[inside], growing),
        same_bar=earn(*_same_bar(of, on, held, how, inside)),
        log_wealth=log_wealth,
        random=random,
        positions=chosen,
        growing=growing,
        percents=percents,
    )


def decisions(of: Spoken, how: Options) -> NDArray[np.float64]:
    """Return what the rule says on each of the signal's days, (1, m) or (percentiles, m)."""
    if not how.walk_forward or how.rule.percent is None:
        return rules.decide(how.rule, of.values)[None]
    others = [percent for percent in rules.GRID if percent != how.rule.percent]
    return rules.over(how.rule, of.values, [how.rule.percent, *others])


def _walk(
    ways: list[NDArray[np.float64]], growing: NDArray[np.float64], how: Options
) -> tuple[NDArray[np.float64], list[int]]:
    """Return the positions of the percentile with the best Sharpe ratio so far, chosen monthly.

    A choice before bar t knows the returns that ended before it: those of bars up to t - 2.
    """
    if len(ways) == 1 or how.rule.percent is None:
        return ways[0], []
    percents = [how.rule.percent, *(p for p in rules.GRID if p != how.rule.percent)]
    positions = np.array(ways)
    traded = np.abs(np.diff(positions, prepend=0.0, axis=1))
    net = positions * growing - how.cost * traded
    count = np.arange(1, net.shape[1] + 1)
    mean = np.cumsum(net, axis=1) / count
    spread = np.sqrt(np.maximum(np.cumsum(net**2, axis=1) / count - mean**2, 1e-18))
    best = np.zeros(net.shape[1], dtype=int)
    for bar in range(LEARN, net.shape[1], CHOOSE):
        best[bar : bar + CHOOSE] = int(np.argmax(mean[:, bar - 2] / spread[:, bar - 2]))
    taken = [percents[k] for k in sorted(set(best.tolist()))]
    return positions[best, np.arange(net.shape[1])], sorted(taken)


def _average(on: Bars) -> NDArray[np.float64]:
    """Return the positions of the moving average: each decided at the close of the bar before."""
    held = trades.moving_average(on.close)
    return trades.position(np.concatenate([[np.nan], held[:-1]]), "long")


def _same_bar(
    of: Spoken, on: Bars, held: NDArray[np.float64], how: Options, inside: slice
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions and returns of one who knows each day's signal when the day begins."""
    at = latest(of, on, same_bar=True)
    decided = np.where(at >= 0, held[0][np.maximum(at, 0)], np.nan)
    closes = np.concatenate([[np.nan], on.close[1:] / on.close[:-1] - 1])
    growing = np.nan_to_num(closes)
    return trades.position(decided, how.side)[inside], growing[inside]


def _no_overlap(of: Spoken, on: Bars) -> str:
    spans = (
        f"the signal runs from {day(of.days[0])} to {day(of.days[-1])}, "
        f"the bars from {day(on.ts[0])} to {day(on.ts[-1])}"
    )
    return f"The rule decides nothing on any bar of {on.asset}: {spans}."
