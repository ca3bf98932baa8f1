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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectcli.analyze import _surrogates
from affectcli.analyze._lags import Side, autocorrelation, lagged_pearson, pairs, peaks
from affectcli.analyze._stability import NOTHING, Stability, stability
from affectcli.analyze._stationary import LEAST, How, Transformed, transform, without_calendar
from affectcli.analyze._whiten import Whitened, whiten
from affectcli.errors import AnalysisError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 0.05
BATCH = 32
"""Series that meet one series' surrogates in one matrix product: 8 MB of results."""
NEARLY = 0.9
"""Correlation of a series with its innovations; an AR(0.5) has 0.87."""
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
    white_acf: NDArray[np.float64]
    """r(1), r(2), ... of `white`: what whitening has left; and of `fixed`, that it meets."""
    fixed_acf: NDArray[np.float64]
    nearly_white: bool
    """Whether `fixed` is hardly anything but `white`."""

    def placed(self, start: int, n: int) -> Prepared:
        """Return the same series from index `start` on of a calendar of `n` days, nan elsewhere."""

        def place(values: NDArray[np.float64]) -> NDArray[np.float64]:
            wide = np.full(n, np.nan)
            wide[start : start + len(values)] = values
            return wide

        return replace(
            self,
            raw=place(self.raw),
            transform=replace(self.transform, values=place(self.transform.values)),
            white=replace(self.white, values=place(self.white.values)),
            fixed=place(self.fixed),
        )


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
    stability: Stability = NOTHING
    """Of the peak, in windows of the same view."""


class _View(NamedTuple):
    name: str
    r: NDArray[np.float64]
    root_n: NDArray[np.float64]

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
    beside = without_calendar(fixed, weekday)
    return Prepared(
        raw,
        changed,
        white,
        beside,
        white_acf=autocorrelation(white.values),
        fixed_acf=autocorrelation(beside),
        nearly_white=float(lagged_pearson(white.values, beside, 0)[0]) > NEARLY,
    )


def correlate(x: Prepared, y: Prepared, *, max_lag: int, draw: _surrogates.Draw) -> Lead:
    """Test one pair of prepared series; `draw` makes the nulls. Errors as in `cross_correlate`."""
    check_overlap(x, y, max_lag)
    return correlate_family([x], [y], wanted=[(0, 0)], max_lag=max_lag, draw=draw)[0]


def correlate_family(
    xs: Sequence[Prepared],
    ys: Sequence[Prepared],
    *,
    wanted: Sequence[tuple[int, int]],
    max_lag: int,
    draw: _surrogates.Draw,
) -> list[Lead]:
    """Test the pairs `wanted` (indices into `xs` and `ys`), all on one calendar.

    Each series' surrogates are drawn once, and meet all of its partners in one matrix product.
    The caller has asked `check_overlap` of each pair.
    """
    views: dict[tuple[int, int], list[_View]] = {pair: [] for pair in wanted}
    null: dict[tuple[int, int], NDArray[np.float32]] = {}

    def add(
        found: Sequence[_Found], pairs_: Sequence[tuple[int, int]], name: str, turn: int = 1
    ) -> None:
        for pair, (r, root_n, most) in zip(pairs_, found, strict=True):
            views[pair].append(_View(name, r[::turn], root_n[::turn]))
            null[pair] = np.maximum(null[pair], most) if pair in null else most.copy()

    for mine in _batches(wanted, 1):
        y = ys[mine[0][1]]
        white = Side(y.white.values, y.white_acf)
        drawn = draw(white.values)
        others = [xs[i] for i, _ in mine]
        both = [Side(x.white.values, x.white_acf) for x in others]
        add(peaks(both, white, drawn, max_lag), mine, "both")
        fixed = [Side(x.fixed, x.fixed_acf) for x in others]
        add(peaks(fixed, white, drawn, max_lag), mine, "y")
        if y.nearly_white:
            # Then this view is nearly the first, and must be so in the null too, with the same
            # signs on the same side: drawn apart, the two would be paid for twice (2 % instead
            # of 5 % false positives of white series).
            beside = Side(y.fixed, y.fixed_acf)
            add(peaks(both, beside, draw(y.fixed), max_lag), mine, "x")
    for mine in _batches([pair for pair in wanted if not ys[pair[1]].nearly_white], 0):
        x = xs[mine[0][0]]
        white = Side(x.white.values, x.white_acf)
        fixed = [Side(ys[j].fixed, ys[j].fixed_acf) for _, j in mine]
        # With y as the fixed side the lags run the other way.
        add(peaks(fixed, white, draw(white.values), max_lag), mine, "x", turn=-1)
    return [_lead(xs[i], ys[j], views[i, j], null[i, j]) for i, j in wanted]


_Found = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]


def _batches(wanted: Sequence[tuple[int, int]], side: int) -> list[list[tuple[int, int]]]:
    """Return the pairs that share a series on `side` (0 is x, 1 is y), at most BATCH together."""
    groups: dict[int, list[tuple[int, int]]] = {}
    for pair in wanted:
        groups.setdefault(pair[side], []).append(pair)
    return [
        group[start : start + BATCH]
        for group in groups.values()
        for start in range(0, len(group), BATCH)
    ]


def _lead(x: Prepared, y: Prepared, views: list[_View], null: NDArray[np.float32]) -> Lead:
    best = max(views, key=lambda view: float(view.size.max()))
    max_lag = len(best.r) // 2
    peak = int(best.size.argmax())
    critical = _critical(null)
    band = critical / best.root_n
    lag = peak - max_lag
    # The white side's surrogate is what the view correlates; the other side is its fixed series.
    first = x.white.values if best.name in {"both", "x"} else x.fixed
    second = y.white.values if best.name in {"both", "y"} else y.fixed
    return Lead(
        n=int((np.isfinite(x.raw) & np.isfinite(y.raw)).sum()),
        lags=np.arange(-max_lag, max_lag + 1),
        r=best.r,
        band_low=-band,
        band_high=band,
        peak_lag=lag,
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
        stability=stability(first, second, max_lag=max_lag, lag=lag),
    )


def check_overlap(x: Prepared, y: Prepared, max_lag: int) -> None:
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
