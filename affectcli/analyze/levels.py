"""What is high now, what changed, and when was it highest?

The change of the last days against all days before is compared with the same change at every
earlier day of the series (placebo dates): a series that wanders keeps its own autocorrelation in
the null, and nothing has to be assumed about it. The highest week is compared with the highest
weeks of surrogates (see `_peaks`). Benjamini-Hochberg over all signals asked for, for each.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from affectcli.analyze._asked import trusted, withheld
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._peaks import peak_p_value
from affectcli.errors import AnalysisError
from affectcli.store import Outcome, signals
from affectcli.store.findings import Finding, store
from affectcli.store.places import concerns
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.store import Context

READS = ("prevalence", "price", "series", "event", "label", "calibration")
HISTORY = 28
"""Days before a placebo date at the least; shorter histories change with every day added."""
PLACEBOS = 30
"""Placebo dates at the least; fewer cannot tell 1 in 20."""
NEAR = 3
"""Days between an event and the start of the highest week to name the event beside it."""


@dataclass(frozen=True)
class Level:
    """Now against before, both as means over days, and the same change at placebo dates."""

    now: float
    before: float
    change: float
    percentile: float
    """Share of earlier windows of the same length whose mean was lower, in [0, 1]."""
    p_value: float
    placebos: int
    peak_at: int
    """Index of the first day of the highest window."""
    peak_value: float
    peak_p: float | None
    """Of the highest window against surrogates; None where the series is too short to test it."""
    typical: float
    """Median day."""


@dataclass(frozen=True)
class _Claim:
    name: str
    level: Level
    days: pl.DataFrame
    q_value: float | None
    peak_q: float | None
    health: bool
    """Whether the sentence must say that it is no diagnosis."""


def level(
    values: NDArray[np.float64],
    *,
    linear: NDArray[np.float64] | None = None,
    recent: int = 7,
    seed: int = 0,
) -> Level:
    """Compare the last `recent` values with those before; both (n,), nan is a day without a value.

    `linear` is what is tested where `values` are clipped to [0, 1]: the same up to a straight line.

    Raises:
        AnalysisError: too few days to tell.
    """
    if len(values) < recent + HISTORY + PLACEBOS:
        days = recent + HISTORY + PLACEBOS
        raise AnalysisError(f"{len(values)} days are too few to compare: {days} are needed.")
    shown = _windows(values, recent)
    tested = shown if linear is None else _windows(linear, recent)
    if not shown.enough[-1]:
        raise AnalysisError(f"Two thirds of the last {recent} days have no value.")
    usable = tested.enough & (tested.days_before >= HISTORY)
    placebo = tested.change[:-1][usable[:-1]]
    if len(placebo) < PLACEBOS:
        raise AnalysisError(f"{len(placebo)} earlier windows are too few to compare with.")
    earlier = shown.mean[:-1][shown.enough[:-1]]
    peak = int(np.argmax(np.where(tested.enough, tested.mean, -np.inf)))
    known = np.isfinite(values)
    now = abs(tested.change[-1])
    return Level(
        now=float(shown.mean[-1]),
        before=float(shown.before[-1]),
        change=float(shown.change[-1]),
        percentile=float(np.mean(earlier < shown.mean[-1])),
        p_value=float((1 + np.sum(np.abs(placebo) >= now)) / (1 + len(placebo))),
        placebos=len(placebo),
        peak_at=peak,
        peak_value=float(shown.mean[peak]),
        peak_p=peak_p_value(
            values if linear is None else linear, width=recent, rng=np.random.default_rng(seed)
        ),
        typical=float(np.median(values[known])),
    )


class _Windows(NamedTuple):
    """Every window of `recent` days, by its last day: its mean, and the mean of all days before."""

    mean: NDArray[np.float64]
    before: NDArray[np.float64]
    days_before: NDArray[np.int64]
    enough: NDArray[np.bool_]
    """At least a third of the window's days have a value."""

    @property
    def change(self) -> NDArray[np.float64]:
        return self.mean - self.before


def _windows(values: NDArray[np.float64], recent: int) -> _Windows:
    known = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    ends = np.arange(recent, len(values) + 1)
    inside, before = count[ends] - count[ends - recent], count[ends - recent]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[ends] - total[ends - recent]) / inside
        return _Windows(mean, total[ends - recent] / before, before, inside >= max(recent // 3, 1))


def run(ctx: Context, *, signal: str, recent: int = 7, as_of: str = "") -> Outcome:
    """Store one claim for each signal that matches `signal`.

    `as_of` (an ISO date) leaves out what was not known then: "now" is the last day known.

    Raises:
        UsageError: no signal matches, or no date.
        AnalysisError: none of them has enough history, or their labels are all weak.
    """
    until = origin(as_of)
    with ctx.db.read() as con:
        frames, weak = trusted(ctx, con, signal, until=until)
        events = con.frame("analyze/select_dated_events", as_of=until)
        health = signals.health(con, frames)
    results, reasons = {}, {}
    for name, frame in frames.items():
        try:
            _check(frame)
            days = signals.every_day(frame)
            results[name] = (_level(days, recent, ctx.seed), days)
        except AnalysisError as error:
            reasons[name] = error.what
    if not results:
        name, reason = next(iter((reasons or weak).items()))
        raise AnalysisError(f"{name}: {reason}")
    q_values = _q_values({name: one.p_value for name, (one, _) in results.items()})
    peak_q = _q_values({name: one.peak_p for name, (one, _) in results.items()})
    question = {"recent": recent, "family": signal, "as_of": as_of}
    made = [
        _Claim(name, one, days, q_values[name], peak_q[name], name in health)
        for name, (one, days) in results.items()
    ]
    findings = [_finding(claim, question, len(results), events) for claim in made]
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    rows.sort(key=lambda row: row["q_value"])
    message = f"signals compared with their history: {len(findings)}"
    if reasons:
        message += f", with too little of it: {len(reasons)}"
    return Outcome(
        rows=rows, rows_in=len(frames), rows_out=changed, message=message + withheld(weak)
    )


def _level(days: pl.DataFrame, recent: int, seed: int) -> Level:
    values, linear = days["value"].to_numpy(), days["linear"].to_numpy()
    return level(values, linear=linear, recent=recent, seed=seed)


def _q_values(p_values: dict[str, float | None]) -> dict[str, float | None]:
    """Return q-values by name, None where there was no test."""
    p = np.array([np.nan if p is None else p for p in p_values.values()])
    q_values = benjamini_hochberg(p)
    return {
        name: float(q) if np.isfinite(q) else None
        for name, q in zip(p_values, q_values, strict=True)
    }


def _check(frame: pl.DataFrame) -> None:
    kinds = frame["value"].drop_nulls().n_unique()
    if kinds == 0:
        raise AnalysisError("no day has a value: every day is too thin")
    if kinds == 1:
        raise AnalysisError("the series is constant")


def _finding(claim: _Claim, question: dict[str, Any], size: int, events: pl.DataFrame) -> Finding:
    days, recent = claim.days, question["recent"]
    community, _, measure = claim.name.rpartition(":")
    start: date = days["ts"][0] + timedelta(claim.level.peak_at)
    result: dict[str, Any] = {
        "signal": claim.name,
        "community": community,
        "measure": measure,
        "as_of_day": days["ts"][-1],
        "recent": recent,
        "share": signals.is_share(days),
        **asdict(claim.level),
        "q_value": claim.q_value,
        "peak_q": claim.peak_q,
        "family_size": size,
        "peak_start": start,
        "peak_end": start + timedelta(recent - 1),
        "near": NEAR,
        **_near(_concerning(events, claim.name), days["ts"], start),
    }
    verdict = _verdict(result) + (" Not a diagnosis." if claim.health else "")
    return Finding(
        analysis="levels",
        x=claim.name,
        verdict=verdict,
        as_of=signals.known_at(days),
        result={**result, "verdict": verdict},
        p_value=claim.level.p_value,
        q_value=claim.q_value,
        question=question,
    )


def _concerning(events: pl.DataFrame, signal: str) -> pl.DataFrame:
    return events.filter([concerns(scope, signal) for scope in events["scope"]])


def _near(events: pl.DataFrame, days: pl.Series, start: date) -> dict[str, Any]:
    """Return the event closest to `start`, if one lies within `NEAR` days, and the base rate.

    The base rate is the share of days that lie so close to some event: how often an unrelated
    week would begin there too.
    """
    near = events.filter((pl.col("day") - start).abs() <= timedelta(NEAR))
    if near.is_empty():
        return {"event": None, "event_day": None, "event_base_rate": None}
    row = near.sort((pl.col("day") - start).abs()).row(0, named=True)
    close = sum(any(abs(day - event) <= timedelta(NEAR) for event in events["day"]) for day in days)
    return {
        "event": row["name"],
        "event_day": row["day"],
        "event_base_rate": close / len(days),
    }


def _verdict(result: dict[str, Any]) -> str:
    def number(value: float) -> str:
        return f"{value:.1%}" if result["share"] else f"{value:.3g}"

    changed = result["q_value"] <= 0.05  # the level of every claim here
    way = "rose" if result["change"] > 0 else "fell"
    what = (
        f"{way} from {number(result['before'])} before, more than at other times"
        if changed
        else f"no more different from before ({number(result['before'])}) than at other times"
    )
    span = "week" if result["recent"] == 7 else f"{result['recent']} days"  # a week
    peak = result["peak_q"]
    rare = "" if peak is None else f" (q = {peak:.2g})"
    text = (
        f"{_named(result['measure'])} in {result['community']}: {number(result['now'])} in the "
        f"last {result['recent']} days, {what} (q = {result['q_value']:.2g}), higher than "
        f"{result['percentile']:.0%} of what any {span} before showed. Highest {span}: "
        f"{result['peak_start']} to {result['peak_end']} at {number(result['peak_value'])}{rare}"
    )
    if result["event"] is not None:
        text += (
            f", beginning within {NEAR} days of “{result['event']}” ({result['event_day']}), as "
            f"{result['event_base_rate']:.0%} of all days do of some event"
        )
    return text + "."


def _named(measure: str) -> str:
    """Return a measure in words: a variant is another number than the corrected share."""
    label, _, variant = measure.partition("@")
    words = {"mean": f"mean probability of {label}", "raw": f"{label} by plain count"}
    return words.get(variant, label)
