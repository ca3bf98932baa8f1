"""Stopping on request: the first Ctrl-C finishes the batch in hand, the second stops now.

A time limit stops in the same two steps, `GRACE` seconds apart.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from affectcli.errors import ExitCode, Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from affectcli.errors import AffectError

GRACE = 10.0
_asked: list[int] = []
_late: list[AffectError] = []


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
        AffectError: the error of a `limit` that has passed.
    """
    if _late:
        raise _late[0]
    if not _asked:
        return
    error = Interrupted("Stopped as asked; everything finished so far is stored.", do=resume)
    if _asked[0] == signal.SIGTERM:
        error.code = ExitCode.TERMINATED
    raise error


def pause(seconds: float, resume: str) -> None:
    """Wait, but no longer than until the user asks to stop; raises as `check` does."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        check(resume)
        time.sleep(min(left, 0.25))
    check(resume)


@contextmanager
def limit(seconds: float | None, late: AffectError) -> Iterator[None]:
    """Raise `late` once what runs inside has taken `seconds`; None is no limit.

    It comes from the next `check`, or from wherever the main thread is `GRACE` seconds later; one
    long call into a library that holds the interpreter is waited for.

    Raises:
        AffectError: `late`.
    """
    main = threading.current_thread() is threading.main_thread()  # signals come to no other
    if seconds is None or not main or not hasattr(signal, "setitimer"):  # Windows has none
        yield
        return

    rings = 0

    def ring(_number: int, _frame: FrameType | None) -> None:
        nonlocal rings
        rings += 1
        _late[:] = [late]
        if rings > 1:
            raise KeyboardInterrupt  # unlike `late`, nothing on the way takes it for its own

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), GRACE)
    try:
        yield
    except KeyboardInterrupt:
        if rings > 1 and not _asked:
            raise late from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        _late.clear()
