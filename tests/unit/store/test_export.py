"""Exports: nothing under k, no text, no author; readable by others; all or nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from affectcli.errors import ConfigError, DatabaseError, UsageError
from affectcli.settings import Report, Settings
from affectcli.store import Context, Database, export
from affectcli.store.export import Wish
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

SECRET = 0.8713264509
"""Of a day with 9 authors."""
TEXT = "what one person wrote"
HOSTILE = (
    "../../etc",
    "a/b=c%2F",
    "=cmd|' /C calc'!A0",
    "<b>\x1b[2J\n'; drop table post;--",
    "日本",
)
REASON = Settings(report=Report(individual_reason="ethics vote 2026-11"))


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.days(con, {"fear": [0.25, 0.5]}, community="reddit/x")
        for number, community in enumerate(HOSTILE):
            tables.days(con, {"joy": [number / 10]}, community=community)
        con.raw.execute(
            "insert into prevalence select 'day', 'reddit/x', timestamp '2024-03-01', 'fear',"
            " $v, $v, $v, $v, $v, $v, $v, 9, 9, null, timestamp '2024-03-02', 'r', $v",
            {"v": SECRET},
        )
        for finding, analysis, x, result in (
            ("f1", "levels", "reddit/x:fear", {"peak_value": SECRET}),
            ("f2", "levels", "reddit/x:joy", {"now": 0.1, "authors": 100}),
            (
                "f3",
                "drivers",
                "reddit/x:joy",
                {"terms": [{"t": "rare", "authors": 9}, {"t": "common", "authors": 12}]},
            ),
            ("f4", "causes", "reddit/x:joy", {"theme": "rare", "authors": 9}),
            ("f5", "xcorr", "reddit/x:fear", {"r": [0.5]}),
        ):
            con.raw.execute(
                "insert into finding values (?, 'r', ?, ?, null, ?, 0.01, 0.02,"
                " timestamp '2024-03-02', ?)",
                [finding, analysis, x, f"{x} says {finding}", json.dumps(result)],
            )
        tables.posts(con, [("t:1", 1, "en", "live"), ("t:2", 2, "en", "deleted")])
        con.raw.execute("update post set body = ?", [TEXT])
        con.raw.execute(
            "insert into event values"
            " ('e', timestamp '2024-01-05', null, '=2+3', null, null, 's', 'r')"
        )
    return Context(db, Settings(), "run-1")


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def _read(folder: Path, table: str) -> pl.DataFrame:
    found = duckdb.sql(
        f"from read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = true,"
        " hive_types_autocast = false, union_by_name = true)"
    )
    assert found is not None
    frame: pl.DataFrame = found.pl()
    return frame


def _everything(folder: Path) -> str:
    """Return every value of every file, and every name, as one text."""
    told = [str(p) for p in folder.rglob("*")]
    for file in _files(folder):
        if file.suffix == ".parquet":
            told.append(json.dumps(pl.read_parquet(file).to_dicts(), default=str))
        else:
            told.append(file.read_text())
    return "\n".join(told)


@pytest.mark.parametrize("style", ["parquet", "csv"])
def test_a_cell_of_nine_authors_is_nowhere(ctx: Context, tmp_path: Path, style: str) -> None:
    outcome = export.run(ctx, output=tmp_path / "out", wish=Wish(("all",), format=style))
    told = _everything(tmp_path / "out")
    assert "0.87132" not in told
    assert "rare" not in told
    assert "common" in told
    assert TEXT not in told
    assert "t:1" not in told  # nor ids, nor authors (which are the ids in these posts)
    assert told.count("fewer than 10 authors") >= 4
    suppressed = {row["table"]: row["suppressed"] for row in outcome.rows}
    assert suppressed["daily"] == 1
    assert suppressed["finding"] == 2


def test_a_thin_cell_keeps_its_place_and_says_why(ctx: Context, tmp_path: Path) -> None:
    export.run(ctx, output=tmp_path / "out", wish=Wish(("daily", "findings")))
    rows = _read(tmp_path / "out", "daily").filter(pl.col("community") == "reddit/x").sort("day")
    thin = rows.row(-1, named=True)
    assert str(thin["day"]) == "2024-03-01"
    numbers = ("value", "low", "high", "raw", "mean", "mean_low", "mean_high", "emq")
    assert all(thin[name] is None for name in (*numbers, "posts", "authors"))
    assert thin["why"] == "fewer than 10 authors"
    assert rows["value"].to_list()[:2] == [0.25, 0.5]
    found = {row["finding_id"]: row for row in _read(tmp_path / "out", "finding").to_dicts()}
    assert found["f1"]["verdict"] is None
    assert found["f2"]["verdict"] == "reddit/x:joy says f2"
    assert json.loads(found["f3"]["result"])["terms"][1] == {"t": "common", "authors": 12}
    assert found["f4"]["verdict"] is None
    assert json.loads(found["f5"]["result"]) == {"r": [0.5]}


def test_a_larger_k_suppresses_more(ctx: Context, tmp_path: Path) -> None:
    strict = Settings(report=Report(k=60, k_reason="asked for by the board"))
    outcome = export.run(Context(ctx.db, strict, "r"), output=tmp_path / "out")
    assert outcome.rows[0]["suppressed"] == outcome.rows[0]["rows"]
    assert _read(tmp_path / "out", "daily")["value"].null_count() == outcome.rows[0]["rows"]
    assert json.loads((tmp_path / "out/manifest.json").read_bytes())["k_reason"]


@pytest.mark.parametrize("by", ["year", "month"])
def test_hostile_names_come_back_as_they_were(ctx: Context, tmp_path: Path, by: str) -> None:
    export.run(ctx, output=tmp_path / "out", wish=Wish(by=by))
    home = tmp_path / "out"
    assert all(home in file.resolve().parents for file in _files(home))
    assert all(str(p).isprintable() for p in home.rglob("*"))
    period = "2024" if by == "year" else "2024-01"
    for frame in (
        _read(home, "daily"),
        pl.scan_parquet(
            home / "daily", hive_partitioning=True, try_parse_hive_dates=False
        ).collect(),
    ):
        assert {*HOSTILE, "reddit/x"} == set(frame["community"])
        assert period in set(frame[by].cast(pl.String))


def test_names_that_are_too_long_for_a_folder_are_told(ctx: Context, tmp_path: Path) -> None:
    with ctx.db.write() as con:
        tables.days(con, {"joy": [0.5]}, community="x" * 300)
    with pytest.raises(UsageError, match="too long a name"):
        export.run(ctx, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_csv_holds_no_formula_and_parquet_what_was_there(ctx: Context, tmp_path: Path) -> None:
    export.run(ctx, output=tmp_path / "csv", wish=Wish(("event",), format="csv"))
    assert ",'=2+3," in (tmp_path / "csv/event/part-0.csv").read_text()
    export.run(ctx, output=tmp_path / "pq", wish=Wish(("event",)))
    assert _read(tmp_path / "pq", "event")["name"].to_list() == ["=2+3"]


def test_texts_and_authors_need_a_reason(ctx: Context, tmp_path: Path) -> None:
    for wish in (Wish(text=True), Wish(authors=True)):
        with pytest.raises(ConfigError, match="individual_reason"):
            export.run(ctx, output=tmp_path / "out", wish=wish)
    allowed = Context(ctx.db, REASON, "r")
    export.run(allowed, output=tmp_path / "out", wish=Wish(text=True))
    posts = _read(tmp_path / "out", "post")
    assert posts["body"].to_list() == [TEXT]  # what was deleted at its source stays here
    assert "author" not in posts.columns
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    told: dict[str, Any] = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert told["individual_reason"] == "ethics vote 2026-11"
    export.run(allowed, output=tmp_path / "out", wish=Wish(authors=True))
    posts = _read(tmp_path / "out", "post")
    assert posts["author"].to_list() == ["t:1"]
    assert not {"title", "body"} & set(posts.columns)


def test_the_manifest_names_every_file(ctx: Context, tmp_path: Path) -> None:
    window = Wish(since=datetime(2024, 1, 2), until=datetime(2024, 3, 1))  # noqa: DTZ001  # naive UTC, as stored
    export.run(ctx, output=tmp_path / "out", wish=window)
    told: dict[str, Any] = json.loads((tmp_path / "out/manifest.json").read_bytes())
    assert told["run_id"] == "run-1"
    assert told["parameters"]["since"] == "2024-01-02T00:00:00"
    assert set(told["versions"]) == {"affect", "database", "duckdb", "polars"}
    files = {tmp_path / "out" / file["path"]: file for file in told["files"]}
    assert set(files) == set(_files(tmp_path / "out")) - {tmp_path / "out/manifest.json"}
    for path, file in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
    assert _read(tmp_path / "out", "daily")["day"].cast(pl.String).to_list() == ["2024-01-02"]


def test_the_same_database_gives_the_same_bytes(ctx: Context, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export.run(ctx, output=tmp_path / name, wish=Wish(("all",)))
    for one, other in zip(_files(tmp_path / "a"), _files(tmp_path / "b"), strict=True):
        if one.name != "manifest.json":
            assert one.read_bytes() == other.read_bytes()


def test_an_export_replaces_an_export_and_nothing_else(ctx: Context, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export.run(ctx, output=out, wish=Wish(("all",)))
    export.run(ctx, output=out)
    assert not (out / "event").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for place in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt"):
        with pytest.raises(UsageError, match="is no export"):
            export.run(ctx, output=place)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    export.run(ctx, output=tmp_path / "empty")
    assert (tmp_path / "empty" / "manifest.json").exists()


def test_a_failure_leaves_the_former_export(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export.run(ctx, output=out)
    before = {file: file.read_bytes() for file in _files(out)}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("affectcli.store._export_files.manifest", full)
    with pytest.raises(ConfigError, match="No space left"):
        export.run(ctx, output=out)
    assert {file: file.read_bytes() for file in _files(out)} == before
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish(("post",)), "--with-text"),
        (Wish(("nothing",)), "These can: daily"),
        (Wish(by="week"), "year, month"),
        (Wish(format="xlsx"), "parquet, csv"),
    ],
)
def test_what_cannot_be_exported(ctx: Context, tmp_path: Path, wish: Wish, says: str) -> None:
    with pytest.raises(UsageError) as error:
        export.run(ctx, output=tmp_path / "out", wish=wish)
    assert says in str(error.value)
    with pytest.raises(DatabaseError):
        export.run(
            Context(Database(tmp_path / "none.duckdb"), Settings(), "r"), output=tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()
