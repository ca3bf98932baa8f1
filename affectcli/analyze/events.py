"""What did an event change? Event study with placebo dates, and interrupted time series.

The days around each event are compared with its baseline, and the difference with that at placebo
dates of the same calendar (see `_shifts`); the q-value pays for all signals and events asked for.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from affectcli.analyze import _shifts
from affectcli.analyze._asked import trusted, withheld
from affectcli.analyze._events_calendar import Happened
from affectcli.analyze._events_effect import Spans, spans
from affectcli.analyze._events_rows import Asked, Row, judged
from affectcli.analyze._events_words import verdict
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import Outcome
from affectcli.store.findings import Finding, store
from affectcli.store.places import concerns
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.analyze._events_calendar import Calendar
    from affectcli.analyze._events_its import Interruption
    from affectcli.store import Context

READS = ("prevalence", "price", "series", "event", "label", "calibration")
LEVEL = 0.05


def run(
    ctx: Context,
    *,
    signal: str,
    category: str = "",
    window: str = "-1:5",
    baseline: str = "-30:-2",
    placebos: int = 999,
    its: bool = False,
    as_of: str = "",
) -> Outcome:
    """Test all events by name, or by category where a glob of `category` is given, on each signal.

    Raises:
        UsageError: no signal or category matches, or a span of days is wrong.
        AnalysisError: no signal has enough history around an event.
    """
    options = Asked(spans(window, baseline), _shifts.turns(max(placebos, 500), ctx.seed), its)
    until = origin(as_of)
    with ctx.db.read() as con:
        frames, weak = trusted(ctx, con, signal, until=until)
        events = con.frame("analyze/select_dated_events", as_of=until)
        held = con.frame("analyze/match_event_categories", pattern=category)["category"].to_list()
    groups = _groups(events, category, held)
    rows, reasons = judged(frames, groups, options)
    elsewhere = _elsewhere(groups, list(frames))
    if not rows:
        silent = {signal: f"there is no event that concerns it{elsewhere}"} if frames else weak
        name, reason = next(iter((reasons or silent).items()))
        raise AnalysisError(f"{name}: {reason}")
    question: dict[str, Any] = {"signal": signal, "category": category, "window": window}
    question |= {"baseline": baseline, "placebos": placebos, "its": its, "as_of": as_of}
    findings = _findings(rows, options, question)
    changed = store(ctx, findings)
    shown = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    shown.sort(key=lambda row: (row["q_value"], row["p_value"]))
    claims = sum(f.result["q_value"] <= LEVEL for f in findings)
    message = f"events tested on signals: {len(rows)}, with an effect at q <= {LEVEL:g}: {claims}"
    if reasons:
        message += f"; {len(reasons)} not testable ({'; '.join(_first(reasons))})"
    message += elsewhere + withheld(weak)
    return Outcome(rows=shown, rows_in=len(rows) + len(reasons), rows_out=changed, message=message)


def _first(reasons: Mapping[str, str]) -> list[str]:
    return [f"{name}: {reason}" for name, reason in reasons.items()][:2]


def _groups(events: pl.DataFrame, category: str, held: Sequence[str]) -> dict[str, list[Happened]]:
    """Return event -> when it happened: by name, or all of a category together."""
    if events.is_empty():
        raise AnalysisError("No events are stored.", do="affect ingest events FILE")
    if category and not held:
        known = ", ".join(events["category"].drop_nulls().unique().sort().to_list()) or "none"
        raise UsageError(f"No event has a category like {category!r}.", known=f"There: {known}.")
    key = "category" if category else "name"
    if category:
        events = events.filter(pl.col("category").is_in(held))
    return {
        str(name): [Happened(*row) for row in group.select(Happened._fields).iter_rows()]
        for (name,), group in events.group_by(key, maintain_order=True)
    }


def _elsewhere(groups: Mapping[str, Sequence[Happened]], names: Sequence[str]) -> str:
    """Return the end of a message that counts the events that concern none of the signals."""
    events = [at for when in groups.values() for at in when]
    idle = [at.scope for at in events if not any(concerns(at.scope, name) for name in names)]
    scopes = sorted({str(scope) for scope in idle})
    more = ", …" if len(scopes) > 3 else ""  # enough to recognise what was meant
    shown = f" (scope {', '.join(scopes[:3])}{more})"
    return f"; {len(idle)} events concern other signals{shown}" if idle else ""


def _findings(rows: Sequence[Row], options: Asked, question: dict[str, Any]) -> list[Finding]:
    q_values = _q_values(rows)
    broken = np.array([[r.its.level_p, r.its.slope_p] if r.its else [np.nan] * 2 for r in rows])
    its_q = benjamini_hochberg(broken.ravel()).reshape(-1, 2)
    findings = []
    for row, q, break_q in zip(rows, q_values, its_q, strict=True):
        result = _result(row, options.spans) | {"q_value": float(q), "family_size": len(rows)}
        if options.its:
            result["its"] = _broken(row.its, break_q)
        result["verdict"] = verdict(result)
        findings.append(
            Finding(
                analysis="events",
                x=row.series.name,
                y=row.event,
                verdict=result["verdict"],
                as_of=row.series.calendar.as_of,
                result=result,
                p_value=row.study.p_value,
                q_value=float(q),
                question=question,
            )
        )
    return findings


def _q_values(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    numbers = {event: k for k, event in enumerate(dict.fromkeys(row.event for row in rows))}
    return _shifts.q_values(
        np.array([row.study.size for row in rows]),
        np.array([row.study.drawn for row in rows]),
        np.array([numbers[row.event] for row in rows]),
    )


def _result(row: Row, of: Spans) -> dict[str, Any]:
    days, found = row.series.calendar, row.study
    at = row.at + row.series.field.first
    width = of.window.last - of.window.first + 1
    crowded = sum(bool(np.any((at < a) & (at > a + of.baseline.first - width))) for a in at)
    return {
        "event": row.event,
        "signal": row.series.name,
        "window": str(of.window),
        "baseline": str(of.baseline),
        "effect": found.effect,
        "low": found.effect - found.half_width,
        "high": found.effect + found.half_width,
        "p_value": found.p_value,
        "placebos": int(np.isfinite(found.drawn).sum()),
        "placebo_dates": int(row.series.field.known.sum()) - 1,
        "n": len(at),
        "given": row.given,
        "outside": row.outside,
        "overlaps": row.overlaps,
        "crowded": crowded,
        "days": [days.days[a] for a in at],
        "before": _mean(days, at, of.baseline.first, of.baseline.last),
        "during": _mean(days, at, of.window.first, of.window.last),
        "cumulative": found.effect * width,
        "pre_trend_p": found.pre_trend_p,
        "freq": days.freq,
        "start": days.days[0],
        "end": days.days[-1],
    }


def _mean(days: Calendar, at: np.ndarray[Any, np.dtype[np.int64]], first: int, last: int) -> float:
    around = days.shown[at[:, None] + np.arange(first, last + 1)]
    return float(np.nanmean(np.nanmean(around, axis=1)))


def _broken(its: Interruption | None, q: np.ndarray[Any, np.dtype[np.float64]]) -> Any:  # noqa: ANN401  # a row of JSON or null
    if its is None:
        return None
    return {**asdict(its), "level_q": float(q[0]), "slope_q": float(q[1])}
