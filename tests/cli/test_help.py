"""Help answers at once, lists every part, and imports nothing heavy."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from affectcli import parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

HEAVY = {"torch", "duckdb", "polars", "pandas", "matplotlib", "numpy", "scipy", "transformers"}
WATCH = f"""
import sys
sys.argv = ["affect", *sys.argv[1:]]
from affectcli.cli import main
try:
    main()
except SystemExit:
    pass
print("HEAVY", sorted({HEAVY!r} & set(sys.modules)))
"""
COMMANDS = [
    [],
    ["ingest"],
    ["ingest", "file"],
    ["tag"],
    ["analyze"],
    ["analyze", "xcorr"],
    ["report"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WATCH, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "HEAVY []"
    assert "Usage" in run.stdout


def _cpu(*code: str) -> float:
    """Return the CPU seconds of the cheapest of five runs."""
    costs = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *code], check=True, stdout=subprocess.DEVNULL, env=_env())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(costs)


def _env() -> dict[str, str]:
    return {**os.environ, "TERM": "dumb"}


def test_help_costs_less_than_150_ms_of_cpu() -> None:
    assert _cpu("-m", "affectcli", "--help") - _cpu("-c", "pass") < 0.150


def test_every_part_is_listed(affect: Callable[..., Result]) -> None:
    for layer in ("ingest", "analyze"):
        shown = " ".join(affect(layer, "--help").stdout.split())
        for name in parts.names(layer):
            assert name in shown
            assert parts.summary(layer, name).split()[0] in shown


def test_every_command_has_an_example() -> None:
    for name in parts.names("cli"):
        source = (parts.HOUSE / "cli" / f"{name}.py").read_text(encoding="utf-8")
        assert "example=" in source, name
