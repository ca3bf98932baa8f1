"""An event study's result in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVEL = 0.05


def verdict(row: Mapping[str, Any]) -> str:
    """Say what the placebo dates say, and what a reader must know about the events."""
    return f"{_claim(row)}.{_cautions(row)}{_break(row)}"


def _claim(row: Mapping[str, Any]) -> str:
    unit = "bars" if row["freq"] == "bar" else "days"
    count = f"{row['n']} dates" if row["n"] != 1 else "1 date"
    what = f"“{row['event']}” ({count})"
    where = f"{unit} {row['window']} around it less {unit} {row['baseline']}"
    width = (row["high"] - row["low"]) / 2
    q, p, size = row["q_value"], row["p_value"], row["family_size"]
    family = f"{size} test{'s' if size != 1 else ''}"
    if q <= LEVEL:
        way = "rose" if row["effect"] > 0 else "fell"
        return (
            f"{row['signal']} {way} with {what} by {abs(row['effect']):.3g} "
            f"({row['low']:.3g} to {row['high']:.3g}; {where}; q = {q:.2g}, {family})"
        )
    alone = (
        f"placebo dates show as much (p = {p:.2g}, q = {q:.2g}, {family})"
        if p > LEVEL
        else f"would count alone (p = {p:.2g}), but not as the best of {family} (q = {q:.2g})"
    )
    return (
        f"No effect of {what} on {row['signal']} found: {row['effect']:+.3g} ({where}), "
        f"{alone}; beyond ±{width:.2g} a single test would have found it"
    )


def _cautions(row: Mapping[str, Any]) -> str:
    said = []
    pre = row["pre_trend_p"]
    if row["q_value"] <= LEVEL and pre is not None and pre <= LEVEL:
        said.append(
            f"It moved already before the event (pre-trend p = {pre:.2g}): "
            "the event may be an answer to it, not its cause."
        )
    if row["overlaps"]:
        said.append(f"{row['overlaps']} dates within the window of another were merged with it.")
    if row["crowded"]:
        said.append(f"{row['crowded']} of {row['n']} baselines hold another such event.")
    if row["outside"]:
        said.append(f"{row['outside']} dates lie outside the signal's days or at their edge.")
    return "".join(f" {sentence}" for sentence in said)


def _break(row: Mapping[str, Any]) -> str:
    its = row.get("its")
    if not its:
        return ""
    changed = [
        f"{what} {its[what]:+.2g} (q = {its[f'{what}_q']:.2g})"
        for what in ("level", "slope")
        if its[f"{what}_q"] <= LEVEL
    ]
    if not changed:
        return " Level and slope changed no more on its date than on others."
    return f" From its date on: {', '.join(changed)}."
