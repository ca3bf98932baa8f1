"""The runner: steps as data, each recorded; a failure stops it, unchanged steps are skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli import runner
from affectcli.errors import AnalysisError, DatabaseError, InputError, UsageError
from affectcli.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

CSV = "id,created,body,author\n" + "".join(
    f"{n},2024-01-{1 + n % 28:02d},I am scared of number {n},a{n}\n" for n in range(56)
)
PIPELINE = """
[vars]
community = "c/x"
[[step]]
do = "ingest file"
path = "${folder}/posts.csv"
community = "${community}"
[[step]]
do = "ingest series"
path = "${folder}/calls.csv"
name = "calls"
[[step]]
do = "analyze levels"
signal = "series/calls:*"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "posts.csv").write_text(CSV)
    days = "".join(f"2024-{1 + n // 28:02d}-{1 + n % 28:02d},{n % 7}\n" for n in range(112))
    (tmp_path / "calls.csv").write_text("date,n\n" + days)
    (tmp_path / "p.toml").write_text(PIPELINE)
    return Settings(db=tmp_path / "a.duckdb", key_file=tmp_path / "author.key")


def _runs(settings: Settings) -> list[tuple[Any, ...]]:
    from affectcli.store import Database

    with Database(settings.db).read() as con:
        rows: list[tuple[Any, ...]] = con.raw.execute(
            "select command, status, exit_code, parameters ->> 'path' from run"
            " where not starts_with(command, 'run ') order by started"
        ).fetchall()
    return rows


def test_steps_run_in_order_are_recorded_and_then_skipped(
    tmp_path: Path, settings: Settings
) -> None:
    variables = {"folder": str(tmp_path)}
    rows = runner.run_pipeline(tmp_path / "p.toml", variables, settings)
    assert [row["rows_out"] for row in rows] == [56, 112, 1]
    assert [run[:3] for run in _runs(settings)] == [
        ("ingest file", "done", 0),
        ("ingest series", "done", 0),
        ("analyze levels", "done", 0),
    ]
    again = runner.run_pipeline(tmp_path / "p.toml", variables, settings)
    assert [row["rows_out"] for row in again] == [0, 0, 0]
    assert "nothing changed" in again[2]["message"]
    with (tmp_path / "calls.csv").open("a") as file:
        file.write("2024-05-01,9\n")
    third = runner.run_pipeline(tmp_path / "p.toml", variables, settings)
    assert [row["rows_out"] for row in third] == [0, 1, 1]


def test_the_first_failure_stops_and_says_where(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "calls.csv").write_text("date,n\n2024-01-01,1\n")
    with pytest.raises(AnalysisError, match=r"Step 3 of 3 \(analyze levels\)") as caught:
        runner.run_pipeline(tmp_path / "p.toml", {"folder": str(tmp_path)}, settings)
    assert caught.value.code == 10
    assert _runs(settings)[-1][:3] == ("analyze levels", "failed", 10)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("[[step]]\ndo = 'fly'", UsageError, "no step"),
        ("[[step]]\ndo = 'tag'\nlimt = 3", UsageError, "limt"),
        ("[[step]]\ndo = 'tag'\nlimit = 'x'", UsageError, "limit"),
        ("[[step]]\ndo = 'report'\noutput = '${nope}'", UsageError, "nope"),
        ("[[step]]\npath = 'x'", UsageError, "no do"),
        ("[vars]\nx = 'y'", InputError, "no \\[\\[step\\]\\]"),
        ("[[step", InputError, "no pipeline"),
        ("[[stepp]]\ndo = 'tag'", UsageError, "stepp"),
    ],
)
def test_mistakes_are_found_before_anything_runs(
    text: str, error: type[Exception], says: str, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        "[[step]]\ndo = 'ingest file'\npath = 'posts.csv'\n" * ("vars" not in text) + text
    )
    with pytest.raises(error, match=says):
        runner.run_pipeline(path, {}, settings)
    assert not settings.db.exists()


def test_a_variable_that_nothing_uses_is_a_mistake(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError, match="no variable 'bogus'"):
        runner.run_pipeline(tmp_path / "p.toml", {"bogus": "1"}, settings)


def test_only_ingest_makes_a_database(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DatabaseError, match="no database"):
        runner.execute("tag", {}, settings)
    given = {"path": str(tmp_path / "posts.csv"), "community": "c/x"}
    assert runner.execute("ingest file", given, settings, dry_run=True).rows_out == 56
    assert not settings.db.exists()


def test_a_filter_on_people_is_not_kept_in_words(tmp_path: Path, settings: Settings) -> None:
    given = {"path": str(tmp_path / "posts.csv"), "community": "c/x", "where": "author <> 'a7'"}
    assert runner.execute("ingest file", given, settings).rows_out == 55
    assert b"a7'" not in settings.db.read_bytes()


def test_shipped_pipelines_are_sound() -> None:
    from affectcli.resources import folder

    given = dict.fromkeys(("data", "events", "posts", "prices", "community", "asset", "out"), "x")
    for file in folder("pipelines").glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        needed = {name: value for name, value in given.items() if f"{{{name}}}" in text}
        assert len(runner.read_pipeline(file, needed).steps) >= 5
