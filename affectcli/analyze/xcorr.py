"""Does x lead y? Cross-correlation tested over all lags at once.

Both series are made stationary and lose their weekday means; the largest |r| over lags is compared
with that of surrogates that keep each series' own autocorrelation (see `_ccf`), and all pairs that
were asked for together are one family for Benjamini and Hochberg (1995).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.analyze._asked import asked, withheld
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._xcorr_claim import LEVEL, claim
from affectcli.analyze._xcorr_family import Options, correlate_signals
from affectcli.errors import AnalysisError
from affectcli.store import Outcome, signals
from affectcli.store.findings import store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from affectcli.store import Context

READS = ("prevalence", "price", "series", "label", "calibration")


def run(
    ctx: Context,
    *,
    x: str,
    y: str,
    max_lag: int = 30,
    transform: Literal["auto", "none", "diff", "dlog"] = "auto",
    nulls: int = 999,
    null: Literal["sign", "shift", "block", "phase"] = "sign",
    as_of: str = "",
) -> Outcome:
    """Test every pair of signals that match `x` and `y`; store one claim a pair.

    `as_of` (an ISO date) leaves out what was not known then.

    Raises:
        UsageError: no signal matches, or one side matches labels of several schemes.
        AnalysisError: not one pair can be tested.
    """
    options = Options(max_lag, transform, nulls, null, as_of)
    wanted, family, weak = asked(ctx, x, y, until=origin(as_of))
    with ctx.db.read() as con:
        zone = signals.zone(con)
    tested, refused = correlate_signals(family, wanted, options, seed=ctx.seed)
    reasons = [f"{a} with {b}: {error.what}" for (a, b), error in refused.items()]
    if not tested:
        error = next(iter(refused.values()))
        raise AnalysisError(reasons[0], known=error.known, do=error.do)
    q_values = benjamini_hochberg(np.array([pair.lead.p_value for pair in tested]))
    # The family is part of the question: a pair alone is not the best of many.
    question = {"x": x, "y": y, **asdict(options)}
    findings = [
        claim(pair, float(q), len(tested), question, zone=zone)
        for pair, q in zip(tested, q_values, strict=True)
    ]
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    rows.sort(key=lambda row: (row["q_value"], row["p_value"]))
    found = sum(bool(q <= LEVEL) for q in q_values)
    message = f"pairs tested: {len(tested)}, associated at q <= {LEVEL:g}: {found}"
    if reasons:
        message += f"; {len(reasons)} not testable ({reasons[0]})"
    return Outcome(
        rows=rows, rows_in=len(wanted), rows_out=changed, message=message + withheld(weak)
    )
