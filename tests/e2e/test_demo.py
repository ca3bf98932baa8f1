"""The whole job on the sample data: it finds what was planted and nothing that was not."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from affectcli import parts, runner
from affectcli.settings import load
from affectcli.store import Database
from affectcli.store.checks import violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

ROOT = Path(__file__).parents[2]
TRUTH: dict[str, Any] = json.loads((ROOT / "sample_data" / "truth.json").read_text("utf-8"))
LEVEL = 0.05


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run pipelines/demo.toml once and return the folder with its database and report."""
    out = tmp_path_factory.mktemp("demo")
    _run(out)
    return out


def _run(out: Path) -> list[dict[str, Any]]:
    settings = load(db=out / "affect.duckdb", key_file=out / "author.key")
    variables = {"data": str(ROOT / "sample_data"), "out": str(out)}
    return runner.run_pipeline(ROOT / "pipelines" / "demo.toml", variables, settings)


def _xcorr(affect: Callable[..., Result], demo: Path, x: str, y: str) -> dict[str, Any]:
    result = affect(
        *("analyze", "xcorr", "--x", x, "--y", y, "--max-lag", "14"),
        *("--db", demo / "affect.duckdb", "--json", "--dry-run"),
    )
    assert result.exit_code == 0, result.stderr
    row: dict[str, Any] = json.loads(result.stdout)["data"][0]
    return row


def test_it_ends_in_a_report(demo: Path) -> None:
    assert (demo / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_planted_lead_is_found(demo: Path, affect: Callable[..., Result]) -> None:
    lead = TRUTH["lead"]
    row = _xcorr(affect, demo, lead["x"], lead["y"])
    assert row["peak_lag"] == lead["lag_days"]
    assert row["peak_r"] < 0
    assert row["q_value"] <= LEVEL
    assert "leads" in row["verdict"]


@pytest.mark.parametrize(("x", "y"), TRUTH["unrelated"])
def test_unrelated_pairs_stay_unrelated(
    x: str, y: str, demo: Path, affect: Callable[..., Result]
) -> None:
    row = _xcorr(affect, demo, x, y)
    assert row["q_value"] > LEVEL
    assert row["verdict"].startswith("No lead")


def test_the_planted_episode_is_the_highest_week(demo: Path) -> None:
    episode = TRUTH["episode"]
    with Database(demo / "affect.duckdb").read() as con:
        found = con.raw.execute(
            "select result from finding where analysis = 'levels' and x = ?", [episode["signal"]]
        ).fetchall()
    level = json.loads(found[0][0])
    start, end = (date.fromisoformat(level[key]) for key in ("peak_start", "peak_end"))
    first, last = (date.fromisoformat(episode[key]) for key in ("start", "end"))
    assert first - timedelta(1) <= start
    assert end <= last + timedelta(1)
    assert level["peak_value"] > 2 * level["typical"]


def test_the_planted_shares_are_measured(
    demo: Path, tmp_path: Path, affect: Callable[..., Result]
) -> None:
    """With errors counted on the other community's labelled posts, as users should count theirs.

    GoEmotions' counts do not fit invented text: `mini` finds nearly all of its fear, so that
    uncorrected for this, `value` is too high by half (docs/methods.md).
    """
    judged, other = TRUTH["episode"]["signal"].rpartition(":")[0], "forum/harbor.example"
    db = tmp_path / "counted.duckdb"
    shutil.copy(demo / "affect.duckdb", db)
    labels, counted = ROOT / "sample_data" / "labels.csv.gz", tmp_path / "counted.csv"
    with Database(db).read() as con:
        con.raw.sql(
            "select post_id, 'fear' as label, (truth.emotion = 'fear')::int as answer from post"
            " join read_csv($labels) as truth on 'sample:' || truth.id = post_id"
            " where community = $other",
            params={"labels": str(labels), "other": other},
        ).pl().write_csv(counted)
    done = affect("model", "calibrate", counted, "--community", judged, "--db", db)
    assert done.exit_code == 0, done.stderr
    assert affect("aggregate", "--db", db).exit_code == 0
    with Database(db).read() as con:
        rows = con.raw.execute(
            "select low, high, day from daily where community = ? and measure = 'fear'"
            " and value is not null order by day",
            [judged],
        ).fetchall()
    shares, start = TRUTH["fear_share"], date.fromisoformat(TRUTH["start"])
    inside = [low <= shares[(day - start).days] <= high for low, high, day in rows]
    assert len(rows) > 150
    assert sum(inside) / len(inside) > 0.9


def test_a_second_run_does_no_work(demo: Path) -> None:
    before = (demo / "report.pdf").stat().st_mtime_ns
    rows = _run(demo)
    assert {row["rows_out"] for row in rows} == {0}
    assert (demo / "report.pdf").stat().st_mtime_ns == before


def test_what_is_stored_holds_together(demo: Path, affect: Callable[..., Result]) -> None:
    db = Database(demo / "affect.duckdb")
    assert {name: count for name, _, count in violations(db)} == dict.fromkeys(
        (file.stem for file in (ROOT / "sql" / "check").glob("*.sql")), 0
    )
    status = json.loads(affect("status", "--db", db.path, "--json").stdout)["data"]
    assert {row["item"]: row["value"] for row in status}["posts to tag"] == "0"


def test_the_readme_commands_work(
    demo: Path, tmp_path: Path, affect: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(demo / "affect.duckdb", tmp_path / "affect.duckdb")  # the tags are in it already
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AFFECT_KEY_FILE", str(demo / "author.key"))
    commands = _console((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) >= 6
    for command in commands:
        assert command[0] == "affect"
        result = affect(*command[1:])
        assert result.exit_code == 0, f"{command}: {result.stderr}"


def _console(text: str) -> list[list[str]]:
    import shlex

    blocks = text.split("```console\n")[1:]
    lines = [line for block in blocks for line in block.partition("```")[0].splitlines()]
    return [shlex.split(line) for line in lines if line.strip()]


def test_every_command_is_documented() -> None:
    text = "".join(
        file.read_text(encoding="utf-8") for file in [ROOT / "README.md", *ROOT.glob("docs/*.md")]
    )
    for name in parts.names("cli"):
        assert f"affect {name.replace('_', ' ')}" in text, name
