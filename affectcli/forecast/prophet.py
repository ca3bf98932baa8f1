"""Prophet: piecewise linear trend with changepoints, a weekday or yearly pattern and known events.

The model of Taylor and Letham (2018), fitted by maximum a posteriori (Stan). Its scale runs from
the smallest to the largest value, so that a forecast does not depend on the signal's unit or level.
Missing days are left out, which Prophet allows; the pattern of the year joins after two years.
Prophet has no observation weights: a thin day counts as a thick one, but for the logit that
draws it towards the signal's own share. Other signals are not used: they would have to be
forecast too. What is known ahead is a regressor.

A fit costs about 0.1 s, so it is renewed every `EVERY` rows; the rows between two fits say of each
day what the last fit said of it.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.forecast._refits import first_fit, refits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from affectcli.parts import History

    Floats = NDArray[np.float64]

LEAST_SEEN = 14
"""Observed rows below which it is not fitted: two weeks show a weekday twice."""
EVERY = 14
"""Rows after which a fit is renewed at the latest."""
PATIENCE = 60.0
"""Seconds after which a fit is given up; one that works takes a hundredth of that."""
LOGGERS = ("prophet", "prophet.models", "prophet.plot", "cmdstanpy")
"""They report each fit, and that plotly is not installed; neither is news to a user."""
OTHERS = "The other models need no Stan."


def points(history: History, *, horizon: int, since: int, seed: int) -> Floats:
    """Return what Prophet would have said at the end of every row, shape (n, horizon).

    Raises:
        AnalysisError: Prophet or its Stan program does not load, or does not run.
    """
    made = np.full((len(history.z), horizon), np.nan)
    with _quiet():
        model = _loaded()
        for t, until in _fits(history.z):
            if until > since:
                ahead = _forecast(model, history, (t, until - 1 + horizon), seed=seed)
                made[t:until] = np.lib.stride_tricks.sliding_window_view(ahead, horizon)
    return made


def _fits(z: Floats) -> Iterator[tuple[int, int]]:
    """Yield (t, until) as `refits` does, with parts of at most `EVERY` rows."""
    for t, until in refits(len(z), first=first_fit(np.isfinite(z), least=LEAST_SEEN)):
        for start in range(t, until, EVERY):
            yield start, min(start + EVERY, until)


def _loaded() -> Any:  # noqa: ANN401 - Prophet is skipped by the type checker
    """Return the class, once its Stan program has been found.

    Raises:
        AnalysisError: the package or its Stan program is missing or broken.
    """
    try:
        # Imported here: half a second, and where it is broken the other models go on.
        from prophet import Prophet

        Prophet(stan_backend="CMDSTANPY")  # by name: left to search, Prophet hides why it fails
    except Exception as error:
        raise AnalysisError(f"Prophet does not load: {_line(error)}.", known=OTHERS) from error
    return Prophet


def _forecast(model: Any, history: History, rows: tuple[int, int], *, seed: int) -> Floats:  # noqa: ANN401 - as above
    """Fit the rows up to the first of `rows` and return what is said of those after it.

    Raises:
        AnalysisError: the fit failed.
    """
    import pandas as pd

    t, last = rows
    days = [history.start + timedelta(days=history.step * k) for k in range(last + 1)]
    known = [f"ahead_{k}" for k in range(history.ahead.shape[1])]
    table = pd.DataFrame(history.ahead[: last + 1], columns=known)
    table["ds"] = pd.to_datetime(pd.Series(days))
    past = table[: t + 1].assign(y=history.z[: t + 1])
    try:
        one = model(
            stan_backend="CMDSTANPY",
            scaling="minmax",
            uncertainty_samples=0,
            daily_seasonality=False,
        )
        for name in known:
            one.add_regressor(name, standardize=False)
        one.fit(past, seed=seed % 2**32, timeout=PATIENCE)
        ahead = np.asarray(one.predict(table[t + 1 :])["yhat"], dtype=np.float64)
    except Exception as error:
        raise AnalysisError(
            f"Prophet could not be fitted: {_line(error)}.", known=OTHERS
        ) from error
    if not np.isfinite(ahead).all():
        raise AnalysisError("Prophet's forecast is not a finite number.", known=OTHERS)
    return ahead


def _line(error: Exception) -> str:
    """Return what an exception says, in one line; Stan adds its command and its console."""
    said = str(error).partition("\n")[0].partition(" Command '")[0].strip()
    return said.rstrip(".:!") or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Prophet's loggers and its use of old pandas, and leave both as before."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    states = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, disabled in zip(loggers, states, strict=True):
            logger.disabled = disabled
