"""A file of an older version is brought up to date where it lies, every row kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from affectcli.errors import DatabaseError
from affectcli.store import Database
from affectcli.store.database import SCHEMA_VERSION

RELEASES = Path(__file__).parent / "releases"
OLD = sorted(int(file.stem) for file in RELEASES.glob("*.sql") if int(file.stem) < SCHEMA_VERSION)
POSTS = (
    "insert into post by name select id as post_id, 't' as source, 'c/x' as community,"
    " 'message' as kind, timestamp '2024-01-01' as created, '' as title, 'x' as body, 'en' as lang,"
    " [] as symbols, 1::ubigint as text_hash, 'live' as status, timestamp '2024-01-01' as ingested,"
    " 'r' as run_id from (values ('p:1'), ('p:2')) as made(id)"
)
ROWS = (
    POSTS,
    "insert into score values (1, 'mini', 'r', 'goemotions28', [0.9, 0.1], 'r')",
    "insert into event values ('e', timestamp '2024-01-01', null, 'n', null, null, 's', 'r')",
    "insert into counter values ('post', 3)",
)
LABELS = (
    "insert into label by name select 'mini' as tagger, 'r' as revision, 'goemotions28' as scheme,"
    " position, label, -1 as valence, 0.3 as threshold, tp, 20 as fn, 9 as fp, 900 as tn, true as"
    " current{} from (values (1, 'fear', 40), (2, 'grief', 4)) as made(position, label, tp)"
)
LATER = ", 'many' as kind, tp < 10 as weak, ['en', 'und'] as languages"


def _release(path: Path, version: int) -> Database:
    """Make a file as affect did when that version was its newest, with rows in it."""
    with duckdb.connect(str(path)) as raw:
        raw.execute((RELEASES / f"{version}.sql").read_text("utf-8"))
        raw.execute("insert into meta values ('schema_version', ?)", [str(version)])
        raw.execute("insert into meta values ('created_by', 'affect 0.1.0')")
        for statement in (*ROWS, LABELS.format(LATER if version > 1 else "")):
            raw.execute(statement)
    return Database(path)


def _kept(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.schema-*{path.suffix}"))


def _columns(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as raw:
        return raw.execute(
            "select table_name, column_name, data_type, is_nullable, column_default"
            " from information_schema.columns order by all"
        ).fetchall()


@pytest.mark.parametrize("first", ["read", "write"])
@pytest.mark.parametrize("version", OLD)
def test_every_release_becomes_this_one(
    tmp_path: Path, version: int, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    db = _release(tmp_path / "old.duckdb", version)
    with getattr(db, first)() as con:
        assert con.scalar("run/select_schema_version") == str(SCHEMA_VERSION)
        labels = con.raw.sql(
            "select label, tp, kind, weak, languages from label order by position"
        ).fetchall()
        assert con.raw.sql("select post_id, fear from emotion order by post_id").fetchall() == [
            ("p:1", pytest.approx(0.9)),
            ("p:2", pytest.approx(0.9)),
        ]
        assert con.raw.sql("select event_id, name from event").fetchall() == [("e", "n")]
        counters = dict(con.frame("run/select_counters").iter_rows())
    assert labels == [
        ("fear", 40, "many", False, ["en", "und"]),
        ("grief", 4, "many", True, ["en", "und"]),
    ]
    assert counters == {"label": 1, "post": 3}
    with Database(tmp_path / "new.duckdb").write():
        pass
    assert _columns(db.path) == _columns(tmp_path / "new.duckdb")
    (kept,) = _kept(db.path)
    assert str(kept) in caplog.text
    with duckdb.connect(str(kept), read_only=True) as raw:
        found = raw.execute("select value from meta where key = 'schema_version'").fetchall()
        assert found == [(str(version),)]
        assert raw.execute("select count(*) from post").fetchall() == [(2,)]


def test_the_newest_schema_is_among_the_releases(tmp_path: Path) -> None:
    """Whoever changes the schema writes down how it was: tests/unit/store/releases/."""
    assert [*OLD, SCHEMA_VERSION] == list(range(1, SCHEMA_VERSION + 1))
    with Database(tmp_path / "new.duckdb").write():
        pass
    written = RELEASES / f"{SCHEMA_VERSION}.sql"
    if written.exists():
        with duckdb.connect(str(tmp_path / "written.duckdb")) as raw:
            raw.execute(written.read_text("utf-8"))
        assert _columns(tmp_path / "written.duckdb") == _columns(tmp_path / "new.duckdb")


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
    db = _release(tmp_path / "old.duckdb", 1)
    before = _columns(db.path)
    run = subprocess.run([sys.executable, "-c", KILLED, str(db.path)], check=False)
    assert run.returncode == 9
    assert _columns(db.path) == before
    with db.read() as con:
        assert con.scalar("run/select_schema_version") == str(SCHEMA_VERSION)


FULL = """
import resource, sys
from pathlib import Path
from affectcli.errors import AffectError
from affectcli.store import Database
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2)
try:
    with Database(Path(sys.argv[1])).read():
        pass
except AffectError as error:
    print(int(error.code), error)
"""


def test_without_space_for_a_copy_nothing_is_touched(tmp_path: Path) -> None:
    db = _release(tmp_path / "old.duckdb", 2)
    before = db.path.read_bytes()
    script = [sys.executable, "-c", FULL, str(db.path)]
    run = subprocess.run(script, capture_output=True, text=True, check=False)
    assert run.stdout.startswith("3 "), run.stdout + run.stderr
    assert "cannot be copied before it is brought up to date" in run.stdout
    assert db.path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["old.duckdb"]


def test_a_file_that_cannot_be_written_is_refused_with_what_to_type(tmp_path: Path) -> None:
    db = _release(tmp_path / "old.duckdb", 1)
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
