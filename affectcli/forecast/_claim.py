"""One signal's forecast as a claim: the result that is stored, and the sentence that says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from affectcli.forecast._combine import BASELINE, USED
from affectcli.forecast._periods import LIKELY
from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.forecast._asked import Asked
    from affectcli.forecast._outlook import ForecastResult, Period
    from affectcli.forecast._study import Study

LEVEL = 0.05


@dataclass(frozen=True)
class Claim:
    """A signal's study, and why no alarm is given, if there are reasons."""

    name: str
    study: Study
    share: bool
    as_of: datetime
    weak: str | None
    health: bool
    abstains: list[str]

    @property
    def used(self) -> ForecastResult:
        """The forecast of the model that is used."""
        return self.study.by_model[self.study.chosen]

    @property
    def announced(self) -> list[Period]:
        """The periods that are more likely than not, unless no alarm is given."""
        if self.abstains:
            return []
        return [period for period in self.used.periods if period["probability"] >= LIKELY]


def finding(claim: Claim, asked: Asked, q_values: Sequence[float | None], tests: int) -> Finding:
    """Return the claim as it is stored; `q_values` belong to its rows of scores."""
    used, study = claim.used, claim.study
    scores = [{**row, "dm_q": q} for row, q in zip(study.scores, q_values, strict=True)]
    why = "; ".join(claim.abstains) or None
    result: dict[str, Any] = {
        "signal": claim.name,
        "freq": asked.freq,
        "model": used.model,
        "reason": _plain(study.reason),
        "origin": used.origin,
        "horizon": used.horizon,
        "high": asked.counted,
        "threshold": used.threshold,
        "missing_days": used.missing,
        "weak": claim.weak,
        "abstains": why,
        "forecast": used.rows,
        "periods": [{**p, "probability": None} if why else dict(p) for p in used.periods],
        "scores": scores,
        "tests": tests,
        "reliability": study.reliability,
        "past_alarms": study.past_alarms,
        "missed": study.missed,
        "skill": study.skill,
        "left_out": study.left_out,
        "others": list(asked.others),
        "events": list(asked.events),
    }
    verdict = _verdict(claim, asked, scores)
    return Finding(
        analysis="forecast",
        x=claim.name,
        verdict=verdict,
        as_of=claim.as_of,
        result={**result, "verdict": verdict},
        question=asked.question,
    )


def _verdict(claim: Claim, asked: Asked, scores: Sequence[dict[str, Any]]) -> str:
    """Say in words what is to come, and how far to trust it."""
    sentences = [
        _to_come(claim, asked),
        f"Model: {_plain(claim.used.model)}; {_plain(claim.study.reason)}",
        _compared(scores, claim.used.horizon),
        _past(claim.study),
        "Not a diagnosis" if claim.health else "",
    ]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _to_come(claim: Claim, asked: Asked) -> str:
    used = claim.used
    limit = f"{used.threshold:.1%}" if claim.share else f"{used.threshold:.3g}"
    of = "the week of " if asked.freq == "week" else ""  # a week is called by its first day
    what = f"{claim.name}, {asked.horizon} {asked.freq}s after {of}{used.origin}"
    above = f"above {limit} ({asked.counted})"
    if claim.abstains:
        return f"{what}: no alarm is given, because {'; '.join(claim.abstains)}"
    spans = "; ".join(
        f"{of}{p['start']} to {of}{p['end']} (probability {p['probability']:.0%})"
        for p in claim.announced or used.periods
    )
    if claim.announced:
        return f"{what}: high, {above}, {spans}"
    if spans:
        return f"{what}: no high period is likely, {above}; the likeliest is {spans}"
    most = max(row["p_high"] for row in used.rows)
    return (
        f"{what}: no high period is expected, {above} for 2 {asked.freq}s or more; the likeliest "
        f"single {asked.freq} has {most:.0%}"
    )


def _compared(scores: Sequence[dict[str, Any]], horizon: int) -> str:
    """Say how the whole procedure did against the baseline, over the full horizon."""
    rows = [row for row in scores if row["model"] == USED and row["horizon"] == horizon]
    if not rows or rows[0]["wis_ratio"] is None:
        return ""
    ratio, q = rows[0]["wis_ratio"], rows[0]["dm_q"]
    n = rows[0]["origins"]
    origins = f"From {n} past origins, choosing anew at each, " if n > 1 else "From 1 past origin, "
    if abs(ratio - 1) < 0.005:
        return f"{origins}it was as good as {_plain(BASELINE)}"
    way = "better" if ratio < 1 else "worse"
    compared = f"{origins}it was {abs(1 - ratio):.0%} {way} than {_plain(BASELINE)} by WIS"
    if q is None:
        return f"{compared}, on too little to be tested"
    chance = "no more than chance may do" if q > LEVEL else "more than chance does"
    return f"{compared}, {chance} (q = {q:.2g})"


def _past(study: Study) -> str:
    """Say how often such alarms were right."""
    outcomes = [alarm["outcome"] for alarm in study.past_alarms if alarm["outcome"]]
    if not study.scores:
        return ""
    hits = sum(outcome == "hit" for outcome in outcomes)
    right = f" that came true: {hits} of {len(outcomes)}" if outcomes else ": none"
    return f"Past alarms{right}; high periods that none announced: {len(study.missed)}"


def _plain(text: str) -> str:
    return text.replace("_", "-")
