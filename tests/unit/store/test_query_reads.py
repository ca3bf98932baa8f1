"""Ad-hoc SQL: what is refused, parameters, limits, and a writer beside it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import DatabaseError, UsageError
from affectcli.store import Database, _copy, query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE = importlib.import_module("affectcli.store.query")  # the package has its function
ENDLESS = "select count(*) from range(10000000) a, range(10000000) b where a.range < b.range"
SLOW = "select count(*) as n from range(30000000) where sqrt(range) < 3"
HOLD = """
import sys, time
from pathlib import Path
from affectcli.store import Database
with Database(Path(sys.argv[1])).write() as con:
    con.touch("held")
    print("held", flush=True)
    sys.stdin.read()
"""
WRITE_SOON = """
import sys
from pathlib import Path
from affectcli.store import Database
with Database(Path(sys.argv[1]), wait=30).write() as con:
    con.touch("written")
"""


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(tmp_path / "q.duckdb")
    with made.write() as con:
        con.touch("post")
    return made


@pytest.fixture
def held(db: Database) -> Iterator[Database]:
    """Yield a database that another process holds in the middle of a transaction."""
    command = [sys.executable, "-c", HOLD, str(db.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield db
        holder.communicate(b"")


def test_a_writer_in_a_long_transaction_keeps_no_query_waiting(
    held: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "affect"):
        found = query(held, "select name from counter")
    assert found.rows["name"].to_list() == ["post"]  # not yet what the other has written
    assert "before its write" in caplog.text
    assert not list(held.path.parent.glob(".*copy*"))


def test_a_long_query_keeps_no_writer_waiting(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODULE, "MOMENT", 0.05)
    assert query(db, SLOW).rows["n"].to_list() == [9]
    with _copy.private(db) as con:  # as during the query's second part
        subprocess.run([sys.executable, "-c", WRITE_SOON, str(db.path)], check=True)
        assert con.raw.execute("select name from counter").fetchall() == [("post",)]
    assert set(query(db, "from counter").rows["name"]) == {"post", "written"}


def test_the_time_is_up_on_the_file_and_on_the_copy(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"longer than 0\.1 s"):
        query(db, ENDLESS, timeout=0.1)
    monkeypatch.setattr(MODULE, "MOMENT", 0.05)
    with pytest.raises(UsageError, match=r"longer than 0\.2 s"):
        query(db, ENDLESS, timeout=0.2)
    assert sorted(file.name for file in db.path.parent.iterdir()) == [db.path.name]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("attach '/tmp/x.duckdb'", "attach does not"),
        ("copy post to 'x.csv'", "copy does not"),
        ("export database 'x'", "export does not"),
        ("install httpfs", "load does not"),
        ("load httpfs", "load does not"),
        ("pragma database_list", "pragma does not"),
        ("set threads = 1", "set does not"),
        ("reset lock_configuration", "set does not"),
        ("create temp table x as select 1", "create does not"),
        ("call checkpoint()", "call does not"),
        ("checkpoint", "call does not"),
        ("pivot (select 1 a, 'x' b) on b", "pivot without its values"),
        ("explain analyze insert into meta values ('a', 'b')", "read-only"),
        ("explain analyze copy meta to 'x.csv'", "disabled"),
        ("with a as (insert into meta values ('a', 'b') returning *) from a", "read-only"),
        ("from read_csv('/etc/hostname')", "disabled"),
        ("from read_text('/etc/hostname')", "disabled"),
        ("from read_blob('/etc/hostname')", "disabled"),
        ("from glob('/*')", "disabled"),
        ("from 'https://example.com/x.parquet'", "disabled"),
        ("from read_duckdb('/tmp/x.duckdb')", "disabled"),
        ("from duckdb_secrets()", "disabled"),
        ("from db", "does not exist"),  # a variable of ours
        ("select 1; select 2", "2"),
        ("-- only a comment", "0"),
        ("selec", "Parser"),
        ("select $x", "--param x="),
        ("select date 'infinity' as d", "d::varchar"),
        ("select interval 1 day as i", "cast"),
        ("select union_value(k := 1) as u", "cast"),
    ],
)
def test_only_reading_and_only_here(sql: str, says: str, db: Database) -> None:
    before = db.path.read_bytes()
    with pytest.raises(UsageError) as error:
        query(db, sql)
    assert says in str(error.value)
    assert db.path.read_bytes() == before
    assert list(db.path.parent.iterdir()) == [db.path]


def test_parameters_and_limits(db: Database) -> None:
    found = query(db, "select $a as a, $a + $b as c", params={"a": 1, "b": 2})
    assert found.rows.rows() == [(1, 3)]
    with pytest.raises(UsageError, match=r"no \$b.*has \$a"):
        query(db, "select $a", params={"a": 1, "b": 2})
    hostile = "x'; drop table post; --"
    assert query(db, "select $a as a", params={"a": hostile}).rows["a"].to_list() == [hostile]
    assert query(db, "from range(10)", limit=3).cut
    assert not query(db, "from range(10)", limit=10).cut
    assert query(db, "from range(10)", limit=0).rows.is_empty()
    assert len(query(db, "from range(10) order by 1 desc", limit=2).rows) == 2


def test_a_missing_or_damaged_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no database"):
        query(Database(tmp_path / "none.duckdb"), "select 1")
    (tmp_path / "noise.duckdb").write_bytes(bytes(range(256)) * 64)
    with pytest.raises(DatabaseError):
        query(Database(tmp_path / "noise.duckdb"), "select 1")


def test_without_space_for_a_copy_the_query_still_answers(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MODULE, "MOMENT", 0.05)
    monkeypatch.setattr(_copy, "_copied", full)
    assert query(db, SLOW).rows["n"].to_list() == [9]
    assert "No space left" in caplog.text
