"""Snapshots: whole, published at once, private, with nothing deleted left in them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from affectcli.errors import ConfigError, DatabaseError, UsageError
from affectcli.settings import Settings
from affectcli.store import Context, Database, snapshot
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

TAKEN_BACK = "a sentence that was taken back"


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.posts(con, [("t:1", 1, "en", "live"), ("t:2", 2, "en", "live")])
        tables.days(con, {"fear": [0.1, 0.2]})
    return Context(db, Settings(), "r")


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True)


def test_a_snapshot_is_a_database_with_everything_in_it(ctx: Context) -> None:
    outcome = snapshot.run(ctx)
    target = ctx.db.path.with_name("a.snapshot.duckdb")
    assert outcome.rows[0]["posts"] == 2
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in target.parent.iterdir()) == ["a.duckdb", target.name]
    with Database(target).read() as con:
        assert con.raw.execute("select count(*) from daily").fetchall() == [(2,)]
        taken = con.raw.execute("select value from meta where key = 'snapshot_taken'").fetchall()
    assert datetime.fromisoformat(taken[0][0]) <= datetime.now().astimezone()
    again = snapshot.run(Context(Database(target), Settings(), "r"), output=target.with_name("b"))
    with _open(target.with_name("b")) as raw:  # a snapshot of a snapshot notes one time
        assert raw.execute("select count(*) from meta where key like 'snap%'").fetchall() == [(1,)]
    assert again.rows[0]["posts"] == 2


def test_who_has_the_former_one_open_keeps_it_and_its_mode_stays(ctx: Context) -> None:
    target = ctx.db.path.with_name("shared.duckdb")
    snapshot.run(ctx, output=target)
    target.chmod(0o640)
    with _open(target) as old:
        with ctx.db.write() as con:
            tables.posts(con, [("t:3", 3, "en", "live")])
        snapshot.run(ctx, output=target)
        assert old.execute("select count(*) from post").fetchall() == [(2,)]
    with _open(target) as new:
        assert new.execute("select count(*) from post").fetchall() == [(3,)]
    assert target.stat().st_mode & 0o777 == 0o640


def test_what_was_deleted_is_in_no_free_page(ctx: Context) -> None:
    with ctx.db.write() as con:
        con.raw.execute("update post set body = ? where post_id = 't:1'", [TAKEN_BACK])
    with ctx.db.write(tidy=False) as con:
        con.raw.execute("update post set body = '' where post_id = 't:1'")
    assert TAKEN_BACK.encode() in ctx.db.path.read_bytes()
    snapshot.run(ctx)
    assert TAKEN_BACK.encode() not in ctx.db.path.with_name("a.snapshot.duckdb").read_bytes()


def test_the_log_of_a_tool_that_wrote_into_the_former_one_is_not_replayed(ctx: Context) -> None:
    target = ctx.db.path.with_name("s.duckdb")
    snapshot.run(ctx, output=target)
    log = target.with_name("s.duckdb.wal")
    log.write_bytes(b"what another program left")
    snapshot.run(ctx, output=target)
    assert not log.exists()


def test_places_that_cannot_be(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot replace the database"):
        snapshot.run(ctx, output=ctx.db.path)
    (tmp_path / "link.duckdb").symlink_to(ctx.db.path)
    with pytest.raises(UsageError, match="cannot replace the database"):
        snapshot.run(ctx, output=tmp_path / "link.duckdb")
    with pytest.raises(ConfigError, match="no folder"):
        snapshot.run(ctx, output=tmp_path / "no" / "s.duckdb")
    with pytest.raises(UsageError, match="is no file"):
        snapshot.run(ctx, output=tmp_path)
    none = Context(Database(tmp_path / "none.duckdb"), Settings(), "r")
    with pytest.raises(DatabaseError, match="no database"):
        snapshot.run(none, output=tmp_path / "s.duckdb")
    assert not (tmp_path / "s.duckdb").exists()


def test_a_failure_leaves_the_former_snapshot(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = ctx.db.path.with_name("s.duckdb")
    snapshot.run(ctx, output=target)
    before = target.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot, "_publish", full)
    with pytest.raises(ConfigError, match="No space left"):
        snapshot.run(ctx, output=target)
    assert target.read_bytes() == before
    assert sorted(p.name for p in target.parent.iterdir()) == ["a.duckdb", "s.duckdb"]
