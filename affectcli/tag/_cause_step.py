"""Causes of a database's emotions: work list -> threads -> spans, resumable at any moment.

Runs after scores are stored, because only a post that shows an emotion is asked for its cause. The
database is open only while a page is read or a batch is written; the model runs in between.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from affectcli import interrupt
from affectcli.log import progress
from affectcli.store import Outcome
from affectcli.tag import _cause_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from affectcli.store import Context
    from affectcli.tag._cause import CauseFinder, Found, Thread

SCHEME = "goemotions28"
"""The scheme whose emotions are asked for their cause."""
OWN = 4
"""The distance that stands for the author's last post before, where it is no ancestor."""
ROWS = {
    "post_id": pl.String,
    "emotion": pl.String,
    "span": pl.String,
    "start": pl.Int32,
    "stop": pl.Int32,
    "evidence_post_id": pl.String,
    "kind": pl.String,
    "score": pl.Float32,
}


class Work(NamedTuple):
    """What is asked: which tagger's emotions, and by which cause model."""

    tagger: str
    revision: str
    cause_revision: str

    def keys(self) -> dict[str, object]:
        """Return the three as parameters of a statement."""
        return dict(self._asdict())


def find_causes(
    ctx: Context,
    *,
    tagger: str,
    revision: str,
    weights: Path,
    device: str | None = None,
    limit: int | None = None,
) -> Outcome:
    """Write the cause of every emotion above its threshold; at most for `limit` posts.

    `revision` is that of the tagger's scheme goemotions28, `weights` the folder with the adapter
    and cause.safetensors. Nothing but the file's hash is read where there is nothing to do.

    Raises:
        ModelError: the weights are missing, damaged, or not made for each other.
        Interrupted: the user asked to stop; finished batches are stored.
    """
    work = Work(tagger, revision, _cause_file.revision(weights, revision))
    with ctx.db.read() as con:
        waiting = int(str(con.scalar("tag/count_cause_work", **work.keys())))
    total = min(waiting, waiting if limit is None else limit)
    if not total:
        return Outcome(message="every emotion has its cause already")
    from affectcli.tag import _cause  # torch costs 1.5 s, which finding nothing to do must not pay

    finder = _cause.load(weights, device=device or ctx.settings.tag.device)
    started, done, rows = time.monotonic(), 0, 0
    with progress("Causes", total, "posts") as advance:
        for batch, candidates in _pages(ctx, work, total):
            found = answer(finder, batch, candidates)
            with ctx.db.write(tidy=False) as con:
                con.register(found=found)
                rows += con.execute("tag/insert_cause", **_insert(work), run_id=ctx.run_id)
                con.touch("cause")
            done += batch.height
            advance(batch.height)
            interrupt.check("affect tag")
    seconds = time.monotonic() - started
    row = {
        "tagger": tagger,
        "scheme": "cause",
        "revision": work.cause_revision,
        "texts": done,
        "seconds": round(seconds, 1),
        "per_second": round(done / seconds),
    }
    message = f"causes in {done:,} posts in {seconds:.0f} s ({done / seconds:,.0f} a second)"
    return Outcome(rows=[row], rows_in=done, rows_out=rows, message=message)


def _insert(work: Work) -> dict[str, object]:
    return {"tagger": work.tagger, "cause_revision": work.cause_revision}


def _pages(ctx: Context, work: Work, total: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield posts with their emotions, and the candidate texts of those posts."""
    after, left, count = "", total, ctx.settings.tag.batch
    while left:
        with ctx.db.read() as con:
            page = con.frame("tag/select_cause_work", **work.keys(), after=after, count=count)
            if page.is_empty():
                return
            batch = page.filter(pl.col("emotions").list.len() > 0).head(left)
            if not batch.is_empty():
                con.register(batch=batch.select("post_id"))
                candidates = con.frame("tag/select_cause_threads")
        after = page["post_id"][-1]
        if not batch.is_empty():
            left -= batch.height
            yield batch, candidates


def answer(finder: CauseFinder, batch: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return one row per post and emotion of `batch` (columns ROWS).

    `batch` has post_id and emotions (a list), `candidates` the texts of each post's thread in the
    order of time, the post itself last. Emotions that RECCON does not tell apart share an answer.
    """
    turns = {
        str(key[0]): list(frame.iter_rows(named=True))
        for key, frame in candidates.group_by("target", maintain_order=True)
    }
    asked = [
        (post, emotion)
        for post, emotions in batch.select("post_id", "emotions").iter_rows()
        for emotion in dict.fromkeys(_cause_file.OF[x] for x in emotions)
    ]
    found = finder.find([_thread(emotion, turns[post]) for post, emotion in asked])
    by_class = dict(zip(asked, found, strict=True))
    rows = [
        {
            "post_id": post,
            "emotion": emotion,
            **_row(by_class[post, _cause_file.OF[emotion]], turns[post]),
        }
        for post, emotions in batch.select("post_id", "emotions").iter_rows()
        for emotion in emotions
    ]
    return pl.DataFrame(rows, schema=ROWS)


def _thread(emotion: str, turns: list[dict[str, object]]) -> Thread:
    from affectcli.tag._cause import Thread, Turn

    return Thread(
        emotion,
        tuple(
            Turn(str(turn["text"]), int(str(turn["distance"])), bool(turn["same_author"]))
            for turn in turns
        ),
    )


def _row(found: Found | None, turns: list[dict[str, object]]) -> dict[str, object]:
    if found is None:
        return {"kind": "none"}
    turn = turns[found.turn]
    return {
        "span": str(turn["text"])[found.start : found.stop],
        "start": found.start,
        "stop": found.stop,
        "evidence_post_id": turn["post_id"],
        "kind": kind(int(str(turn["distance"])), same_author=bool(turn["same_author"])),
        "score": found.score,
    }


def kind(distance: int, *, same_author: bool) -> str:
    """Return where a cause stands: self, parent (any ancestor) or same-author.

    The direct parent is "parent" whoever wrote it; a remoter ancestor by the post's own author is
    "same-author".
    """
    if distance == 0:
        return "self"
    return "same-author" if same_author and distance > 1 else "parent"
