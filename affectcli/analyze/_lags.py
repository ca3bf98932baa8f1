"""Correlations at every lag over the days that both series have; nothing is ever filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.analyze._surrogates import Drawn


REMNANT = 14
"""Days over which autocorrelation that whitening has left is looked for."""
NARROWEST = 0.25
"""Least factor of a variance that such autocorrelation is believed to leave."""


class Scan(NamedTuple):
    """One fixed series against a white one and its surrogates, by lag (2 max_lag + 1,)."""

    r: NDArray[np.float64]
    """r(k) of fixed(t) with white(t + k); nan where the fixed side does not vary."""
    root_n: NDArray[np.float64]
    """Square root of the number of pairs."""
    null: NDArray[np.float32]
    """Each surrogate's |r(k)| sqrt(n(k)), shape (count, 2 max_lag + 1)."""


class Side(NamedTuple):
    """One side of a pair, and what its autocorrelation is, (REMNANT,)."""

    values: NDArray[np.float64]
    acf: NDArray[np.float64]


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
    The null is as wide as the autocorrelation that is left in the white side makes it.
    """
    block = _block(fixed, white, max_lag)
    widened = inflation(autocorrelation(fixed), autocorrelation(white))
    null = np.abs(_products(drawn, [block], [widened]))
    return Scan(block.r, block.root_n, null)


def peaks(
    fixed: Sequence[Side], white: Side, drawn: Drawn, max_lag: int
) -> list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]]:
    """Return `scan`'s r and root_n, and each surrogate's maximum, of many fixed series at once.

    The surrogates of `white` meet the lags of all of them in one matrix product. `null` (count,).
    """
    blocks = [_block(side.values, white.values, max_lag) for side in fixed]
    widened = [inflation(side.acf, white.acf) for side in fixed]
    null = _products(drawn, blocks, widened).reshape(len(drawn.values), len(fixed), -1)
    most = np.maximum(null.max(axis=2), -null.min(axis=2))
    return [(block.r, block.root_n, most[:, k]) for k, block in enumerate(blocks)]


def autocorrelation(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return r(1) to r(REMNANT) of `x` (n,), nan = missing."""
    return lagged_pearson(x, x, REMNANT)[REMNANT + 1 :]


def inflation(beside: NDArray[np.float64], left: NDArray[np.float64]) -> float:
    """Return by how much autocorrelation `left` in the white side widens r's spread, or narrows it.

    Bartlett (1946): n var r(k) = sum over j of rho_fixed(j) rho_white(j). In short series most of
    what is left is noise: taken only where it widens, it would make the test too strict.
    """
    return float(np.sqrt(max(NARROWEST, 1.0 + 2.0 * np.nansum(left * beside))))


class _Block(NamedTuple):
    """The lags of a fixed series, centred over the pairs with one white series."""

    centred: NDArray[np.float64]
    there: NDArray[np.float64]
    scale: NDArray[np.float64]
    """sqrt(n / energy) by lag, nan where the fixed side does not vary."""
    r: NDArray[np.float64]
    root_n: NDArray[np.float64]


def _block(fixed: NDArray[np.float64], white: NDArray[np.float64], max_lag: int) -> _Block:
    seen = np.isfinite(white)[:, None]
    there = shifted(np.isfinite(fixed).astype(float), max_lag) * seen
    lagged = shifted(_standard(fixed), max_lag) * there
    n = there.sum(axis=0)
    centred = (lagged - lagged.sum(axis=0) / np.maximum(n, 1.0)) * there
    energy = np.einsum("tk,tk->k", centred, centred)
    e = np.nan_to_num(white)
    r = _ratio(e @ centred, energy * (e**2 @ there))
    return _Block(centred, there, _ratio(np.sqrt(n), energy), r, np.sqrt(n))


def _products(
    drawn: Drawn, blocks: Sequence[_Block], widened: Sequence[float]
) -> NDArray[np.float32]:
    """Return r(k) sqrt(n(k)) of each surrogate with each block, (count, blocks x lags)."""
    scale = np.concatenate(
        [block.scale * wide for block, wide in zip(blocks, widened, strict=True)]
    )
    columns = np.concatenate([block.centred for block in blocks], axis=1, dtype=np.float32)
    there = np.concatenate([block.there for block in blocks], axis=1, dtype=np.float32)
    energy = np.maximum(drawn.energy @ there, np.float32(1e-12))
    factor = np.nan_to_num(scale).astype(np.float32)
    if len(energy) == 1:  # shared by all surrogates: scaling the lags scales every product
        columns *= factor / np.sqrt(energy[0])
    null: NDArray[np.float32] = drawn.values @ columns
    if len(energy) > 1:
        null *= factor / np.sqrt(energy)
    return null


def _standard(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x with mean 0, variance 1, and 0 for missing values."""
    standard: NDArray[np.float64] = np.nan_to_num((x - np.nanmean(x)) / np.nanstd(x))
    return standard


def _ratio(top: NDArray[np.float64], squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return top / sqrt(squared), nan where `squared` is 0 up to rounding."""
    ratio = np.full(len(top), np.nan)
    np.divide(top, np.sqrt(np.maximum(squared, 0.0)), out=ratio, where=squared > 1e-12)
    return ratio
