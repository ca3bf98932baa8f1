"""affect snapshot and affect export, as typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from affectcli.store import Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "s.duckdb"
    with Database(path).write() as con:
        tables.days(con, {"fear": [0.5, 0.25]}, community="reddit/x")
    return path


def test_a_snapshot_is_queried_like_the_database(db: Path, affect: Callable[..., Result]) -> None:
    result = affect("snapshot", "--db", db, "--json")
    assert result.exit_code == 0, result.stderr
    assert "forget" in result.stderr
    row = json.loads(result.stdout)["data"][0]
    assert row["snapshot"] == str(db.with_name("s.snapshot.duckdb"))
    again = affect("query", "select count(*) n from daily", "--db", row["snapshot"], "-f", "csv")
    assert again.stdout == "n\n2\n"


def test_an_export_names_what_it_wrote(
    db: Path, affect: Callable[..., Result], tmp_path: Path
) -> None:
    out = tmp_path / "shared"
    result = affect("export", "-o", out, "--since", "2024-01-02", "--db", db, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["data"] == [
        {"table": "daily", "files": 1, "rows": 1, "suppressed": 0, "folder": str(out / "daily")}
    ]
    assert (out / "daily" / "community=reddit%2Fx" / "year=2024" / "part-0.parquet").is_file()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["snapshot", "-o", "-"], 2, "a file"),
        (["snapshot", "-o", "no/such/place.duckdb"], 3, "no folder"),
        (["export"], 2, "-o FOLDER"),
        (["export", "-o", "-"], 2, "-o FOLDER"),
        (["export", "-o", "out", "--table", "post"], 2, "--with-text"),
        (["export", "-o", "out", "--with-text"], 3, "individual_reason"),
        (["export", "-o", "out", "--with-authors"], 3, "individual_reason"),
        (["export", "-o", "out", "--by", "week"], 2, "year, month"),
        (["export", "-o", "out", "--since", "someday"], 2, "no time"),
        (
            ["export", "-o", "out", "--since", "2024-02-01", "--until", "2024-01-01"],
            2,
            "not before",
        ),
        (["export", "-o", "."], 2, "no export"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str],
    code: int,
    says: str,
    db: Path,
    affect: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = affect(*words, "--db", db)
    assert result.exit_code == code, result.stderr
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["snapshot", "export"])
def test_without_a_database(command: str, affect: Callable[..., Result], tmp_path: Path) -> None:
    result = affect(command, "-o", tmp_path / "out", "--db", tmp_path / "none.duckdb")
    assert result.exit_code == 7
    assert "no database" in result.stderr
    assert list(tmp_path.iterdir()) == []
