"""Forecasts of stored signals: evaluate every model, use the best, announce high periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from affectcli import parts
from affectcli.errors import AnalysisError
from affectcli.forecast._outlook import ForecastResult, Period, forecast, load
from affectcli.forecast._periods import LIKELY
from affectcli.forecast._rolling import evaluate
from affectcli.forecast._scorecard import BASELINE, choose
from affectcli.log import logger
from affectcli.parts import History
from affectcli.store import Outcome, signals
from affectcli.store.findings import Finding, store

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store import Context

ORIGINS = 12
SAMPLES = 1000


@dataclass(frozen=True)
class _Outlook:
    """A signal's forecasts by every model that could make one, and which is used."""

    signal: str
    chosen: str
    reason: str
    by_model: dict[str, ForecastResult]
    scores: list[dict[str, Any]]
    as_of: datetime
    share: bool
    weak: str | None = None
    """Why nothing is announced, where its label is weak."""

    @property
    def used(self) -> ForecastResult:
        return self.by_model[self.chosen]

    @property
    def announced(self) -> list[Period]:
        """The periods that are more likely than not; none of a weak label."""
        if self.weak:
            return []
        return [period for period in self.used.periods if period["probability"] >= LIKELY]


def run(ctx: Context, *, signal: str, horizon: int = 14, high: str = "q80") -> Outcome:
    """Forecast every signal that matches `signal`; store forecasts, alerts and one claim each.

    Raises:
        UsageError: no signal matches, or `high` is no threshold.
        AnalysisError: not one of them can be forecast.
    """
    with ctx.db.read() as con:
        names = signals.names(con, signal)
        frames = {name: signals.values(con, name) for name in names}
        weak = signals.weak(con, names, tagger=ctx.settings.tag.tagger)
    outlooks: list[_Outlook] = []
    refused: list[str] = []
    for name, frame in frames.items():
        try:
            made = _outlook(name, frame, horizon=horizon, high=high, seed=ctx.seed)
            outlooks.append(replace(made, weak=weak.get(name)))
        except AnalysisError as error:
            refused.append(f"{name}: {error.what}")
    if not outlooks:
        raise AnalysisError(refused[0])
    for outlook in outlooks:
        _store(ctx, outlook, high=high, horizon=horizon)
    findings = [_finding(outlook, horizon, high) for outlook in outlooks]
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    alerts = sum(len(outlook.announced) for outlook in outlooks)
    message = f"signals forecast: {len(outlooks)}, high-prevalence periods announced: {alerts}"
    if refused:
        message += f"; {len(refused)} not possible ({refused[0]})"
    if weak:
        message += f"; no alert for {len(weak)}: {next(iter(weak.values()))}"
    return Outcome(rows=rows, rows_in=len(frames), rows_out=changed, message=message)


def _outlook(name: str, frame: pl.DataFrame, *, horizon: int, high: str, seed: int) -> _Outlook:
    history = _history(name, frame)
    models = load(parts.names("forecast"))
    scores = evaluate(
        history,
        models=models,
        horizon=horizon,
        origins=ORIGINS,
        high=high,
        samples=SAMPLES,
        seed=seed,
    )
    choice = choose(scores)
    by_model: dict[str, ForecastResult] = {}
    for model in models:
        try:
            by_model[model] = forecast(
                history, model=model, horizon=horizon, high=high, samples=SAMPLES, seed=seed
            )
        except AnalysisError as error:
            logger.warning("%s without %s: %s", name, model, error)
    chosen = choice.model if choice.model in by_model else BASELINE
    if chosen not in by_model:
        raise AnalysisError(f"No model could forecast {name}.")
    if by_model[chosen].threshold <= np.nanmin(history.value):
        raise AnalysisError(
            f"{high} of {name} is {by_model[chosen].threshold:g}, the least it ever was: most days "
            "are alike, and no threshold separates high ones.",
            do=f"--signal '{name}@mean', or --high with a number",
        )
    table = [dict(row) for row in scores]
    return _Outlook(
        name, chosen, choice.reason, by_model, table, signals.known_at(frame), history.share
    )


def _history(name: str, frame: pl.DataFrame) -> History:
    if frame["value"].is_null().all():
        raise AnalysisError(f"{name} has no value on any day: every day is too thin.")
    days = signals.every_day(frame)
    return History(
        days["ts"].to_list(),
        days["value"].to_numpy().astype(np.float64),
        days["posts"].to_numpy().astype(np.float64),
        signals.is_share(days),
    )


def _store(ctx: Context, outlook: _Outlook, *, high: str, horizon: int) -> None:
    days = [
        {
            "signal": outlook.signal,
            "model": model,
            "chosen": model == outlook.chosen,
            "origin": result.origin,
            "threshold": result.threshold,
            **row,
        }
        for model, result in outlook.by_model.items()
        for row in result.rows
    ]
    used = outlook.used
    alerts = [
        {
            "signal": outlook.signal,
            "model": used.model,
            "origin": used.origin,
            "starts": period["start"],
            "ends": period["end"],
            "probability": period["probability"],
            "threshold": used.threshold,
        }
        for period in outlook.announced
    ]
    with ctx.db.write() as con:
        con.register(fresh=pl.DataFrame(days))
        asked = {"high": high, "horizon": horizon}
        con.execute("forecast/merge_forecast", run_id=ctx.run_id, **asked)
        con.execute("forecast/delete_alert", signal=outlook.signal, origin=used.origin, **asked)
        if alerts:
            con.register(fresh_alert=pl.DataFrame(alerts))
            con.execute("forecast/insert_alert", run_id=ctx.run_id, **asked)
        con.touch("forecast")


def _finding(outlook: _Outlook, horizon: int, high: str) -> Finding:
    used = outlook.used
    verdict = _verdict(outlook, horizon, high)
    result = {
        "signal": outlook.signal,
        "model": used.model,
        "reason": outlook.reason,
        "origin": used.origin,
        "horizon": used.horizon,
        "high": high,
        "threshold": used.threshold,
        "missing_days": used.missing,
        "weak": outlook.weak,
        "forecast": used.rows,
        "periods": used.periods,
        "scores": outlook.scores,
        "verdict": verdict,
    }
    return Finding(
        analysis="forecast",
        x=outlook.signal,
        verdict=verdict,
        as_of=outlook.as_of,
        result=result,
        question={"horizon": horizon, "high": high},
    )


def _verdict(outlook: _Outlook, horizon: int, high: str) -> str:
    """Say in words what is to come, and how far to trust it."""
    used = outlook.used
    limit = f"{used.threshold:.1%}" if outlook.share else f"{used.threshold:.3g}"
    what = f"{outlook.signal}, {horizon} days from {used.origin}"
    spans = "; ".join(
        f"{p['start']} to {p['end']} (probability {p['probability']:.0%})"
        for p in outlook.announced or used.periods
    )
    if outlook.announced:
        text = f"{what}: high, above {limit} ({high}), {spans}"
    elif used.periods and outlook.weak:
        text = f"{what}: high periods are not announced (above {limit}, {high}); likeliest: {spans}"
    elif used.periods:
        text = f"{what}: no high period is likely (above {limit}, {high}); the likeliest is {spans}"
    else:
        most = max(row["p_high"] for row in used.rows)
        text = (
            f"{what}: no high period expected (above {limit}, {high}, for 2 days or more; "
            f"the likeliest single day has {most:.0%})"
        )
    if outlook.weak:
        text += f". No alert: {outlook.weak}"
    return f"{text}. Model: {used.model.replace('_', '-')}; {outlook.reason.rstrip('.')}."
