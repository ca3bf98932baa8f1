"""How often `affect analyze xcorr` claims a lead that is not there, or misses one that is.

    python benchmarks/xcorr.py [--pairs 100] [--only NAME ...]

False positives of unrelated pairs (nominal 5 %, any of 29 lags) beside the usual rule, a
statsmodels CCF with the band +-1.96/sqrt(n), and, with a year of days, for each kind of surrogate;
how often a planted lead of 3 days is found; and the time of a family beside a loop.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter
from statsmodels.tsa.stattools import ccf

from affectcli.analyze import _surrogates
from affectcli.analyze._ccf import (
    Lead,
    correlate,
    correlate_family,
    cross_correlate,
    prepare,
)
from affectcli.errors import AnalysisError
from benchmarks._series import Make, Series, ar, gaps, garch, noisy, restless, walk, weekly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

MAX_LAG, NULLS, DAYS, LEAD_DAYS, PLANTED_R = 14, 199, 365, 3, 0.3
KINDS = ("sign", "block", "shift", "phase")


class Unrelated(NamedTuple):
    """A way to make two series that know nothing of each other."""

    make: Make
    n: int = DAYS
    weekly: bool = False


def price(rng: Generator, n: int) -> Series:
    """Return a random walk of logarithms: 3 % a day."""
    return 100 * np.exp(np.cumsum(0.03 * rng.standard_normal(n)))


def trend(rng: Generator, n: int) -> Series:
    """Return AR(0.5) on a line that climbs by 3 standard deviations."""
    return ar(0.5)(rng, n) + np.linspace(0, 3, n)


def heavy(rng: Generator, n: int) -> Series:
    """Return AR(0.5) of Student's t with 3 degrees of freedom."""
    return np.asarray(lfilter([1], [1, -0.5], rng.standard_t(3, n + 100)))[100:]


def counts(rng: Generator, n: int) -> Series:
    """Return skewed, spiky volumes: the exponential of AR(0.7)."""
    return np.exp(ar(0.7)(rng, n))


def shifted_level(rng: Generator, n: int) -> Series:
    """Return AR(0.5) with one jump of 2 standard deviations: a known limit, mark breaks first."""
    jump = np.arange(n) > rng.integers(n // 5, 4 * n // 5)
    return ar(0.5)(rng, n) + 2.0 * jump


BAR = {
    "white": Unrelated(ar(0)),
    "AR(0.5)": Unrelated(ar(0.5)),
    "AR(0.8)": Unrelated(ar(0.8)),
    "AR(0.95)": Unrelated(ar(0.95)),
    "random walk": Unrelated(walk),
    "GARCH": Unrelated(garch),
    "weekly": Unrelated(weekly, weekly=True),
    "20 % missing": Unrelated(gaps(ar(0.8))),
}
"""Where false positives must lie between 3 and 6.5 %, at each of SIZES."""
SIZES = (90, 365, 1500)
OTHERS = {
    "noisy mood": Unrelated(noisy),
    "noisy mood gaps": Unrelated(gaps(noisy)),
    "random walk gaps": Unrelated(gaps(walk)),
    "price": Unrelated(price),
    "trend": Unrelated(trend),
    "heavy tails": Unrelated(heavy),
    "spiky counts": Unrelated(counts),
    "same restless weeks": Unrelated(restless),
    "one level shift each": Unrelated(shifted_level),
}
SCENARIOS = {
    f"{name} n={n}": case._replace(n=n) for name, case in BAR.items() for n in SIZES
} | OTHERS


def usual_rule(x: Series, y: Series) -> bool:
    """Say whether any |r| exceeds 1.96/sqrt(n); gaps are bridged by lines, as is usual."""
    days = np.arange(len(x))
    x, y = (np.interp(days, days[np.isfinite(s)], s[np.isfinite(s)]) for s in (x, y))
    both = [ccf(a, b, adjusted=False, nlags=MAX_LAG + 1) for a, b in ((x, y), (y, x))]
    return bool(np.max(np.abs(both)) > 1.96 / math.sqrt(len(x)))


def draws(n: int, seed: int) -> list[_surrogates.Draw]:
    """Return one draw of each kind, in the order of KINDS."""
    rng = np.random.default_rng(seed)
    return [
        _surrogates.sign(NULLS, n, rng),
        _surrogates.block(NULLS, rng),
        _surrogates.shift(NULLS, rng),
        _surrogates.phase(NULLS, rng),
    ]


def claims(scenario: Unrelated, pairs: int) -> NDArray[np.float64]:
    """Return the share of unrelated pairs called related: usual rule, then KINDS."""
    rng = np.random.default_rng(20231222)
    weekday = np.arange(scenario.n) % 7 if scenario.weekly else None
    found = []
    for seed in range(pairs):
        x, y = scenario.make(rng, scenario.n), scenario.make(rng, scenario.n)
        a, b = prepare(x, weekday=weekday), prepare(y, weekday=weekday)
        kinds = draws(scenario.n, seed)[: len(KINDS) if scenario.n == DAYS else 1]
        try:
            leads = [correlate(a, b, max_lag=MAX_LAG, draw=draw) for draw in kinds]
        except AnalysisError:  # 90 days of which 20 % are missing can be too few: refused, no claim
            continue
        found.append([usual_rule(x, y), *(lead.p_value <= 0.05 for lead in leads)])
    share: NDArray[np.float64] = np.mean(found, axis=0, dtype=np.float64)
    return share


def planted(phi: float, noise_phi: float, rng: Generator) -> Lead:
    """Plant y(t) = 0.3 x(t - 3) + noise in series of unit variance, and test."""
    x = ar(phi)(rng, DAYS + LEAD_DAYS)
    noise = ar(noise_phi)(rng, DAYS)
    y = PLANTED_R * x[:DAYS] + math.sqrt(1 - PLANTED_R**2) * noise
    return cross_correlate(x[LEAD_DAYS:], y, max_lag=MAX_LAG, nulls=NULLS)


def oracle(phi: float, rng: Generator) -> bool:
    """Say whether least squares finds lag 3, knowing the model and that the noise is white."""
    x = ar(phi)(rng, DAYS + 2 * MAX_LAG)
    lags = np.lib.stride_tricks.sliding_window_view(x, DAYS)
    true = MAX_LAG - LEAD_DAYS
    y = PLANTED_R * lags[true] + math.sqrt(1 - PLANTED_R**2) * rng.standard_normal(DAYS)
    return int(((y - PLANTED_R * lags) ** 2).sum(axis=1).argmin()) == true


def print_false_positives(pairs: int, only: list[str]) -> None:
    """Print one line per scenario."""
    print(f"Unrelated pairs called related, % of {pairs} pairs; nominal 5 %, lags +-{MAX_LAG}")
    print(f"{'':22}{'usual rule':>11}{'affect':>9}" + "".join(f"{k:>9}" for k in KINDS[1:]))
    for name in only or SCENARIOS:
        share = claims(SCENARIOS[name], pairs)
        error = math.sqrt(max(share[1] * (1 - share[1]), 0.01) / pairs)
        usual, ours, *others = (f"{100 * s:.1f}" for s in share)
        tail = "".join(f"{s:>9}" for s in others)
        print(f"{name:22}{usual:>11}{ours:>9}{tail}   (affect +-{100 * error:.1f})", flush=True)


def print_power(pairs: int) -> None:
    """Print how often a lead of 3 days is found, and found at 3 days exactly."""
    print(f"\nPlanted lead of {LEAD_DAYS} days, r = {PLANTED_R}, n = {DAYS}, % of {pairs} pairs")
    print(f"{'x':10}{'noise':10}{'p <= 0.05':>10}{'and lag 3':>10}{'oracle lag 3':>14}")
    for phi in (0, 0.5, 0.8, 0.95):
        for noise_phi in (0, phi) if phi else (0,):
            rng = np.random.default_rng(7)
            leads = [planted(phi, noise_phi, rng) for _ in range(pairs)]
            found = np.array([lead.p_value <= 0.05 for lead in leads])
            exact = found & np.array([lead.peak_lag == LEAD_DAYS for lead in leads])
            best = "" if noise_phi else f"{100 * np.mean([oracle(phi, rng) for _ in leads]):.1f}"
            line = f"AR({phi})".ljust(10) + f"AR({noise_phi})".ljust(10)
            print(
                f"{line}{100 * found.mean():10.1f}{100 * exact.mean():10.1f}{best:>14}", flush=True
            )


LABELS, ASSETS, LONG, LAGS, SURROGATES = 28, 20, 1500, 30, 999


def print_speed() -> None:
    """Print the time of a family of 560 pairs beside a loop over statsmodels, of this process."""
    print(f"\n{LABELS} labels x {ASSETS} assets, lags +-{LAGS}, {SURROGATES} nulls, n = {LONG}")
    rng = np.random.default_rng(3)
    xs = [ar(0.8)(rng, LONG) for _ in range(LABELS)]
    ys = [garch(rng, LONG) for _ in range(ASSETS)]
    weekday = np.arange(LONG) % 7
    wall, spent = time.perf_counter(), time.process_time()
    a, b = ([prepare(s, weekday=weekday) for s in side] for side in (xs, ys))
    ready = time.perf_counter() - wall
    correlate_family(
        a,
        b,
        wanted=[(i, j) for i in range(LABELS) for j in range(ASSETS)],
        max_lag=LAGS,
        draw=_surrogates.sign(SURROGATES, LONG, rng),
    )
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    print(f"affect       {wall:8.1f} s wall, {spent:.1f} s of CPU ({ready:.1f} s to prepare)")
    start = time.process_time()
    for _ in range(20):
        ccf(xs[0], ys[0], nlags=LAGS + 1)
        ccf(ys[0], xs[0], nlags=LAGS + 1)
    loop = (time.process_time() - start) / 20 * LABELS * ASSETS * (SURROGATES + 1)
    print(f"statsmodels  {loop:8.1f} s of CPU (one test timed, times pairs and nulls)")
    print(f"ratio        {loop / spent:8.1f}")


def main() -> None:
    """Parse the command line and print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--only", nargs="*", default=[], choices=list(SCENARIOS))
    parser.add_argument("--speed", action="store_true", help="only the time")
    options = parser.parse_args()
    if options.speed:
        print_speed()
        return
    print_false_positives(options.pairs, options.only)
    if not options.only:
        print_power(options.pairs)
        print_speed()


if __name__ == "__main__":
    main()
