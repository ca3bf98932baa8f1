"""What every test shares: a sealed environment, and commands run in this process."""

from __future__ import annotations

import importlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from affectcli import parts
from affectcli.cli._app import app
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the machine's own settings and key out of the tests, and our signal handlers in."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for name in list(os.environ):
        if name.startswith("AFFECT_") and name != "AFFECT_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AFFECT_KEY_FILE", str(tmp_path / "keys" / "author.key"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield
    logger.handlers.clear()  # they write to a stream that the test has closed
    logger.propagate = True
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def affect() -> Callable[..., Result]:
    """Return a function that runs `affect ARGS` and returns exit code, stdout and stderr."""
    for name in parts.names("cli"):
        importlib.import_module(f"affectcli.cli.{name}")

    def run(*args: str | Path, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)

    return run
