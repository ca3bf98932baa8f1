"""What trading on a signal would have earned: beside buy-and-hold and random timing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from affectcli.report import _numbers, _style, _text, _words
from affectcli.report._block import Block
from affectcli.report._subject import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "Would trading on it have paid"
PAIRS = 2
"""Panels at most."""
PANEL = 36.0
"""Height of a panel in mm."""
NEAR = 3.3
"""Distance in mm that labels at the right keep."""
STEPS = (
    (1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 9.5),
    (1, 1.2, 1.5, 2, 3, 5, 7, 8),
    (1, 1.5, 2, 3, 5, 7),
    (1, 2, 5),
    (1, 3),
    (1,),
)
"""Marks in a decade, many to few."""
KEY = (
    "Wealth from 1 at the start, log scale, after costs, traded on the bar after the value was "
    "known. Grey: 90\u00a0% of random timings of the same spells; dotted: their median. "
    "q: over all rules asked for together. Deflated Sharpe ratio: the probability that the rule "
    "has any skill, given how many were tried. Past trades are no promise."
)


@_style.styled
def draw(curves: Sequence[Mapping[str, Any]], *, scale: float = 1.0) -> Figure:
    """Draw one panel for each curve: ts, rule, buy_and_hold, low, middle, high; and `lines`.

    `lines` are the two lines above the panel: its name, and what came out, with whether it counts.
    """
    figure, axes = _style.stack([scale * PANEL] * len(curves), gap=18.0, top=9.5, bottom=9.2)
    for ax, curve in zip(axes, curves, strict=True):
        _panel(ax, curve, height=scale * PANEL)
        _style.caption(ax, curve["lines"])
    return figure


def _panel(ax: Axes, curve: Mapping[str, Any], *, height: float) -> None:
    days = [date.fromisoformat(str(day)[:10]) for day in curve["ts"]]
    x = np.array([days[0] - timedelta(1), *days])
    lines = {
        name: np.array([1.0, *curve[name]])
        for name in ("rule", "buy_and_hold", "low", "middle", "high")
    }
    ax.fill_between(x, lines["low"], lines["high"], color=_style.PALE, linewidth=0)
    ax.plot(x, lines["middle"], color=_style.MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)))
    ax.plot(x, lines["buy_and_hold"], color=_style.INK, linewidth=1.1, linestyle=(0, (4, 1.5)))
    ax.plot(x, lines["rule"], color=_style.BLUE, linewidth=1.8)
    every = np.concatenate([*lines.values()])
    low, high = float(every.min()), float(every.max())
    ax.set_yscale("log")
    ax.set_ylim(low / 1.03, high * 1.03)
    ax.yaxis.set_major_locator(FixedLocator(_marks(low, high)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    _style.date_axis(ax, days[0], days[-1])
    ends = [("rule", "rule", _style.BLUE), ("buy_and_hold", "held", _style.INK),
            ("middle", "random", _style.MUTED)]  # fmt: skip
    _ends(ax, [(f"{name} {_wealth(float(lines[key][-1]))}", lines[key][-1], color)
               for key, name, color in ends], height=height)  # fmt: skip


def _wealth(value: float) -> str:
    """Return wealth in few digits, for the right margin."""
    for size, unit in ((1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.2f}" if value < 10 else f"{value:.3g}"


def _marks(low: float, high: float) -> list[float]:
    """Return round numbers for a log axis, six of them at most where a decade holds them."""
    inside: list[float] = []
    for steps in STEPS:
        marks = [step * 10.0**k for k in range(-3, 6) for step in steps]
        inside = [mark for mark in marks if low <= mark <= high]
        if len(inside) <= 6:
            break
    return inside


def _ends(ax: Axes, labels: Sequence[tuple[str, float, str]], *, height: float) -> None:
    """Write the ends of the lines beside the panel, pushed apart where they would touch."""
    low, high = np.log(ax.get_ylim())
    order = sorted(labels, key=lambda label: label[1])
    at = [(np.log(value) - low) / (high - low) * height for _, value, _ in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + NEAR)
    over = max(at[-1] - height, 0.0)
    for (text, _, color), mm in zip(order, at, strict=True):
        ax.annotate(
            text, (1, (mm - over) / height), xycoords="axes fraction", xytext=(3, 0),
            textcoords="offset points", va="center", fontsize=_style.SMALL, color=color,
            fontweight="bold" if text.startswith("rule") else "normal", annotation_clip=False,
        )  # fmt: skip


def blocks(subject: Subject) -> list[Block]:
    """Return the rules on the community's signals with the smallest q."""
    material = subject.material
    claims = [c for c in material.about("backtest") if material.measure(c.x)]
    if not claims:
        do = "affect analyze backtest --rule up --signal SIGNAL --asset NAME"
        return [Block(TITLE, empty=f"No rule was traded: run {do}")]
    drawn = [c for c in claims if c.result.get("curve")]
    if not drawn:
        old = "The rules traded were stored without their curves: run affect analyze backtest again"
        return [Block(TITLE, empty=old)]
    drawn.sort(key=lambda c: (_words.q_of(c), c.p_value or 0.0, c.finding_id))
    curves = [_curve(material, claim) for claim in drawn[:PAIRS]]
    more = _words.more(len(claims) - len(curves), "rule", "not drawn")
    return [
        Block(
            TITLE,
            "Wealth of the rule, of holding the asset, and of random timing",
            lambda scale: draw(curves, scale=scale),
            PANEL * len(curves),
            "; ".join(_seen(material, claim) for claim in drawn[:PAIRS]) + ".",
            notes=[KEY, *([more] if more else [])],
            numbers=lambda: _table(curves),
        )
    ]


def _table(curves: Sequence[Mapping[str, Any]]) -> Table:
    """Return wealth by day, one rule beneath the other."""
    keys = ("rule", "buy_and_hold", "low", "middle", "high")
    rows = (
        [curve["lines"][0][0], str(day)[:10], *(_numbers.number(curve[key][i]) for key in keys)]
        for curve in curves
        for i, day in enumerate(curve["ts"])
    )
    head = ["Rule", "Day", "Wealth", "Held", "Random 5\u00a0%", "50\u00a0%", "95\u00a0%"]
    return _numbers.table(head, rows, left=2)


def _named(material: Material, claim: Claim) -> str:
    result = claim.result
    signal, asset = short(material, claim.x), _text.plain(str(result["asset"]))
    rule, side = str(result["rule"]).replace(":", " "), result.get("side", "long")
    return f"{_text.short(asset, 24)} traded on {_text.short(signal, 40)}: {rule}, {side}"


def _curve(material: Material, claim: Claim) -> dict[str, Any]:
    result, q = claim.result, _words.q_of(claim)
    beaten = _text.percent(result["random_timing_percentile"])
    said = f"better than {beaten} of random timings, q = {q:.2g}; costs {result['cost_bps']:g} bp"
    deflated = result.get("deflated_sharpe")
    if deflated is not None:
        said += f"; deflated Sharpe ratio {deflated:.2f}, {result['tried']} tried"
    held = q <= _words.LEVEL and (deflated is None or deflated >= 1 - _words.LEVEL)
    lines = [(_named(material, claim), True), (said, held)]
    return {**result["curve"], "lines": lines}


def _seen(material: Material, claim: Claim) -> str:
    result = claim.result
    rule, held, luck = (
        _text.percent(result[key])
        for key in ("total_return", "buy_and_hold_return", "random_timing_return")
    )
    return (
        f"{_named(material, claim)}, {result['start']} to {result['end']}: {rule} after costs, "
        f"held {held}, median random timing {luck}, q = {_words.q_of(claim):.2g}"
    )
