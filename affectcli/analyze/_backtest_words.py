"""A backtest's result in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVEL = 0.05


def verdict(row: Mapping[str, Any]) -> str:
    """Say whether the timing was better than luck, what it earned, and beside what."""
    return f"{_claim(row)}. {_beside(row)}. {_look_ahead(row)}."


def _claim(row: Mapping[str, Any]) -> str:
    rule = f"{row['rule']} of {row['signal']} on {row['asset']}"
    size = row["family_size"]
    family = f"{size} rule{'s' if size != 1 else ''} asked for"
    odds = f"p = {row['p_value']:.2g}, q = {row['q_value']:.2g}, {family}"
    if row["q_value"] > LEVEL:
        return (
            f"{rule}: no better than chance; {row['random_timing_percentile']:.0%} of random "
            f"timings with the same spells earned less ({odds})"
        )
    if (row["deflated_sharpe"] or 0) < 1 - LEVEL:
        doubt = (
            f", but the best of {row['tried']} rules tried here would have such a Sharpe ratio by "
            f"luck (deflated: {row['deflated_sharpe'] or 0:.2f})"
        )
    else:
        doubt = ""
    beaten = f"{row['random_timing_percentile']:.0%} of random ones"
    return f"{rule}: its timing beat {beaten} ({odds}){doubt}"


def _beside(row: Mapping[str, Any]) -> str:
    sharpe = ""
    if row["sharpe"] is not None:
        sharpe = (
            f", Sharpe {row['sharpe']:.2f} ({row['sharpe_low']:.2f} to {row['sharpe_high']:.2f})"
        )
    return (
        f"After {row['cost_bps']:g} bp a side: {times(row['total_return'])}{sharpe}; buy-and-hold "
        f"{times(row['buy_and_hold_return'])}, moving average {times(row['sma_return'])}, median "
        f"random timing {times(row['random_timing_return'])}; {row['start']} to {row['end']}, "
        f"{row['bars']} bars, {row['exposure']:.0%} of them held"
    )


def _look_ahead(row: Mapping[str, Any]) -> str:
    return (
        f"Look-ahead, not attainable: {times(row['same_bar_total_return'])} when each day's signal "
        "is known as the day begins"
    )


def times(total_return: float) -> str:
    """Return wealth as a multiple of what was put in."""
    return f"{1 + total_return:.2f}x"
