"""What carries a change between two windows: which terms, causes, threads, authors, communities?

The change of the plain share of posts with a label is divided, dimension by dimension, into rows
that add up to it (see `_drivers_sums`, and `_drivers_shift` for terms). Authors are resampled: a
row is a driver only where it is no chance and no single author's doing (see `_drivers_rank`).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.analyze._drivers_posts import asked, checked, read
from affectcli.analyze._drivers_rank import DRIVER, Explained, explain
from affectcli.analyze._drivers_windows import spans
from affectcli.analyze._drivers_words import About, dimension, summary
from affectcli.store import Outcome, signals
from affectcli.store.findings import Finding, store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store import Connection, Context

READS = ("post", "score", "label", "cause", "calibration", "prevalence")


def run(
    ctx: Context,
    *,
    signal: str,
    window: str,
    baseline: str = "",
    top: int = 10,
    draws: int = 999,
    as_of: str = "",
) -> Outcome:
    """Explain how the share of `signal` in `window` differs from that in `baseline`.

    Both are START/END, half-open, UTC; without a baseline, the eight weeks before the window. The
    `top` terms and threads are shown, the others are one row. `as_of` leaves out later posts.

    Raises:
        UsageError: no signal matches, it is no share of posts, or a window is wrong.
        AnalysisError: too few posts or authors, a weak label, or nothing tagged.
    """
    until = origin(as_of)
    late, early = spans(window, baseline, until=until)
    tagger, k = ctx.settings.tag.tagger, ctx.settings.report.k
    with ctx.db.read() as con:
        what = asked(con, signal, tagger=tagger)
        con.register(asked_community=pl.DataFrame({"community": what.communities}))
        label = {"tagger": tagger, "measure": what.measure}
        posts = read(con, window=late, baseline=early, mean=what.mean, **label)
        gain = None if what.mean else _gain(con, label)
        marker = bool(signals.health(con, [signal]))
    floor = ctx.settings.aggregate
    posts = checked(posts, least=max(floor.min_posts, k), k=max(floor.min_authors, k))
    found = explain(posts, k=k, top=top, draws=draws, seed=ctx.seed)
    shorter = 2 * (late.ends - late.starts) < early.ends - early.starts
    about = About(signal, str(late), str(early), gain, marker, shorter)
    question = {"window": window, "baseline": baseline, "top": top, "draws": draws, "as_of": as_of}
    findings = _findings(found, about, question, as_of=min(max(late.ends, early.ends), until))
    changed = store(ctx, findings)
    ids = {finding.y: finding.finding_id for finding in findings}
    rows = [
        {"finding_id": ids[row["dimension"]], "run_id": ctx.run_id, "signal": signal, **row}
        for row in ({**found.change, "dimension": None, "rank": None}, *found.rows)
    ]
    return Outcome(
        rows=rows,
        rows_in=len(posts.author),
        rows_out=changed,
        message=_message(found, findings[0].verdict),
    )


def _gain(con: Connection, label: dict[str, str]) -> float | None:
    """Return tpr - fpr, by which every contribution is divided to explain the corrected share.

    None where it is unknown, too small to divide by, or not the same in all communities.
    """
    found = con.frame("analyze/select_driver_rates", **label)["gain"].unique().to_list()
    gain: float | None = found[0] if len(found) == 1 else None
    return gain if gain is not None and gain >= 0.1 else None


def _findings(
    found: Explained, about: About, question: dict[str, Any], *, as_of: datetime
) -> list[Finding]:
    """Return one claim on the whole change, and one on each dimension, with its rows."""
    shared = {
        "signal": about.signal,
        "window": about.window,
        "baseline": about.baseline,
        "change": found.change["contribution"],
        "gain": about.gain,
        "family_size": found.family,
    }
    facts = {"left_out": found.left_out, "notes": found.notes, "total": found.change}
    claims: list[tuple[str | None, str, float | None, dict[str, Any]]] = [
        (None, summary(found, about), None, facts)
    ]
    by_dimension = sorted(found.rows, key=lambda row: row["dimension"])
    for name, group in groupby(by_dimension, key=lambda row: row["dimension"]):
        rows = list(group)
        least = min((row["q_value"] for row in rows if row["role"] == DRIVER), default=None)
        claims.append((name, dimension(found, rows, about), least, {"rows": rows}))
    return [
        Finding(
            analysis="drivers",
            x=about.signal,
            y=name,
            verdict=verdict,
            as_of=as_of,
            result={**shared, **result, "verdict": verdict},
            p_value=found.change["p_value"] if name is None else None,
            q_value=least,
            question=question,
        )
        for name, verdict, least, result in claims
    ]


def _message(found: Explained, verdict: str) -> str:
    drivers = sum(row["role"] == DRIVER for row in found.rows)
    said = f"{verdict} Rows to choose from: {found.family}, drivers at q <= 0.05: {drivers}"
    return "; ".join((said, *found.notes, *found.left_out))
