"""Many signals, one processor each: a signal's models share nothing with another's."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, cast

from threadpoolctl import threadpool_limits

from affectcli import parts
from affectcli.errors import AnalysisError
from affectcli.forecast._study import Study, study

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from affectcli.forecast._scale import Observed
    from affectcli.parts import Forecaster

ALONE = 3
"""Signals up to which another process would take longer to start than to help."""


def studies(
    signals: Mapping[str, Observed],
    *,
    models: Sequence[str],
    horizon: int,
    origins: int,
    high: str,
    seed: int,
) -> Iterator[tuple[str, Study | AnalysisError]]:
    """Yield each signal with its `study`, or with the reason why it cannot be forecast, in order.

    The same to the bit in one process and in several.

    Raises:
        UsageError: a model's name is none, or `high` is no threshold.
    """
    for name in models:  # a wrong name is an error of the command, not of each signal
        parts.load("forecast", name)
    asked = [(o, list(models), horizon, origins, high, seed) for o in signals.values()]
    workers = min(_cores(), len(asked))
    if len(asked) <= ALONE or workers == 1:
        yield from zip(signals, map(_one, asked), strict=True)
        return
    # A forked child would share torch's and BLAS's threads in an unknown state.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_deaf) as pool:
        try:
            yield from zip(signals, pool.map(_one, asked), strict=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _deaf() -> None:
    """Leave an interrupt to the parent, which reaches every process of the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one(
    asked: tuple[Observed, list[str], int, int, str, int],
) -> Study | AnalysisError:
    """Study one signal in one thread: matrices of a few rows only wait for more threads."""
    observed, names, horizon, origins, high, seed = asked
    models = {name: cast("Forecaster", parts.load("forecast", name)) for name in names}
    with threadpool_limits(1):
        try:
            return study(observed, models, horizon=horizon, origins=origins, high=high, seed=seed)
        except AnalysisError as error:
            return error
