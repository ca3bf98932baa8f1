"""Past alarms on the timeline: which high periods came, which did not, and which were missed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib.dates import date2num
from matplotlib.patches import Patch, Rectangle

from affectcli.report import _forecasts, _numbers, _series, _style, _text, _ticks, _words
from affectcli.report._block import Block
from affectcli.report._tables import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._subject import Subject
    from affectcli.report._tables import Table

TITLE = "Past alarms"
PANEL, STRIP = 24.0, 24.0
"""Heights in mm of the signal, which can be stretched, and of its alarms."""
BACK = 180
"""Days shown at the least: that no alarm was raised is seen too."""
TALL, BELOW = 1.7, 3.8
"""In mm: height of an alarm, and how far beneath 0 % stand periods without one."""
KEY = (
    "Above: mean of the last 7 days. Beneath: each alarm that was raised at a past origin, over "
    "the days it announced, as high as its probability; a dotted line leads from its origin. "
    "Several origins may announce the same days."
)


class Alarm(NamedTuple):
    """An announced period; `came` is None where that is not known yet."""

    origin: date
    start: date
    end: date
    probability: float
    came: bool | None


LOOKS: dict[bool | None, tuple[str, dict[str, Any]]] = {
    True: ("came", {"facecolor": _style.BLUE, "edgecolor": _style.BLUE}),
    False: ("did not come", {"facecolor": "white", "edgecolor": _style.RED}),
    None: ("not known yet", {"facecolor": "white", "edgecolor": _style.MUTED, "hatch": "//////"}),
}


@_style.styled
def draw(
    history: pl.DataFrame,
    alarms: Sequence[Alarm],
    missed: Sequence[tuple[date, date]],
    *,
    share: bool,
    scale: float = 1.0,
) -> Figure:
    """Draw `history` (day, value) above the alarms and the high periods that had none."""
    figure, (ax, strip) = _style.stack([scale * PANEL, STRIP], gap=11.0, top=4.0, bottom=9.2)
    days = [a.origin for a in alarms] + [a.end for a in alarms] + [d for m in missed for d in m]
    known = _style.span(history["day"]) if history.height else (days[0], days[0])
    last = max(*days, known[1])
    first = max(min(min(days) - timedelta(7), last - timedelta(BACK)), min(*days, known[0]))
    value = history["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    shown = history.with_columns(pl.Series("week", _series.trailing(value))).filter(
        pl.col("day").is_between(first, last)
    )
    _signal(ax, shown, share=share)
    mm = 1 / (STRIP - TALL / 2 - 2 * BELOW)  # in probability
    strip.set_ylim(-2 * BELOW * mm, 1 + TALL / 2 * mm)
    strip.set_yticks([-BELOW * mm, 0, 0.5, 1], ["missed", "0", "50\u00a0%", "100\u00a0%"])
    _alarms(strip, alarms, tall=TALL * mm)
    for start, end in missed:
        strip.add_patch(_box(start, end, -BELOW * mm, TALL * mm, color=_style.INK))
    _style.name_panel(strip, "Alarms by probability")
    for panel in (ax, strip):
        _style.date_axis(panel, first, last, labels=panel is strip)
    _legend(strip, alarms, missed)
    return figure


def _signal(ax: Axes, shown: pl.DataFrame, *, share: bool) -> None:
    week = shown["week"].to_numpy()
    ax.plot(shown["day"].to_list(), week, color=_style.INK, linewidth=1.4)
    known = week[np.isfinite(week)]
    if share:
        _ticks.share_axis(ax, float(known.max()) * 1.08 if len(known) else 0.1)
    else:
        _ticks.number_marks(ax.yaxis)


def _alarms(ax: Axes, alarms: Sequence[Alarm], *, tall: float) -> None:
    for alarm in sorted(alarms, key=lambda a: (a.came is True, a.origin)):
        at = alarm.probability
        ax.plot([alarm.origin, alarm.start], [at, at], color=_style.FAINT, linewidth=0.7,  # type: ignore[arg-type]  # matplotlib converts dates
                linestyle=(0, (1, 1.5)), zorder=1.5)  # fmt: skip
        ax.add_patch(_box(alarm.start, alarm.end, at, tall, **LOOKS[alarm.came][1]))


def _box(start: date, end: date, y: float, tall: float, **look: Any) -> Rectangle:  # noqa: ANN401  # a patch's own options
    """Return a bar over whole days, in the middle of its height at `y`."""
    x0, x1 = (float(date2num(day)) for day in (start, end))  # type: ignore[no-untyped-call]  # matplotlib's
    corner = (x0 - 0.5, y - tall / 2)
    return Rectangle(corner, x1 - x0 + 1, tall, linewidth=0.7, zorder=3, clip_on=False, **look)


def _legend(ax: Axes, alarms: Sequence[Alarm], missed: Sequence[tuple[date, date]]) -> None:
    """Write what the marks mean above the strip, of those that are there, with their number."""
    handles: list[Patch] = []
    for came, (name, look) in LOOKS.items():
        count = sum(alarm.came is came for alarm in alarms)
        if count:
            handles.append(Patch(label=f"{name} ({count})", linewidth=0.7, **look))
    if missed:
        handles.append(Patch(label=f"high, no alarm ({len(missed)})", facecolor=_style.INK))
    ax.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncol=4, frameon=False,
        fontsize=_style.SMALL, handlelength=1.6, handleheight=0.7, columnspacing=1.4,
        borderaxespad=0.1, borderpad=0.1,
    )  # fmt: skip


def blocks(subject: Subject) -> list[Block]:
    """Return the past alarms of each forecast, or why it raised none."""
    claims = _forecasts.claims(subject)
    made = [_block(subject.material, claim) for claim in claims]
    drawn = [block for block in made if block.draw]
    if drawn or made:
        return drawn or made[:1]
    none = "The forecast was stored without its past alarms: run affect forecast again"
    stored = bool(_forecasts.signals(subject))
    return [Block(TITLE, empty=none if stored else _forecasts.none(subject))]


def _block(material: Material, claim: Claim) -> Block:
    measure = material.measure(claim.x) or claim.x
    label, _ = _words.split(measure)
    block = Block(f"{TITLE}: {_words.called(measure)}")
    alarms, missed = _read(claim.result)
    if not alarms and not missed:
        why = _forecasts.abstains(claim.result)
        none = "No alarm was raised at a past origin, and no high period was missed."
        block.empty = f"No alarm is raised: {why}." if why else none
        return block
    history, share = material.histories[claim.x], material.is_share(label)
    block.draw = lambda scale: draw(history, alarms, missed, share=share, scale=scale)
    block.panels = PANEL
    came, failed = (sum(a.came is flag for a in alarms) for flag in (True, False))
    block.subtitle = f"Alarms raised at past origins: {len(alarms)}"
    block.alt = (
        f"Past alarms: {len(alarms)}, of which {came} came, {failed} did not and "
        f"{len(alarms) - came - failed} are not known yet; high periods without one: "
        f"{len(missed)}."
    )
    block.numbers = lambda: _table(alarms, missed)
    lead = [a["lead_days"] for a in claim.result["past_alarms"] if a["outcome"] == "hit"]
    known = [days for days in lead if days is not None]
    block.notes = [KEY]
    if known:
        block.notes.append(f"Median lead of alarms that came: {np.median(known):.0f} days.")
    if claim.result.get("abstains"):
        block.notes.append(f"Now no alarm is raised: {_forecasts.abstains(claim.result)}.")
    return block


def _table(alarms: Sequence[Alarm], missed: Sequence[tuple[date, date]]) -> Table:
    rows = [
        [str(a.origin), f"{a.start} to {a.end}", LOOKS[a.came][0], _text.percent(a.probability)]
        for a in alarms
    ]
    rows += [[NONE, f"{start} to {end}", "high, no alarm", NONE] for start, end in missed]
    return _numbers.table(["Origin", "Days", "Outcome", "Probability"], rows, left=3)


def _span(row: Mapping[str, Any], *, weeks: bool) -> tuple[date, date]:
    """Return the first and the last day of a stored period."""
    return _day(row["start"]), _forecasts.last_day(_day(row["end"]), weeks=weeks)


def _read(result: Mapping[str, Any]) -> tuple[list[Alarm], list[tuple[date, date]]]:
    """Return the alarms and the high periods without one, as a forecast stored them."""
    outcome, weeks = {"hit": True, "miss": False, None: None}, _forecasts.weekly(result)
    alarms = [
        Alarm(
            _day(row["origin"]),
            *_span(row, weeks=weeks),
            float(row["probability"]),
            outcome[row["outcome"]],
        )
        for row in result.get("past_alarms") or []
    ]
    missed = [_span(row, weeks=weeks) for row in result.get("missed") or []]
    return alarms, missed


def _day(text: object) -> date:
    return date.fromisoformat(str(text)[:10])
