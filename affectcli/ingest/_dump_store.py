"""Stores the rows of dump files batch by batch, and accounts for every line of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from affectcli import interrupt
from affectcli.errors import InputError
from affectcli.ingest._dump import Dump
from affectcli.ingest._dump_bytes import opened
from affectcli.ingest._intake import outcome_of, store_batch
from affectcli.ingest._ledger import Counts, Ledger
from affectcli.ingest._posts import Posts
from affectcli.ingest._reddit import SOURCE, Things
from affectcli.log import logger, progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from affectcli.ingest._authors import Key
    from affectcli.ingest._dump import Wish
    from affectcli.ingest._dump_bytes import Packed
    from affectcli.ingest._posts import Rule
    from affectcli.store import Context, Outcome

FORMAT = 1
"""Raise it when the same dump would come out as other rows, so that it is read again."""
SAMPLE = 1 << 20
"""Bytes at either end of a file that its fingerprint covers, besides its size."""
KIB = 1024


@dataclass(frozen=True)
class Reading:
    """What is wanted of every file of one command, and what becomes of it."""

    wish: Wish
    rule: Rule
    key: Key

    def job(self, ctx: Context) -> Posts:
        """Return the job that stores the rows of one file."""
        return Posts(Things(), self.rule, where=None, key=self.key, run_id=ctx.run_id)

    @property
    def options(self) -> bytes:
        """Return what decides which rows come of a file; the key, which hashes names, too."""
        wish = [sorted(self.wish.names), self.wish.since, self.wish.until, self.wish.deleted_later]
        return orjson.dumps([FORMAT, wish, self.rule.tickers, self.key.value.hex()])


@dataclass(frozen=True)
class Done:
    """What is stored of one file, and why it was not read to its end, if it was not."""

    ledger: Ledger
    total: Counts
    trouble: InputError | None = None

    @property
    def past(self) -> Counts:
        """Return what earlier runs did; of a file that they finished nothing is new."""
        return self.total if self.ledger.done else self.ledger.past


def take_file(ctx: Context, path: str, reading: Reading) -> Done:
    """Store what one file holds and is not stored yet.

    Raises:
        InputError: the file is missing, empty or unreadable. A later trouble is in the result,
            for what was whole is stored.
        Interrupted: the user asked to stop; the same command goes on from there.
    """
    with opened(path) as packed:
        ledger = Ledger(SOURCE, packed.name, fingerprint(ctx, path, reading.options))
        ledger.load(ctx)
        total = Counts()
        total.add(ledger.past)
        if ledger.done:
            known = total.added + total.updated + total.duplicates
            return Done(ledger, Counts(total.read, duplicates=known, reject=total.reject))
        if total.read:
            logger.info("%s goes on after line %s.", ledger.input, f"{total.read:,}")
        try:
            _store(ctx, Dump(packed, reading.wish), ledger, reading.job(ctx), total)
        except InputError as error:
            return Done(ledger, total, error)
    with ctx.db.write() as con:
        ledger.write(con, Counts(), ctx.run_id)
    return Done(ledger, total)


def account(done: Sequence[Done], job: Posts) -> Outcome:
    """Return what became of the lines of all files together, with a row for each file."""
    total, past = Counts(), Counts()
    for each in done:
        total.add(each.total)
        past.add(each.past)
    name = done[0].ledger.input if len(done) == 1 else f"{len(done):,} dumps"
    whole = Ledger(SOURCE, name, "", past=past)
    outcome = outcome_of(whole, job, total)
    outcome.rows = [each.total.row(each.ledger.source, each.ledger.input) for each in done]
    if all(each.ledger.done for each in done):
        read = "was read to its end" if len(done) == 1 else "were read to their ends"
        outcome.message = f"Nothing new: {name} {read} before ({total.read:,} {job.noun})."
    return outcome


def fingerprint(ctx: Context, path: str, options: bytes) -> str:
    """Return a hash of the options, a file's size, and its first and last MiB.

    A month has up to 30 GiB, and a pass over it only to know it again would take minutes at each
    call. Files of other content differ at an end or in size: compressed text of another content
    hardly ever has the same length to the byte, and months begin and end with their own posts.
    """
    file = Path(path)
    if path == "-" or not file.is_file():
        return f"run:{ctx.run_id}"
    size = file.stat().st_size
    digest = blake2b(options, digest_size=16)
    digest.update(size.to_bytes(8, "big"))
    with file.open("rb") as raw:
        digest.update(raw.read(SAMPLE))
        raw.seek(max(size - SAMPLE, 0))
        digest.update(raw.read(SAMPLE))
    return digest.hexdigest()


def _store(ctx: Context, dump: Dump, ledger: Ledger, job: Posts, total: Counts) -> None:
    """Store the batches after those that are stored, and add them to `total`.

    One batch is stored in a thread while the next is read; never two, so they commit in order.
    """
    packed: Packed = dump.source
    seen = 0
    storing: list[Future[Counts]] = []

    def settle() -> None:
        nonlocal seen
        while storing:
            total.add(storing.pop().result())
            moved, seen = packed.position // KIB - seen, packed.position // KIB
            if moved > 0:
                advance(moved)
            interrupt.check("the same command again")

    with (
        progress(f"Reading {ledger.input}", max(packed.size // KIB, 1), "KiB") as advance,
        ThreadPoolExecutor(1, "store") as pool,
    ):
        try:
            for batch in dump.batches(ctx.settings.ingest.batch, skip=total.read):
                settle()
                storing.append(pool.submit(store_batch, ctx, ledger, job, batch, None))
        finally:  # what stands before a damage is stored
            settle()
