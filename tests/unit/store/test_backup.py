"""Backups are whole or not there; a restore loses nothing that it was not told to."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import ConfigError, DatabaseError, UsageError
from affectcli.store import Database
from affectcli.store.backup import backup, earlier, place, restore, verified
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Return a database with two posts and a command at work."""
    found = Database(tmp_path / "it's a.duckdb", wait=0.1)
    with found.write() as con:
        tables.posts(con, [("p:1", 1, "en", "live"), ("p:2", 2, "es", "live")])
        con.touch("post")
        con.raw.execute(
            "insert into run (run_id, command, parameters, versions, seed, started, status)"
            " values ('r', 'backup', '{}', '{}', 0, timestamp '2024-01-01', 'running')"
        )
    return found


def _posts(path: Path) -> list[str]:
    with Database(path).read() as con:
        rows = con.raw.execute("select post_id from post order by all").fetchall()
    return [str(row[0]) for row in rows]


def _grow(db: Database) -> None:
    with db.write() as con:
        tables.posts(con, [("p:3", 3, "en", "live")])
        con.touch("post")


def test_there_and_back(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "safe" / "b.duckdb"
    made = backup(db, target)
    assert made.rows["post"] == 2
    assert verified(target).rows == made.rows
    _grow(db)
    assert _posts(target) == ["p:1", "p:2"]
    with pytest.raises(UsageError, match="has changed since this backup was made: post") as caught:
        restore(db, target)
    assert "--force" in str(caught.value)
    assert _posts(db.path) == ["p:1", "p:2", "p:3"]
    _, aside = restore(db, target, force=True)
    assert _posts(db.path) == ["p:1", "p:2"]
    assert aside is not None
    assert _posts(aside) == ["p:1", "p:2", "p:3"]
    _grow(db)
    assert _posts(aside) == ["p:1", "p:2", "p:3"]
    assert not list(tmp_path.rglob(".*"))


def test_what_was_at_work_did_not_end_in_the_copy(db: Database, tmp_path: Path) -> None:
    backup(db, tmp_path / "b.duckdb")
    for path, status in ((db.path, "running"), (tmp_path / "b.duckdb", "interrupted")):
        with Database(path).read() as con:
            assert con.raw.execute("select status from run").fetchall() == [(status,)]


def test_to_a_place_with_nothing_in_it(db: Database, tmp_path: Path) -> None:
    backup(db, tmp_path / "b.duckdb")
    fresh = Database(tmp_path / "new" / "a.duckdb")
    _, aside = restore(fresh, tmp_path / "b.duckdb")
    assert aside is None
    assert _posts(fresh.path) == ["p:1", "p:2"]


def test_a_damaged_database_needs_force_and_is_kept(db: Database, tmp_path: Path) -> None:
    backup(db, tmp_path / "b.duckdb")
    db.path.write_bytes(b"nothing that opens" * 1000)
    log = db.path.with_name(f"{db.path.name}.wal")
    log.write_bytes(b"of the damaged file")
    with pytest.raises(UsageError, match="whether the backup has all"):
        restore(db, tmp_path / "b.duckdb")
    _, aside = restore(db, tmp_path / "b.duckdb", force=True)
    assert _posts(db.path) == ["p:1", "p:2"]
    assert aside is not None
    assert aside.read_bytes().startswith(b"nothing")
    assert not log.exists()


@pytest.mark.parametrize("damage", ["missing", "noise", "cut", "newer", "foreign", "flipped"])
def test_what_is_no_backup_is_refused_and_nothing_changes(
    damage: str, db: Database, tmp_path: Path
) -> None:
    source = tmp_path / "b.duckdb"
    backup(db, source)
    whole = source.read_bytes()
    if damage == "missing":
        source.unlink()
    elif damage == "noise":
        source.write_bytes(b"no backup" * 1000)
    elif damage == "cut":
        source.write_bytes(whole[: len(whole) // 3])
    elif damage == "flipped":
        at = whole.index(b"p:2")
        source.write_bytes(whole[:at] + b"q:2" + whole[at + 3 :])
    else:
        said = {"newer": "update meta set value = '99'", "foreign": "drop table meta"}[damage]
        with Database(source).write() as con:
            con.raw.execute(said)
    before = db.path.read_bytes()
    with pytest.raises(DatabaseError) as caught:
        restore(db, source, force=True)
    assert caught.value.code == 7
    assert db.path.read_bytes() == before


FULL = """
import resource, sys
from pathlib import Path
from affectcli.errors import AffectError
from affectcli.store import Database
from affectcli.store.backup import backup, restore
db, other = Database(Path(sys.argv[1])), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2)
for work in (lambda: backup(db, Path(sys.argv[3])), lambda: restore(db, other, force=True)):
    try:
        work()
    except AffectError as error:
        print(int(error.code))
"""


def test_a_full_disk_leaves_everything_as_it_was(db: Database, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    backup(db, other)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    script = [sys.executable, "-c", FULL, str(db.path), str(other), str(tmp_path / "b.duckdb")]
    run = subprocess.run(script, capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["3", "3"], run.stdout + run.stderr
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_names_sort_by_time_and_places_are_checked(db: Database, tmp_path: Path) -> None:
    home = tmp_path / "backups"
    target = place(db.path)
    assert target.parent == home
    home.mkdir()
    for name in (
        "it's a-20240101T000000Z.duckdb",
        "it's a-20230101T000000Z.duckdb",
        "other.duckdb",
    ):
        (home / name).touch()
    assert [file.name[7:11] for file in earlier(db.path)] == ["2023", "2024"]
    with pytest.raises(UsageError, match="where the database does"):
        backup(db, db.path)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Cannot write"):
        backup(db, tmp_path / "file" / "b.duckdb")
    with pytest.raises(DatabaseError, match="no database"):
        backup(Database(tmp_path / "none.duckdb"), tmp_path / "b.duckdb")
