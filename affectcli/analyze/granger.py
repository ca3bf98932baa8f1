"""Does the past of x help to predict y, and y's x? In sample and out of sample.

Granger (1969) in both directions: robust score tests with random signs (see `_granger_score`), and
Clark & West (2007) for the question that in-sample tests do not answer: whether one-step forecasts
of the second half improve (see `_granger_forecast`). Every direction of every pair asked for
together is one family for Benjamini and Hochberg (1995).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.analyze._align import Dated
from affectcli.analyze._asked import asked, withheld
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._granger_claim import LEVEL, claim, p_value
from affectcli.analyze._granger_family import Family, Names, Options, Tested
from affectcli.errors import AnalysisError
from affectcli.store import Outcome
from affectcli.store.findings import Finding, store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from affectcli.store import Context

READS = ("prevalence", "price", "series", "label", "calibration")


def run(  # noqa: PLR0913  # the options of the command
    ctx: Context,
    *,
    x: str,
    y: str,
    max_lag: int = 7,
    transform: Literal["auto", "none", "diff", "dlog"] = "auto",
    errors: Literal["wild", "hac"] = "wild",
    window: Literal["expanding", "rolling"] = "expanding",
    nulls: int = 999,
    as_of: str = "",
) -> Outcome:
    """Test both directions of every pair of signals that match `x` and `y`; one claim a direction.

    `max_lag` is the most lags of the other series that BIC may choose; `as_of` (an ISO date) leaves
    out what was not known then.

    Raises:
        UsageError: no signal matches, one side matches labels of several schemes, or no date.
        AnalysisError: not one pair can be tested.
    """
    options = Options(max_lag, transform, errors, window, nulls, as_of)
    wanted, family, weak = asked(ctx, x, y, until=origin(as_of))
    tested, refused = _test(family, wanted, options, ctx.seed)
    # The family is part of the question: a direction alone is not the best of many.
    findings = _findings(tested, options, {"x": x, "y": y, **asdict(options)})
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    rows.sort(key=lambda row: (row["q_value"], row["p_value"]))
    message = _message(rows, refused) + withheld(weak)
    return Outcome(rows=rows, rows_in=len(wanted), rows_out=changed, message=message)


def _test(
    signals_: dict[str, Dated | AnalysisError], wanted: list[Names], options: Options, seed: int
) -> tuple[list[Tested], list[str]]:
    """Return what could be tested, and why the rest could not; raise where nothing could."""
    tested: list[Tested] = []
    refused: list[str] = []
    usable = [signal for signal in signals_.values() if isinstance(signal, Dated)]
    if not usable:
        raise next(error for error in signals_.values() if isinstance(error, AnalysisError))
    family = Family(signals_, options, size=2 * len(wanted), seed=seed)
    last: AnalysisError | None = None
    for names in wanted:
        try:
            tested += family.test(names)
        except AnalysisError as error:
            last = last or error
            refused.append(f"{names[0]} with {names[1]}: {error.what}")
    if last and not tested:
        raise AnalysisError(refused[0], known=last.known, do=last.do)
    return tested, refused


def _findings(tested: list[Tested], options: Options, question: dict[str, object]) -> list[Finding]:
    q_inside = benjamini_hochberg(np.array([p_value(one, options) for one in tested]))
    p_ahead = [one.ahead.p_value if one.ahead else np.nan for one in tested]
    q_ahead = benjamini_hochberg(np.array(p_ahead))
    return [
        claim(
            one,
            options,
            q_values=(float(q), float(q_cw) if np.isfinite(q_cw) else None),
            size=len(tested),
            question=question,
        )
        for one, q, q_cw in zip(tested, q_inside, q_ahead, strict=True)
    ]


def _message(rows: list[dict[str, object]], refused: list[str]) -> str:
    def found(key: str) -> int:
        values = [row[key] for row in rows]
        return sum(isinstance(value, float) and value <= LEVEL for value in values)

    message = (
        f"directions tested: {len(rows)}, past helps in sample at q <= {LEVEL:g}: "
        f"{found('q_value')}, improves forecasts: {found('cw_q_value')}"
    )
    if refused:
        message += f"; {len(refused)} pairs not testable ({refused[0]})"
    return message
