"""One pipeline at a time; what a kill leaves behind is closed by the next run."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from affectcli import runner
from affectcli.errors import LockedError
from affectcli.runner import only_run
from affectcli.runner._lock import present
from affectcli.store import Database
from tests.unit.runner.conftest import series

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.runner import Done
    from affectcli.settings import Settings


HOLD = """
import sys, time
from pathlib import Path
from affectcli.runner import only_run
with only_run(Path(sys.argv[1]), what="affect run first.toml", wait=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_is_at_work_or_waits(settings: Settings) -> None:
    command = [sys.executable, "-c", HOLD, str(settings.db)]
    first = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdin is not None
    assert first.stdout is not None
    first.stdout.readline()
    says = f"affect run first.toml, process {first.pid}, started 20.*at work"
    with pytest.raises(LockedError, match=says) as caught, only_run(settings.db, what="", wait=0):
        pass
    assert caught.value.code == 75
    with (
        pytest.raises(LockedError, match=r"waited 0\.3 s"),
        only_run(settings.db, what="", wait=0.3),
    ):
        pass
    first.kill()  # the system lets go of what a killed process held
    first.communicate()
    with only_run(settings.db, what="", wait=0):
        pass


KILLED = """
import os, signal, sys
from pathlib import Path
from affectcli import runner
from affectcli.settings import Settings
from affectcli.store import Database
db = Path(sys.argv[1])
runner._step.locate = lambda _: sys.modules["__main__"]
def run(ctx):
    os.kill(os.getpid(), signal.SIGKILL)
runner.execute("ingest killed", {}, Settings(db=db))
"""


def _status(db: Path) -> list[tuple[Any, ...]]:
    with Database(db).read() as con:
        found: list[tuple[Any, ...]] = con.raw.execute(
            "select command, status, message from run order by started"
        ).fetchall()
    return found


def test_a_killed_run_is_closed_by_the_next_one(
    settings: Settings, night: Callable[..., Done]
) -> None:
    script = [sys.executable, "-c", KILLED, str(settings.db)]
    assert subprocess.run(script, check=False, timeout=60).returncode == -9
    assert _status(settings.db) == [("ingest killed", "running", None)]
    assert night(series("calls")).error is None
    assert _status(settings.db)[0] == (
        "ingest killed",
        "interrupted",
        "killed, or the machine stopped",
    )
    assert {status for _, status, _ in _status(settings.db)[1:]} == {"done"}


def test_a_run_at_work_is_not_closed_by_another(settings: Settings, tmp_path: Path) -> None:
    del tmp_path
    with Database(settings.db).write() as con:
        con.raw.execute(
            "insert into run (run_id, command, parameters, versions, seed, started, status)"
            " values ('r', 'tag', '{}', '{}', 0, timestamp '2024-01-01', 'running')"
        )
    with present(Database(settings.db)) as alone:
        assert alone
        runner.execute("check", {}, settings)
        assert _status(settings.db)[0] == ("tag", "running", None)
    runner.execute("check", {}, settings)
    assert _status(settings.db)[0][1] == "interrupted"
