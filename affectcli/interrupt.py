"""Stopping on request: the first Ctrl-C finishes the batch in hand, the second stops now."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from affectcli.errors import ExitCode, Interrupted

if TYPE_CHECKING:
    from types import FrameType

_asked: list[int] = []


def install() -> None:
    """Listen to SIGINT and SIGTERM from now on."""
    _asked.clear()
    signal.signal(signal.SIGINT, _ask)
    signal.signal(signal.SIGTERM, _ask)


def _ask(number: int, _frame: FrameType | None) -> None:
    if _asked:
        raise KeyboardInterrupt
    _asked.append(number)


def check(resume: str) -> None:
    """Stop here if the user asked for it. Call it where everything finished is stored.

    Raises:
        Interrupted: with `resume`, the command that goes on from here.
    """
    if not _asked:
        return
    error = Interrupted("Stopped as asked; everything finished so far is stored.", do=resume)
    if _asked[0] == signal.SIGTERM:
        error.code = ExitCode.TERMINATED
    raise error
