"""Regressions with asset and day fixed effects and errors clustered both ways.

linearmodels' PanelOLS fits them, with errors clustered by asset and by day (Cameron, Gelbach &
Miller 2011). Where either has fewer than 30 clusters its t is too large; then p comes from a
restricted wild cluster bootstrap over the fewer clusters (Cameron, Gelbach & Miller 2008; of the
two-way t: MacKinnon, Nielsen & Webb 2021), with Webb's (2014) six weights under 12 clusters.
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
    bootstrapped: bool


class _Sizes(NamedTuple):
    """Corrections for the number of clusters: G / (G - 1)."""

    few: float
    many: float
    cell: float


def fit(panel: Panel, *, seed: int = 0) -> list[Term]:
    """Return the coefficients of all regressors that fixed effects do not absorb.

    p is of Student's t with one degree of freedom less than the fewer clusters, or the bootstrap's.

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
            found = model.fit(
                cov_type="clustered",
                cluster_entity=True,
                cluster_time=True,
                debiased=True,
                group_debias=True,
            )
    except (ValueError, np.linalg.LinAlgError) as error:
        raise AnalysisError(
            f"The panel cannot be fitted: {error}.", do="fewer signals, lags or interactions"
        ) from error
    kept = [number for number, name in enumerate(panel.names) if name in found.params.index]
    coef = found.params.to_numpy()
    # The difference of variances may come out negative: then there is no two-way error.
    se = np.sqrt(np.where(np.diag(found.cov) > 0, np.diag(found.cov), np.nan))
    fewer = min(panel.clusters)
    bootstrap = fewer < FEW
    p = (
        wild_cluster_p(panel, kept, seed=seed)
        if bootstrap
        else 2 * student.sf(np.abs(coef / se), fewer - 1)
    )
    return [
        Term(panel.names[k], float(b), float(s), float(b / s), float(q), bootstrap)
        for k, b, s, q in zip(kept, coef, se, p, strict=True)
    ]


def wild_cluster_p(
    panel: Panel, kept: Sequence[int], *, draws: int = DRAWS, seed: int = 0
) -> NDArray[np.float64]:
    """Return a two-sided p-value for each of the regressors `kept`, each null imposed in turn.

    Everything is linear in the weights of the few clusters, so a draw costs as much as they are.
    """
    groups = sorted((panel.asset, panel.day), key=lambda codes: len(np.unique(codes)))
    few, many = (np.unique(codes, return_inverse=True)[1] for codes in groups)
    own = np.eye(few.max() + 1)[few]
    y, X = _within(panel.y[:, None], own, many)[:, 0], _within(panel.X[:, kept], own, many)
    weights = _weights(own.shape[1], draws, np.random.default_rng(seed))
    sizes = _Sizes(
        *(count / (count - 1) for count in (few.max() + 1, many.max() + 1, len(panel.y)))
    )
    p = np.full(len(kept), np.nan)
    for j in range(len(kept)):
        others = np.delete(X, j, axis=1)
        x = X[:, j] - others @ np.linalg.lstsq(others, X[:, j], rcond=None)[0]
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
            p[j] = (1 + (t[1:][known[1:]] >= t[0] * (1 - 1e-12)).sum()) / (known[1:].sum() + 1)
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
