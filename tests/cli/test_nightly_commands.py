"""The commands around the nightly run: run, status, schedule, backup, restore, retain."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.store import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    Affect = Callable[..., Result]

POSTS = "id,created,body,author\n" + "".join(
    f"{n},2024-{1 + n // 28:02d}-{1 + n % 28:02d},I am scared of number {n},a{n}\n"
    for n in range(112)
)
PIPELINE = """
[vars]
file = "posts.csv"
[[step]]
do = "ingest file"
path = "${file}"
community = "c/x"
[[step]]
do = "check"
[[step]]
do = "backup"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a hard name, posts and a pipeline; it is the working directory."""
    folder = tmp_path / "it's 5% of $HOME"
    folder.mkdir()
    (folder / "posts.csv").write_text(POSTS)
    (folder / "p.toml").write_text(PIPELINE)
    monkeypatch.chdir(folder)
    return folder


def _data(result: Result, code: int = 0) -> list[dict[str, Any]]:
    assert result.exit_code == code, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)["data"]
    return rows


def _refused(result: Result, code: int, says: str) -> None:
    assert result.exit_code == code, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert says in errors[0]
    assert "Traceback" not in result.stderr


def test_run_shows_its_plan_and_what_it_did(home: Path, affect: Affect) -> None:
    plan = _data(affect("run", "p.toml", "--dry-run", "--json"))
    assert [row["needs"] for row in plan] == [[], ["ingest file"], ["check"]]
    assert not (home / "affect.duckdb").exists()
    rows = _data(affect("run", "p.toml", "--json"))
    assert [row["status"] for row in rows] == ["done"] * 3
    assert [row["step"] for row in _data(affect("run", "p.toml", "--from", "check", "--json"))] == [
        2,
        3,
    ]
    assert len(list((home / "backups").iterdir())) >= 1


def test_run_fails_with_the_first_cause_and_its_rows(home: Path, affect: Affect) -> None:
    result = affect("run", "p.toml", "--set", "file=none.csv", "--json")
    _refused(result, 6, "Step 1 of 3 (ingest file)")
    assert [row["status"] for row in _data(result, 6)] == ["failed", "passed over", "passed over"]
    _refused(affect("run", "p.toml", "--fail-if", "1 = 1"), 11, "1 = 1")
    _refused(affect("run", "p.toml", "--from", "nine"), 2, "no step 'nine'")
    _refused(affect("run", "p.toml", "--only", "nine"), 2, "no step 'nine'")
    _refused(affect("run", "p.toml", "--since", "7d"), 2, "no variable 'since'")
    _refused(affect("run", "p.toml", "--only", "check", "--db", "none.duckdb"), 7, "no database")
    _refused(affect("run", "p.toml", "--db", "no/where.duckdb"), 3, "no/where")
    assert home.exists()


def test_status_knows_ages_gaps_failures_and_what_to_do(home: Path, affect: Affect) -> None:
    later = POSTS.splitlines()
    (home / "later.csv").write_text("\n".join([later[0], "900,2024-06-20,I am glad,a1", ""]))
    assert affect("run", "p.toml").exit_code == 0
    assert affect("ingest", "file", "later.csv", "--community", "c/x").exit_code == 0
    assert affect("aggregate").exit_code == 10
    rows = _data(affect("status", "--json"))
    found = {(row["section"], row["item"]): (row["value"], row["detail"]) for row in rows}
    assert found["store", "posts"][0] == "113"
    value, detail = found["source", "posts of file"]
    assert value == "2024-06-20 00:00 UTC"
    assert "days behind, 113 rows" in detail
    assert found["gap", "gap in file"] == ("2024-04-28 to 2024-06-20", "53 days without a row")
    assert found["last success", "aggregate"][0] == "never"
    assert "exit 10: No post is tagged yet" in found["last success", "aggregate"][1]
    assert found["last success", "run p.toml"][0].endswith("UTC")
    assert [row["value"] for row in rows if row["section"] == "next"] == ["affect tag"]
    _refused(affect("run", "p.toml", "--set", "file=none.csv"), 6, "none.csv")
    rows = _data(affect("status", "--json"))
    assert next(row["value"] for row in rows if row["section"] == "next") == "affect run p.toml"


def test_an_empty_database_says_how_to_begin(home: Path, affect: Affect) -> None:
    assert affect("init").exit_code == 0
    rows = _data(affect("status", "--json"))
    assert rows[-1]["value"] == "affect ingest file PATH --community NAME"
    assert home.exists()


def test_the_line_for_cron_works_without_any_environment(home: Path, affect: Affect) -> None:
    """As cron does it: sh, an empty environment, an unescaped % ends the command."""
    (home / "affect.env").write_text("AFFECT_INGEST_BATCH=7\n")
    result = affect(
        "schedule", "print", "cron", "p.toml", "--at", "4:05", "--set", "file=posts.csv"
    )
    assert result.exit_code == 0, result.stderr
    *comments, line = result.stdout.splitlines()
    assert all(comment.startswith("#") for comment in comments)
    assert line.startswith("5 4 * * * ")
    command = line.removeprefix("5 4 * * * ")
    assert "%" not in command.replace("\\%", "")
    sh = ["/usr/bin/env", "-i", "HOME=/nonexistent", "/bin/sh", "-c", command.replace("\\%", "%")]
    done = subprocess.run(sh, cwd="/", capture_output=True, text=True, check=False)
    log = (home / "p.log").read_text()
    assert (done.returncode, done.stdout) == (0, ""), log + done.stderr
    assert "112 added" in log
    assert len(list((home / "logs").iterdir())) == 1
    with Database(home / "affect.duckdb").read() as con:
        assert con.raw.execute("select max(part) from ledger").fetchall() > [(10,)]
    (home / "p.toml").write_text("nothing")
    failed = subprocess.run(sh, cwd="/", capture_output=True, text=True, check=False)
    assert failed.returncode == 6
    assert "Error: " in failed.stdout  # which cron mails


def test_units_for_systemd(home: Path, affect: Affect) -> None:
    rows = _data(affect("schedule", "print", "systemd", "p.toml", "--json"))
    assert [row["file"] for row in rows] == ["affect-p.service", "affect-p.timer"]
    for row in rows:
        (home.parent / row["file"]).write_text(row["content"])
    service = rows[0]["content"].splitlines()
    assert f"WorkingDirectory={home}".replace("%", "%%") in service
    start = next(line for line in service if line.startswith("ExecStart="))
    assert '5%% of $$HOME/p.toml"' in start
    assert "NoNewPrivileges=yes" in service
    assert "OnCalendar=*-*-* 03:15:00" in rows[1]["content"]
    if shutil.which("systemd-analyze"):
        units = [str(home.parent / row["file"]) for row in rows]
        done = subprocess.run(
            ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
        )
        assert "affect-p" not in done.stderr, done.stderr


def test_schedules_that_cannot_be(home: Path, affect: Affect) -> None:
    _refused(affect("schedule", "print", "launchd", "p.toml"), 2, "no scheduler")
    _refused(affect("schedule", "print", "cron", "p.toml", "--at", "25:00"), 2, "no time of day")
    _refused(affect("schedule", "print", "cron", "none.toml"), 6, "no pipeline")
    (home / "a\nb.toml").write_text(PIPELINE)
    _refused(affect("schedule", "print", "cron", "a\nb.toml"), 2, "cannot stand in a crontab")


def test_secrets_are_not_printed(
    home: Path, affect: Affect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFECT_REDDIT_CLIENT_SECRET", "opensesame")
    monkeypatch.setenv("AFFECT_TAG_DEVICE", "cpu")
    result = affect("schedule", "print", "cron", "p.toml")
    assert "opensesame" not in result.stdout
    assert "AFFECT_TAG_DEVICE=cpu" in result.stdout
    assert home.exists()


def test_backup_and_restore(home: Path, affect: Affect) -> None:
    _refused(affect("backup"), 7, "no database")
    assert affect("ingest", "file", "posts.csv", "--community", "c/x").exit_code == 0
    assert affect("backup", "--dry-run").exit_code == 0
    assert not (home / "backups").exists()
    (row,) = _data(affect("backup", "-o", "safe.duckdb", "--json"))
    assert row["file"] == "safe.duckdb"
    assert row["rows"] > 112
    for _ in range(3):
        assert affect("backup", "--folder", "many", "--keep", "2").exit_code == 0
    assert len(list((home / "many").iterdir())) <= 2
    (home / "more.csv").write_text(POSTS.replace("2024-", "2023-").replace("\n", "\nx"))
    assert affect("ingest", "file", "more.csv", "--community", "c/y").exit_code == 0
    assert affect("restore", "safe.duckdb", "--dry-run").exit_code == 0
    _refused(affect("restore", "safe.duckdb"), 2, "has changed since")
    _refused(affect("restore", "none.duckdb"), 7, "no file")
    _refused(affect("restore", "posts.csv"), 7, "posts.csv")
    (row,) = _data(affect("restore", "safe.duckdb", "--force", "--json"))
    assert row["was"].startswith("affect.before-restore-")
    with Database(home / "affect.duckdb").read() as con:
        found = con.raw.execute("select community, count(*) from post group by all").fetchall()
    assert found == [("c/x", 112)]


def _texts(path: Path) -> tuple[int, int]:
    with Database(path).read() as con:
        row = con.raw.execute("select count(*), count(*) filter (body <> '') from post").fetchall()
    return int(row[0][0]), int(row[0][1])


def test_retention(home: Path, affect: Affect) -> None:
    old = POSTS.replace("2024-", "2019-").replace("scared", "soaring")
    (home / "posts.csv").write_text(old)
    (home / "new.csv").write_text("id,created,body,author\n" + "n1,2026-01-01,I am glad,a1\n")
    for name in ("posts.csv", "new.csv"):
        assert affect("ingest", "file", name, "--community", "c/x").exit_code == 0
    db = home / "affect.duckdb"
    said = affect("retain", "--older-than", "3y", "--what", "text")
    assert "would remove" in said.stderr
    assert "112 texts" in said.stderr
    assert _texts(db) == (113, 113)
    assert affect("retain", "--older-than", "3y", "--what", "text", "--yes").exit_code == 0
    assert _texts(db) == (113, 1)
    assert b"soaring" not in db.read_bytes()
    _, hashed = _hashes(db)
    assert hashed == 113  # what the tags are found by
    assert affect("run", "p.toml", "--only", "check").exit_code == 0
    logs = home / "logs"
    logs.mkdir()
    stale = logs / "20200101T000000-abcdef.jsonl"
    for file in (stale, logs / "mine.jsonl"):
        file.touch()
        os.utime(file, (1.5e9, 1.5e9))
    words = ["retain", "--older-than", "52w", "--what", "logs", "--folder", "logs"]
    assert affect(*words).exit_code == 0
    assert stale.exists()
    assert affect(*words, "--yes").exit_code == 0
    assert [file.name for file in logs.iterdir()] == ["mine.jsonl"]
    assert affect("retain", "--older-than", "3y", "--what", "posts", "--yes").exit_code == 0
    assert _texts(db) == (1, 1)


def test_posts_without_words_are_never_read(home: Path, affect: Affect) -> None:
    """Nor do they stand in for a new post with the same words."""
    (home / "moods.tsv").write_text("fear\tafraid\njoy\thappy\n")
    rows = ["1,2019-01-01,I am afraid,a", "2,2026-01-01,I am afraid,b", "3,2019-01-02,so happy,c"]
    (home / "posts.csv").write_text("\n".join(["id,created,body,author", *rows, ""]))
    assert affect("ingest", "file", "posts.csv", "--community", "c/x").exit_code == 0
    assert affect("retain", "--older-than", "3y", "--what", "text", "--yes").exit_code == 0
    assert affect("tag", "--tagger", "lexicon:moods.tsv").exit_code == 0
    sql = "select post_id, p[1] > 0 as fear from post left join score using (text_hash) order by 1"
    found = {row["post_id"]: row["fear"] for row in _data(affect("query", sql, "--json"))}
    assert found == {"file:1": True, "file:2": True, "file:3": None}


def _hashes(db: Path) -> tuple[int, int]:
    with Database(db).read() as con:
        row = con.raw.execute("select count(*), count(text_hash) from post").fetchall()
    return int(row[0][0]), int(row[0][1])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--older-than", "soon", "--what", "text"], "no span"),
        (["--older-than", "0d", "--what", "text"], "no span"),
        (["--older-than", "3y", "--what", "everything"], "what"),
        (["--older-than", "3y", "--what", "logs"], "where the logs are"),
    ],
)
def test_what_cannot_be_removed(words: list[str], says: str, home: Path, affect: Affect) -> None:
    assert affect("init").exit_code == 0
    _refused(affect("retain", *words), 2, says)
    assert home.exists()
