"""Talk to the person at the terminal, on stderr: notes, warnings and progress."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger("affect")

SHORTEST_SECRET = 6
"""Shorter values of such variables are switches."""
SECRET_NAME = re.compile("secret|token(?!iz)|passw|api_?key|credential|client_id", re.IGNORECASE)
SECRET_PLACES = (
    (re.compile(r"(://)[^/@\s\"'\\]+@"), r"\1…@"),
    (
        re.compile(
            r"((?:secret|token|password|passwd|api[-_]?key|signature|auth|key)=)[^&\s\"'\\]+",
            re.IGNORECASE,
        ),
        r"\1…",
    ),
)
"""Passwords in addresses, and what addresses carry under the name of a secret, also within JSON."""

SILENT_SECONDS = 10.0  # between two progress lines where there is no terminal


class Advance(Protocol):
    """Tells a progress display that `amount` more is done."""

    def __call__(self, amount: int) -> None:
        """Move on by `amount`."""


def setup(*, quiet: bool = False, verbose: bool = False) -> None:
    """Send messages to stderr, one line each, at the level that the user asked for."""
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    if not verbose:
        warnings.simplefilter("ignore")  # libraries' warnings are for us, not for the user


def redact(text: str) -> str:
    """Return `text` without the secrets of the environment and of the addresses in it."""
    for name, value in os.environ.items():
        if SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET:
            text = text.replace(value, "…")
    for place, instead in SECRET_PLACES:
        text = place.sub(instead, text)
    return text


@contextmanager
def progress(title: str, total: int, unit: str) -> Iterator[Advance]:
    """Show done/total, rate and time left: a bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty() and logger.isEnabledFor(logging.INFO):
        with _bar(title, total, unit) as advance:
            yield advance
    else:
        yield _Lines(title, total, unit)


@contextmanager
def _bar(title: str, total: int, unit: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    started = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total, rate="")

        def advance(amount: int) -> None:
            done = bar.tasks[task].completed + amount
            rate = done / max(time.monotonic() - started, 1e-9)
            bar.update(task, advance=amount, rate=f"{rate:,.0f} {unit}/s")

        yield advance


class _Lines:
    """Progress for cron and pipes: at most one line every `SILENT_SECONDS`."""

    def __init__(self, title: str, total: int, unit: str) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.done, self.started = 0, time.monotonic()
        self.last = self.started

    def __call__(self, amount: int) -> None:
        self.done += amount
        now = time.monotonic()
        if now - self.last < SILENT_SECONDS:
            return
        self.last = now
        rate = self.done / (now - self.started)
        left = (self.total - self.done) / rate
        logger.info(
            "%s %s of %s %s, %.0f %s/s, %.0f s left",
            *(self.title, f"{self.done:,}", f"{self.total:,}", self.unit, rate, self.unit, left),
        )
