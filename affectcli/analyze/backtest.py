"""Would trading on a signal have paid, next bar and after costs, more than luck and holding?

A rule turns a signal into a position, taken at the next bar after the value could be known. What it
earned stands beside buy-and-hold, a moving average and random timings of the same spells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import orjson

from affectcli.analyze import _backtest_chance as chance
from affectcli.analyze import _rules as rules
from affectcli.analyze import _shifts
from affectcli.analyze._asked import SAME, trusted, withheld
from affectcli.analyze._backtest_bars import Execute, day
from affectcli.analyze._backtest_curve import curve
from affectcli.analyze._backtest_pairs import Pair, Trading, traded
from affectcli.analyze._backtest_trial import Options
from affectcli.analyze._backtest_words import verdict
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import Outcome
from affectcli.store.findings import Finding, store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.store import Connection, Context

READS = ("prevalence", "price", "series", "label", "calibration")
LEVEL = 0.05
TIMINGS = 1000
CURVES = 200
"""Rules whose curve of wealth is stored, those with the smallest p."""


@dataclass(frozen=True)
class _Question:
    """What was asked: options, and how many rules this database has seen tried."""

    how: Options
    cost_bps: float
    asked: dict[str, Any]
    tried: int
    seed: int
    drawn: _shifts.Turns


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    rule: str,
    signal: str,
    asset: str,
    cost_bps: float = 10.0,
    execute: Execute = "next-open",
    side: Literal["long", "short", "long-short"] = "long",
    walk_forward: bool = False,
    as_of: str = "",
) -> Outcome:
    """Trade `rule` on every pair of a signal and an asset that match; store one claim a pair.

    Raises:
        UsageError: the rule is none, or no signal or asset matches.
        AnalysisError: not one pair can be traded.
    """
    how = _options(rule, cost_bps, execute, side, walk_forward=walk_forward)
    until = origin(as_of)
    name = asset.removeprefix("asset/").partition(":")[0]
    asked: dict[str, Any] = {"rule": rule, "signal": signal, "asset": asset, "cost_bps": cost_bps}
    asked |= {"execute": execute, "side": side, "walk_forward": walk_forward, "as_of": as_of}
    with ctx.db.read() as con:
        frames, weak = trusted(ctx, con, signal, until=until)
        held = {
            found: con.frame("analyze/select_backtest_bars", asset=found, as_of=until)
            for found in _assets(con, name)
        }
        before = _tried_before(con, ctx.run_id, asked)
    drawn = _shifts.turns(TIMINGS, ctx.seed)
    reasons: dict[str, str] = dict(weak) if not frames else {}
    pairs = list(traded(frames, held, Trading(how, drawn, same=name == SAME), reasons))
    if not pairs:
        nothing = (signal, "no asset with daily bars is named as its community is")
        raise AnalysisError(": ".join(next(iter(reasons.items()), nothing)))
    question = _Question(how, cost_bps, asked, before + len(pairs), ctx.seed, drawn)
    findings = _findings(pairs, question)
    changed = store(ctx, findings)
    shown = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    for row in shown:
        del row["curve"]  # stored for the figure of a report, too long for a table
    shown.sort(key=lambda row: (row["q_value"], row["p_value"]))
    return Outcome(
        rows=shown,
        rows_in=len(pairs),
        rows_out=changed,
        message=_message(findings, question, reasons) + withheld(weak),
    )


def _message(
    findings: Sequence[Finding],
    question: _Question,
    reasons: Mapping[str, str],
) -> str:
    better = sum(f.result["q_value"] <= LEVEL for f in findings)
    text = (
        f"rules traded: {len(findings)}, better than random timing at q <= {LEVEL:g}: {better}; "
        f"rules tried in this database: {question.tried}"
    )
    if reasons:
        name, reason = next(iter(reasons.items()))
        text += f"; {len(reasons)} not tradable ({name}: {reason})"
    return text


def _options(
    rule: str,
    cost_bps: float,
    execute: Execute,
    side: Literal["long", "short", "long-short"],
    *,
    walk_forward: bool,
) -> Options:
    parsed = rules.parse(rule)
    if walk_forward and parsed.percent is None:
        raise UsageError(
            f"{rule} has no threshold that could be chosen.", do="--rule above:q80 --walk-forward"
        )
    if not 0 <= cost_bps < 1000:
        raise UsageError(f"--cost-bps {cost_bps:g} is no cost in basis points.", do="--cost-bps 10")
    return Options(parsed, cost_bps / 10_000, execute, side, walk_forward)


def _assets(con: Connection, pattern: str) -> list[str]:
    """Return the assets with daily bars that match a name or a glob; all of them for `same`."""
    pattern = "*" if pattern == SAME else pattern
    known = con.frame("analyze/select_backtest_assets", pattern=pattern)
    for column in ("exact", "matches"):
        found: list[str] = known.filter(known[column])["asset"].to_list()
        if found:
            return found
    there = ", ".join(known["asset"].head(5).to_list())
    raise UsageError(
        f"No asset with daily bars matches {pattern!r}.",
        known=f"There: {there}." if there else "",
        do="affect ingest prices FILE --asset NAME",
    )


def _tried_before(con: Connection, run_id: str, asked: Mapping[str, Any]) -> int:
    """Return how many rules other questions tried here: the same question again is no new try."""
    earlier = con.frame("analyze/select_backtests_tried", run_id=run_id)
    return sum(
        rules
        for parameters, rules in earlier.iter_rows()
        if orjson.loads(parameters) != orjson.loads(orjson.dumps(asked))
    )


def _findings(pairs: Sequence[Pair], question: _Question) -> list[Finding]:
    observed = np.array([pair.trial.log_wealth for pair in pairs])
    drawn = np.array([pair.trial.random for pair in pairs])
    p_values = _shifts.p_values(observed, drawn)
    centre, spread = drawn.mean(axis=1), np.maximum(drawn.std(axis=1), 1e-12)
    q_values = _shifts.family_p_values(
        (observed - centre) / spread, (drawn - centre[:, None]) / spread[:, None]
    )
    findings = []
    kept = set(np.argsort(p_values, kind="stable")[:CURVES].tolist())
    for i, (pair, p, q) in enumerate(zip(pairs, p_values, q_values, strict=True)):
        odds = {"p_value": float(p), "q_value": float(q), "family_size": len(pairs)}
        result = _result(pair, question) | odds
        result["verdict"] = verdict(result)
        result["curve"] = (
            curve(pair.trial, pair.on, question.drawn, cost=question.how.cost)
            if i in kept
            else None
        )
        findings.append(
            Finding(
                analysis="backtest",
                x=pair.signal,
                y=f"asset/{pair.asset}",
                verdict=result["verdict"],
                as_of=max(pair.of.as_of, pair.on.as_of),
                result=result,
                p_value=float(p),
                q_value=float(q),
                question=question.asked,
            )
        )
    return findings


def _result(pair: Pair, question: _Question) -> dict[str, Any]:
    found, how = pair.trial, question.how
    own = found.rule
    interval = chance.sharpe_interval(own.returns, pair.on.per_year, seed=question.seed)
    low, high = interval or (None, None)
    below = np.mean(found.random < found.log_wealth - 1e-9)
    paid = np.log1p(own.total) - found.log_wealth  # what costs took, the same for every timing
    return {
        "rule": str(how.rule),
        "signal": pair.signal,
        "asset": pair.asset,
        "side": how.side,
        "start": day(pair.on.ts[found.begin]),
        "end": day(pair.on.ts[found.end - 1]),
        "bars": found.end - found.begin,
        "total_return": own.total,
        "buy_and_hold_return": found.hold.total,
        "sma_return": found.average.total,
        "random_timing_return": float(np.expm1(np.median(found.random) + paid)),
        "random_timing_percentile": float(below),
        "cagr": own.cagr,
        "volatility": own.volatility,
        "sharpe": own.sharpe,
        "sharpe_low": low,
        "sharpe_high": high,
        "buy_and_hold_sharpe": found.hold.sharpe,
        "deflated_sharpe": chance.deflated(own.returns, question.tried),
        "tried": question.tried,
        "max_drawdown": own.max_drawdown,
        "exposure": own.exposure,
        "turnover": own.turnover,
        "cost_bps": question.cost_bps,
        "execute": how.execute,
        "walk_forward": how.walk_forward,
        "percents": found.percents,
        "same_bar_total_return": found.same_bar.total,
    }
