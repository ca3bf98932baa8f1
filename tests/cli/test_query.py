"""affect query: reads everything, changes nothing, reaches nothing outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def db(tmp_path: Path, affect: Callable[..., Result]) -> Path:
    path = tmp_path / "q.duckdb"
    assert affect("init", "--db", path).exit_code == 0
    return path


def test_formats(db: Path, affect: Callable[..., Result], tmp_path: Path) -> None:
    sql = "select 1 as n, 'é | ü' as s, null::double as x, 'nan'::double as y"
    envelope = json.loads(affect("query", sql, "--db", db, "--json").stdout)
    assert envelope["data"] == [{"n": 1, "s": "é | ü", "x": None, "y": None}]
    assert set(envelope) == {
        *("schema_version", "run_id", "generated_at", "command", "parameters", "data")
    }
    assert json.loads(affect("query", sql, "--db", db, "-f", "jsonl").stdout)["n"] == 1
    assert affect("query", sql, "--db", db, "-f", "csv").stdout.startswith("n,s,x,y\n1,")
    assert (
        affect("query", sql, "--db", db, "-f", "md").stdout.splitlines()[0] == "| n | s | x | y |"
    )
    assert "é | ü" in affect("query", sql, "--db", db).stdout
    out = tmp_path / "q.parquet"
    assert affect("query", sql, "--db", db, "-o", out).exit_code == 0
    assert pl.read_parquet(out)["n"].to_list() == [1]


@pytest.mark.parametrize(
    "sql",
    [
        "drop table post",
        "insert into meta values ('a', 'b')",
        "copy post to 'stolen.csv'",
        "select * from read_csv('/etc/hostname')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set memory_limit = '1GB'",
        "select 1; select 2",
        "selec",
        "",
    ],
)
def test_anything_but_one_select_is_refused(
    sql: str, db: Path, affect: Callable[..., Result]
) -> None:
    result = affect("query", sql, "--db", db)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_an_output_that_is_a_link_stays_one_and_keeps_its_mode(
    db: Path, affect: Callable[..., Result], tmp_path: Path
) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    assert affect("query", "select 1 as n", "--db", db, "-o", link).exit_code == 0
    assert link.is_symlink()
    assert real.read_text() == "n\n1\n"
    assert real.stat().st_mode & 0o777 == 0o600
    assert affect("query", "select 1 as n", "--db", db, "-f", "csv", "-o", "-").stdout == "n\n1\n"
    assert not (tmp_path / "-").exists()


def test_wide_integers_are_numbers_and_emptiness_can_fail(
    db: Path, affect: Callable[..., Result]
) -> None:
    sums = affect("query", "select sum(range) s, 0.5 d from range(10)", "--db", db, "--json")
    assert json.loads(sums.stdout)["data"] == [{"s": 45, "d": 0.5}]
    assert affect("query", "from post", "--db", db, "--fail-on-empty").exit_code == 8
    assert affect("query", "select interval '1 day' i", "--db", db).exit_code == 2


def test_limit_stdin_and_describe(db: Path, affect: Callable[..., Result]) -> None:
    many = affect("query", "-", "--db", db, "--limit", "3", "-f", "csv", stdin=b"from range(10)")
    assert many.stdout == "range\n0\n1\n2\n"
    assert (
        "prevalence,value,DOUBLE" in affect("query", "--describe", "--db", db, "-f", "csv").stdout
    )


def test_a_long_query_is_stopped(db: Path, affect: Callable[..., Result]) -> None:
    endless = "select count(*) from range(10000000) a, range(10000000) b where a.range < b.range"
    result = affect("query", endless, "--db", db, "--timeout", "0.2")
    assert result.exit_code == 2
    assert "longer than 0.2 s" in result.stderr


def test_control_characters_do_not_reach_the_terminal(
    db: Path, affect: Callable[..., Result]
) -> None:
    assert "\x1b" not in affect("query", "select chr(27) || '[2J' as s", "--db", db).stdout
    assert "\x1b" not in affect("query", "select '\x1b[2J' frm", "--db", db).stderr
