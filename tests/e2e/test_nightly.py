"""The nightly run: killed at any moment, on a full disk, twice at once; it ends the same."""

from __future__ import annotations

import json
import os
import random
import shutil
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
NIGHTS = int(os.environ.get("AFFECT_KILLED_NIGHTS", "3"))
KILLS = 2
"""In a night, before it may end: `AFFECT_KILLED_NIGHTS=25` makes 50."""
TABLES = (
    *("post", "reject", "price", "ledger", "label", "score", "prevalence"),
    *("finding", "forecast", "alert"),
)
EMPTY = ("reject", "alert")  # they may be
PASSING = ("run_id", "ingested")  # what differs between any two runs
COMMUNITIES = ("reddit/TidalCoin",)
MOODS = "fear\tafraid\tscar*\tterrif*\tworr*\njoy\thappy\tglad\n"
KEY = bytes(range(32))


def _prepared(folder: Path) -> Path:
    """Write the shipped pipeline for a lexicon's labels, and return the database's path."""
    folder.mkdir(parents=True)
    (folder / "moods.tsv").write_text(MOODS)
    (folder / "author.key").write_bytes(KEY)
    (folder / "author.key").chmod(0o600)
    text = (ROOT / "pipelines" / "nightly.toml").read_text("utf-8")
    (folder / "nightly.toml").write_text(text.replace("${each}:*", "${each}:lexicon-moods.*"))
    return folder / "affect.duckdb"


def _words(db: Path, *more: str) -> list[str]:
    sets = {
        "posts": ROOT / "sample_data" / "posts.csv.gz",
        "prices": ROOT / "sample_data" / "prices.csv",
        "community": ",".join(COMMUNITIES),
        "asset": "TIDE-USD",
        "emotions": "lexicon-moods.fear",
        "out": db.parent,
    }
    named = [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]
    return ["run", str(db.parent / "nightly.toml"), *named, "--db", str(db), *more]


def _environment(db: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AFFECT_KEY_FILE": str(db.parent / "author.key"),
        "AFFECT_TAG_TAGGER": "lexicon:moods.tsv",
        "AFFECT_INGEST_BATCH": "1000",
        "AFFECT_TAG_BATCH": "1000",
        "AFFECT_WAIT": "60",
    }


def _start(db: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "affectcli", *_words(db, *more)]
    environment = _environment(db)
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, cwd=db.parent)


def _finish(db: Path) -> float:
    """Run the pipeline to its end and return the seconds that it took."""
    started = time.monotonic()
    process = _start(db)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def _stored(db: Path) -> dict[str, pl.DataFrame]:
    with Database(db).read() as con:
        return {
            table: con.raw.sql(
                f"select columns(lambda c: c not in {PASSING}) from {table} order by all"
            ).pl()
            for table in TABLES
        }


def _pages(db: Path) -> list[bytes]:
    """Return the reports' bytes once the names of runs in them are those of their commands."""
    copy = db.with_name("named.duckdb")
    shutil.copy(db, copy)
    with Database(copy).write() as con:
        held = con.raw.execute(
            "select table_name from information_schema.columns where column_name = 'run_id'"
            " and table_name in (select table_name from duckdb_tables()) and table_name <> 'run'"
        ).fetchall()
        for (table,) in held:
            con.raw.execute(
                f"update {table} set run_id = run.command from run"
                f" where run.run_id = {table}.run_id"
            )
        con.raw.execute(
            "delete from run where rowid not in (select max(rowid) from run group by command)"
        )
        con.raw.execute("update run set run_id = command")
    pages = []
    for community in COMMUNITIES:
        page = db.with_name("page.pdf")
        words = ["report", "--community", community, "--asset", "TIDE-USD", "-o", str(page)]
        subprocess.run(
            [sys.executable, "-m", "affectcli", *words, "--db", str(copy)],
            env=_environment(db),
            check=True,
            capture_output=True,
            cwd=db.parent,
        )
        pages.append(page.read_bytes())
    return pages


def _assert_alike(found: Path, expected: Path) -> None:
    ours, theirs = _stored(found), _stored(expected)
    for table in TABLES:
        assert_frame_equal(ours[table], theirs[table])
        assert theirs[table].height > 0 or table in EMPTY, table


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Return the database of a run that nothing disturbed, and the seconds that it took."""
    db = _prepared(tmp_path_factory.mktemp("whole") / "night")
    return db, _finish(db)


def test_kill_9_at_random_moments(tmp_path: Path, whole: tuple[Path, float]) -> None:
    expected, seconds = whole
    moments = random.Random(8)
    for night in range(NIGHTS):
        db = _prepared(tmp_path / str(night))
        for _ in range(KILLS):
            process = _start(db)
            try:
                process.communicate(timeout=moments.uniform(0.1, 0.9) * seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
        _finish(db)
        _assert_alike(db, expected)
        with Database(db).read() as con:
            left = con.raw.execute("select count(*) from run where status = 'running'").fetchall()
        assert left == [(0,)]
    assert _pages(db) == _pages(expected)


FULL = """
import json, logging, resource, sys
from pathlib import Path
from affectcli import runner
from affectcli.settings import load
plan = runner.read_pipeline(Path(sys.argv[1]), json.loads(sys.argv[2]))
settings = load(db=Path(sys.argv[3]))
codes = []
for step in plan.steps:
    wishes = runner.Wishes(only=(str(step.number),))
    size = settings.db.stat().st_size if settings.db.exists() else 0
    for limit in (0, int(size * 0.7)):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            error = runner.carry_out(plan, settings, wishes=wishes).error
        except Exception as raised:
            error = raised
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        codes.append([step.id, limit, int(runner.code_of(error)) if error else 0, str(error)])
    error = runner.carry_out(plan, settings, wishes=wishes).error
    codes.append([step.id, None, int(runner.code_of(error)) if error else 0, str(error)])
print(json.dumps(codes))
"""


def test_a_full_disk_in_every_step(tmp_path: Path, whole: tuple[Path, float]) -> None:
    """A limit on the size of files fails every write beyond it as a full disk does."""
    db = _prepared(tmp_path / "night")
    words = _words(db)
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    run = subprocess.run(
        [sys.executable, "-c", FULL, words[1], json.dumps(variables), str(db)],
        env=_environment(db),
        capture_output=True,
        check=False,
        cwd=db.parent,
    )
    assert run.returncode == 0, run.stderr.decode()
    codes = json.loads(run.stdout)
    assert {code for _, limit, code, _ in codes if limit is None} == {0}, codes
    full = [(step, code, says) for step, limit, code, says in codes if limit == 0]
    assert {code for _, code, _ in full} == {3}, full
    assert all("space" in says or "File too large" in says for _, _, says in full), full
    assert {code for _, limit, code, _ in codes if limit} <= {0, 3}, codes
    _assert_alike(db, whole[0])


def test_two_at_once(tmp_path: Path, whole: tuple[Path, float]) -> None:
    db = _prepared(tmp_path / "night")
    first = _start(db)
    note = db.with_name(f".{db.name}.pipeline")
    while first.poll() is None and not (note.exists() and note.read_bytes()):
        time.sleep(0.01)
    started = time.monotonic()
    second, third = _start(db), _start(db, "--wait", "600")
    _, errors = second.communicate()
    assert second.returncode == 75
    assert f"process {first.pid}, started 20" in errors.decode()
    assert first.poll() is None or time.monotonic() - started < 60
    assert (first.communicate()[1], first.returncode)[1] == 0
    third.communicate()
    assert third.returncode == 0
    _assert_alike(db, whole[0])
