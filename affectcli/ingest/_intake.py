"""The way of every file into its table: rows in batches, each stored with its ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

from affectcli import interrupt
from affectcli.ingest._ledger import Counts, Ledger, fingerprint
from affectcli.ingest._repeats import ELSEWHERE
from affectcli.ingest._rows import ROW
from affectcli.log import logger, progress
from affectcli.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.ingest._rows import Batch, Rows
    from affectcli.store import Connection, Context

FILTERED = "filtered"
KIB = 1024


@dataclass(frozen=True)
class Prepared:
    """Rows ready for the table, and (_row, outcome) of those that are not."""

    frame: pl.DataFrame
    judged: pl.DataFrame


class Job(Protocol):
    """What differs between posts, prices, events and series."""

    table: str
    noun: str
    time: str
    """The column whose range the ledger notes."""

    @property
    def wanted(self) -> Sequence[str]:
        """Return the columns to read."""
        ...

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Turn rows of text into rows of the table; called while no database is open."""
        ...

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Write rows; return (_row, outcome). `runs` wrote earlier parts of the same input."""
        ...


@dataclass(frozen=True)
class Input:
    """Where rows come from, and the options that decide what becomes of them."""

    source: str
    path: str
    options: Mapping[str, object]
    limit: int | None = None


def judge(frame: pl.DataFrame, rules: Mapping[str, pl.Expr]) -> Prepared:
    """Split rows by the first rule that holds for them."""
    first = pl.coalesce(pl.when(holds).then(pl.lit(rule)) for rule, holds in rules.items())
    frame = frame.with_columns(outcome=first)
    good, bad = pl.col("outcome").is_null(), pl.col("outcome").is_not_null()
    return Prepared(frame.filter(good).drop("outcome"), frame.filter(bad).select(ROW, "outcome"))


def take_in(ctx: Context, rows: Rows, job: Job, given: Input) -> Outcome:
    """Store every row of an input that is not stored yet.

    Raises:
        InputError: the input breaks off; the batches before are stored.
        Interrupted: the user asked to stop; the same command goes on from there.
    """
    name = rows.source.name
    ledger = Ledger(given.source, name, fingerprint(ctx, given.path, given.options))
    ledger.load(ctx)
    if ledger.done:
        return _nothing_new(ledger, job)
    total = Counts()
    total.add(ledger.past)
    if total.read:
        logger.info("%s goes on after row %s, where it stopped.", name, f"{total.read:,}")
    with progress(f"Reading {name}", max(rows.source.size // KIB, 1), "KiB") as advance:
        seen = 0
        size = ctx.settings.ingest.batch
        for batch in rows.batches(job.wanted, size=size, skip=total.read):
            left = None if given.limit is None else given.limit - total.kept
            if left is not None and left <= 0:
                break
            total.add(store_batch(ctx, ledger, job, batch, left))
            moved, seen = rows.source.position // KIB - seen, rows.source.position // KIB
            if moved > 0:
                advance(moved)
            interrupt.check("the same command again")
    with ctx.db.write() as con:
        ledger.write(con, Counts(), ctx.run_id)
    return outcome_of(ledger, job, total)


def store_batch(ctx: Context, ledger: Ledger, job: Job, batch: Batch, left: int | None) -> Counts:
    """Store one batch, at most `left` rows of it, and its ledger entry in one transaction."""
    prepared, read = _cut(batch, job.prepare(batch.frame), left)
    counts = Counts(read=read)
    counts.count(prepared.judged.filter(pl.col("outcome") != FILTERED))
    with ctx.db.write(tidy=False) as con:
        if len(prepared.frame):
            counts.count(job.store(con, prepared.frame, ledger.runs))
        ledger.write(con, counts, ctx.run_id, times=prepared.frame[job.time])
        if counts.added or counts.updated or "id_conflict" in counts.reject:
            con.touch(job.table)
    ledger.part += 1
    return counts


def _cut(batch: Batch, prepared: Prepared, left: int | None) -> tuple[Prepared, int]:
    """Return the first `left` rows that no filter left out, and how many were read for them."""
    refused = pl.DataFrame(
        batch.refused, schema={ROW: pl.Int64, "outcome": pl.String}, orient="row"
    )
    judged = pl.concat([refused, prepared.judged])
    kept = pl.concat(
        [prepared.frame[ROW], judged.filter(pl.col("outcome") != FILTERED)[ROW]]
    ).sort()
    if left is None or len(kept) <= left:
        return Prepared(prepared.frame, judged), batch.read
    last = int(kept[left - 1])
    upto = pl.col(ROW) <= last
    return Prepared(prepared.frame.filter(upto), judged.filter(upto)), last - batch.first + 1


def _nothing_new(ledger: Ledger, job: Job) -> Outcome:
    past = ledger.past
    known = past.added + past.updated + past.duplicates
    counts = Counts(read=past.read, duplicates=known, reject=past.reject)
    message = f"Nothing new: {ledger.input} was read to its end before ({past.read:,} {job.noun})."
    return Outcome(
        [counts.row(ledger.source, ledger.input)], rows_in=0, rows_out=0, message=message
    )


def outcome_of(ledger: Ledger, job: Job, total: Counts) -> Outcome:
    """Return what became of an input's rows, as a sentence whose numbers add up."""
    message = total.sentence(job.noun)
    if not total.read:
        message = f"{ledger.input} has no rows."
    _warn(total, job)
    past = ledger.past
    changed = total.added + total.updated - past.added - past.updated
    return Outcome(
        [total.row(ledger.source, ledger.input)], total.read - past.read, changed, message
    )


def _warn(total: Counts, job: Job) -> None:
    if ELSEWHERE in total.reject:
        rows, first = total.reject[ELSEWHERE]
        logger.warning(
            "%s ids are already stored for another community; give this file its own "
            "--source NAME (first: row %s; nothing stored was changed).",
            *(f"{rows:,}", f"{first:,}"),
        )
    if "id_conflict" in total.reject:
        rows, first = total.reject["id_conflict"]
        hint = " Map a column that is unique: --map id=COLUMN." if job.table == "post" else ""
        logger.warning(
            "%s rows (first: %s) have the key of an earlier row and other content; the last one "
            "counts.%s",
            *(f"{rows:,}", f"{first:,}", hint),
        )
