"""Tests whether one series leads another: the largest cross-correlation against its null.

1. Each series is made stationary, and loses its straight line in time and, if weekdays are given,
   their means (`_stationary`).
2. Autocorrelation of both sides is what makes unrelated series correlate, so at least one side
   is whitened (`_whiten`): with white e independent of x, var r(k) = 1/n(k) whatever x is
   (Bartlett 1946). Three views: both sides white (Haugh 1976), only y, only x. Which one sees a
   lead depends on the noise: for y = 0.3 x(t-3) + white noise and x AR(0.8) the first has r = 0.18
   and the second 0.3; where the noise has x's autocorrelation, whitening both is the best.
3. The statistic is max |r(k)| sqrt(n(k)) over all lags and all views, and its null is the same
   maximum with the white side's signs drawn at random (`_surrogates.sign`), so that looking
   at many lags and views is paid for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from affectcli.analyze import _surrogates
from affectcli.analyze._lags import Scan, lagged_pearson, pairs, scan
from affectcli.analyze._stationary import LEAST, How, Transformed, transform, without_calendar
from affectcli.analyze._whiten import Whitened, whiten
from affectcli.errors import AnalysisError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.05
LEAST_WHITE = 20
"""Fewest pairs of innovations; whitening costs up to two weeks and the days after gaps."""


@dataclass(frozen=True)
class Prepared:
    """All that a pair needs to know of one of its series; prepare once, correlate many times.

    `raw` is as given; `white` are its innovations after `transform`; `fixed` stands against the
    other's innovations: the levels with 'auto', else what was asked for. (n,), nan = missing.
    """

    raw: NDArray[np.float64]
    transform: Transformed
    white: Whitened
    fixed: NDArray[np.float64]


@dataclass(frozen=True)
class Lead:
    """What a pair's cross-correlation shows; arrays have shape (2 max_lag + 1,).

    Positive lag k: x leads y by k days, r is the correlation of x(t) with y(t + k).
    """

    n: int
    """Days on which both series have a value."""
    lags: NDArray[np.int64]
    r: NDArray[np.float64]
    """Correlations in `view`, the view with the largest peak; nan where a lag has no variance."""
    band_low: NDArray[np.float64]
    band_high: NDArray[np.float64]
    """What the largest |r| of unrelated series stays within in 95 of 100 pairs, over all lags."""
    peak_lag: int
    peak_r: float
    p_value: float
    """Of the maximum over lags and views; below 0.05 exactly when the peak is outside the band."""
    raw_r: NDArray[np.float64]
    """Correlations of the untouched series, as papers print them; no test is valid on these."""
    nulls: int
    transform_x: str
    transform_y: str
    """What made x and y stationary before whitening (see `Prepared.fixed` for the other side)."""
    order_x: int
    order_y: int
    """Lags of the whitening autoregressions."""
    view: str
    """Which side was whitened: both, y or x."""
    detectable: float
    """The smallest |r| that would be found with probability 0.8 (at lag 0)."""


class _View(NamedTuple):
    name: str
    r: NDArray[np.float64]
    root_n: NDArray[np.float64]
    null: NDArray[np.float32]
    """Each surrogate's largest |r| sqrt(n), shape (count,)."""

    @property
    def size(self) -> NDArray[np.float64]:
        """|r| in units of its standard error under independence, 0 where there is no r."""
        return np.nan_to_num(np.abs(self.r) * self.root_n)


def cross_correlate(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    max_lag: int = 30,
    how: How = "auto",
    nulls: int = 999,
    seed: int = 0,
    weekday: NDArray[np.int64] | None = None,
) -> Lead:
    """Test whether `x` leads or follows `y`, both (n,) on one regular calendar, nan = missing.

    `weekday` (n,), 0..6, takes day-of-week means out of both.

    Raises:
        AnalysisError: too short for `max_lag`, constant, or perfectly predictable.
        UsageError: fewer than 19 nulls, with which no p-value reaches 0.05.
    """
    draw = _surrogates.sign(nulls, len(x), np.random.default_rng(seed))
    first, second = (prepare(series, how=how, weekday=weekday) for series in (x, y))
    return correlate(first, second, max_lag=max_lag, draw=draw)


def prepare(
    y: NDArray[np.float64], *, how: How = "auto", weekday: NDArray[np.int64] | None = None
) -> Prepared:
    """Make `y` (n,) stationary and white; errors as in `cross_correlate`."""
    raw = np.where(np.isfinite(y), y, np.nan)
    changed = transform(raw, how=how)
    white = whiten(without_calendar(changed.values, weekday))
    # Against white innovations any series is valid, a random walk too, and differencing a slow one
    # that the tests took for a walk would lose its lead (9 of 10 found with AR(0.95), else 6).
    fixed = raw if how == "auto" else changed.values
    return Prepared(raw, changed, white, without_calendar(fixed, weekday))


def correlate(x: Prepared, y: Prepared, *, max_lag: int, draw: _surrogates.Draw) -> Lead:
    """Test one pair of prepared series; `draw` makes the nulls. Errors as in `cross_correlate`."""
    _check_overlap(x, y, max_lag)
    white_x, white_y = x.white.values, y.white.values
    drawn_y = draw(white_y)
    views = [
        _view("both", scan(white_x, white_y, drawn_y, max_lag)),
        _view("y", scan(x.fixed, white_y, drawn_y, max_lag)),
        _view("x", scan(y.fixed, white_x, draw(white_x), max_lag), mirrored=True),
    ]
    best = max(views, key=lambda view: float(view.size.max()))
    null = np.max([view.null for view in views], axis=0)
    peak = int(best.size.argmax())
    critical = _critical(null)
    band = critical / best.root_n
    return Lead(
        n=int((np.isfinite(x.raw) & np.isfinite(y.raw)).sum()),
        lags=np.arange(-max_lag, max_lag + 1),
        r=best.r,
        band_low=-band,
        band_high=band,
        peak_lag=peak - max_lag,
        peak_r=float(best.r[peak]),
        p_value=float((1 + (null >= np.float32(best.size[peak])).sum()) / (len(null) + 1)),
        raw_r=lagged_pearson(x.raw, y.raw, max_lag),
        nulls=len(null),
        transform_x=x.transform.name,
        transform_y=y.transform.name,
        order_x=x.white.order,
        order_y=y.white.order,
        view=best.name,
        detectable=_detectable(critical, float(best.root_n[max_lag])),
    )


def _view(name: str, found: Scan, *, mirrored: bool = False) -> _View:
    """Reduce the null to its maximum; with y as the fixed side the lags run the other way."""
    turn = -1 if mirrored else 1
    return _View(name, found.r[::turn], found.root_n[::turn], found.null.max(axis=1))


def _check_overlap(x: Prepared, y: Prepared, max_lag: int) -> None:
    """Refuse where some lag would rest on fewer than 30 days, or 20 after whitening."""
    raw = pairs(x.raw, y.raw, max_lag)
    white = pairs(x.white.values, y.white.values, max_lag)
    enough = (raw >= LEAST) & (white >= LEAST_WHITE)
    if enough.all():
        return
    if not enough[max_lag]:
        raise AnalysisError(
            f"The two series share {raw[max_lag]:.0f} days, {white[max_lag]:.0f} of them with "
            f"enough past; {LEAST} and {LEAST_WHITE} are needed.",
            do="a period in which both have values",
        )
    either = enough & enough[::-1]
    possible = int(np.argmin(either[max_lag:])) - 1
    raise AnalysisError(
        f"At lag {max_lag} only {min(raw[0], raw[-1]):.0f} days can be compared; "
        f"{LEAST} are needed.",
        known=f"Up to lag {possible} there are enough.",
        do=f"--max-lag {possible}",
    )


def _critical(null: NDArray[np.float32]) -> float:
    """Return the value that the statistic must exceed so that its p-value is at most 0.05."""
    allowed = int(LEVEL * (len(null) + 1) + 1e-9) - 1
    if allowed < 0:
        raise UsageError(
            f"With {len(null)} nulls no p-value can reach {LEVEL:g}.", do="--nulls 999"
        )
    return float(np.sort(null)[::-1][allowed])


def _detectable(critical: float, root_n: float) -> float:
    """Solve rho = (critical + 0.84 (1 - rho^2)) / sqrt(n): 0.84 standard errors beyond the band."""
    spread = 0.8416 / root_n
    base = critical / root_n + spread
    return min(1.0, float((np.sqrt(1 + 4 * spread * base) - 1) / (2 * spread)))
