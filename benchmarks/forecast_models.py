"""Whether the forecast models are as good as the usual tools that they stand for, and how fast.

    python benchmarks/forecast_models.py [--series 30] [--only NAME ...]

For each kind of series: the ratio of mean absolute errors, model over peer, 1, 7 and 14 days ahead
(below 1: the model is better), with the Monte-Carlo error over the series, and the seconds per
series. A model gives its forecasts from all rows in one call; its peer is fitted anew at each of
20 origins, on the days up to it. Peers: for `ets`, statsmodels' ETSModel, the best of the same
four forms by AICc; for `arima`, statsmodels' ARIMA, with differences by a KPSS test, and weekdays
and the order by AICc (slow: half a second to two for each origin).
"""

from __future__ import annotations

import argparse
import functools
import math
import time
import warnings
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.stattools import kpss
from threadpoolctl import threadpool_limits

from affectcli.forecast import arima, ets
from affectcli.parts import Forecaster, History
from benchmarks._series import ar, walk, weekly

Floats = NDArray[np.float64]
Peer = Callable[[Floats, int], Floats]
"""(days up to the origin, horizon) -> point forecasts."""

DAYS, HORIZON, SHOWN, SEASON = 365, 14, (1, 7, 14), 7
ORIGINS = np.linspace(60, DAYS - HORIZON - 1, 20).astype(int)
FORMS = ((None, None), ("add", None), (None, "add"), ("add", "add"))
"""(damped trend, season) of each form of exponential smoothing."""


class Sample(NamedTuple):
    """A series and the sampling variance of its days."""

    z: Floats
    noise: Floats


Draw = Callable[[Generator], Sample]


def plain(make: Callable[[Generator, int], Floats]) -> Draw:
    """Return a maker of series whose days all weigh the same."""
    return lambda rng: Sample(make(rng, DAYS), np.zeros(DAYS))


def walk_in_noise(rng: Generator, n: int) -> Floats:
    """Return a random walk measured with noise, whose best smoothing gain is 0.26."""
    return 0.3 * walk(rng, n) + rng.standard_normal(n)


def thin_days(rng: Generator) -> Sample:
    """Return a slow walk measured with noise: one day in four stands on a 25th of the posts."""
    noise = np.where(rng.random(DAYS) < 0.25, 5.0, 0.2)
    return Sample(0.2 * walk(rng, DAYS) + np.sqrt(noise) * rng.standard_normal(DAYS), noise)


SERIES: dict[str, Draw] = {
    "AR(1) 0.5": plain(ar(0.5)),
    "AR(1) 0.8": plain(ar(0.8)),
    "AR(1) 0.95": plain(ar(0.95)),
    "walk in noise": plain(walk_in_noise),
    "weekly + AR": plain(weekly),
    "thin days": thin_days,
}


def usual_ets(z: Floats, horizon: int) -> Floats:
    """Return the forecasts of ETSModel's best form by AICc."""
    fits = []
    for trend, season in FORMS:
        model = ETSModel(
            z,
            error="add",
            trend=trend,
            damped_trend=trend is not None,
            seasonal=season,
            seasonal_periods=SEASON if season else None,
        )
        fits.append(model.fit(disp=False))
    best = min(fits, key=lambda fit: float(fit.aicc))
    return np.asarray(best.forecast(horizon))


def usual_arima(z: Floats, horizon: int) -> Floats:
    """Return the forecasts of the ARIMA that Hyndman and Khandakar's (2008) search finds."""
    d = int(kpss(z, regression="c", nlags="auto")[1] < 0.05)
    weekdays = (np.arange(len(z) + horizon)[:, None] % SEASON == np.arange(SEASON - 1)).astype(
        float
    )

    @functools.cache
    def fit(p: int, q: int, weekly: bool) -> tuple[float, Floats]:
        known, coming = (weekdays[: len(z)], weekdays[len(z) :]) if weekly else (None, None)
        made = ARIMA(z, exog=known, order=(p, d, q), trend="n" if d else "c").fit()
        return float(made.aicc), np.asarray(made.forecast(horizon, exog=coming))

    weekly = fit(1, 0, True)[0] < fit(1, 0, False)[0]
    tried = {(1, 0), (2, 2), (0, 0), (0, 1)}
    while True:
        p, q = min(tried, key=lambda order: fit(*order, weekly)[0])
        steps = ((p + 1, q), (p, q + 1), (p - 1, q), (p, q - 1), (p + 1, q + 1), (p - 1, q - 1))
        near = {(i, j) for i, j in steps if 0 <= min(i, j) <= max(i, j) <= 3 and i + j <= 4}
        if near <= tried:
            return fit(p, q, weekly)[1]
        tried |= near


PAIRS: dict[str, tuple[Forecaster, Peer]] = {
    "ets": (ets, usual_ets),
    "arima": (arima, usual_arima),
}


def history(sample: Sample) -> History:
    """Return a sample as a model sees it."""
    return History(
        start=date(2024, 1, 1),
        step=1,
        season=SEASON,
        z=sample.z,
        noise=sample.noise,
        columns=np.empty((DAYS, 0)),
        ahead=np.empty((DAYS + HORIZON, 0)),
    )


def errors(z: Floats, said: Floats) -> Floats:
    """Return the mean absolute errors of `said`, (origins, horizon), at the horizons shown."""
    came = z[ORIGINS[:, None] + np.arange(1, HORIZON + 1)]
    mean = np.abs(said - came).mean(axis=0)
    shown: Floats = mean[np.array(SHOWN) - 1]
    return shown


def compare(model: Forecaster, peer: Peer, sample: Sample) -> tuple[Floats, Floats, Floats]:
    """Return the errors of both on one series, and the seconds of both."""
    began = time.perf_counter()
    ours = model.points(history(sample), horizon=HORIZON, since=0, seed=1)[ORIGINS]
    between = time.perf_counter()
    theirs = np.array([peer(sample.z[: origin + 1], HORIZON) for origin in ORIGINS])
    seconds = np.array([between - began, time.perf_counter() - between])
    return errors(sample.z, ours), errors(sample.z, theirs), seconds


def ratio(ours: Floats, theirs: Floats) -> str:
    """Return the ratio of the sums over series, with its standard error (delta method)."""
    r = ours.sum() / theirs.sum()
    return f"{r:6.3f} +-{math.sqrt(np.sum((ours - r * theirs) ** 2)) / theirs.sum():.3f}"


def table(name: str, model: Forecaster, peer: Peer, series: int) -> None:
    """Print one model beside its peer."""
    print(f"\n{name}, {series} series of {DAYS} days, {len(ORIGINS)} origins")
    print(f"{'':16}" + "".join(f"{f'h={h}':>15}" for h in SHOWN) + "     s ours     s peer")
    for kind, draw in SERIES.items():
        each = [compare(model, peer, draw(np.random.default_rng(k))) for k in range(series)]
        ours, theirs, seconds = (np.array(part) for part in zip(*each, strict=True))
        shown = "".join(f"{ratio(ours[:, k], theirs[:, k]):>15}" for k in range(len(SHOWN)))
        mean = seconds.mean(axis=0)
        print(f"{kind:16}{shown} {mean[0]:10.3f} {mean[1]:10.2f}", flush=True)


def main() -> None:
    """Print a table for each model that has a peer."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=30)
    asked.add_argument("--only", nargs="+", choices=PAIRS, default=list(PAIRS))
    options = asked.parse_args()
    warnings.simplefilter("ignore")  # the peers warn where their optimiser stops early
    with threadpool_limits(1, user_api="blas"):
        for name in options.only:
            table(name, *PAIRS[name], options.series)


if __name__ == "__main__":
    main()
