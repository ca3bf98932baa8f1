"""The tagging engine: work list -> batches -> scores, resumable at any moment.

The work list is every distinct text without a score of this tagger revision, so that an
interrupted run goes on where it stopped and an unchanged database has nothing to do. The database
is open only while a batch is read or written; the model runs in between.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl

from affectcli import interrupt, parts
from affectcli.log import logger, progress
from affectcli.store import Outcome

if TYPE_CHECKING:
    from affectcli.parts import Description
    from affectcli.store import Connection, Context


def run(
    ctx: Context, *, tagger: str | None = None, device: str | None = None, limit: int | None = None
) -> Outcome:
    """Score every eligible text that has no score yet; at most `limit` of them.

    Raises:
        ModelError: the tagger's weights are missing or damaged.
        Interrupted: the user asked to stop; finished batches are stored.
    """
    name = tagger or ctx.settings.tag.tagger
    part = parts.load("tag", name)
    about: Description = part.describe()
    key = {"tagger": about.name, "revision": about.revision, "scheme": about.scheme}
    with ctx.db.read() as con:
        waiting = con.scalar("tag/count_text", **key)
        current = con.scalar("tag/select_current", tagger=about.name)
        passed_over = con.frame("tag/count_passed_over")
    if current != about.revision:
        _register(ctx, about)
    if not passed_over.is_empty():
        posts = passed_over["posts"].sum()
        languages = ", ".join(passed_over["lang"].head(5))
        logger.info("%s posts are in languages %s does not read: %s", posts, name, languages)
    total = min(int(str(waiting)), limit or int(str(waiting)))
    if not total:
        return Outcome(message="every text is tagged already")
    started = time.monotonic()
    model = part.load(device=device or ctx.settings.tag.device)
    logger.info("%s, revision %s, on %s in %s", name, about.revision, model.device, model.precision)
    done = 0
    with progress("Tagging", total, "posts") as advance:
        while done < total:
            with ctx.db.read() as con:
                work = con.frame(
                    "tag/select_text", **key, count=min(ctx.settings.tag.batch, total - done)
                )
            if work.is_empty():
                break
            scores = model.score(work["text"].to_list())
            batch = work.select("text_hash").with_columns(p=pl.Series(scores.tolist()))
            with ctx.db.write() as con:
                con.register(batch=batch.cast({"p": pl.List(pl.Float32)}))
                con.execute("tag/insert_score", **key, run_id=ctx.run_id)
                con.touch("score")
            done += work.height
            advance(work.height)
            interrupt.check("affect tag")
    seconds = time.monotonic() - started
    row = {**key, "texts": done, "seconds": round(seconds, 1), "per_second": round(done / seconds)}
    message = f"{done:,} distinct texts in {seconds:.0f} s ({done / seconds:,.0f} a second)"
    return Outcome(rows=[row], rows_in=done, rows_out=done, message=message)


def _register(ctx: Context, about: Description) -> None:
    with ctx.db.write() as con:
        _insert_labels(con, about)
        con.execute("tag/retire_labels", tagger=about.name, revision=about.revision)
        con.touch("label")


def _insert_labels(con: Connection, about: Description) -> None:
    labels = [
        {
            "position": position,
            "label": label.name,
            "valence": label.valence,
            "threshold": label.threshold,
            "tp": label.tp,
            "fn": label.fn,
            "fp": label.fp,
            "tn": label.tn,
        }
        for position, label in enumerate(about.labels, start=1)
    ]
    con.register(labels=pl.DataFrame(labels))
    con.execute("tag/insert_label", tagger=about.name, revision=about.revision, scheme=about.scheme)
