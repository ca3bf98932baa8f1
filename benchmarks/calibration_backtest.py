"""How often `affect analyze backtest` calls luck a skill, and what the two usual traps look like.

    python benchmarks/calibration_backtest.py [--series 1000] [--only NAME ...]

False positives of the test against random timing (nominal 5 %) for signals that know nothing of the
returns, beside the usual t-test of the rule's mean return; coverage of the Sharpe interval; power;
holding on a random half of the days; trading on the same bar.
"""

from __future__ import annotations

import argparse
import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.stats import ttest_1samp

from affectcli.analyze import _backtest_chance as chance
from affectcli.analyze import _rules as rules
from affectcli.analyze import _shifts
from affectcli.analyze import _trades as trades
from affectcli.analyze._backtest_bars import Bars, Spoken
from affectcli.analyze._backtest_trial import Options, Trial, trial
from affectcli.errors import AnalysisError
from benchmarks._series import Make, Series, ar, gaps, share, walk, weekly
from benchmarks._series import garch as shocks

if TYPE_CHECKING:
    from numpy.random import Generator

COST = 0.001
DAYS = [datetime(2018, 1, 1) + timedelta(k) for k in range(2501)]  # noqa: DTZ001  # the database's times are naive UTC
WHEN = np.array(DAYS, dtype="datetime64[us]")
HALF, YEARS5, DAILY = 1000, 1826, 0.04


class World(NamedTuple):
    """A signal, returns that know nothing of it, and a rule."""

    signal: Make
    returns: Make
    n: int = 365
    rule: str = "above:q80"
    side: Literal["long", "long-short"] = "long"
    walk_forward: bool = False


def white(rng: Generator, n: int) -> Series:
    """Return log returns of 3 % a day that climb by 0.1 %."""
    return 0.001 + 0.03 * rng.standard_normal(n)


def trending(rng: Generator, n: int) -> Series:
    """Return log returns with a memory: AR(0.3) of 3 % a day."""
    return 0.03 * ar(0.3)(rng, n)


def garch(rng: Generator, n: int) -> Series:
    """Return GARCH log returns of 3 % a day that climb by 0.1 %."""
    return 0.001 + 0.03 * shocks(rng, n)


SIGNALS = {
    "white": ar(0),
    "AR(0.5)": ar(0.5),
    "AR(0.8)": ar(0.8),
    "AR(0.95)": ar(0.95),
    "random walk": walk,
    "weekly": weekly,
    "AR(0.8), 20 % missing": gaps(ar(0.8)),
}
WORLDS = {f"{name}, GARCH, q80": World(make, garch) for name, make in SIGNALS.items()}
WORLDS |= {f"{name}, GARCH, up": World(make, garch, rule="up") for name, make in SIGNALS.items()}
WORLDS |= {
    "AR(0.8), GARCH, q80, n=90": World(ar(0.8), garch, 90),
    "white, white, up, n=90": World(ar(0), white, 90, "up"),
    "random walk, white, q80, n=90": World(walk, white, 90),
    "AR(0.8), GARCH, q80, n=1500": World(ar(0.8), garch, 1500),
    "AR(0.95), GARCH, q80, n=1500": World(ar(0.95), garch, 1500),
    "random walk, GARCH, q80, n=1500": World(walk, garch, 1500),
    "AR(0.5), returns AR(0.3), up": World(ar(0.5), trending, rule="up"),
    "AR(0.95), returns AR(0.3), q80": World(ar(0.95), trending),
    "AR(0.8), GARCH, q80, long-short": World(ar(0.8), garch, side="long-short"),
    "AR(0.8), GARCH, q80, walk-forward": World(ar(0.8), garch, 1500, walk_forward=True),
}


def market(log_returns: Series) -> Bars:
    """Return bars that open at the close before, as those of a market that never closes."""
    close = 100 * np.exp(np.cumsum(log_returns))
    n = len(close)
    return Bars("A", WHEN[:n], np.concatenate([[100.0], close[:-1]]), close, DAYS[n])


def said(values: Series) -> Spoken:
    """Return a signal whose days are known as they end."""
    n = len(values)
    return Spoken(values, WHEN[:n], WHEN[1 : n + 1], DAYS[n])


def options(world: World) -> Options:
    """Return how a world is traded."""
    rule = rules.parse(world.rule)
    return Options(rule, COST, "next-open", world.side, world.walk_forward)


def p_value(found: Trial) -> float:
    """Return the p-value against random timing."""
    return float(_shifts.p_values(np.array([found.log_wealth]), found.random[None])[0])


def print_false_positives(series: int, only: list[str]) -> None:
    """Print one line a world: the test, the t-test of the mean return, and beating the median."""
    print(f"Signals without any news, called skill, % of {series} backtests; nominal 5 %")
    print(f"{'signal, returns, rule':44}{'affect':>12}{'t-test > 0':>14}{'profit':>14}{'none':>7}")
    for name in only or WORLDS:
        world, rng = WORLDS[name], np.random.default_rng(list(name.encode()))
        claims, t_tests, profits, none = [], [], [], 0
        for seed in range(series):
            of, on = said(world.signal(rng, world.n)), market(world.returns(rng, world.n))
            try:
                found = trial(of, on, options(world), _shifts.turns(1000, seed))
            except AnalysisError:  # a rule that never trades has no answer
                none += 1
                continue
            claims.append(p_value(found) <= 0.05)
            test = ttest_1samp(found.rule.returns, 0, alternative="greater")
            t_tests.append(bool(test.pvalue <= 0.05))
            profits.append(found.rule.total > 0)
        line = f"{share(claims):>12}{share(t_tests):>14}{share(profits):>14}"
        print(f"{name:44}{line}{none:7}", flush=True)


def print_families(series: int) -> None:
    """Print how often a family of 10 signals has any claim."""
    print(
        "\n10 unrelated signals on one asset, any q <= 0.05, % of families (any p <= 0.05 beside)"
    )
    for phi in (0.5, 0.95):
        rng, family, alone = np.random.default_rng(3), [], []
        world = World(ar(phi), garch)
        for seed in range(series):
            on, drawn = market(garch(rng, 365)), _shifts.turns(1000, seed)
            found: list[Trial] = []
            while len(found) < 10:
                try:
                    found.append(trial(said(world.signal(rng, 365)), on, options(world), drawn))
                except AnalysisError:
                    continue
            wealth = np.array([one.log_wealth for one in found])
            random = np.array([one.random for one in found])
            centre, spread = random.mean(axis=1), random.std(axis=1)
            z = (random - centre[:, None]) / spread[:, None]
            q = _shifts.family_p_values((wealth - centre) / spread, z)
            family.append(bool(q.min() <= 0.05))
            alone.append(bool(_shifts.p_values(wealth, random).min() <= 0.05))
        print(f"AR({phi})".ljust(44) + f"{share(family):>12}{share(alone):>14}", flush=True)


def print_power(series: int) -> None:
    """Print how often a signal that knows something of the next day is found."""
    print("\nSignal of the day before correlates with the return: found at p <= 0.05, %")
    for n, r in ((365, 0.2), (365, 0.3), (1500, 0.1), (1500, 0.2)):
        rng, found = np.random.default_rng(9), []
        for seed in range(series):
            x = ar(0.5)(rng, n + 1)
            mixed = r * x[:-1] + math.sqrt(1 - r**2) * rng.standard_normal(n)
            world = World(ar(0), white, n, "above:q50", "long-short")
            result = trial(
                said(x[1:]), market(0.03 * mixed), options(world), _shifts.turns(1000, seed)
            )
            found.append(p_value(result) <= 0.05)
        print(f"n={n}, r={r}, above:q50, long-short".ljust(44) + f"{share(found):>12}", flush=True)


def print_coverage(series: int) -> None:
    """Print how often the interval of the Sharpe ratio holds the true one."""
    print("\nThe 95 % interval of a yearly Sharpe ratio of 1 holds it, %")
    true = 1 / math.sqrt(365.25)
    for name, make in (("white", ar(0)), ("GARCH", lambda g, n: (garch(g, n) - 0.001) / 0.03)):
        for n in (365, 1500):
            rng, held = np.random.default_rng(13), []
            for seed in range(series):
                r = 0.03 * (true + make(rng, n))
                low, high = chance.sharpe_interval(r, 365.25, seed=seed % 5) or (0, 0)
                held.append(low <= 1 <= high)
            print(f"{name}, n={n}".ljust(44) + f"{share(held):>12}", flush=True)


def print_random_half() -> None:
    """Print what a random half of the days earns when buy-and-hold makes 10x."""
    rng = np.random.default_rng(1)
    free, paid = [], []
    for _ in range(HALF):
        growing = tenfold(rng.standard_normal(YEARS5))
        held = (rng.random(YEARS5) < 0.5).astype(float)
        free.append(1 + trades.curve(held, growing, cost=0.0, per_year=365.25).total)
        paid.append(1 + trades.curve(held, growing, cost=COST, per_year=365.25).total)
    print(f"\nBuy-and-hold makes 10x in 5 years of {100 * DAILY:g} % a day; random half of days:")
    print(f"median {np.median(free):.1f}x, after 10 bp a side {np.median(paid):.1f}x")


def tenfold(noise: Series) -> Series:
    """Return simple returns with these shocks that make ten times the money."""
    shocks = DAILY * (noise - noise.mean())
    growing: Series = np.expm1(shocks + math.log(10) / len(noise))
    return growing


def print_same_bar() -> None:
    """Print what same-bar trading of `up` makes of a same-day correlation of 0.05."""
    rng = np.random.default_rng(2)
    same, after, p = [], [], []
    for seed in range(HALF // 2):
        change = rng.standard_normal(YEARS5)
        noise = 0.05 * change + math.sqrt(1 - 0.05**2) * rng.standard_normal(YEARS5)
        on = market(np.log1p(tenfold(noise)))
        posts = said(1000 + np.cumsum(change))
        free = Options(rules.parse("up"), 0.0, "next-open", "long", walk_forward=False)
        found = trial(posts, on, free, _shifts.turns(1000, seed))
        same.append(1 + found.same_bar.total)
        after.append(1 + found.rule.total)
        p.append(p_value(found) <= 0.05)
    print("\nPosts' change and the same day's return correlate at 0.05; rule up, before costs:")
    print(f"same bar median {np.median(same):.1f}x (look-ahead), next bar {np.median(after):.1f}x;")
    print(f"next bar called better than random timing: {share(p)} %")


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--only", nargs="*", default=[], choices=list(WORLDS))
    chosen = parser.parse_args()
    if not chosen.only:
        print_random_half()
        print_same_bar()
    print_false_positives(chosen.series, chosen.only)
    if not chosen.only:
        print_families(chosen.series // 4)
        print_power(chosen.series // 4)
        print_coverage(chosen.series)


if __name__ == "__main__":
    main()
