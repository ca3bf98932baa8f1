"""What strangers write is inert where a person or a spreadsheet reads it, and whole elsewhere."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli.store import Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

HOSTILE = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1)) ![x](http://evil.example/p.png)",
    "'; drop table post; --",
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "＝1+1",  # noqa: RUF001  # the full-width sign is meant
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31mred",
    "a\u202eb\u2066c",
    "pipe | in ` a | cell\nand a line",
    "#set page(width: 1pt) \\write18{ls} $x$",
)
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝")  # noqa: RUF001  # the same
FRIENDLY = ("👨‍👩‍👧", "日本語", "العربية", "naïve — “quoted”", "-5", "+1.5e3", "don't")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "h.duckdb"
    with Database(path).write() as con:
        for number, name in enumerate((*HOSTILE, *FRIENDLY)):
            tables.days(con, {f"m{number:02d}": [-0.5]}, community=name)
    return path


SQL = "select community, value from daily order by measure"


def _asked(affect: Callable[..., Result], db: Path, style: str) -> str:
    result = affect("query", SQL, "--db", db, "-f", style)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("style", ["table", "md", "csv"])
def test_nothing_steers_a_terminal(style: str, db: Path, affect: Callable[..., Result]) -> None:
    shown = _asked(affect, db, style)
    assert not {c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n", "\t"}
    if style != "csv":
        assert "\u202e" not in shown
        assert "\u2066" not in shown
    for text in ("👨‍👩‍👧", "日本語", "العربية", "naïve — “quoted”"):
        assert text in shown


def test_no_cell_of_a_csv_is_a_formula(db: Path, affect: Callable[..., Result]) -> None:
    rows = list(csv.DictReader(io.StringIO(_asked(affect, db, "csv"), newline="")))
    cells = [row["community"] for row in rows]
    assert len(cells) == len(HOSTILE) + len(FRIENDLY)
    for cell in cells:
        assert not cell.strip(" ").startswith(TRIGGERS) or cell in {"-5", "+1.5e3"}
    assert [row["value"] for row in rows] == ["-0.5"] * len(rows)  # numbers stay numbers
    assert cells[len(HOSTILE) :] == list(FRIENDLY)
    assert cells[0] == HOSTILE[0]


def test_no_name_of_a_column_is_one_either(db: Path, affect: Callable[..., Result]) -> None:
    sql = 'select 1 as "=1+1", 2 as "\x1b[2J", 3 as "[red]x", 4 as "<b>|"'
    assert affect("query", sql, "--db", db, "-f", "csv").stdout.startswith("'=1+1,�[2J,")
    assert "[red]x" in affect("query", sql, "--db", db).stdout
    assert "\x1b" not in affect("query", sql, "--db", db).stdout
    assert "\\<b\\>\\|" in affect("query", sql, "--db", db, "-f", "md").stdout


def test_markdown_is_a_table_and_nothing_more(db: Path, affect: Callable[..., Result]) -> None:
    lines = _asked(affect, db, "md").splitlines()
    assert len(lines) == 2 + len(HOSTILE) + len(FRIENDLY)
    for line in lines:
        bare = line.replace("\\\\", "").replace("\\|", "").replace("\\<", "").replace("\\[", "")
        assert bare.count("|") == 3
        assert "<" not in bare
        assert "[" not in bare


@pytest.mark.parametrize("style", ["json", "jsonl"])
def test_json_has_it_as_it_was(style: str, db: Path, affect: Callable[..., Result]) -> None:
    text = _asked(affect, db, style)
    rows = json.loads(text)["data"] if style == "json" else map(json.loads, text.splitlines())
    assert [row["community"] for row in rows] == [*HOSTILE, *FRIENDLY]


def test_parquet_has_it_as_it_was(db: Path, affect: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "h.parquet"
    assert affect("query", SQL, "--db", db, "-o", out).exit_code == 0
    frame = pl.read_parquet(out)
    assert frame["community"].to_list() == [*HOSTILE, *FRIENDLY]
    assert frame.schema["value"] == pl.Float64


def test_every_type_reaches_every_format(
    db: Path, affect: Callable[..., Result], tmp_path: Path
) -> None:
    sql = (
        "select '12:00'::time t, {'a': '=1'} s, ['=1', 'b'] l, map {'a': 1} m, '\\x00ab'::blob b,"
        " timestamptz '2024-01-01 00:00+00' tz, date '2024-01-01' d,"
        " 1::hugeint h, 1.5::decimal(5, 2) dc,"
        " 'x'::enum ('x', 'y') e, null n, true bo, 'nan'::double f, '=1' x"
    )
    for style in ("table", "json", "jsonl", "csv", "md"):
        result = affect("query", sql, "--db", db, "-f", style)
        assert result.exit_code == 0, result.stderr
    row = next(csv.DictReader(io.StringIO(affect("query", sql, "--db", db, "-f", "csv").stdout)))
    assert (row["l"], row["b"], row["h"], row["x"]) == ('["=1","b"]', "006162", "1", "'=1")
    told = json.loads(affect("query", sql, "--db", db, "-f", "jsonl").stdout)
    assert (told["s"], told["l"], told["b"], told["f"]) == (
        {"a": "=1"},
        ["=1", "b"],
        "006162",
        None,
    )
    out = tmp_path / "t.parquet"
    assert affect("query", sql, "--db", db, "-o", out).exit_code == 0
    frame = pl.read_parquet(out)
    assert frame["x"].to_list() == ["=1"]
    assert frame.schema["l"] == pl.List(pl.String)


def test_an_export_is_as_inert(db: Path, affect: Callable[..., Result], tmp_path: Path) -> None:
    for style in ("csv", "parquet"):
        out = tmp_path / style
        result = affect("export", "-o", out, "--as", style, "--db", db)
        assert result.exit_code == 0, result.stderr
        assert all(str(place).isprintable() for place in out.rglob("*"))
        assert all(out.resolve() in place.resolve().parents for place in out.rglob("*"))
        assert "\x1b" not in result.stdout + result.stderr
