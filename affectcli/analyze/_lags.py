"""Correlations at every lag over the days that both series have; nothing is ever filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._surrogates import Drawn


REMNANT = 14
"""Days over which autocorrelation that whitening has left is looked for."""


class Scan(NamedTuple):
    """One fixed series against a white one and its surrogates, by lag (2 max_lag + 1,)."""

    r: NDArray[np.float64]
    """r(k) of fixed(t) with white(t + k); nan where the fixed side does not vary."""
    root_n: NDArray[np.float64]
    """Square root of the number of pairs."""
    null: NDArray[np.float32]
    """Each surrogate's |r(k)| sqrt(n(k)), shape (count, 2 max_lag + 1)."""


def shifted(x: NDArray[np.float64], max_lag: int) -> NDArray[np.float64]:
    """Return S (n, 2 max_lag + 1) with S[s, j] = x[s - k] for lag k = j - max_lag, 0 outside."""
    edge = np.zeros(max_lag)
    padded = np.concatenate([edge, x, edge])
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * max_lag + 1)[:, ::-1]


def pairs(x: NDArray[np.float64], y: NDArray[np.float64], max_lag: int) -> NDArray[np.float64]:
    """Return at how many t both x[t] and y[t + k] exist, for k = -max_lag..max_lag."""
    return np.isfinite(y).astype(float) @ shifted(np.isfinite(x).astype(float), max_lag)


def lagged_pearson(
    x: NDArray[np.float64], y: NDArray[np.float64], max_lag: int
) -> NDArray[np.float64]:
    """Return Pearson's r of x[t] with y[t + k], each lag over its own complete pairs.

    `x`, `y` (n,), nan = missing; result (2 max_lag + 1,), nan where a side does not vary.
    """
    u, v = _standard(x), _standard(y)
    there = shifted(np.isfinite(x).astype(float), max_lag)
    lagged = shifted(u, max_lag)
    seen = np.isfinite(y).astype(float)
    n = np.maximum(seen @ there, 1.0)
    mean_x, mean_y = seen @ lagged / n, v @ there / n
    var_x = seen @ lagged**2 / n - mean_x**2
    var_y = v**2 @ there / n - mean_y**2
    return _ratio(v @ lagged / n - mean_x * mean_y, var_x * var_y)


def scan(
    fixed: NDArray[np.float64],
    white: NDArray[np.float64],
    drawn: Drawn,
    max_lag: int,
) -> Scan:
    """Correlate `fixed` (n,) with `white` (n,) and with its surrogates.

    The fixed side is centred on each lag's pairs, the white side has mean 0 and stays there; so
    one matrix product gives all lags of all surrogates, which for 61 lags is faster than an FFT.
    The null is widened by the autocorrelation that is left in the white side.
    """
    seen = np.isfinite(white)[:, None]
    there = shifted(np.isfinite(fixed).astype(float), max_lag) * seen
    lagged = shifted(_standard(fixed), max_lag) * there
    n = there.sum(axis=0)
    centred = (lagged - lagged.sum(axis=0) / np.maximum(n, 1.0)) * there
    energy = (centred**2).sum(axis=0)
    e = np.nan_to_num(white)
    null = np.abs(drawn.values @ centred.astype(np.float32))
    drawn_energy = drawn.energy @ there.astype(np.float32)
    null *= _ratio(np.sqrt(n), energy).astype(np.float32)
    null *= np.float32(_inflation(fixed, white))
    null /= np.sqrt(np.maximum(drawn_energy, np.float32(1e-12)))
    return Scan(_ratio(e @ centred, energy * (e**2 @ there)), np.sqrt(n), np.nan_to_num(null))


def _inflation(fixed: NDArray[np.float64], white: NDArray[np.float64]) -> float:
    """Return by how much autocorrelation left in `white` widens the spread of r, at least 1.

    Bartlett (1946): n var r(k) = sum over j of rho_fixed(j) rho_white(j).
    """
    left, beside = (lagged_pearson(s, s, REMNANT)[REMNANT + 1 :] for s in (white, fixed))
    return float(np.sqrt(max(1.0, 1.0 + 2.0 * np.nansum(left * beside))))


def _standard(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x with mean 0, variance 1, and 0 for missing values."""
    standard: NDArray[np.float64] = np.nan_to_num((x - np.nanmean(x)) / np.nanstd(x))
    return standard


def _ratio(top: NDArray[np.float64], squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return top / sqrt(squared), nan where `squared` is 0 up to rounding."""
    ratio = np.full(len(top), np.nan)
    np.divide(top, np.sqrt(np.maximum(squared, 0.0)), out=ratio, where=squared > 1e-12)
    return ratio
