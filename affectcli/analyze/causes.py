"""What are the causes of an emotion about? Themes of cause spans, their shares and trends.

Spans are embedded, grouped by average linkage and named by class-based TF-IDF (see `_causes_*`);
the share of each theme in a community's emotion is followed over periods, and all trends that were
asked for together are one family for Benjamini and Hochberg (1995).
"""

from __future__ import annotations

import difflib
import fnmatch
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.analyze import _causes_themes
from affectcli.analyze._causes_claim import LEVEL, claim
from affectcli.analyze._causes_count import ANY, STEP, By, cells
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import Outcome
from affectcli.store.findings import store
from affectcli.store.signals import END_OF_TIME, origin
from affectcli.times import window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.store import Connection, Context

READS = ("cause", "post", "label")
BEGINNING = datetime(1, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC


@dataclass(frozen=True)
class Options:
    """What is asked; the fields are the options of `affect analyze causes`."""

    emotion: str
    community: str
    since: str
    until: str
    by: By
    most: int
    as_of: str


def run(
    ctx: Context,
    *,
    emotion: str = "*",
    community: str = "*",
    since: str = "",
    until: str = "",
    by: By = "month",
    most: int = 6000,
    as_of: str = "",
) -> Outcome:
    """Store one claim for each theme of each community's emotions, and for what has no theme.

    `emotion` (`any` is all together) and `community` are globs; `since` and `until` (ISO dates,
    half-open, UTC) bound the posts, `as_of` leaves out what was not known then. At most `most`
    different spans are read.

    Raises:
        UsageError: no emotion or community matches, a date is none, or no such period.
        AnalysisError: no causes, too few of them, by too few authors, or of weak labels only.
    """
    options = Options(emotion, community, since, until, by, most, as_of)
    if by not in STEP:
        raise UsageError(f"--by {by!r} is no period.", known=f"{', '.join(STEP)}.")
    with ctx.db.read() as con:
        spans = _read(con, options, ctx.settings.tag.tagger)
    # Themes are those of all emotions: more spans, and the same themes whatever is asked.
    weak, asked = _emotions(spans, emotion)
    k = ctx.settings.report.k
    themes = _causes_themes.find(spans.filter(~pl.col("weak")), most=most, k=k, seed=ctx.seed)
    found = [cell for cell in cells(themes.spans, by=by, k=k) if cell.emotion in asked]
    if not found:
        raise AnalysisError(
            f"No theme has {k} authors in any community's emotion.", known=_found(themes) + "."
        )
    p = np.array([np.nan if c.numbers["p_value"] is None else c.numbers["p_value"] for c in found])
    tested, q_values = int(np.isfinite(p).sum()), benjamini_hochberg(p)
    last: datetime = themes.spans["created"].max()  # type: ignore[assignment]  # timestamps
    findings = [
        claim(
            cell,
            themes=themes,
            question=asdict(options) | {"seed": ctx.seed},
            family=(float(q) if np.isfinite(q) else None, tested),
            as_of=last,
        )
        for cell, q in zip(found, q_values, strict=True)
    ]
    changed = store(ctx, findings)
    rows = [{"finding_id": f.finding_id, "run_id": ctx.run_id, **f.result} for f in findings]
    rows.sort(key=lambda row: (row["community"], row["emotion"] != "any", row["emotion"]))
    message = f"{_found(themes)}; trends tested: {tested}, at q <= {LEVEL:g}: "
    message += str(int(np.sum(q_values <= LEVEL)))
    if weak:
        message += f"; withheld, for their labels are weak: {', '.join(weak)}"
    return Outcome(rows=rows, rows_in=themes.spans.height, rows_out=changed, message=message)


def _found(themes: _causes_themes.Themes) -> str:
    """Say what was grouped, how much of it has no theme, and how stable that is."""
    theme, halves = themes.spans["theme"], themes.halves.rand
    noise, few = (
        (theme == name).sum() / len(theme) for name in (_causes_themes.NOISE, _causes_themes.FEW)
    )
    drawn = f", a draw of {themes.different:,}" if themes.read < themes.different else ""
    return (
        f"{len(themes.again)} themes in {themes.read:,} different spans{drawn}; {noise:.0%} of "
        f"spans belong to none, {few:.0%} to themes of too few authors; adjusted Rand index of "
        f"random halves {halves.mean():.2f} ({halves.min():.2f} to {halves.max():.2f})"
    )


def _read(con: Connection, options: Options, tagger: str) -> pl.DataFrame:
    since, end = window(options.since or None, options.until or None)
    since, until = since or BEGINNING, min(end or END_OF_TIME, origin(options.as_of))
    spans = con.frame(
        "analyze/select_causes",
        tagger=tagger,
        community=options.community,
        since=since,
        until=until,
    )
    if spans.is_empty():
        known = con.frame("analyze/select_cause_names", tagger=tagger)
        if known.is_empty():
            raise AnalysisError(f"{tagger} has found no causes yet.", do="affect tag")
        _matching("community", options.community, known["community"].to_list())
        raise AnalysisError(f"No cause is known from {since.date()} to {until.date()}.")
    return spans


def _emotions(spans: pl.DataFrame, pattern: str) -> tuple[list[str], set[str]]:
    """Return the emotions of weak labels, and those others that are asked for."""
    weak = spans.filter("weak")["emotion"].unique().sort().to_list()
    asked = _matching("emotion", pattern, [*spans["emotion"].unique().sort(), ANY])
    if asked <= set(weak):
        raise AnalysisError(f"These labels are weak: {', '.join(sorted(asked))}.")
    return weak, asked - set(weak)


def _matching(what: str, pattern: str, known: Sequence[str]) -> set[str]:
    """Return the names that match; raise UsageError with the nearest where none does."""
    found = set(fnmatch.filter(known, pattern))
    if not found:
        close = difflib.get_close_matches(pattern, known, n=3, cutoff=0.4) or known[:3]
        raise UsageError(
            f"No {what} with causes matches {pattern!r}.", known=f"Nearest: {', '.join(close)}."
        )
    return found
