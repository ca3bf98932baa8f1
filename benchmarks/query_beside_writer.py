"""Does a query get its answer, soon, while another process writes the same file?

Two readers make `--calls` calls of `affect query` each (programs of their own, as from a shell),
first while one process ingests, tags and aggregates sample_data again and again, then while one
holds a write transaction for `--hold` seconds at a time. Prints calls, failures, and how long the
calls took; the bar is no failure and the slowest within 3 s.

    python benchmarks/query_beside_writer.py [--db BASE.duckdb] [--calls 100] [--only work]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.store import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Event

POSTS = Path(__file__).parent.parent / "sample_data" / "posts.csv.gz"
QUERIES = (
    ["select community, count(*) as n from post group by community"],
    ["from daily where measure = $m limit 50", "--param", "m=fear"],
    ["--saved", "changes"],
    ["select max(length(body)) as longest from post"],
    ["--saved", "runs"],
)


def main() -> None:
    """Run both scenes and print a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", type=Path, help="begin with a copy of this database")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--hold", type=float, default=5.0)
    parser.add_argument("--tagger", default="mini")
    parser.add_argument("--only", choices=("work", "hold"), help="one of the two scenes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ.setdefault("AFFECT_KEY_FILE", str(home / "key"))
        db = home / "affect.duckdb"
        if asked.db:
            shutil.copyfile(asked.db, db)
        else:
            affect("ingest", "file", str(_posts(home, "first")), "--db", str(db))
        print(f"database {db.stat().st_size / 2**20:.0f} MiB, 2 x {asked.calls} calls")
        alone = sorted(call(db, n)[0] for n in range(5))
        print(f"{'nobody writes':32s} median {alone[2]:.2f} s")
        if asked.only != "hold":
            title = f"ingest, tag {asked.tagger}, aggregate"
            scene(title, db, asked.calls, work, (home, asked.tagger))
        if asked.only != "work":
            scene(f"transactions of {asked.hold:g} s", db, asked.calls, hold, (asked.hold,))


def scene(
    title: str, db: Path, calls: int, writer: Callable[..., None], more: tuple[object, ...]
) -> None:
    """Let two readers call while a writer works, and print how they fared."""
    stop = multiprocessing.Event()
    rounds = multiprocessing.Queue()  # type: ignore[var-annotated]  # of (works, failures)
    process = multiprocessing.Process(target=writer, args=(db, stop, rounds, *more))
    process.start()
    time.sleep(2)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        told = pool.starmap(reader, [(db, calls, n) for n in range(2)])
    stop.set()
    works, failed = rounds.get()
    process.join()
    taken = sorted(seconds for mine in told for seconds, _ in mine)
    errors = [error for mine in told for _, error in mine if error]
    print(
        f"{title:32s} median {statistics.median(taken):.2f} s, "
        f"p95 {taken[int(len(taken) * 0.95)]:.2f} s, slowest {taken[-1]:.2f} s, "
        f"failures {len(errors)} of {len(taken)}; writer: {works} works, {failed} failures"
    )
    for error in sorted(set(errors))[:3]:
        print("   ", error)


def reader(db: Path, calls: int, first: int) -> list[tuple[float, str]]:
    """Return seconds and error of each call."""
    return [call(db, first + n) for n in range(calls)]


def call(db: Path, number: int) -> tuple[float, str]:
    """Ask one of the queries; return how long it took, and its error if it failed."""
    query = QUERIES[number % len(QUERIES)]
    started = time.monotonic()
    done = affect("query", *query, "--db", str(db), "-f", "csv", check=False)
    return time.monotonic() - started, done.stderr if done.returncode else ""


def work(db: Path, stop: Event, rounds: multiprocessing.Queue[object], *more: object) -> None:
    """Ingest, tag and aggregate under ever new names until told to stop."""
    home, tagger = Path(str(more[0])), str(more[1])
    works = failed = 0
    for number in itertools.count():
        if stop.is_set():
            break
        posts = str(_posts(home, f"round{number}"))
        for step in (["ingest", "file", posts], ["tag", "--tagger", tagger], ["aggregate"]):
            failed += affect(*step, "--db", str(db), check=False, stop=stop).returncode != 0
            works += 1
            if stop.is_set():
                break
    rounds.put((works, failed))


def hold(db: Path, stop: Event, rounds: multiprocessing.Queue[object], *more: object) -> None:
    """Sit in one write transaction after another."""
    works = 0
    while not stop.is_set():
        with Database(db).write() as con:
            con.touch("benchmark")
            stop.wait(float(str(more[0])))
        works += 1
        time.sleep(0.01)
    rounds.put((works, 0))


def affect(
    *args: str, check: bool = True, stop: Event | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as a program of its own; end it early, as a success, when `stop` is set."""
    command = [sys.executable, "-m", "affectcli", *args]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        while stop is not None and process.poll() is None:
            if stop.wait(0.2):
                process.kill()
                process.communicate()
                return subprocess.CompletedProcess(command, 0, "", "")
        out, err = process.communicate()
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    if check:
        done.check_returncode()
    return done


def _posts(home: Path, name: str) -> Path:
    """Write the sample's posts under new ids and communities, so that they are new texts."""
    path = home / f"{name}.csv"
    with gzip.open(POSTS, "rt", newline="") as old, path.open("w", newline="") as new:
        rows = csv.DictReader(old)
        out = csv.DictWriter(new, rows.fieldnames or [])
        out.writeheader()
        for row in rows:
            row |= {"id": f"{name}-{row['id']}", "community": f"{name}/{row['community']}"}
            row |= {"body": f"{row['body']} {name}", "parent": ""}
            out.writerow(row)
    return path


if __name__ == "__main__":
    main()
