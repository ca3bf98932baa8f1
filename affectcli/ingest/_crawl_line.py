"""The progress line of a crawl: what is read, how many, and while it waits, a countdown."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from affectcli.log import SILENT_SECONDS, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Line:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self, show: Callable[[str], None] | None) -> None:
        self._show = show
        self._text, self._last = "", time.monotonic()

    def at(self, text: str) -> None:
        """Say where the crawl is."""
        self._text = text
        self._say(text)

    def wait(self, why: str, seconds: float) -> None:
        """Say why nothing moves, and for how many seconds more."""
        self._say(f"{self._text} | {why}: going on in {seconds:,.0f} s")

    def _say(self, text: str) -> None:
        if self._show is not None:
            self._show(text)
            return
        now = time.monotonic()
        if now - self._last >= SILENT_SECONDS:
            self._last = now
            logger.info("%s", text)


@contextmanager
def progress_line() -> Iterator[Line]:
    """Yield the line; it is gone at the end."""
    if not (sys.stderr.isatty() and logger.isEnabledFor(logging.INFO)):
        yield Line(None)
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("") as status:
        yield Line(lambda text: status.update(escape(text)))
