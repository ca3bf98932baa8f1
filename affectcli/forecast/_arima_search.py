"""Which ARIMA: a stepwise search by AICc, with and without differences and weekdays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from affectcli.forecast._arima_filter import Order
from affectcli.forecast._arima_fit import Fit, Sample, fit, least

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST, EACH = 4, 3
"""p + q, and p or q, at most."""
ROWS_PER_TERM = 10
"""Observed rows for each of the p + q terms: below 20, AR(1) and MA(1) at most."""
START = 0.7
"""Partial autocorrelations that the optimiser starts from are START / sqrt(1 + START^2) = 0.57."""


def search(sample: Sample) -> Fit:
    """Return the fit with the smallest AICc.

    First the plainest model of each kind (d = 0 or 1, with or without weekdays), then, with its
    coefficients held, steps to neighbouring orders as long as they help (Hyndman and Khandakar
    2008, 3.2). Unlike there AICc chooses d too: given row 0, both kinds explain the same rows.
    """
    most = min(MOST, int(np.isfinite(sample.y).sum()) // ROWS_PER_TERM)
    weekly = (False, True) if sample.X.shape[1] else (False,)
    best = []
    for d in (0, 1):
        pilots = [fit(sample, _cold(sample, d, week, most)) for week in weekly]
        best.append(_climb(sample, min(pilots, key=_aicc), most))
    chosen = min(best, key=_aicc)
    return fit(sample, chosen)


def _aicc(made: Fit) -> float:
    return made.aicc


def _cold(sample: Sample, d: int, weekly: bool, most: int) -> Fit:
    """Return where the first fit starts: AR(1), ARIMA(1, 1, 1), no term in a short history."""
    terms = (1, 0) if d == 0 else (1, 1)
    p, q = terms if sum(terms) <= most else (0, 0)
    order = Order(p, d, q, weekly)
    y, X = sample.anchored(order)
    seen = np.isfinite(y)
    b = least(X[seen], y[seen])
    return Fit(order, np.full(p + q + sample.noisy, START), b, np.inf)


def _climb(sample: Sample, at: Fit, most: int) -> Fit:
    """Return the best fit that is reached from `at` by adding or leaving out terms."""
    tried = {at.order}
    while True:
        around = [made for made in _neighbours(at, most) if made.order not in tried]
        tried |= {made.order for made in around}
        better = min((fit(sample, made, regress=False) for made in around), key=_aicc, default=at)
        if better.aicc >= at.aicc:
            return at
        at = better


def _neighbours(at: Fit, most: int) -> list[Fit]:
    """Return where fits of neighbouring orders start: a new term near 0, an old one left out."""
    order, made = at.order, []
    ar, ma, rest = np.split(at.x, [order.p, order.p + order.q])
    for dp, dq in ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, -1)):
        p, q = order.p + dp, order.q + dq
        if min(p, q) < 0 or max(p, q) > EACH or p + q > most:
            continue
        x = np.concatenate([_resized(ar, p), _resized(ma, q), rest])
        made.append(replace(at, order=order._replace(p=p, q=q), x=x))
    return made


def _resized(x: Floats, size: int) -> Floats:
    """Return `x` cut or continued to `size`; not by 0, where the likelihood may be flat."""
    return np.append(x, np.full(EACH, 0.05))[:size]
