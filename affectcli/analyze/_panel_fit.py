"""Regressions with asset and day fixed effects and errors clustered both ways.

linearmodels' PanelOLS fits them, with errors clustered by asset and by day (Cameron, Gelbach &
Miller 2011), the largest of the two-way and both one-way errors (MacKinnon, Nielsen & Webb 2024).
Where fewer than 30 clusters carry a term, because there are no more or because the label is rare,
its t is too large; then p comes from a restricted wild cluster bootstrap over the fewer clusters
(Cameron, Gelbach & Miller 2008; of the two-way t: MacKinnon, Nielsen & Webb 2021), with Webb's
(2014) six weights under 12 clusters.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from scipy.stats import t as student

from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FEW = 30
"""Clusters below which the wild bootstrap is used."""
WEBB = np.sqrt([0.5, 1.0, 1.5])
DRAWS = 9999


@dataclass(frozen=True)
class Panel:
    """One observation a row: codes of asset and day, y (n,) and regressors X (n, k)."""

    asset: NDArray[np.int64]
    day: NDArray[np.int64]
    y: NDArray[np.float64]
    X: NDArray[np.float64]
    names: Sequence[str]

    @property
    def clusters(self) -> tuple[int, int]:
        """Return how many assets and days there are."""
        return len(np.unique(self.asset)), len(np.unique(self.day))


@dataclass(frozen=True)
class Term:
    """One regressor's coefficient."""

    name: str
    coef: float
    se: float
    t: float
    p_value: float
    carried: float
    """The effective number of clusters; below `FEW` p is the bootstrap's."""

    @property
    def bootstrapped(self) -> bool:
        """Whether p is the bootstrap's."""
        return self.carried < FEW


class _Sizes(NamedTuple):
    """Corrections for the number of clusters: G / (G - 1)."""

    few: float
    many: float
    cell: float


def fit(panel: Panel, *, seed: int = 0) -> list[Term]:
    """Return the coefficients of all regressors that fixed effects do not absorb.

    p is of Student's t with one degree of freedom less than the fewer clusters, or the bootstrap's
    where fewer than `FEW` clusters carry the term.

    Raises:
        AnalysisError: nothing varies within assets and days.
    """
    index = pd.MultiIndex.from_arrays([panel.asset, pd.to_datetime(panel.day, unit="D")])
    frame = pd.DataFrame(panel.X, columns=list(panel.names), index=index)
    model = PanelOLS(
        pd.Series(panel.y, index=index, name="y"),
        frame,
        entity_effects=True,
        time_effects=True,
        drop_absorbed=True,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a term was absorbed is seen in the result
            found, *one_way = (
                model.fit(
                    cov_type="clustered",
                    cluster_entity=asset,
                    cluster_time=day,
                    debiased=True,
                    group_debias=True,
                )
                for asset, day in ((True, True), (True, False), (False, True))
            )
    except (ValueError, np.linalg.LinAlgError) as error:
        raise AnalysisError(
            f"The panel cannot be fitted: {error}.", do="fewer signals, lags or interactions"
        ) from error
    kept = [number for number, name in enumerate(panel.names) if name in found.params.index]
    coef = found.params.to_numpy()
    # The two-way variance is a sum less a third part, and of a rare label this may leave next to
    # nothing, or less: no error is smaller than that of either clustering alone.
    se = np.sqrt(np.max([np.diag(each.cov) for each in (found, *one_way)], axis=0))
    p = 2 * student.sf(np.abs(coef / se), min(panel.clusters) - 1)
    carried = effective_clusters(panel, kept)
    few = np.flatnonzero(carried < FEW)
    if len(few):
        p[few] = wild_cluster_p(panel, kept, only=few, seed=seed)
    return [
        Term(panel.names[k], float(b), float(s), float(b / s), float(q), float(c))
        for k, b, s, q, c in zip(kept, coef, se, p, carried, strict=True)
    ]


def effective_clusters(panel: Panel, kept: Sequence[int]) -> NDArray[np.float64]:
    """Return by how many clusters each coefficient is carried, of the grouping with fewer.

    (sum s)^2 / sum s^2 over clusters, where s is what a cluster adds to the regressor's variance
    given all others: Carter, Schnepel & Steigerwald (2017) without their correlation within.
    """
    own, many = _groups(panel)
    X = _within(panel.X[:, kept], own, many)
    found = np.empty(len(kept))
    for j in range(len(kept)):
        squares = _alone(X, j) ** 2
        sums = own.T @ squares, np.bincount(many, squares)
        found[j] = min(s.sum() ** 2 / (s**2).sum() if s.any() else 0.0 for s in sums)
    return found


def _groups(panel: Panel) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return dummies (n, G) of the grouping with fewer clusters, and codes of the other."""
    groups = sorted((panel.asset, panel.day), key=lambda codes: len(np.unique(codes)))
    few, many = (np.unique(codes, return_inverse=True)[1] for codes in groups)
    return np.eye(few.max() + 1)[few], many


def _alone(X: NDArray[np.float64], j: int) -> NDArray[np.float64]:
    """Return what of regressor j the others do not tell."""
    others = np.delete(X, j, axis=1)
    return np.asarray(X[:, j] - others @ np.linalg.lstsq(others, X[:, j], rcond=None)[0])


def wild_cluster_p(
    panel: Panel,
    kept: Sequence[int],
    *,
    only: Sequence[int] | NDArray[np.int64] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Return a two-sided p-value for each of the regressors `kept`, each null imposed in turn.

    `only` names places in `kept`, where not all of them are wanted. Everything is linear in the
    weights of the few clusters, so a draw costs as much as they are.
    """
    own, many = _groups(panel)
    y, X = _within(panel.y[:, None], own, many)[:, 0], _within(panel.X[:, kept], own, many)
    weights = _weights(own.shape[1], draws, np.random.default_rng(seed))
    sizes = _Sizes(*(count / (count - 1) for count in (own.shape[1], many.max() + 1, len(panel.y))))
    wanted = range(len(kept)) if only is None else only
    p = np.full(len(wanted), np.nan)
    for place, j in enumerate(wanted):
        others, x = np.delete(X, j, axis=1), _alone(X, j)
        restricted = y - others @ np.linalg.lstsq(others, y, rcond=None)[0]
        shocks = own * restricted[:, None]
        errors = _within(shocks, own, many)
        errors -= X @ np.linalg.lstsq(X, errors, rcond=None)[0]
        score = x[:, None] * errors
        variance = _two_way(score, own, many, sizes)
        # All weights at 1 are the data themselves.
        steps = np.vstack([np.ones(own.shape[1]), weights])
        with np.errstate(invalid="ignore", divide="ignore"):
            t = np.abs(steps @ (x @ shocks)) / np.sqrt(
                np.einsum("bg,gh,bh->b", steps, variance, steps, optimize=True)
            )
        known = np.isfinite(t)
        if known[0]:
            p[place] = (1 + (t[1:][known[1:]] >= t[0] * (1 - 1e-12)).sum()) / (known[1:].sum() + 1)
    return p


def _two_way(
    score: NDArray[np.float64], few: NDArray[np.float64], many: NDArray[np.int64], sizes: _Sizes
) -> NDArray[np.float64]:
    """Return Q (G, G): w'Qw is the variance of the score when the clusters' weights are w."""
    by_few = few.T @ score
    by_many = np.zeros((many.max() + 1, score.shape[1]))
    np.add.at(by_many, many, score)
    return np.asarray(
        sizes.few * by_few.T @ by_few
        + sizes.many * by_many.T @ by_many
        - sizes.cell * score.T @ score
    )


def _weights(clusters: int, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    choices = np.concatenate([-WEBB, WEBB]) if clusters < 12 else np.array([-1.0, 1.0])
    return np.asarray(rng.choice(choices, (draws, clusters)))


def _within(
    values: NDArray[np.float64], few: NDArray[np.float64], many: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Take the means of both groupings out of `values` (n, k), exactly, balanced or not."""
    dummies = _demeaned(few, many)
    plain = _demeaned(values, many)
    return np.asarray(plain - dummies @ np.linalg.lstsq(dummies, plain, rcond=None)[0])


def _demeaned(values: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    total = np.zeros((groups.max() + 1, values.shape[1]))
    np.add.at(total, groups, values)
    return np.asarray(values - (total / np.bincount(groups)[:, None])[groups])
