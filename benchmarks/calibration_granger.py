"""How often `affect analyze granger` claims a lead that is not there, or misses one that is.

    python benchmarks/calibration_granger.py [--pairs 400] [--forecasts 100] [--only NAME ...]

Both directions of unrelated pairs at nominal 5 %, with the Monte-Carlo error: in sample by random
signs (the default) and by Newey-West (`--errors hac`), out of sample by Clark & West's t against
drawn signs and against the normal table, and any of both directions at q <= 0.05. Beside it the
usual tool: the smallest p over lags 1 to 7 of statsmodels' grangercausalitytests. Forecasts and
the usual tool cost most, so they see the first `--forecasts` pairs only.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from statsmodels.tsa.stattools import grangercausalitytests

from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._granger_forecast import compare
from affectcli.analyze._granger_score import score_test
from affectcli.analyze._granger_series import prepare
from affectcli.analyze._granger_signs import Signs
from affectcli.errors import AnalysisError
from benchmarks._series import (
    WARM,
    Make,
    Series,
    ar,
    filtered,
    gaps,
    garch,
    noisy,
    restless,
    walk,
    weekly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Pair = tuple[Series, Series]

MAX_LAG, NULLS, DAYS, LEAD_DAYS, PLANTED_R = 7, 199, 365, 3, 0.3
COLUMNS = ("wild", "hac", "cw drawn", "cw normal", "usual min p")


class Scenario(NamedTuple):
    """A way to make two series; `silent` are the directions in which there is nothing."""

    make: Callable[[Generator, int], Pair]
    n: int = DAYS
    weekly: bool = False
    silent: tuple[str, ...] = ("x->y", "y->x")


def apart(make: Make) -> Callable[[Generator, int], Pair]:
    """Return a maker of two series that know nothing of each other."""
    return lambda rng, n: (make(rng, n), make(rng, n))


def mixed(rng: Generator, n: int) -> Pair:
    """Return a slow mood and restless returns."""
    return ar(0.8)(rng, n), garch(rng, n)


def together(phi: float, correlation: float) -> Callable[[Generator, int], Pair]:
    """Return a maker of two AR(1) whose shocks come on the same day, and nothing else."""

    def make(rng: Generator, n: int) -> Pair:
        first, second = rng.standard_normal((2, WARM + n))
        both = correlation * first + math.sqrt(1 - correlation**2) * second
        return filtered(phi, first), filtered(phi, both)

    return make


def follows(phi: float) -> Callable[[Generator, int], Pair]:
    """Return a maker of an x that follows y by 1 to 2 days; y's future holds nothing of x."""

    def make(rng: Generator, n: int) -> Pair:
        y = ar(phi)(rng, n + 2)
        x = 0.4 * y[1:-1] + 0.3 * y[:-2] + 0.8 * ar(phi)(rng, n)
        return x, y[2:]

    return make


SCENARIOS = {
    "white": Scenario(apart(ar(0))),
    "AR(0.5)": Scenario(apart(ar(0.5))),
    "AR(0.8)": Scenario(apart(ar(0.8))),
    "AR(0.95)": Scenario(apart(ar(0.95))),
    "random walk": Scenario(apart(walk)),
    "GARCH": Scenario(apart(garch)),
    "weekly": Scenario(apart(weekly), weekly=True),
    "20 % missing AR(0)": Scenario(apart(gaps(ar(0)))),
    "20 % missing AR(0.8)": Scenario(apart(gaps(ar(0.8)))),
    "20 % missing walk": Scenario(apart(gaps(walk))),
    "AR(0.8), n = 90": Scenario(apart(ar(0.8)), n=90),
    "weekly, n = 90": Scenario(apart(weekly), n=90, weekly=True),
    "random walk, n = 90": Scenario(apart(walk), n=90),
    "AR(0.8), n = 1500": Scenario(apart(ar(0.8)), n=1500),
    "GARCH, n = 1500": Scenario(apart(garch), n=1500),
    "mood and returns": Scenario(mixed),
    "noisy mood": Scenario(apart(noisy)),
    "same restless weeks": Scenario(apart(restless)),
    "same-day shocks": Scenario(together(0.8, 0.5)),
    "same-day slow shocks": Scenario(together(0.95, 0.5)),
    "x follows y": Scenario(follows(0.8), silent=("x->y",)),
    "x follows a slow y": Scenario(follows(0.95), silent=("x->y",)),
}


def usual(x: Series, y: Series) -> float:
    """Return the smallest p over lags; gaps are bridged by lines, as is usual."""
    days = np.arange(len(x))
    x, y = (np.interp(days, days[np.isfinite(s)], s[np.isfinite(s)]) for s in (x, y))
    found = grangercausalitytests(np.column_stack([y, x]), maxlag=MAX_LAG)
    return min(float(tests[0]["ssr_ftest"][1]) for tests in found.values())


def p_values(
    x: Series, y: Series, signs: Signs, *, weekday: NDArray[np.int64] | None, forecast: bool
) -> list[float]:
    """Return the p-values of one direction in the order of COLUMNS; nan where there is none."""
    inside = score_test(
        *(prepare(s, weekday=weekday) for s in (x, y)), max_lag=MAX_LAG, signs=signs
    )
    if not forecast:
        return [inside.p_value, inside.hac_p_value, math.nan, math.nan, math.nan]
    try:
        ahead = compare(x, y, max_lag=MAX_LAG, how="auto", weekday=weekday, signs=signs)
    except AnalysisError:
        drawn = normal = math.nan
    else:
        drawn, normal = ahead.p_value, ahead.normal_p_value
    return [inside.p_value, inside.hac_p_value, drawn, normal, usual(x, y)]


class Claims(NamedTuple):
    """Shares of false claims in the order of COLUMNS and of pairs, and of how many tests."""

    share: Series
    of_pairs: float
    tests: NDArray[np.int64]


def claims(scenario: Scenario, pairs: int, forecasts: int) -> Claims:
    """Test `pairs` pairs in all silent directions, the first `forecasts` of them ahead."""
    # Scenarios of one seed would share their shocks, and their luck.
    rng = np.random.default_rng([20231222, list(SCENARIOS.values()).index(scenario)])
    weekday = np.arange(scenario.n) % 7 if scenario.weekly else None
    signs = Signs(NULLS, NULLS, seed=1)
    found, families = [], []
    for number in range(pairs):
        x, y = scenario.make(rng, scenario.n)
        ways = {"x->y": (x, y), "y->x": (y, x)}
        p = [
            p_values(*ways[way], signs, weekday=weekday, forecast=number < forecasts)
            for way in scenario.silent
        ]
        found += p
        families.append(benjamini_hochberg(np.array([first for first, *_ in p])).min() <= 0.05)
    return Claims(found_at_5(found), float(np.mean(families)), np.isfinite(found).sum(axis=0))


def found_at_5(p: list[list[float]]) -> Series:
    """Return by column how many of the p-values (tests, columns) are at most 0.05."""
    known = np.isfinite(p)
    with np.errstate(invalid="ignore"):
        return np.asarray((known & (np.array(p) <= 0.05)).sum(axis=0) / known.sum(axis=0))


def print_false_positives(pairs: int, forecasts: int, only: list[str]) -> None:
    """Print one line per scenario."""
    print(
        f"False claims, % at nominal 5 %, up to {MAX_LAG} lags, {pairs} pairs "
        f"({forecasts} in the columns right of hac)"
    )
    print(f"{'':22}" + "".join(f"{c:>13}" for c in COLUMNS) + f"{'wild, pair':>13}")
    for name in only or SCENARIOS:
        share, of_pairs, tests = claims(SCENARIOS[name], pairs, forecasts)
        error = np.sqrt(np.maximum(share * (1 - share), 0.01) / np.maximum(tests, 1))
        cells = "".join(f"{100 * s:13.1f}" for s in [*share, of_pairs])
        told = f"(wild +-{100 * error[0]:.1f}, cw +-{100 * error[2]:.1f})"
        print(f"{name:22}{cells}   {told}", flush=True)


def print_power(pairs: int, forecasts: int) -> None:
    """Print how often a planted lead is found in each direction."""
    print(f"\nPlanted lead of {LEAD_DAYS} days, r = {PLANTED_R}, n = {DAYS}, % of {pairs} pairs")
    print(f"{'x':10}{'noise':10}" + "".join(f"{c:>13}" for c in COLUMNS) + f"{'reverse':>13}")
    signs = Signs(NULLS, NULLS, seed=1)
    for phi in (0, 0.5, 0.8, 0.95):
        for noise_phi in (0, phi) if phi else (0,):
            rng = np.random.default_rng(7)
            found = []
            for k in range(pairs):
                x = ar(phi)(rng, DAYS + LEAD_DAYS)
                noise = ar(noise_phi)(rng, DAYS)
                y = PLANTED_R * x[:DAYS] + math.sqrt(1 - PLANTED_R**2) * noise
                x = x[LEAD_DAYS:]
                back = score_test(prepare(y), prepare(x), max_lag=MAX_LAG, signs=signs).p_value
                found.append([*p_values(x, y, signs, weekday=None, forecast=k < forecasts), back])
            share = 100 * found_at_5(found)
            line = f"AR({phi})".ljust(10) + f"AR({noise_phi})".ljust(10)
            print(line + "".join(f"{s:13.1f}" for s in share), flush=True)


def main() -> None:
    """Parse the command line and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--forecasts", type=int, default=100)
    parser.add_argument("--only", nargs="*", default=[], choices=list(SCENARIOS))
    options = parser.parse_args()
    print_false_positives(options.pairs, options.forecasts, options.only)
    if not options.only:
        print_power(options.pairs, options.forecasts)


if __name__ == "__main__":
    main()
