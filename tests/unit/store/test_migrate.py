"""A file of an older version is brought up to date where it lies, every row kept."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from affectcli.errors import DatabaseError
from affectcli.store import Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

LABEL_1 = """create table label (
    tagger varchar not null, revision varchar not null, scheme varchar not null,
    position integer not null, label varchar not null, valence real not null,
    threshold real not null, tp integer not null, fn integer not null, fp integer not null,
    tn integer not null, current boolean not null)"""
CAUSE_1 = """create table cause (
    post_id varchar not null, tagger varchar not null, emotion varchar not null, span varchar,
    start integer, stop integer, evidence_post_id varchar, kind varchar not null,
    category varchar, score real, run_id varchar not null)"""
ELIGIBLE_1 = """create or replace view eligible as select * from post
    where text_hash is not null and status <> 'deleted' and lang in ('en', 'und')"""
MARKER_1 = (
    "create or replace view marker as select post_id, 'mini' as tagger, 0.5 as stress from post"
)
NEW = "tree_score tree taxonomy current_label readable unscored ekman7 parrott6 leia5 emtract7"


def _version_1(path: Path) -> Database:
    """Make a file as the first release did: its tables where they differ, its rows, its views."""
    db = Database(path)
    with db.write() as con:
        tables.posts(con, [("p:1", 1, "en", "live"), ("p:2", 2, "es", "live")])
        for view in (*NEW.split(), "goemotions28", "valence"):
            con.raw.execute(f"drop view {view}")
        for table in ("label", "cause", "mark", "declared"):
            con.raw.execute(f"drop table {table}")
        for statement in (LABEL_1, CAUSE_1, ELIGIBLE_1):
            con.raw.execute(statement)
        con.raw.execute(MARKER_1)
        con.raw.execute(
            "insert into label values ('mini', 'r', 'goemotions28', 1, 'fear', -1, 0.3, 40, 20, 9,"
            " 900, true), ('mini', 'r', 'goemotions28', 2, 'grief', -1, 0.3, 4, 9, 9, 900, true)"
        )
        con.raw.execute(
            "insert into score values (1, 'mini', 'r', 'goemotions28', [0.9, 0.1], 'r')"
        )
        con.raw.execute("update meta set value = '1' where key = 'schema_version'")
    return Database(path)


def _columns(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as raw:
        return raw.execute(
            "select table_name, column_name, data_type, is_nullable, column_default"
            " from information_schema.columns order by all"
        ).fetchall()


@pytest.mark.parametrize("first", ["read", "write"])
def test_the_first_version_becomes_this_one(tmp_path: Path, first: str) -> None:
    db = _version_1(tmp_path / "old.duckdb")
    with getattr(db, first)() as con:
        assert con.scalar("run/select_schema_version") == "4"
        labels = con.raw.sql(
            "select label, tp, kind, weak, languages from label order by position"
        ).fetchall()
        assert con.raw.sql("select post_id, fear from emotion").fetchall() == [
            ("p:1", pytest.approx(0.9))
        ]
        assert con.raw.sql("select count(*) from post").fetchall() == [(2,)]
        touched = con.frame("run/select_counters").to_dicts()
    assert labels == [
        ("fear", 40, "many", False, ["en", "und"]),
        ("grief", 4, "many", True, ["en", "und"]),
    ]
    assert {"name": "label", "changes": 1} in touched
    with Database(tmp_path / "new.duckdb").write():
        pass
    assert _columns(tmp_path / "old.duckdb") == _columns(tmp_path / "new.duckdb")


KILLED = """
import os, sys
from pathlib import Path
from affectcli.store import Database, migrate
make = migrate.make
migrate.make = lambda raw: (make(raw), os._exit(9))
with Database(Path(sys.argv[1])).read():
    pass
"""


def test_a_kill_on_the_way_leaves_the_old_file(tmp_path: Path) -> None:
    db = _version_1(tmp_path / "old.duckdb")
    before = _columns(db.path)
    run = subprocess.run([sys.executable, "-c", KILLED, str(db.path)], check=False)
    assert run.returncode == 9
    assert _columns(db.path) == before
    with db.read() as con:
        assert con.scalar("run/select_schema_version") == "4"


def test_a_file_that_cannot_be_written_is_refused_with_what_to_type(tmp_path: Path) -> None:
    db = _version_1(tmp_path / "old.duckdb")
    before = db.path.read_bytes()
    # What runs the tests may write any file: an open read-only connection forbids it all the same.
    held = duckdb.connect(str(db.path), read_only=True)
    try:
        with pytest.raises(DatabaseError, match="older affect") as caught, db.read():
            pass
    finally:
        held.close()
    assert caught.value.code == 7
    assert "chmod u+w" in caught.value.do
    assert db.path.read_bytes() == before
