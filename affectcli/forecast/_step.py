"""Forecasts of stored signals: every model, the one to believe, and the periods it announces."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import false_discovery_control

from affectcli import interrupt, parts
from affectcli.errors import AnalysisError
from affectcli.forecast._abstain import reasons
from affectcli.forecast._asked import Asked, read
from affectcli.forecast._claim import Claim, finding
from affectcli.forecast._combine import BASELINE
from affectcli.forecast._many import studies
from affectcli.forecast._observed import observed
from affectcli.forecast._periods import threshold
from affectcli.forecast._scale import regular
from affectcli.forecast._stored import keep
from affectcli.log import logger, progress
from affectcli.store import Outcome, signals
from affectcli.store.findings import store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.forecast._asked import Inputs
    from affectcli.forecast._scale import Observed
    from affectcli.forecast._study import Study
    from affectcli.store import Context


def run(  # noqa: PLR0913  # the options of the command
    ctx: Context,
    *,
    signal: str,
    horizon: int = 14,
    high: str = "q80",
    freq: Literal["day", "week"] = "day",
    others: Sequence[str] = (),
    events: Sequence[str] = (),
    model: Sequence[str] = (),
    origins: int = 60,
    as_of: str = "",
) -> Outcome:
    """Forecast every signal that matches `signal`; store forecasts, alerts and one claim each.

    `others` are signals that models may use as they are known at an origin, `events` names or
    categories of events whose dates are known long before. `model` names models; none means all.
    `as_of` (an ISO date) leaves out what was not known then.

    Raises:
        UsageError: no signal, event or model matches, or `high` is no threshold.
        AnalysisError: not one of the signals can be forecast.
    """
    asked = Asked(signal, horizon, high, freq, others, events, model, origins, as_of)
    inputs = read(ctx, asked)
    claims, refused = _claims(inputs, asked, seed=ctx.seed)
    if not claims:
        name, error = next(iter(refused.items()))
        raise AnalysisError(f"{name}: {error.what}", known=error.known, do=error.do)
    q_values = _q_values([[row["dm_p"] for row in claim.study.scores] for claim in claims])
    tests = sum(q is not None for rows in q_values for q in rows)
    findings = [finding(claim, asked, q, tests) for claim, q in zip(claims, q_values, strict=True)]
    settled = keep(ctx, claims, asked)
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    message = _message(claims, refused) + (
        f"; earlier alerts settled: {settled}" if settled else ""
    )
    return Outcome(rows=rows, rows_in=len(inputs.frames), rows_out=changed, message=message)


def _claims(
    inputs: Inputs, asked: Asked, *, seed: int
) -> tuple[list[Claim], dict[str, AnalysisError]]:
    """Return a claim for each signal that can be forecast, and why others cannot."""
    found, refused = _usable(inputs, asked)
    models = sorted({BASELINE, *(asked.model or parts.names("forecast"))})
    claims: list[Claim] = []
    with progress("Forecasting", len(found), "signals") as advance:
        for name, made in studies(
            found,
            models=models,
            horizon=asked.horizon,
            origins=asked.origins,
            high=asked.high,
            seed=seed,
        ):
            advance(1)
            interrupt.check("the same command")
            if isinstance(made, AnalysisError):
                refused[name] = made
            else:
                claims.append(_claim(name, inputs, found[name], made))
    _say_left_out(claims)
    return claims, refused


def _usable(inputs: Inputs, asked: Asked) -> tuple[dict[str, Observed], dict[str, AnalysisError]]:
    """Return the signals that can be high, and why others cannot be forecast."""
    found: dict[str, Observed] = {}
    refused: dict[str, AnalysisError] = {}
    for name in inputs.frames:
        try:
            found[name] = _rows(name, inputs, asked)
        except AnalysisError as error:
            refused[name] = error
    return found, refused


def _rows(name: str, inputs: Inputs, asked: Asked) -> Observed:
    """Return a signal that has values below the threshold.

    Raises:
        AnalysisError: it has none, or is nothing to forecast from.
    """
    rows = regular(observed(name, inputs, asked))
    limit = threshold(rows.value, asked.high)
    if limit <= np.nanmin(rows.value):
        raise AnalysisError(
            f"{asked.high} is {limit:g}, and no {asked.freq} was ever lower: it does not separate "
            f"high {asked.freq}s from others.",
            do="another --high, such as a number, or a finer signal, such as NAME@mean",
        )
    return rows


def _claim(name: str, inputs: Inputs, rows: Observed, made: Study) -> Claim:
    weak = inputs.weak.get(name)
    return Claim(
        name=name,
        study=made,
        share=rows.share,
        as_of=signals.known_at(inputs.frames[name]),
        weak=weak,
        health=name in inputs.health,
        abstains=reasons(rows, skill=made.skill, breaks=inputs.breaks.get(name, []), weak=weak),
    )


def _q_values(p_values: Sequence[Sequence[float | None]]) -> list[list[float | None]]:
    """Return the q-values of all tests of the command as one family (Benjamini and Hochberg)."""
    flat = np.array([np.nan if p is None else p for rows in p_values for p in rows])
    tested = np.isfinite(flat)
    flat[tested] = false_discovery_control(flat[tested])
    q_values = iter(flat.tolist())
    return [[q if np.isfinite(q := next(q_values)) else None for _ in rows] for rows in p_values]


def _say_left_out(claims: Sequence[Claim]) -> None:
    """Say once which models are left out, and why."""
    found = Counter(pair for claim in claims for pair in claim.study.left_out.items())
    for (model, reason), count in found.items():
        logger.warning("%s is left out of %d of %d signals: %s", model, count, len(claims), reason)


def _message(claims: Sequence[Claim], refused: Mapping[str, AnalysisError]) -> str:
    alerts = sum(len(claim.announced) for claim in claims)
    message = f"signals forecast: {len(claims)}, high-prevalence periods announced: {alerts}"
    if refused:
        name, error = next(iter(refused.items()))
        message += f"; {len(refused)} not possible ({name}: {error.what})"
    silent = [claim for claim in claims if claim.abstains]
    if silent:
        message += f"; no alert for {len(silent)}: {silent[0].abstains[0]}"
    return message
