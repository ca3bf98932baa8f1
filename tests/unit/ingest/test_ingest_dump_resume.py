"""Dumps read twice, in pieces, killed, and mutilated: tables and accounts come out right."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from affectcli.errors import AffectError, ExitCode
from affectcli.ingest import _dump, dump
from affectcli.ingest._authors import Key
from affectcli.ingest._dump_bytes import opened
from affectcli.ingest._posts import Posts, Rule
from affectcli.ingest._reddit import Things
from tests.unit.ingest.test_ingest_dump import PACK, comment, lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from tests.unit.ingest.conftest import Desk, Refused

FUZZED, STORED = 320, 12
CONTRACT = {ExitCode.OK, ExitCode.INPUT}


def month(count: int) -> bytes:
    """Return a dump in which every third line is of another subreddit, with junk between."""
    made: list[dict[str, Any] | bytes] = []
    for number in range(count):
        made.append(comment(number % 200, "Bitcoin" if number % 3 else "news", score=number % 7))
        if number % 17 == 5:
            made.append(b'{"subreddit":"Bitcoin", broken')
    return lines(*made)


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let batches end after few bytes, so that short files have many."""
    monkeypatch.setattr("affectcli.ingest._dump_bytes.PIECE", 1 << 12)
    monkeypatch.setattr("affectcli.ingest._dump_bytes.CHUNK", 1 << 9)
    monkeypatch.setattr(_dump, "STRETCH", 1 << 15)


@pytest.mark.parametrize("kills", [(1, 1), (3,)])
def test_a_stopped_reading_goes_on_without_storing_anything_again(
    new_desk: Callable[[], Desk],
    stop_after: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    refused: Refused,
    kills: tuple[int, ...],
) -> None:
    straight, stopped = new_desk(), new_desk()
    path = straight.file(PACK["zst"](month(600)), "RC_2021-01.zst")
    expected = dump.run(straight.ctx(batch=40), path=path, sub=("bitcoin",))
    stored: list[int] = []
    whole = Posts.store

    def store(job: Posts, con: Any, frame: Any, runs: set[str]) -> Any:  # noqa: ANN401  # passed on
        stored.extend(frame["_row"])
        return whole(job, con, frame, runs)

    monkeypatch.setattr(Posts, "store", store)
    for batches in kills:
        stop_after(batches)
        with pytest.raises(KeyboardInterrupt):
            dump.run(stopped.ctx(batch=40), path=path, sub=("bitcoin",))
    stop_after(1000)
    outcome = dump.run(stopped.ctx(batch=40), path=path, sub=("bitcoin",))
    assert len(stored) == len(set(stored)) > 300
    assert refused(outcome) == refused(expected)
    assert outcome.rows == expected.rows
    assert stopped.tables() == straight.tables()


def test_twice_changes_nothing_and_other_options_read_again(desk: Desk) -> None:
    path = desk.file(PACK["zst"](month(60)), "RC_2021-01.zst")
    dump.run(desk.ctx(), path=path, sub=("bitcoin",))
    before = desk.tables(but=())
    again = dump.run(desk.ctx(), path=path, sub=("BITCOIN", "r/bitcoin"))
    assert "Nothing new: RC_2021-01.zst was read to its end before" in again.message
    assert desk.tables(but=()) == before
    assert dump.run(desk.ctx(), path=path).rows[0]["added"] > 0


def test_a_file_that_was_fetched_again_only_adds_what_was_missing(desk: Desk) -> None:
    whole = month(300)
    bad = desk.file(PACK["zst"](whole)[:-200], "RC_2021-01.zst")
    with pytest.raises(AffectError):
        dump.run(desk.ctx(), path=bad)
    there = len(desk.table("post"))
    good = desk.file(PACK["zst"](whole), "RC_2021-01.zst")
    outcome = dump.run(desk.ctx(), path=good)
    assert outcome.rows[0]["added"] == len(desk.table("post")) - there


def test_a_kill_costs_nothing_that_was_stored(tmp_path: Path, new_desk: Callable[[], Desk]) -> None:
    desk = new_desk()
    path = desk.file(PACK["zst"](month(12_000)), "RC_2021-01.zst")
    command = [sys.executable, "-m", "affectcli", "ingest", "dump", path, "--sub", "bitcoin"]
    env = os.environ | {"AFFECT_DB": str(tmp_path / "killed.duckdb"), "AFFECT_INGEST_BATCH": "100"}
    blank = desk.path.stat().st_size
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    while process.poll() is None and _size(tmp_path / "killed.duckdb") <= blank:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.01)
    assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = subprocess.run([*command, "--json"], env=env, capture_output=True, check=True)
    row = orjson.loads(done.stdout)["data"][0]
    expected = dump.run(desk.ctx(), path=path, sub=("bitcoin",)).rows[0]
    killed = type(desk)(tmp_path, tmp_path / "killed.duckdb")
    but = ("run_id", "ingested", "author")
    assert killed.table("post", but=but) == desk.table("post", but=but)
    assert row["read"] == expected["read"]
    assert row["rejected"] == expected["rejected"]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def mutilated(text: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return a name and content: a dump with bytes changed, before or after it was packed."""
    kind = rng.choice(sorted(PACK))
    if rng.random() < 0.5:
        text = _mutated(text, rng)
    packed = PACK[kind](text)
    if rng.random() < 0.6:
        packed = _mutated(packed, rng)
    return f"RC_2021-01.{kind}", packed


def _mutated(text: bytes, rng: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(changed) or 1)
        what = rng.randrange(5)
        if what == 0:
            changed[at : at + 1] = rng.randbytes(1)
        elif what == 1:
            del changed[at : at + rng.randint(1, 400)]
        elif what == 2:
            changed[at:at] = rng.randbytes(rng.randint(1, 40))
        elif what == 3:
            changed[at:at] = changed[at // 2 : at // 2 + rng.randint(1, 400)]
        else:
            changed = changed[:at]
    return bytes(changed)


def test_no_mutilated_file_ends_in_a_traceback_or_an_account_that_is_wrong(desk: Desk) -> None:
    rng = random.Random(20_261_120)
    text = month(40)
    ends = set()
    rule = Rule("reddit", None, "comment", None, None, None, no_repeats=False, tickers=())
    job = Posts(Things(), rule, where=None, key=Key(b"k" * 32, desk.folder / "key"), run_id="fuzz")
    for number in range(FUZZED):
        name, content = mutilated(text, rng)
        path = desk.file(content, name)
        wish = _dump.Wish(frozenset({"bitcoin"} if number % 2 else ()))
        try:
            with opened(path) as packed:
                last = 0
                for batch in _dump.Dump(packed, wish).batches(20):
                    prepared = job.prepare(batch.frame)
                    ends.add(ExitCode.OK)
                    assert batch.first == last + 1
                    last = batch.last
                    kept = [*prepared.frame["_row"], *prepared.judged["_row"]]
                    kept += [row for row, _ in batch.refused]
                    assert len(kept) == len(set(kept)) <= batch.read
                    assert all(batch.first <= row <= batch.last for row in kept)
        except AffectError as error:
            ends.add(error.code)
    assert ends == CONTRACT


def test_mutilated_files_are_stored_as_far_as_they_go(desk: Desk, refused: Refused) -> None:
    rng = random.Random(7)
    text = month(40)
    ends = set()
    for number in range(STORED):
        name, content = mutilated(text, rng)
        path = desk.file(content, f"{number}-{name}")
        try:
            outcome = dump.run(desk.ctx(), path=path, sub=("bitcoin",) if number % 2 else ())
        except AffectError as error:
            ends.add(error.code)
        else:
            ends.add(ExitCode.OK)
            refused(outcome)
    assert ends == CONTRACT
    names = ("added", "updated", "duplicates", "rejected")
    assert all(row["rows_read"] >= sum(row[n] for n in names) for row in desk.table("ledger"))


def test_the_command_says_what_it_kept_of_a_damaged_dump(
    affect: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "RC_2021-01.zst"
    path.write_bytes(PACK["zst"](lines(comment(1))) + PACK["zst"](month(50))[:100])
    result = affect("ingest", "dump", path, "--sub", "bitcoin", "--db", tmp_path / "a.duckdb")
    assert result.exit_code == ExitCode.INPUT
    assert "Read 1 posts: 1 added." in result.stderr
    assert "truncated or damaged at byte" in result.stderr
    assert "Traceback" not in result.output
