"""ARIMA: the likelihood of statsmodels and of the definition, and planted truth found again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.stats import multivariate_normal
from statsmodels.tsa.arima_process import arma_acovf
from statsmodels.tsa.statespace.sarimax import SARIMAX

from affectcli.forecast import arima
from affectcli.forecast._arima_filter import Filter, Order, dynamics
from affectcli.forecast._arima_fit import Fit, Sample
from affectcli.forecast._arima_search import search
from tests.unit.forecast.histories import HORIZON, causal, history, points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEEK = np.array([0.0, 1.0, -1.0, 2.0, 0.5, -2.0, -0.5])
ORDERS = [Order(0, 0, 0), Order(1, 0, 0), Order(2, 0, 2), Order(0, 1, 1), Order(3, 1, 1)]
GAPPY = np.where(np.arange(80) % 9 == 4, np.nan, np.random.default_rng(3).normal(size=80).cumsum())


def ar1(phi: float, n: int, *, seed: int = 0) -> Floats:
    shocks = np.random.default_rng(seed).normal(size=n)
    z = np.zeros(n)
    for t in range(1, n):
        z[t] = phi * z[t - 1] + shocks[t]
    return z


def thin_and_thick(n: int, *, seed: int = 0) -> tuple[Floats, Floats]:
    """Return a slow AR(1) seen through noise, and its variances: one day in four is thin."""
    rng = np.random.default_rng(seed)
    noise = np.where(rng.random(n) < 0.25, 10.0, 0.3)
    return ar1(0.9, n, seed=seed) + np.sqrt(noise) * rng.normal(size=n), noise


def log_likelihood(y: Floats, noise: Floats, order: Order, x: Floats) -> float:
    v, F, _ = Filter(y, noise, order).run(dynamics(x, order))
    seen = np.isfinite(v)
    return -0.5 * float(np.sum(np.log(2 * np.pi * F[seen]) + v[seen] ** 2 / F[seen]))


@pytest.mark.parametrize("order", ORDERS)
def test_the_likelihood_is_that_of_statsmodels(order: Order) -> None:
    y = GAPPY - GAPPY[0]
    x = np.linspace(-0.6, 0.9, order.p + order.q)
    theirs = SARIMAX(np.diff(y[:4]) if order.d else y, order=(order.p, 0, order.q))
    if order.d:  # missing days cannot be differenced: the whole series, with no value missing
        y = np.where(np.isnan(y), 0.3, y)
        theirs = SARIMAX(np.diff(y), order=(order.p, 0, order.q))
    model = dynamics(x, order)
    expected = theirs.loglike(np.concatenate([model.ar, model.ma, [1.0]]))
    assert log_likelihood(y, np.zeros(80), order, x) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_the_likelihood_with_noise_is_that_of_the_normal_distribution(order: Order) -> None:
    y, n = GAPPY - GAPPY[0], len(GAPPY)
    noise = np.random.default_rng(1).uniform(0.1, 5, size=n)
    x = np.append(np.linspace(-0.6, 0.9, order.p + order.q), 0.8)
    model = dynamics(x, order)
    acovf = arma_acovf(np.r_[1, -model.ar], np.r_[1, model.ma], nobs=n)
    covariance = toeplitz(acovf[: n - order.d])
    if order.d:
        summed = np.tril(np.ones((n - 1, n - 1)))
        covariance = summed @ covariance @ summed.T + 0.64 * noise[0]
    covariance += 0.64 * np.diag(noise[order.d :])
    seen = np.isfinite(y[order.d :])
    expected = multivariate_normal.logpdf(y[order.d :][seen], cov=covariance[np.ix_(seen, seen)])
    assert log_likelihood(y, noise, order, x) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_forecasts_are_those_of_statsmodels(order: Order) -> None:
    padded = np.append(GAPPY, np.full(HORIZON, np.nan))
    sample = Sample(padded, np.zeros(len(padded)), np.empty((len(padded), 0)))
    x = np.linspace(-0.6, 0.9, order.p + order.q)
    made = Fit(order, x, np.array([0.4] * (1 - order.d)), 0.0)
    ours = arima._forecasts(sample, made, slice(40, 80), HORIZON)
    model = dynamics(x, order)
    level = 0.4 * (1 - order.d)
    for t in (40, 60, 79):
        theirs = SARIMAX(GAPPY[: t + 1] - level, order=order[:3])
        ahead = theirs.smooth([*model.ar, *model.ma, 1.0]).forecast(HORIZON)
        np.testing.assert_allclose(ours[t - 40], ahead + level, rtol=1e-4, atol=1e-4)


def test_an_autoregression_is_found_again() -> None:
    z = 5 + ar1(0.8, 250)
    said = points(arima, history(z))
    best = 5 + 0.8 * (z - 5)
    assert np.abs(said[200:, 0] - best[200:]).mean() < 0.15
    assert said[-1, -1] == pytest.approx(5, abs=0.6)


def test_a_random_walk_goes_on_from_where_it_is() -> None:
    z = np.random.default_rng(1).normal(size=200).cumsum()
    said = points(arima, history(z))
    assert np.abs(said[150:, 6] - z[150:]).mean() < 0.5


@pytest.mark.parametrize(
    "level", [ar1(0.5, 200), np.random.default_rng(2).normal(size=200).cumsum()]
)
def test_weekdays_are_continued(level: Floats) -> None:
    z = np.tile(4 * WEEK, 29)[:200] + level
    said = points(arima, history(z))[199]
    coming = 4 * np.tile(WEEK, 5)[200 % 7 :][:HORIZON]
    shape = said[:7] - said[:7].mean() - coming[:7] + coming[:7].mean()
    assert np.abs(shape).max() < 1.6
    assert said[7:].tolist() == pytest.approx(said[:7].tolist(), abs=1.5)


def test_weekends_that_are_never_observed_do_not_matter() -> None:
    z = np.tile(4 * WEEK, 29)[:200] + ar1(0.5, 200)
    z[np.arange(200) % 7 > 4] = np.nan
    said = points(arima, history(z))[199]
    coming = 4 * np.tile(WEEK, 5)[200 % 7 :][:HORIZON]
    trading = np.arange(200, 200 + HORIZON) % 7 < 5
    assert np.abs(said - coming)[trading].max() < 2.5


def test_a_series_of_each_kind_gets_its_difference() -> None:
    still, moving = ar1(0.6, 300), np.random.default_rng(4).normal(size=300).cumsum()
    none, X = np.zeros(300), np.empty((300, 0))
    assert search(Sample(still, none, X)).order.d == 0
    assert search(Sample(moving / moving.std(), none, X)).order.d == 1


def test_nothing_looks_ahead() -> None:
    z, noise = thin_and_thick(100)
    z[40:70] = np.nan
    z += np.tile(3 * WEEK, 15)[:100]
    past = history(z, noise=noise)
    for row in (9, 74):
        causal(arima, past, row)


def test_a_thin_day_moves_the_forecast_less() -> None:
    z, noise = thin_and_thick(200)
    noise[199], z[199] = 0.3, z[:199].mean() + 6
    thick, before = points(arima, history(z, noise=noise))[[199, 198], [0, 1]]
    noise = noise.copy()
    noise[199] = 10.0
    thin = points(arima, history(z, noise=noise))[199, 0]
    assert abs(thin - before) < 0.5 * abs(thick - before)


def test_the_noise_helps_where_there_is_noise() -> None:
    z, noise = thin_and_thick(400)
    clean = ar1(0.9, 400)
    knows = points(arima, history(z, noise=noise))[100:-1, 0]
    guesses = points(arima, history(z))[100:-1, 0]
    assert np.abs(knows - clean[101:]).mean() < 0.95 * np.abs(guesses - clean[101:]).mean()


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 5.0), (1e4, -1e5), (-2.0, 1.0)])
def test_the_unit_does_not_matter(scale: float, shift: float) -> None:
    z, noise = thin_and_thick(70)
    z[30:50] = np.nan
    one = points(arima, history(z, noise=noise))
    other = points(arima, history(scale * z + shift, noise=7 * noise))
    np.testing.assert_allclose((other - shift) / scale, one, rtol=1e-4, atol=1e-4)


def test_the_past_that_is_not_asked_for_changes_nothing() -> None:
    past = history(ar1(0.7, 120))
    late = arima.points(past, horizon=HORIZON, since=90, seed=1)
    np.testing.assert_array_equal(late[90:], points(arima, past)[90:])
    assert np.isnan(late[0]).all()


@pytest.mark.parametrize("n", [7, 8, 12, 20])
def test_a_short_history_says_something_plain(n: int) -> None:
    z = 10 + np.random.default_rng(n).normal(size=n)
    said = points(arima, history(z, noise=np.ones(n)))
    assert np.isnan(said[:6]).all()
    assert np.isfinite(said[6:]).all()
    assert z.min() - 1 < said[6:].min() <= said[6:].max() < z.max() + 1


def test_too_few_rows_say_nothing() -> None:
    assert np.isnan(points(arima, history(np.arange(6.0)))).all()


@pytest.mark.parametrize("step", [1, 7])
def test_two_thirds_missing_and_a_gap(step: int) -> None:
    z, noise = thin_and_thick(150)
    z[1:][np.random.default_rng(5).random(149) < 0.67] = np.nan
    z[60:100] = np.nan
    said = points(arima, history(z, step=step, noise=noise))
    first = int(np.flatnonzero(np.isfinite(z))[6])
    assert np.isfinite(said[first:]).all()
    assert np.abs(said[first:]).max() < 2 * np.nanmax(np.abs(z))


@pytest.mark.parametrize("rest", [np.arange(30.0), np.tile([0.0, 1.0], 15), np.full(30, 3.0)])
def test_values_that_were_all_the_same_or_are_a_rule(rest: Floats) -> None:
    z = np.append(np.full(20, 0.1), rest)
    said = points(arima, history(z))
    assert said[6:19] == pytest.approx(np.full((13, HORIZON), 0.1))
    assert np.isfinite(said[6:]).all()


def test_it_is_the_same_again() -> None:
    past = history(ar1(0.7, 60), noise=np.ones(60))
    np.testing.assert_array_equal(points(arima, past), points(arima, replace(past), seed=2))
