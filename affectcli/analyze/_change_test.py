"""Is there a level shift? The largest of all possible ones against surrogates without it.

The model is an autoregression with steps, y(t) = c + sum of phi(i) y(t-i) + steps + e(t). Because
phi is fitted together with what is already a step, a shift does not pass for memory; because each
surrogate has the memory of the series and goes through the same search, memory does not pass for
a shift (sup-F of Andrews 1993; sequential as Bai & Perron 1998; recursive wild bootstrap of
Goncalves & Kilian 2004, so that restless weeks stay where they are).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter, lfiltic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHORTEST = 14
"""Observations between two breaks at the least."""
MOST_LAGS = 7
SPANS = (14, 20, 28, 40, 57, 80, 113, 160, 226, 320)
"""Lengths of episodes that are looked for: a rise and its end, which one step would not show."""
BATCH = 100
ROUNDS = 2
"""In which the bias of memory beside a chosen shift is estimated."""
ENOUGH = 20
"""Surrogates that do as well, after which no more are drawn (Besag & Clifford 1991)."""
CLOSEST = 0.995
"""Largest root of an autoregression that is called stationary; beyond it the null is a walk."""


class Shift(NamedTuple):
    """The most likely further change of a series, and how often chance shows as much."""

    at: tuple[int, ...]
    """First index of the new level; two indices, from and until, of an episode."""
    size: float
    """Log-likelihood ratio, times two."""
    p_value: float
    nulls: int


def next_shift(y: Array, breaks: Sequence[int], *, nulls: int, rng: Generator) -> Shift | None:
    """Test whether `y` (n,), without gaps, has a further shift besides `breaks`.

    None where no date leaves `SHORTEST` observations on both sides. Surrogates have the memory that
    is left beside the likeliest shift, less the bias that choosing it brings: that of surrogates
    that went through the same choice (after Kilian 1998). Their errors are those of the model
    without it (imposing the null: Davidson & Flachaire 2008): a shift chosen in the most restless
    weeks would take away much of just that restlessness, and chance would look too small.
    """
    n = len(y)
    steps = _steps(n, breaks)
    order = _order(y, steps)
    places = _candidates(n, breaks, order)
    if not len(places.first):
        return None
    found = _search(y[None], steps, order, places)
    best = int(found.best[0])
    observed = float(found.ratio[0, best])
    first, last = int(places.first[best]), int(places.last[best])
    shifted = np.column_stack([steps, (np.arange(n) >= first) & (np.arange(n) < last)])
    means, start = _level(y, steps), (y - _level(y, shifted))[:order]

    def drawn(coefficients: Array, count: int) -> Array:
        noise = found.errors[0] * rng.choice(np.array([-1.0, 1.0]), (count, n - order))
        return means + _autoregress(noise, coefficients, start)

    corrected = found.phi[0]
    for _ in range(ROUNDS):
        refound = _search(drawn(corrected, BATCH), steps, order, places).phi
        corrected = _stable(found.phi[0], refound.mean(axis=0) - corrected)
    above = total = 0
    while total < nulls and above < ENOUGH:
        count = min(BATCH, nulls - total)
        most = _search(drawn(corrected, count), steps, order, places).ratio.max(axis=1)
        above += int((most >= observed - 1e-9).sum())
        total += count
    at = (first,) if last == n else (first, last) if first > 0 else (last,)
    return Shift(at, observed, (1 + above) / (1 + total), total)


def autoregression(y: Array, breaks: Sequence[int]) -> tuple[Array, Array]:
    """Return phi (p,) of `y` (n,) given its `breaks`, and the prediction errors (n - p,)."""
    steps = _steps(len(y), breaks)
    order = _order(y, steps)
    _, rest, unit, root = _basis(y[None], steps, order)
    onto = unit @ rest[:, :, None]
    phi = np.asarray(np.linalg.solve(root.transpose(0, 2, 1), onto), dtype=np.float64)[0, :, 0]
    return phi, rest[0] - (onto[0].T @ unit[0])[0]


class _Places(NamedTuple):
    """Each possible new level: its first index, one past its last, and whether it ends (0 or 1)."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    ends: NDArray[np.int64]


class _Found(NamedTuple):
    """Of each of many series: each step's ratio, the best, and the autoregression."""

    phi: Array
    """Fitted together with the best step."""
    errors: Array
    """Left by the autoregression without it."""
    ratio: Array
    best: NDArray[np.intp]


def _steps(n: int, breaks: Sequence[int]) -> Array:
    day = np.arange(n)[:, None]
    return np.hstack([np.ones((n, 1)), day >= np.array(breaks, dtype=int)[None]]).astype(float)


def _level(y: Array, steps: Array) -> Array:
    means: Array = steps @ np.linalg.lstsq(steps, y, rcond=None)[0]
    return means


def _candidates(n: int, breaks: Sequence[int], order: int) -> _Places:
    """Return where a new level may begin and end, `SHORTEST` from what is there already.

    An episode has two dates to choose; its ratio pays log n for the second, as in Schwarz (1978).
    """
    edges = np.array([order, *breaks, n])
    day = np.arange(n + 1)
    free = (np.abs(day[:, None] - edges).min(axis=1) >= SHORTEST) & (day > order)
    starts = np.flatnonzero(free)
    first, last = [starts], [np.full(len(starts), n)]
    for span in SPANS:
        there = starts[starts + span <= n]
        there = there[free[there + span]]
        first.append(there)
        last.append(there + span)
    a, b = np.concatenate(first), np.concatenate(last)
    return _Places(a, b, (b < n).astype(np.int64))


def _lagged(y: Array, order: int) -> Array:
    """Return the `order` values before each (count, n - order, order), newest first."""
    windows = np.lib.stride_tricks.sliding_window_view(y[:, :-1], order, axis=1)
    return windows[:, :, ::-1]


def _basis(y: Array, steps: Array, order: int) -> tuple[Array, Array, Array, Array]:
    """Return steps and lags as orthonormal columns, y without the steps, lags, and their root."""
    fixed: Array = np.asarray(np.linalg.qr(steps[order:])[0], dtype=np.float64)
    lags: Array = _lagged(y, order)
    lags = lags - fixed @ (fixed.T @ lags)
    rest: Array = y[:, order:] - (y[:, order:] @ fixed) @ fixed.T
    moments = lags.transpose(0, 2, 1) @ lags
    trace = np.trace(moments, axis1=1, axis2=2)[:, None, None]
    root: Array = np.linalg.cholesky(moments + np.eye(order) * (1e-10 * trace + 1e-300))
    unit = np.asarray(np.linalg.solve(root, lags.transpose(0, 2, 1)), dtype=np.float64)
    return fixed, rest, unit, root


def _search(y: Array, steps: Array, order: int, places: _Places) -> _Found:
    """Return the likelihood ratio of each possible step in each series of `y` (count, n)."""
    fixed, rest, unit, root = _basis(y, steps, order)
    onto = (unit @ rest[:, :, None])[:, :, 0]
    errors = rest - (onto[:, None] @ unit)[:, 0]
    a, b = places.first - order, places.last - order
    top = _between(errors, a, b)
    energy = (b - a) - (_between(fixed.T, a, b) ** 2).sum(axis=0)
    for column in range(order):
        energy = energy - _between(unit[:, column], a, b) ** 2
    total = (errors**2).sum(axis=1, keepdims=True)
    explained = top**2 / np.maximum(energy * total, 1e-12 * total + 1e-300)
    rows = errors.shape[1]
    ratio = -rows * np.log1p(-np.minimum(explained, 1 - 1e-12)) - places.ends * np.log(rows)
    best = ratio.argmax(axis=1)
    row = np.arange(len(y))
    chosen = (np.arange(rows) >= a[best, None]) & (np.arange(rows) < b[best, None])
    size = top[row, best] / np.maximum(energy[row, best], 1e-12)
    shape = chosen - (chosen @ fixed) @ fixed.T
    on_lags = (unit @ shape[:, :, None])[:, :, 0]
    phi = np.linalg.solve(root.transpose(0, 2, 1), (onto - size[:, None] * on_lags)[:, :, None])
    return _Found(phi[:, :, 0], errors, ratio, best)


def _between(x: Array, a: NDArray[np.int64], b: NDArray[np.int64]) -> Array:
    """Return the sums of x (count, m) from a to b, b excluded; (count, len(a))."""
    total = np.concatenate([np.zeros((len(x), 1)), np.cumsum(x, axis=1)], axis=1)
    sums: Array = total[:, b] - total[:, a]
    return sums


def _order(y: Array, steps: Array) -> int:
    """Return the number of lags with the least AIC, at least one; all see the same rows."""
    highest = max(1, min(MOST_LAGS, len(y) // 20))
    lags = _lagged(y[None], highest)[0]
    full = np.hstack([steps[highest:], lags, y[highest:, None]])
    left = np.asarray(np.linalg.qr(full, mode="r"))[:, -1]
    squares = np.cumsum(left[::-1] ** 2)[::-1]
    orders = np.arange(1, highest + 1)
    rows = len(y) - highest
    aic = rows * np.log(np.maximum(squares[steps.shape[1] + orders], 1e-300)) + 2 * orders
    return int(orders[aic.argmin()])


def _stable(phi: Array, bias: Array) -> Array:
    """Return `phi` less its bias, as far as that leaves it stationary (Kilian 1998)."""
    for part in np.linspace(1.0, 0.0, 21):
        corrected: Array = phi - part * bias
        if _root(corrected) < CLOSEST:
            return corrected
    pulled: Array = phi * (CLOSEST / _root(phi)) ** np.arange(1, len(phi) + 1)
    return pulled


def _root(phi: Array) -> float:
    return float(np.abs(np.roots(np.r_[1.0, -phi])).max(initial=0.0))


def _autoregress(noise: Array, phi: Array, start: Array) -> Array:
    """Return series (count, n) that begin with `start` and go on with `noise` (count, n - p)."""
    state = lfiltic([1.0], np.r_[1.0, -phi], start[::-1])
    path, _ = lfilter([1.0], np.r_[1.0, -phi], noise, axis=1, zi=np.tile(state, (len(noise), 1)))
    return np.concatenate([np.tile(start, (len(noise), 1)), path], axis=1)
