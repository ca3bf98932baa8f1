"""Tags to community time series; the statistics are in sql/aggregate/select_prevalence.sql."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from affectcli.aggregate._emq import with_emq
from affectcli.errors import AnalysisError
from affectcli.log import logger
from affectcli.store import Outcome

if TYPE_CHECKING:
    from affectcli.store import Context

READS = ("post", "score", "label", "calibration")
STEPS = {"hour": "1 hour", "day": "1 day", "week": "7 days"}


def run(
    ctx: Context, *, freq: Literal["hour", "day", "week"] = "day", tagger: str | None = None
) -> Outcome:
    """Rebuild the series at `freq`; rows that did not change keep their run.

    Raises:
        AnalysisError: there is nothing tagged.
    """
    tagger = tagger or ctx.settings.tag.tagger
    floors = ctx.settings.aggregate
    zone = "UTC" if freq == "hour" else floors.timezone  # hours are cut alike nearly everywhere
    with ctx.db.read() as con:
        untagged = con.scalar("aggregate/select_untagged", tagger=tagger)
        fresh = con.frame(
            "aggregate/select_prevalence",
            freq=freq,
            step=STEPS[freq],
            zone=zone,
            tagger=tagger,
            min_posts=floors.min_posts,
            min_authors=floors.min_authors,
        )
        histogram = con.frame("aggregate/select_histogram", freq=freq, zone=zone, tagger=tagger)
    if fresh.is_empty():
        raise AnalysisError("No post is tagged yet.", do="affect tag")
    if untagged:
        logger.warning("%s eligible posts are not tagged and not counted: affect tag", untagged)
    fresh = with_emq(fresh, histogram)
    with ctx.db.write() as con:
        con.register(fresh=fresh)
        changed = con.execute("aggregate/merge_prevalence", run_id=ctx.run_id)
        changed += con.execute("aggregate/delete_stale", freq=freq)
        con.execute("aggregate/merge_zone", freq=freq, zone=zone)
        if changed:
            con.touch("prevalence")
    with ctx.db.read() as con:
        rows = con.frame("aggregate/summarize", freq=freq).to_dicts()
    buckets = sum(row["buckets"] for row in rows)
    thin = sum(row["thin"] for row in rows)
    message = f"{changed:,} of {fresh.height:,} rows changed; {thin} of {buckets} {freq}s too thin"
    return Outcome(rows=rows, rows_in=fresh.height, rows_out=changed, message=message)
