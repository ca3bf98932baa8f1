"""Does x lead y? Cross-correlation tested over all lags at once.

Both series are made stationary and lose their weekday means; the largest |r| over lags is compared
with that of surrogates that keep each series' own autocorrelation (see `_ccf`), and all pairs that
were asked for together are one family for Benjamini and Hochberg (1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from affectcli.analyze import _ccf
from affectcli.analyze._align import Aligned, align
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.errors import AnalysisError
from affectcli.store import Outcome, signals
from affectcli.store.findings import Finding, store

if TYPE_CHECKING:
    from affectcli.store import Context

READS = ("prevalence", "price", "series", "label")
LEVEL = 0.05


@dataclass(frozen=True)
class _Options:
    max_lag: int
    transform: Literal["auto", "none", "diff", "dlog"]
    nulls: int
    seed: int


@dataclass(frozen=True)
class _Pair:
    x: str
    y: str
    aligned: Aligned
    lead: _ccf.Lead


def run(
    ctx: Context,
    *,
    x: str,
    y: str,
    max_lag: int = 30,
    transform: Literal["auto", "none", "diff", "dlog"] = "auto",
    nulls: int = 999,
) -> Outcome:
    """Test every pair of signals that match `x` and `y`; store one claim a pair.

    Raises:
        UsageError: no signal matches, or one side matches labels of several schemes.
        AnalysisError: not one pair can be tested.
    """
    with ctx.db.read() as con:
        xs, ys = signals.names(con, x), signals.names(con, y)
        frames = {name: signals.values(con, name) for name in {*xs, *ys}}
    wanted = _pairs_once(xs, ys)
    if not wanted:
        raise AnalysisError(f"{x} and {y} are the same signal.")
    options = _Options(max_lag, transform, nulls, ctx.seed)
    pairs: list[_Pair] = []
    refused: list[str] = []
    for a, b in wanted:
        try:
            aligned = align(a, frames[a], b, frames[b])
            pairs.append(_Pair(a, b, aligned, _test(aligned, options)))
        except AnalysisError as error:
            refused.append(f"{a} with {b}: {error.what}")
    if not pairs:
        raise AnalysisError(refused[0])
    q_values = benjamini_hochberg(np.array([pair.lead.p_value for pair in pairs]))
    # The family is part of the question: a pair alone is not the best of many.
    question = {"x": x, "y": y, "max_lag": max_lag, "transform": transform, "nulls": nulls}
    findings = [
        _finding(pair, float(q), len(pairs), question)
        for pair, q in zip(pairs, q_values, strict=True)
    ]
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    rows.sort(key=lambda row: (row["q_value"], row["p_value"]))
    found = sum(bool(q <= LEVEL) for q in q_values)
    message = f"pairs tested: {len(pairs)}, associated at q <= {LEVEL:g}: {found}"
    if refused:
        message += f"; {len(refused)} not testable ({refused[0]})"
    return Outcome(rows=rows, rows_in=len(wanted), rows_out=changed, message=message)


def _pairs_once(xs: list[str], ys: list[str]) -> list[tuple[str, str]]:
    """Return every pair of different signals once: x with y is y with x, lags turned round."""
    seen: set[frozenset[str]] = set()
    wanted = []
    for a in xs:
        for b in ys:
            if a != b and frozenset((a, b)) not in seen:
                seen.add(frozenset((a, b)))
                wanted.append((a, b))
    return wanted


def _test(aligned: Aligned, options: _Options) -> _ccf.Lead:
    return _ccf.cross_correlate(
        aligned.x,
        aligned.y,
        max_lag=options.max_lag,
        how=options.transform,
        nulls=options.nulls,
        seed=options.seed,
        weekday=aligned.weekday,
    )


def _finding(pair: _Pair, q_value: float, size: int, question: dict[str, Any]) -> Finding:
    lead = pair.lead
    result: dict[str, Any] = {
        "x": pair.x,
        "y": pair.y,
        "freq": pair.aligned.freq,
        "n": lead.n,
        "start": pair.aligned.days[0],
        "end": pair.aligned.days[-1],
        "transform_x": lead.transform_x,
        "transform_y": lead.transform_y,
        "whitened": lead.view,
        "order_x": lead.order_x,
        "order_y": lead.order_y,
        "lags": lead.lags.tolist(),
        "r": _listed(lead.r),
        "band_low": _listed(lead.band_low),
        "band_high": _listed(lead.band_high),
        "peak_lag": lead.peak_lag,
        "peak_r": lead.peak_r,
        "p_value": lead.p_value,
        "q_value": q_value,
        "family_size": size,
        "nulls": lead.nulls,
        "raw_r": _listed(lead.raw_r),
        "detectable_r": lead.detectable,
    }
    verdict = _verdict(result)
    return Finding(
        analysis="xcorr",
        x=pair.x,
        y=pair.y,
        verdict=verdict,
        as_of=pair.aligned.as_of,
        result={**result, "verdict": verdict},
        p_value=lead.p_value,
        q_value=q_value,
        question=question,
    )


def _listed(values: Any) -> list[float | None]:  # noqa: ANN401  # an array of floats
    return [float(value) if np.isfinite(value) else None for value in values]


def _verdict(result: dict[str, Any]) -> str:
    """Say in words what the test showed."""
    x, y, lag, r, q = (result[key] for key in ("x", "y", "peak_lag", "peak_r", "q_value"))
    unit = "bar" if result["freq"] == "bar" else "day"
    away = f"{abs(lag)} {unit}{'s' if abs(lag) != 1 else ''}"
    size = result["family_size"]
    family = f"{size} pair{'s' if size != 1 else ''} tested"
    if q > LEVEL:
        where = f"{lag:+d} {unit}s" if lag else f"the same {unit}"
        p = result["p_value"]
        weighed = (
            f"is one that unrelated series show (p = {p:.2g}, q = {q:.2g}, {family})"
            if p > LEVEL
            else f"would count alone (p = {p:.2g}), but not as the best of {family} (q = {q:.2g})"
        )
        return (
            f"No lead or lag found between {x} and {y}: the largest correlation, r = {r:.2f} at "
            f"{where}, {weighed}; with these data |r| >= {result['detectable_r']:.2f} would be "
            f"found with probability 0.8."
        )
    if lag == 0:
        claim = f"{x} and {y} move together on the same {unit}"
    elif lag > 0:
        claim = f"{x} leads {y} by {away}"
    else:
        claim = f"{x} follows {y} by {away}"
    return f"{claim}: r = {r:.2f} (q = {q:.2g}, {family}, n = {result['n']})."
