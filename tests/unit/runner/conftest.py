"""Pipelines over a series of 112 days, and one of two days of which nothing can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from affectcli import runner
from affectcli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.runner import Done

DAYS = "".join(f"2024-{1 + n // 28:02d}-{1 + n % 28:02d},{n % 7}\n" for n in range(112))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "calls.csv").write_text("date,n\n" + DAYS)
    (tmp_path / "few.csv").write_text("date,n\n2024-01-01,1\n2024-01-02,2\n")
    return Settings(db=tmp_path / "a.duckdb", key_file=tmp_path / "author.key")


@pytest.fixture
def night(tmp_path: Path, settings: Settings) -> Callable[..., Done]:
    """Return a function that runs the steps of a pipeline's text."""

    def run(text: str, *, variables: dict[str, str] | None = None, **wishes: Any) -> Done:  # noqa: ANN401  # whatever Wishes has
        path = tmp_path / "p.toml"
        path.write_text(text.replace("FOLDER", str(tmp_path)))
        plan = runner.read_pipeline(path, variables or {})
        return runner.carry_out(plan, settings, wishes=runner.Wishes(**wishes))

    return run


def series(name: str, file: str = "calls", more: str = "") -> str:
    return f"""
[[step]]
do = "ingest series"
id = "{name}"
path = "FOLDER/{file}.csv"
name = "{name}"
{more}
"""


def levels(name: str, more: str = "") -> str:
    return f"""
[[step]]
do = "analyze levels"
id = "levels {name}"
signal = "series/{name}:*"
{more}
"""


def statuses(done: Done) -> dict[str, str]:
    return {row["id"]: row["status"] for row in done.rows}
