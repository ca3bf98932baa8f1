"""kill -9 at any moment: the next run goes on, and the tables equal an uninterrupted run's."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal

from affectcli.store import Database

if TYPE_CHECKING:
    import polars as pl

ROOT = Path(__file__).parents[2]
POSTS = ROOT / "sample_data" / "posts.csv.gz"
KILLS = 20
PASSING = ("run_id", "ingested", "path")  # what differs between any two runs
INGEST = ["ingest", "file", str(POSTS), "--source", "sample", "--no-repeats"]


def _start(db: Path, command: list[str]) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "AFFECT_KEY_FILE": str(db.parent / "author.key"),
        "AFFECT_INGEST_BATCH": "250",
        "AFFECT_TAG_BATCH": "64",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "affectcli", *command, "--db", str(db), "--quiet"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _finish(db: Path, command: list[str]) -> float:
    """Run a command to its end and return the seconds it took."""
    started = time.monotonic()
    process = _start(db, command)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def _kill_often(db: Path, command: list[str], seconds: float, seed: int) -> int:
    """Start the command `KILLS` times and kill it at a random moment; return how often it lived."""
    moments = random.Random(seed)
    finished = 0
    for _ in range(KILLS):
        process = _start(db, command)
        try:
            process.communicate(timeout=moments.uniform(0.05, 1.1) * seconds)
            finished += 1
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
    return finished


def _tables(db: Path, *tables: str) -> dict[str, pl.DataFrame]:
    with Database(db).read() as con:
        return {
            table: con.raw.sql(
                f"select columns(lambda c: c not in {PASSING}) from {table} order by all"
            ).pl()
            for table in tables
        }


def _assert_alike(one: Path, other: Path, *tables: str) -> None:
    expected, found = _tables(one, *tables), _tables(other, *tables)
    for table in tables:
        assert_frame_equal(found[table], expected[table])
        assert expected[table].height > 0, table


@pytest.mark.parametrize("seed", [1])
def test_ingest_survives_kill_9(tmp_path: Path, seed: int) -> None:
    whole, broken = tmp_path / "whole.duckdb", tmp_path / "broken.duckdb"
    seconds = _finish(whole, INGEST)
    finished = _kill_often(broken, INGEST, seconds, seed)
    _finish(broken, INGEST)
    _assert_alike(whole, broken, "post", "reject", "ledger")
    assert finished < KILLS


@pytest.mark.parametrize("seed", [2])
def test_tag_survives_kill_9(tmp_path: Path, seed: int) -> None:
    whole, broken = tmp_path / "whole.duckdb", tmp_path / "broken.duckdb"
    for db in (whole, broken):
        _finish(db, [*INGEST, "--limit", "1500"])
    seconds = _finish(whole, ["tag"])
    _kill_often(broken, ["tag"], seconds, seed)
    _finish(broken, ["tag"])
    _assert_alike(whole, broken, "label", "score")


def test_ctrl_c_finishes_the_batch_and_says_how_to_go_on(tmp_path: Path) -> None:
    db = tmp_path / "a.duckdb"
    _finish(db, [*INGEST, "--limit", "1500"])
    process = _start(db, ["tag"])
    while process.poll() is None and not _scored(db):  # until the first batch is stored
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert b"affect tag" in errors
    assert _scored(db) % 64 == 0
    _finish(db, ["tag"])


def _scored(db: Path) -> int:
    with Database(db).read() as con:
        return int(con.raw.execute("select count(*) from score").fetchall()[0][0])
