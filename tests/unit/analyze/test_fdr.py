"""q-values against statsmodels, and at their edges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

from affectcli.analyze._fdr import benjamini_hochberg

P = arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1))


@given(p=P)
def test_agrees_with_statsmodels(p: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1])


def test_by_hand() -> None:
    q = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))
    np.testing.assert_allclose(q, [0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_a_test_that_was_not_made_does_not_count() -> None:
    q = benjamini_hochberg(np.array([0.01, np.nan, 0.02]))
    np.testing.assert_allclose(q, [0.02, np.nan, 0.02])


def test_empty() -> None:
    assert benjamini_hochberg(np.zeros(0)).shape == (0,)
