"""Every bad input is one clear line with the contract's exit code, and nothing stored is lost."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from affectcli.store import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl
    from typer.testing import Result

GOOD = "id,created,body,author\n1,2024-01-01,I am happy today,ann\n2,2024-01-02,so afraid,bob\n"
CASES: dict[str, tuple[bytes | None, int, str]] = {
    "missing": (None, 6, "no file"),
    "empty": (b"", 6, "empty"),
    "wrong columns": (b"foo,bar\n1,2\n", 6, "foo"),
    "not UTF-8": (b"id,created,body\n1,2024-01-01,caf\xe9 \xff\xfe\n", 6, "UTF-8"),
    "damaged gzip": (b"\x1f\x8b\x08\x00" + bytes(range(200)), 6, "damaged"),
}


@pytest.fixture
def db(tmp_path: Path, affect: Callable[..., Result]) -> Path:
    """Return a database that already holds two posts and a price."""
    path, good = tmp_path / "a.duckdb", tmp_path / "good.csv"
    good.write_text(GOOD)
    assert affect("ingest", "file", good, "--community", "c/x", "--db", path).exit_code == 0
    return path


def _stored(db: Path) -> dict[str, pl.DataFrame]:
    with Database(db).read() as con:
        return {
            table: con.raw.sql(f"from {table} order by all").pl()
            for table in ("post", "price", "reject", "ledger")
        }


def _one_line(result: Result, code: int, says: str) -> None:
    assert result.exit_code == code, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert says.lower() in errors[0].lower()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", CASES)
def test_unreadable_files(
    name: str, db: Path, tmp_path: Path, affect: Callable[..., Result]
) -> None:
    content, code, says = CASES[name]
    path = tmp_path / ("bad.csv.gz" if name == "damaged gzip" else "bad.csv")
    if content is not None:
        path.write_bytes(content)
    before = _stored(db)
    _one_line(affect("ingest", "file", path, "--community", "c/x", "--db", db), code, says)
    after = _stored(db)
    assert all(after[table].equals(before[table]) for table in before)


def _rules(db: Path) -> dict[str, int]:
    with Database(db).read() as con:
        rows = con.raw.execute("select rule, sum(rows)::int from reject group by rule").fetchall()
    return dict(rows)


def test_bad_rows_are_refused_by_rule_and_good_ones_kept(
    db: Path, tmp_path: Path, affect: Callable[..., Result]
) -> None:
    path = tmp_path / "rows.csv"
    lines = [
        "id,created,body,author",
        "10,2024-02-01,fine,ann",
        "11,someday,no date,ann",
        "12,2999-01-01,from the future,ann",
        "13,2024-02-01,,ann",
        f"14,2024-02-01,{'x' * 10_000_000},ann",
        "15,2024-02-01,one,ann",
        "15,2024-02-01,another,ann",
        "16,2024-02-02,last,ann",
    ]
    path.write_text("\n".join(lines) + "\n")
    result = affect("ingest", "file", path, "--community", "c/x", "--db", db, "-f", "jsonl")
    assert result.exit_code == 0, result.stderr
    rules = _rules(db)
    assert rules["bad_date"] == rules["future_date"] == rules["empty_text"] == 1
    assert rules["id_conflict"] == 1
    assert sum(rules.values()) == 5
    with Database(db).read() as con:
        posts = con.raw.execute("select post_id, body from post order by post_id").fetchall()
    assert [body for _, body in posts] == [
        "I am happy today",
        "fine",
        "another",
        "last",
        "so afraid",
    ]
    assert "id_conflict" in result.stderr or "map id" in result.stderr


def test_a_truncated_gz_keeps_what_was_whole(
    db: Path, tmp_path: Path, affect: Callable[..., Result]
) -> None:
    path = tmp_path / "cut.csv.gz"
    rows = "".join(f"{n},2024-03-01,text number {os.urandom(8).hex()},ann\n" for n in range(5000))
    packed = gzip.compress(("id,created,body,author\n" + rows).encode())
    path.write_bytes(packed[: len(packed) // 2])
    result = affect("ingest", "file", path, "--community", "c/cut", "--db", db)
    _one_line(result, 6, "truncated")
    with Database(db).read() as con:
        kept = con.raw.execute("select count(*) from post where community = 'c/cut'").fetchall()
    assert 1000 < kept[0][0] < 5000


def test_bad_prices(db: Path, tmp_path: Path, affect: Callable[..., Result]) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(
        "date,open,high,low,close,volume\n2024-01-01,1,2,0.5,1.5,10\n2024-01-02,1,2,0.5,-1.5,10\n"
        "2024-01-03,1,0.5,2,1.5,10\n2024-01-04,1,2,0.5,x,10\nnever,1,2,0.5,1,10\n"
    )
    result = affect("ingest", "prices", path, "--asset", "X-USD", "--db", db)
    assert result.exit_code == 0, result.stderr
    assert _rules(db) == {
        "negative_price": 1,
        "high_below_low": 1,
        "bad_number": 1,
        "bad_date": 1,
    }


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (["analyze", "xcorr", "--x", "c/x:fear", "--y", "asset/X:return"], 2, "no signal"),
        (["forecast", "--signal", "c/x:fear"], 2, "no signal"),
        (["analyze", "levels", "--signal", "nothing"], 2, "no signal"),
        (["aggregate"], 10, "tagged"),
        (["ingest", "file", "x.csv", "--map", "body"], 2, "--map"),
        (["run", "nowhere.toml"], 6, "no pipeline"),
        (["tag", "--tagger", "minu"], 2, "mini"),
        (["report", "-o", "report.docx"], 2, "pdf"),
    ],
)
def test_commands_that_cannot_work(
    command: list[str], code: int, says: str, db: Path, affect: Callable[..., Result]
) -> None:
    _one_line(affect(*command, "--db", db), code, says)


def test_usage_mistakes_are_exit_2(affect: Callable[..., Result]) -> None:
    assert affect("nothing").exit_code == 2
    assert affect("ingest", "file").exit_code == 2
    assert affect("status", "--format", "xml").exit_code == 2


def test_settings_mistakes_are_told_all_at_once(
    tmp_path: Path, affect: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "affect.toml").write_text('wiat = 3\n[tag]\ntaggr = "x"\n[report]\nk = 3\n')
    result = affect("status")
    _one_line(result, 3, "wiat is not a setting (did you mean wait?)")
    assert "tag.taggr" in result.stderr
    assert "report.k" in result.stderr


def test_outputs_that_cannot_be_written(
    db: Path, tmp_path: Path, affect: Callable[..., Result]
) -> None:
    _one_line(affect("status", "--db", db, "-o", tmp_path / "no" / "x.csv"), 3, "cannot write")
    _one_line(affect("status", "--db", db, "-f", "csv", "-o", "/dev/full"), 3, "space")
    _one_line(affect("status", "--db", db, "-o", tmp_path / "x.xyz"), 2, "format")
    _one_line(affect("status", "--db", tmp_path / "none.duckdb"), 7, "no database")
    (tmp_path / "noise.duckdb").write_bytes(os.urandom(5000))
    _one_line(affect("status", "--db", tmp_path / "noise.duckdb"), 7, "not a valid")
