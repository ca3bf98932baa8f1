"""Word shift through the tagger: what each term of a text has to do with its label.

A ridge regression, the student, learns from the terms of each distinct text what the tagger said of
it. The label mass y of a text is then shared out, without a remainder: a term has its weight b and
its part of what the student did not foresee, e = y - (b0 + sum of b),

    mass(term) = b + e |b| / (|b0| + sum of |b|),

and the intercept, which stands for everything that is no term, has the rest. So a term that the
tagger takes as a sign against the label has a negative mass, which no list of words gives it.

In a span of n posts a term's part of the share is its uses per post f times its mass per use m, and
its part of the change (generalised word shifts, Gallagher et al. 2021; split as Kitagawa 1955)

    f1 m1 - f0 m0 = (f1 - f0) (m1 + m0) / 2 + (m1 - m0) (f1 + f0) / 2:

used more often, and felt differently when used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from sklearn.linear_model import Ridge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)
HELD_OUT = 5
"""One text in so many is kept from the student to judge it."""


@dataclass(frozen=True)
class Student:
    """What the terms have to do with the label, and how far that goes."""

    weights: Floats
    base: float
    explained: float
    """R2 on texts that it had not seen: 0 is as good as the plain share."""
    penalty: float


@dataclass(frozen=True)
class Shift:
    """The label mass of each distinct text, shared out."""

    mass: sparse.csr_array
    """Of each term, shape (texts, terms)."""
    rest: Floats
    """Of everything that is no term, shape (texts,)."""


def student(uses: sparse.csr_array, said: Floats, *, seed: int) -> Student:
    """Fit `said` (texts,) on `uses` (texts, terms), the penalty chosen on texts held out."""
    part = np.random.default_rng(seed).permutation(len(said)) % HELD_OUT
    seen, unseen = np.flatnonzero(part != 0), np.flatnonzero(part == 0)
    tried = [
        (_explained(_ridge(uses[seen], said[seen], p), uses, said, unseen), p) for p in PENALTIES
    ]
    explained, penalty = max(tried)
    model = _ridge(uses, said, penalty)
    return Student(model.coef_, float(model.intercept_), explained, penalty)


def _ridge(uses: sparse.csr_array, said: Floats, penalty: float) -> Ridge:
    return Ridge(penalty, solver="sparse_cg", tol=1e-4).fit(sparse.csr_matrix(uses), said)


def _explained(
    model: Ridge, uses: sparse.csr_array, said: Floats, unseen: NDArray[np.int64]
) -> float:
    true = said[unseen]
    spread = float(((true - true.mean()) ** 2).sum())
    left = float(((true - model.predict(sparse.csr_matrix(uses[unseen]))) ** 2).sum())
    return 1 - left / spread if spread else 0.0


def shift(uses: sparse.csr_array, said: Floats, by: Student) -> Shift:
    """Share `said` (texts,) out over the terms of `uses` (texts, terms) and the rest."""
    size = np.abs(by.weights)
    unforeseen = said - by.base - uses @ by.weights
    all_sizes = abs(by.base) + uses @ size
    per_size = np.divide(unforeseen, all_sizes, out=np.zeros_like(said), where=all_sizes > 0)
    of = np.repeat(np.arange(len(said)), np.diff(uses.indptr))
    mass = by.weights[uses.indices] + size[uses.indices] * per_size[of]
    rest = by.base + np.where(all_sizes > 0, abs(by.base) * per_size, unforeseen)
    return Shift(sparse.csr_array((mass, uses.indices, uses.indptr), shape=uses.shape), rest)
