"""affect report, and affect report figure beneath it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from affectcli import parts
from tests.unit.report.conftest import COMMUNITY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from tests.unit.report.conftest import World


def test_the_command_and_the_one_beneath_it(
    world: World, affect: Callable[..., Result], tmp_path: Path
) -> None:
    whole, single = tmp_path / "r.html", tmp_path / "f.svg"
    made = affect("report", "--db", world.path, "--community", COMMUNITY, "-o", whole, "--json")
    assert made.exit_code == 0
    assert json.loads(made.stdout)["data"][0]["file"] == str(whole)
    made = affect("report", "figure", "lags", "--db", world.path, "-o", single, "--json")
    assert made.exit_code == 0
    assert len(json.loads(made.stdout)["data"]) == 1
    assert single.read_bytes().startswith(b"<?xml")


def test_nothing_is_written_in_a_rehearsal(
    world: World, affect: Callable[..., Result], tmp_path: Path
) -> None:
    target = tmp_path / "out"
    made = affect("report", "--each", "*", "--db", world.path, "-o", target, "--dry-run")
    assert made.exit_code == 0
    assert not target.exists()


def test_help_names_every_figure_and_template(affect: Callable[..., Result]) -> None:
    shown = " ".join(affect("report", "figure", "--help").stdout.split())
    assert all(name in shown for name in parts.names("report"))
    shown = " ".join(affect("report", "--help").stdout.split())
    assert "community, asset, health or comparison" in shown
    assert "figure" in shown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("report", "figure"), 2),
        (("report", "figure", "pie"), 2),
        (("report", "--template", "pie"), 2),
        (("report", "pie"), 2),
        (("report", "figure", "causes"), 10),
    ],
)
def test_exit_codes(
    world: World, affect: Callable[..., Result], words: tuple[str, ...], code: int,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert affect(*words, "--db", world.path).exit_code == code
    assert list(tmp_path.glob("*.svg")) == []
