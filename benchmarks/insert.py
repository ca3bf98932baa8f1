"""How many posts a second `affect ingest` stores, on an empty and on a large table.

    python benchmarks/insert.py [--rows 2000000] [--batch 100000] [--small 5000]

The storing step is what is measured first: the merge of a prepared batch into `post` in one
transaction with its ledger entry, the database opened and closed around it. Then the whole way,
from rows as text: times, languages, hashes, symbols, and that step. Seconds of the clock and of
the processor are both printed, for machines that do other work meanwhile.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from affectcli.ingest import _reddit
from affectcli.ingest._authors import Key
from affectcli.ingest._ledger import Counts, Ledger
from affectcli.ingest._posts import Posts, Rule
from affectcli.settings import Ingest, Settings
from affectcli.store import Context, Database

WORDS = 4000
SMALL_BATCHES = 10


@dataclass
class Clock:
    """Seconds of the clock and of the processor."""

    wall: float = 0
    cpu: float = 0

    def __enter__(self) -> None:
        """Start."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        """Stop, and add the time."""
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


class Maker:
    """Makes rows that look like comments; the same number makes the same row."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        letters = np.array(list("etaoinshrdlucmfwypvbgk"))
        words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(WORDS)]
        self.phrases = [
            " ".join(words[n] for n in rng.integers(0, WORDS, rng.integers(3, 60)))
            for _ in range(20_000)
        ]

    def rows(self, first: int, count: int, *, score: int = 1) -> pl.DataFrame:
        """Return comments number `first` and on, as text."""
        made = [
            _reddit.Row(
                id=f"t1_{n:07x}",
                kind="comment",
                community="reddit/CryptoCurrency",
                author=f"writer{n % 50_021}",
                created=str(1_600_000_000 + n),
                title="",
                body=f"{self.phrases[n * 7919 % len(self.phrases)]} {n}",
                parent_id=f"t1_{n // 3:07x}",
                thread_id=f"t3_{n // 40:07x}",
                score=str(score + n % 100),
                replies=None,
                edited=None,
            )
            for n in range(first, first + count)
        ]
        return _reddit.frame(made, range(1, count + 1))


class Bench:
    """A database that posts are stored in."""

    def __init__(self, folder: Path) -> None:
        path = folder / "bench.duckdb"
        settings = Settings(db=path, key_file=folder / "key", ingest=Ingest())
        self.ctx = Context(Database(path), settings, run_id="bench")
        rule = Rule("reddit", None, "comment", None, None, None, no_repeats=False, tickers=())
        key = Key(b"k" * 32, settings.key_file)
        self.job = Posts(_reddit.Things(), rule, where=None, key=key, run_id="bench")
        self.ledger = Ledger("reddit", "bench", "bench")
        with self.ctx.db.write():
            pass

    def store(self, frame: pl.DataFrame) -> Counts:
        """Store prepared posts with their ledger entry."""
        counts = Counts(read=len(frame))
        with self.ctx.db.write(tidy=False) as con:
            counts.count(self.job.store(con, frame, {"another"}))
            self.ledger.write(con, counts, "bench", times=frame["created"])
            con.touch("post")
        self.ledger.part += 1
        return counts

    def tidy(self) -> float:
        """Write as a run does at its end, which merges what the batches left; return seconds."""
        clock = Clock()
        with clock, self.ctx.db.write() as con:
            con.touch("post")
        return clock.wall

    def prepare(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Turn rows of text into posts."""
        return self.job.prepare(rows).frame


def report(what: str, posts: int, clock: Clock, bar: int = 0) -> None:
    """Print a line of the result."""
    wanted = f"  bar {bar:,}/s" if bar else ""
    print(
        f"{what:<58} {posts / clock.wall:>9,.0f} posts/s "
        f"{posts / clock.cpu:>9,.0f} posts/CPU-s{wanted}",
        flush=True,
    )


def filled(bench: Bench, maker: Maker, rows: int, batch: int) -> Clock:
    """Store `rows` new posts; the time of the first three batches is that of an empty table."""
    clock = Clock()
    prepared = bench.prepare(maker.rows(0, batch))
    for first in range(0, rows, batch):
        # Only what makes a post another one is made anew: the benchmark is of the storing.
        frame = renumbered(prepared, first)
        early = clock if first < 3 * batch else Clock()
        with early:
            counts = bench.store(frame)
        if counts.added != len(frame):
            raise SystemExit(f"{counts} of {len(frame)}")
    return clock


def renumbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return other posts of the same looks: ids, times and hashes are moved on."""
    return frame.with_columns(
        post_id=pl.format(
            "reddit:t1_{}", (pl.int_range(pl.len()) + first).cast(pl.String).str.zfill(9)
        ),
        created=pl.col("created") + pl.duration(seconds=first),
        text_hash=pl.col("text_hash") + first,
        norm_hash=pl.col("norm_hash") + first,
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=5_000)
    args = parser.parse_args()
    maker = Maker(7)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        large, small = args.batch, args.small
        early = filled(bench, maker, args.rows, large)
        report(
            f"new posts, batches of {large:,}, empty table",
            min(3 * large, args.rows),
            early,
            100_000,
        )
        prepared = bench.prepare(maker.rows(0, large))
        for what, size, times, bar in (
            (f"batches of {large:,}", large, 2, 100_000),
            (f"batches of {small:,}", small, SMALL_BATCHES, 20_000),
        ):
            there = f"table of {args.rows:,}"
            for kind in ("new", "known, score changed", "known, nothing changed"):
                clock = Clock()
                for turn in range(times):
                    first = args.rows + large * 10 + turn * size if kind == "new" else turn * size
                    frame = renumbered(prepared.head(size), first)
                    if kind.startswith("known"):  # as the turn before left them, or another score
                        frame = frame.with_columns(score=pl.col("score") + size)
                    with clock:
                        bench.store(frame)
                report(f"{kind} posts, {what}, {there}", size * times, clock, bar)
                print(f"    and the run's last write: {bench.tidy():.2f} s", flush=True)
        clock = Clock()
        rows = maker.rows(10_000_000, 20_000)
        with clock:
            bench.store(bench.prepare(rows))
        report("the whole way from text, one batch of 20,000", 20_000, clock)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"peak memory {peak:,} MiB")


if __name__ == "__main__":
    main()
