"""The same inputs make the same bytes: on another day, in another place, in every format."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.report.conftest import World

MAKE = """
import sys, time
from pathlib import Path
from affectcli import report
from affectcli.settings import Settings
from affectcli.store import Context, Database
now = float(sys.argv[3])
time.time = lambda: now
path = Path(sys.argv[1])
ctx = Context(Database(path), Settings(db=path), sys.argv[4], 7)
for suffix in ("pdf", "png", "html"):
    print(report.run(ctx, output=f"{sys.argv[2]}/a.{suffix}", emotions=2).rows[0]["sha256"])
for suffix in ("svg", "pdf", "png"):
    made = report.run(ctx, output=f"{sys.argv[2]}/f.{suffix}", figure="emotions")
    print(made.rows[0]["sha256"])
"""
PLACES = [
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2",
     "SOURCE_DATE_EPOCH": "86400"},
]  # fmt: skip


@pytest.fixture(scope="module")
def hashes(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    made = []
    for number, place in enumerate(PLACES):
        folder = tmp_path_factory.mktemp("made")
        years = 31_536_000 * (50 + number)
        command = [
            sys.executable,
            "-c",
            MAKE,
            str(world.path),
            str(folder),
            str(years),
            f"r{number}",
        ]
        done = subprocess.run(command, env={**os.environ, **place}, capture_output=True, text=True,
                              check=True)  # fmt: skip
        made.append(done.stdout.split())
    return made


def test_six_files_are_the_same_to_the_byte(hashes: list[list[str]]) -> None:
    here, there = hashes
    assert len(set(here)) == 6
    assert here == there
