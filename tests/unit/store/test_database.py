"""The database file: made whole, shared politely, never half written."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb
import pytest

from affectcli.errors import AffectError, ConfigError, DatabaseError, LockedError
from affectcli.store import Database

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from affectcli.store import Database
with Database(Path(sys.argv[1])).write() as con:
    con.touch("held")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_new_file_has_the_schema_and_an_old_storage_version(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        assert con.scalar("run/select_schema_version") == "4"
    with duckdb.connect(str(db.path)) as raw:
        tags = raw.execute("select tags from duckdb_databases() where not internal").fetchall()
    assert "v1.4.0" in tags[0][0]["storage_version"]
    assert [file.name for file in tmp_path.iterdir()] == ["a.duckdb"]


def test_an_error_rolls_everything_back(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb")
    with suppress(RuntimeError), db.write() as con:
        con.touch("post")
        raise RuntimeError
    with db.read() as con:
        assert con.frame("run/select_counters").is_empty()


def test_dry_run_stores_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb", dry_run=True)
    with db.write() as con:
        con.touch("post")
    with db.read() as con:
        assert con.frame("run/select_counters").is_empty()


def test_missing_damaged_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no database"), Database(tmp_path / "no").read():
        pass
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(b"no database at all" * 1000)
    with pytest.raises(DatabaseError, match="not a valid DuckDB"), Database(damaged).read():
        pass
    foreign = tmp_path / "foreign.duckdb"
    duckdb.connect(str(foreign)).close()
    with pytest.raises(DatabaseError, match="not one of affect's"), Database(foreign).write():
        pass
    with pytest.raises(ConfigError, match="does not exist"), Database(tmp_path / "x/y").write():
        pass


def test_a_newer_schema_is_refused_and_untouched(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        con.raw.execute("update meta set value = '99' where key = 'schema_version'")
    before = db.path.read_bytes()
    newer = Database(db.path)
    with pytest.raises(DatabaseError, match="schema version 99") as caught, newer.write():
        pass
    assert caught.value.code == 7
    assert db.path.read_bytes() == before


def test_a_waiting_writer_gets_its_turn_or_names_the_holder(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb", wait=0.2)
    with db.write():
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(db.path), "3"], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(LockedError, match=f"process {holder.pid}") as caught, db.read():
        pass
    assert caught.value.code == 75
    started = time.monotonic()
    with Database(db.path, wait=30).write() as con:
        counters = con.frame("run/select_counters")
    assert time.monotonic() - started < 20
    assert counters["name"].to_list() == ["held"]
    holder.wait()
    holder.stdout.close()


LIMITED = """
import resource, sys
from pathlib import Path
import polars as pl
from affectcli.errors import AffectError
from affectcli.store import Database
path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 300_000,) * 2)
try:
    with Database(path).write() as con:
        con.register(numbers=pl.DataFrame({"key": [f"{n:x}" * 9 for n in range(400_000)]}))
        con.raw.execute("insert into meta select key, key from numbers")
except AffectError as error:
    print(int(error.code), error)
"""


def test_a_full_disk_is_one_clear_line_and_loses_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        con.touch("before")
    # A limit on the file's size fails the write as a full disk does.
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(db.path)], capture_output=True, text=True, check=False
    )
    assert run.stdout.startswith("3 No space left to write"), run.stdout + run.stderr
    with Database(db.path).read() as con:
        assert con.frame("run/select_counters")["name"].to_list() == ["before"]
        assert con.scalar("run/select_schema_version") == "4"


def test_a_file_in_the_way_is_one_clear_line(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("in the way")
    with pytest.raises(AffectError) as caught, Database(target / "a.duckdb").write():
        pass
    assert caught.value.code == 3
    assert target.read_text() == "in the way"
