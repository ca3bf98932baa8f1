"""A series made ready for regression on its past: stationary, without its week, past filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affectcli.analyze._stationary import How, transform, without_calendar
from affectcli.analyze._whiten import whiten

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Past:
    """A series (n,) and what stands for it where it is somebody's lag.

    `values` is nan where missing; `filled` has the series' own prediction there, from its past
    alone (Berkson 1950), and is used as a regressor only, never as an observation.
    """

    values: NDArray[np.float64]
    filled: NDArray[np.float64]
    order: int
    """Own lags, by AIC up to 14."""
    transform: str
    terms: NDArray[np.float64]
    """Constant, straight line and weekdays, (n, 2 or 8): regressors beside the lags."""

    @property
    def there(self) -> NDArray[np.bool_]:
        """Return where the series has a value, (n,)."""
        return np.isfinite(self.values)


def prepare(
    y: NDArray[np.float64], *, how: How = "auto", weekday: NDArray[np.int64] | None = None
) -> Past:
    """Make `y` (n,) stationary over its whole span.

    Raises:
        AnalysisError: too short, constant, or predicted by its own past without error.
    """
    changed = transform(np.where(np.isfinite(y), y, np.nan), how=how)
    free = without_calendar(changed.values, weekday)
    white = whiten(free)
    line = np.linspace(-1.0, 1.0, len(y))[:, None]
    week = np.ones_like(line) if weekday is None else np.eye(7)[weekday]
    filled = _fill(free, white.coefficients)
    return Past(free, filled, white.order, changed.name, np.hstack([line, week]))


def prepare_from(
    y: NDArray[np.float64], first: int, *, how: How, weekday: NDArray[np.int64] | None
) -> Past:
    """Make `y` (n,) stationary by what its first `first` days show, and nothing later.

    Errors as in `prepare`.
    """
    known = transform(np.where(np.isfinite(y[:first]), y[:first], np.nan), how=how).name
    values = np.where(np.isfinite(y), y, np.nan)
    if known != "none":
        with np.errstate(invalid="ignore", divide="ignore"):
            levels = np.log(values) if known == "dlog" else values
        values = np.r_[np.nan, np.diff(levels)]
        values[~np.isfinite(values)] = np.nan
    free = values - _weekday_means(values[:first], weekday, len(y))
    white = whiten(free[:first])
    return Past(free, _fill(free, white.coefficients), white.order, known, np.ones((len(y), 1)))


def lags(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return L (n, count) with L[t, k - 1] = values[t - k]; nan before the series begins."""
    padded = np.concatenate([np.full(count, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, count + 1)
    return np.asarray(windows[:, :-1][:, ::-1])


def _weekday_means(
    known: NDArray[np.float64], weekday: NDArray[np.int64] | None, n: int
) -> NDArray[np.float64]:
    """Return each day's expected level by the weekdays of the known days, (n,)."""
    overall = float(np.nanmean(known))
    if weekday is None:
        return np.full(n, overall)
    means = np.full(7, overall)
    for day in range(7):
        seen = known[weekday[: len(known)] == day]
        if np.isfinite(seen).any():
            means[day] = np.nanmean(seen)
    return means[weekday]


def _fill(values: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the autoregression's prediction where `values` (n,) are missing, 0 where it has none."""
    there = np.isfinite(values)
    filled: NDArray[np.float64] = np.where(there, values, 0.0)
    newest_last = coefficients[::-1]
    order = len(coefficients)
    for day in np.flatnonzero(~there):
        if order and day >= order:
            filled[day] = newest_last @ filled[day - order : day]
    return filled
