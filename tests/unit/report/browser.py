"""A headless Chromium over its debugging pipe: no driver, no port, no library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BINARY = next((found for name in NAMES if (found := shutil.which(name))), None)
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking")  # fmt: skip
WIRE = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
"""A browser reads commands from 3 and writes to 4."""


class Tab:
    """One page of the browser, and everything that it reported."""

    def __init__(self, told: IO[bytes], heard: IO[bytes]) -> None:
        self._told, self._heard = told, heard
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []

    def open(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=url)
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._next())

    def ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
        """Send a command and return its result; events that come before it are kept."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": params}
        if self._session:
            sent["sessionId"] = self._session
        self._told.write(json.dumps(sent).encode() + b"\0")
        while (got := self._next()).get("id") != self._number:
            self.events.append(got)
        if "error" in got:
            raise RuntimeError(got["error"])
        result: dict[str, Any] = got["result"]
        return result

    def value(self, expression: str) -> Any:  # noqa: ANN401  # any JSON
        """Return what an expression is in the page."""
        given = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in given:
            raise RuntimeError(given["exceptionDetails"])
        return given["result"].get("value")

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of one kind."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while (byte := self._heard.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("The browser has gone.")
            read += byte
        got: dict[str, Any] = json.loads(read)
        return got


@contextmanager
def browse(file: Path, home: Path) -> Iterator[Tab]:
    """Open a file in a browser with its profile in `home`, which ends with the block."""
    assert BINARY is not None
    (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()
    wired = [sys.executable, "-c", WIRE, str(their_in), str(their_out), BINARY, *QUIET]
    command = [*wired, "--remote-debugging-pipe", f"--user-data-dir={home}", "about:blank"]
    silent = subprocess.DEVNULL
    started = subprocess.Popen(
        command, pass_fds=(their_in, their_out), stdout=silent, stderr=silent, stdin=silent
    )
    os.close(their_in)
    os.close(their_out)
    try:
        with os.fdopen(our_in, "rb") as heard, os.fdopen(our_out, "wb", buffering=0) as told:
            tab = Tab(told, heard)
            tab.open(file.as_uri())
            yield tab
    finally:
        started.kill()
        started.wait()
