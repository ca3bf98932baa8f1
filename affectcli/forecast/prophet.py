"""Prophet: piecewise linear trend with changepoints and a weekday pattern; needs two weeks.

The model of Taylor and Letham (2018), fitted by maximum a posteriori. Its errors are independent
from day to day, so on a signal whose level wanders its intervals are too narrow; the rolling scores
say so. Missing days are left out, which Prophet allows. Yearly seasonality joins after two years.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.forecast._scale import SEASON, Scaled, scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from affectcli.parts import History

LOGGERS = ("prophet", "prophet.plot", "cmdstanpy")
"""They report each fit, and that plotly is not installed; neither is news to a user."""


def paths(
    history: History, *, horizon: int, samples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return sample paths, shape (samples, horizon), in the units of the history.

    Raises:
        AnalysisError: fewer than 14 observed days, or Prophet or its Stan program does not run.
    """
    signal = scaled(history)
    if signal.constant is not None:
        return np.full((samples, horizon), signal.constant)
    if int(signal.seen.sum()) < 2 * SEASON:
        raise AnalysisError(
            f"Prophet needs {2 * SEASON} observed days; the signal has {int(signal.seen.sum())}.",
            known="seasonal_naive needs 7, ets 10.",
        )
    steps, seed = signal.gap + horizon, int(rng.integers(2**31))
    with _quiet(), _global_seed(seed):
        try:
            ahead = _simulate(signal, steps=steps, samples=samples, seed=seed)
        except (ImportError, OSError, RuntimeError, ValueError, AttributeError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise AnalysisError(
                f"Prophet could not be fitted: {reason}.",
                known="seasonal_naive and ets need no Stan.",
            ) from error
    return signal.back(ahead)


def _simulate(signal: Scaled, *, steps: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Fit and simulate on the model scale, shape (samples, steps)."""
    # Imported here: half a second, and where the backend is broken `paths` can say so in one line.
    import pandas as pd
    from prophet import Prophet

    days = [signal.start + timedelta(days=k) for k in range(len(signal.z) + steps)]
    stamps = pd.to_datetime(pd.Series(days))
    known = pd.DataFrame({"ds": stamps[: len(signal.z)], "y": signal.z})
    model = Prophet(uncertainty_samples=samples, daily_seasonality=False)
    model.fit(known, seed=seed)
    drawn = model.predictive_samples(pd.DataFrame({"ds": stamps[len(signal.z) :]}))
    ahead: NDArray[np.float64] = np.asarray(drawn["yhat"], dtype=np.float64).T
    return ahead


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Prophet's loggers and its use of an old pandas option, and leave both as before."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    states = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The inplace keyword", DeprecationWarning)
            yield
    finally:
        for logger, disabled in zip(loggers, states, strict=True):
            logger.disabled = disabled


@contextmanager
def _global_seed(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, from which Prophet draws, and give back its state."""
    before = np.random.get_state()  # noqa: NPY002 - Prophet offers no other way to be repeatable
    np.random.seed(seed)  # noqa: NPY002 - as above
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002 - as above
