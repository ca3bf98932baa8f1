"""Controls the share of false claims in a family of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the q-values of p-values `p` (m,): the least rate at which each would be claimed.

    Benjamini & Hochberg (1995); valid under independence and positive dependence. A nan (a test
    that could not be made) stays nan and does not count in m.
    """
    q = np.full(len(p), np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    falling = tested[np.argsort(-p[tested], kind="stable")]
    ranks = np.arange(len(tested), 0, -1)
    q[falling] = np.minimum(np.minimum.accumulate(p[falling] * len(tested) / ranks), 1.0)
    return q
