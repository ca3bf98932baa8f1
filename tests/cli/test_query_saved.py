"""affect query: saved queries, parameters, tables described, words completed, rows cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli.cli import _query_catalogue as catalogue
from affectcli.cli import _query_params as params
from affectcli.store import Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

HEAVY = ("torch", "duckdb", "polars", "pandas", "numpy")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "s.duckdb"
    with Database(path).write() as con:
        tables.days(con, {"fear": [n / 100 for n in range(40)]}, community="reddit/x")
        tables.days(con, {"fear": [0.5, 0.25]}, community="2024")
    return path


@pytest.mark.parametrize("name", catalogue.saved_names())
def test_every_saved_query_runs_and_says_what_it_answers(
    name: str, db: Path, affect: Callable[..., Result]
) -> None:
    found = catalogue.saved(name)
    assert found.doc.endswith(".")
    assert all(
        f"${p.name}" in found.sql.partition("\nselect")[2] + found.sql for p in found.parameters
    )
    result = affect("query", "--saved", name, "--db", db, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["parameters"]["saved"] == name


def test_saved_queries_take_parameters_of_their_kind(
    db: Path, affect: Callable[..., Result]
) -> None:
    def asked(*given: str) -> Result:
        options = [word for pair in given for word in ("--param", pair)]
        return affect("query", "--saved", "highest", *options, "--db", db, "-f", "csv")

    assert (
        asked("days=1", "community=2024").stdout.splitlines()[1].startswith("2024,2024-01-01,0.5")
    )
    assert "days=x is no number" in asked("days=x").stderr
    assert "no parameter 'nope'" in asked("nope=1").stderr
    assert "no NAME=VALUE" in asked("days").stderr
    assert asked("days=x").exit_code == asked("nope=1").exit_code == asked("days").exit_code == 2
    since = affect(
        "query", "--saved", "series", "--param", "since=2024-02-05", "--db", db, "--json"
    )
    assert [row["day"] for row in json.loads(since.stdout)["data"]] == [
        "2024-02-05", "2024-02-06", "2024-02-07", "2024-02-08", "2024-02-09"
    ]  # fmt: skip


def test_a_file_of_ones_own_is_a_saved_query(
    db: Path, affect: Callable[..., Result], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.sql"
    mine.write_text(
        "-- Mine.\n-- $least: from here on\nselect count(*) n from daily where value >= $least"
    )
    run = affect("query", "--saved", mine, "--param", "least=0.3", "--db", db, "-f", "csv")
    assert run.stdout == "n\n11\n"
    needed = affect("query", "--saved", mine, "--db", db)
    assert needed.exit_code == 2
    assert "needs least: from here on" in needed.stderr
    assert affect("query", "--saved", tmp_path / "no.sql", "--db", db).exit_code == 6
    wrong = affect("query", "--saved", "hihgest", "--db", db)
    assert wrong.exit_code == 2
    assert "highest" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--list"),
        (["highest"], "--saved highest"),
        (["select 1", "select 2"], "quotes"),
        (["select 1", "--saved", "runs"], "not both"),
        (["select $a"], "--param a="),
        (["select 1", "--param", "a=1"], "no parameters"),
        (["--describe", "nothing"], "There are: alert"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str], says: str, db: Path, affect: Callable[..., Result]
) -> None:
    result = affect("query", *words, "--db", db)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7), ("-0.5", -0.5), ("1e3", 1000.0), ("'7'", "7"), ('"a b"', "a b"), ("", ""),
        ("true", True), ("null", None), ("2024-13-01", "2024-13-01"), ("1" * 30, float("1" * 30)),
        ("0x10", "0x10"), ("reddit/x", "reddit/x"), ("1,5", "1,5"),
    ],
)  # fmt: skip
def test_values_are_what_they_look_like(text: str, value: object) -> None:
    found = params.typed(text)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value
    assert type(found) is type(value)


def test_dates_are_dates(db: Path, affect: Callable[..., Result]) -> None:
    sql = "select typeof($a) a, typeof($b) b, $b b2 where $a < $b"
    given = ("--param", "a=2024-01-31", "--param", "b=2024-02-01T01:00+01:00")
    row = json.loads(affect("query", sql, *given, "--db", db, "-f", "jsonl").stdout)
    assert row == {"a": "DATE", "b": "TIMESTAMP", "b2": "2024-02-01T00:00:00"}


def test_cut_rows_are_told(db: Path, affect: Callable[..., Result]) -> None:
    few = affect("query", "from range(5)", "--limit", "3", "--db", db, "-f", "csv")
    assert few.stdout == "range\n0\n1\n2\n"
    assert "first 3 rows, and there are more" in few.stderr
    assert affect("query", "from range(3)", "--limit", "3", "--db", db, "-f", "csv").stderr == ""
    told = json.loads(affect("query", "from range(5)", "--limit", "3", "--db", db, "--json").stdout)
    assert told["parameters"]["cut"] is True
    screen = affect("query", "from range(1001)", "--db", db)
    assert "first 1,000 rows" in screen.stderr
    assert "-o FILE" in screen.stderr
    assert len(affect("query", "from range(1001)", "--db", db, "-f", "csv").stdout.split()) == 1002
    assert "No rows." in affect("query", "from post", "--db", db).stderr


def test_tables_are_described(
    db: Path, affect: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = json.loads(affect("query", "--describe", "--db", db, "--json").stdout)["data"]
    known = {(row["table"], row["column"]): row for row in rows}
    assert known["daily", "raw"]["doc"] == known["prevalence", "raw"]["doc"] == "classify-and-count"
    assert known["post", "author"]["type"] == "VARCHAR"
    assert all(row["about"] for row in rows)
    for width in ("40", "60", "160"):
        monkeypatch.setenv("COLUMNS", width)
        shown = affect("query", "--describe", "p*", "--db", db).stdout
        assert max(map(len, shown.splitlines())) <= int(width)
        assert "daily" not in shown.split()
        if width != "40":  # folded there
            assert "prevalence" in shown
    for width in ("40", "60"):
        monkeypatch.setenv("COLUMNS", width)
        wide = affect("query", "from daily limit 2", "--db", db).stdout  # a block for each row
        assert max(map(len, wide.splitlines())) <= int(width)
        assert "2024-01-01" in wide


def _complete(words: str, place: int, cwd: Path, *more: str) -> list[str]:
    code = (
        "import sys; sys.argv = ['affect']\nfrom affectcli.cli import main\ntry:\n    main()\n"
        f"finally:\n    print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    env = {**os.environ, "_AFFECT_COMPLETE": "complete_bash", "COMP_WORDS": words}
    run = subprocess.run(
        [sys.executable, "-c", code, *more],
        capture_output=True, text=True, check=False, cwd=cwd, env={**env, "COMP_CWORD": str(place)},
    )  # fmt: skip
    *found, heavy = run.stdout.splitlines()
    assert heavy == "HEAVY []"
    return found


def test_words_are_completed_where_no_database_is(tmp_path: Path) -> None:
    assert "highest" in _complete("affect query --saved h", 3, tmp_path)
    assert "post" in _complete("affect query po", 2, tmp_path)
    assert _complete('affect query "select * from da', 2, tmp_path) == ["select * from daily"]
    assert "select author" in _complete('affect query "select auth', 2, tmp_path)
    assert "finding" in _complete("affect export --table fin", 3, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_columns_of_the_schema_are_those_of_the_file(
    db: Path, affect: Callable[..., Result]
) -> None:
    rows = json.loads(affect("query", "--describe", "--db", db, "--json").stdout)["data"]
    there: dict[str, set[str]] = {}
    for row in rows:
        there.setdefault(row["table"], set()).add(row["column"])
    assert set(catalogue.tables()) == set(there)
    for name in ("post", "finding", "ledger", "eligible", "price"):
        assert set(catalogue.tables()[name].columns) == there[name]
