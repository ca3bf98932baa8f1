"""Private copies: of one instant, with everything committed, seen by nobody, left by nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli.store import Database, _copy

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("set checkpoint_threshold = '1TB'")
con.execute("insert into counter values ('logged', 1)")
os._exit(9)
"""
HAMMER = """
import sys
from pathlib import Path
from affectcli.store import Database
db = Database(Path(sys.argv[1]), wait=60)
print("started", flush=True)
for n in range(12):
    with db.write(tidy=n % 3 == 0) as con:
        con.raw.execute("insert into counter select 'row' || range, ? from range(20000)", [n])
        con.raw.execute("insert into counter values ('batch', ?)", [n])
        con.raw.execute("delete from counter where changes = ?", [n - 5])
"""
WHOLE = """
select count(*) from (
    select changes, count(*) filter (name like 'row%') as n, count(*) filter (name = 'batch') as b
    from counter group by changes
) where n <> 20000 or b <> 1
"""


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(tmp_path / "home" / "it's.duckdb")
    made.path.parent.mkdir()
    with made.write():
        pass
    return made


def test_what_a_kill_left_in_the_log_is_in_the_copy(db: Database) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(db.path)], check=False)
    assert db.path.with_name(f"{db.path.name}.wal").exists()
    with _copy.private(db) as con:
        assert con.raw.execute("select name from counter").fetchall() == [("logged",)]


def test_copies_taken_while_another_process_writes_hold_whole_transactions(db: Database) -> None:
    command = [sys.executable, "-c", HAMMER, str(db.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        taken = 0
        while writer.poll() is None or not taken:
            with _copy.private(db) as con:
                assert con.raw.execute(WHOLE).fetchall() == [(0,)]
            taken += 1
    assert writer.returncode == 0
    assert taken > 3


def test_nobody_else_can_read_a_copy_and_nothing_stays(db: Database) -> None:
    with _copy.taken(db) as copy:
        assert copy.parent.stat().st_mode & 0o077 == 0
        assert copy.parent.parent == db.path.parent
    with _copy.private(db) as con:
        left = list(db.path.parent.glob(".*copy-*/*"))
        assert left == []
        assert con.raw.execute("select count(*) from post").fetchall() == [(0,)]
    assert list(db.path.parent.iterdir()) == [db.path]


def test_what_a_kill_left_of_a_copy_is_swept(db: Database) -> None:
    old = db.path.parent / f".{db.path.name}.copy-abc"
    new = db.path.parent / f".{db.path.name}.copy-new"
    for folder in (old, new):
        folder.mkdir()
        shutil.copyfile(db.path, folder / db.path.name)
    os.utime(old, (0, 0))
    with _copy.taken(db):
        assert not old.exists()
        assert new.exists()  # another's, at work


def test_a_file_that_never_stands_still_is_held_for_the_copy(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def restless(_path: Path) -> _copy.Marks:
        tries.append(len(tries))
        return ((1, 2, min(10, len(tries))),)

    monkeypatch.setattr(_copy, "_marks", restless)
    with _copy.taken(db) as copy:
        assert copy.stat().st_size == db.path.stat().st_size
    assert len(tries) == 3 * (_copy.TRIES + 1)
