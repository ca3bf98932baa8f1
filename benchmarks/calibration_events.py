"""How often `affect analyze events` claims an effect that is not there, or misses one that is.

    python benchmarks/calibration_events.py [--series 1000] [--only NAME ...]

False positives at nominal 5 % for events on days drawn at random, beside the usual test (Welch's t
of the window's days against the baseline's); families of signals and events; power and coverage for
a planted effect; interrupted time series beside the p-values of statsmodels' HAC errors.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import statsmodels.api as sm
from scipy.stats import ttest_ind

from affectcli.analyze import _shifts
from affectcli.analyze._events_effect import Field, Study, field, spans, study
from affectcli.analyze._events_its import interruption
from affectcli.analyze._stationary import without_calendar
from benchmarks._series import Make, Series, ar, gaps, garch, share, walk, weekly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

AROUND = spans("-1:5", "-30:-2")
WIDTH, EARLY, LATE, PLACEBOS = 7, 30, 5, 999


class World(NamedTuple):
    """A way to make a series, its length, and how many events are put into it."""

    make: Make
    n: int = 365
    events: int = 1
    clustered: bool = False


WORLDS = {
    f"{name}, n={n}, {k} event{'s' if k > 1 else ''}": World(make, n, k)
    for name, make in (
        ("white", ar(0)),
        ("AR(0.5)", ar(0.5)),
        ("AR(0.8)", ar(0.8)),
        ("AR(0.95)", ar(0.95)),
        ("random walk", walk),
        ("GARCH", garch),
        ("weekly", weekly),
        ("AR(0.8), 20 % missing", gaps(ar(0.8))),
    )
    for n, k in ((90, 1), (365, 1), (365, 8), (1500, 8))
}
WORLDS["AR(0.95), n=365, 8 events in 2 bursts"] = World(ar(0.95), 365, 8, clustered=True)
WORLDS["random walk, n=365, 8 events in 2 bursts"] = World(walk, 365, 8, clustered=True)


def events(world: World, rng: Generator) -> NDArray[np.int64]:
    """Return the days of events that have a whole baseline and window, a window apart."""
    days = np.arange(EARLY, world.n - LATE)
    if world.clustered:
        bursts = rng.choice(days[: -4 * WIDTH], 2, replace=False)
        drawn = np.unique((bursts[:, None] + WIDTH * np.arange(4)).ravel())
    else:
        drawn = np.sort(rng.choice(days, world.events, replace=False))
    kept: list[int] = []
    for day in drawn.tolist():
        if not kept or day - kept[-1] >= WIDTH:
            kept.append(day)
    return np.array(kept)


def tested(values: Series) -> Field:
    """Return the field of a series as the command makes it."""
    left = without_calendar(values, np.arange(len(values)) % 7)
    return field(left, AROUND, usable=np.ones(len(left), dtype=bool))


def ours(of: Field, days: NDArray[np.int64], seed: int) -> Study | None:
    """Return the study of the events, None where they fall on days that are missing."""
    at = days - of.first
    at = at[of.known[at]]
    return study(of, at, _shifts.turns(PLACEBOS, seed), width=WIDTH) if len(at) else None


def usual(values: Series, days: NDArray[np.int64]) -> bool:
    """Say whether Welch's t-test calls the windows' days another mean than the baselines'."""
    window = values[(days[:, None] + np.arange(-1, 6)).ravel()]
    baseline = values[(days[:, None] + np.arange(-30, -1)).ravel()]
    found = ttest_ind(window, baseline, equal_var=False, nan_policy="omit")
    return bool(found.pvalue <= 0.05)


def print_false_positives(series: int, only: list[str]) -> None:
    """Print one line a world."""
    print(f"Events that did nothing, called effects, % of {series} series; nominal 5 %")
    print(f"{'':44}{'affect':>12}{'pre-trend':>14}{'t-test':>14}")
    for name in only or WORLDS:
        world, rng = WORLDS[name], np.random.default_rng(list(name.encode()))
        claims, before, t_tests = [], [], []
        for seed in range(series):
            values = world.make(rng, world.n)
            days = events(world, rng)
            found = ours(tested(values), days, seed)
            if found is not None:
                claims.append(found.p_value <= 0.05)
                before.append(found.pre_trend_p is not None and found.pre_trend_p <= 0.05)
                t_tests.append(usual(values, days))
        print(f"{name:44}{share(claims):>12}{share(before):>14}{share(t_tests):>14}", flush=True)


def print_families(series: int) -> None:
    """Print how often a family of 5 signals and 4 events, all unrelated, has any claim."""
    print("\n5 signals (r = 0.5 between them) x 4 events, any q <= 0.05, % of families")
    family = np.repeat(np.arange(4), 5)
    for phi in (0, 0.8, 0.95):
        rng, any_claim = np.random.default_rng(5), []
        for seed in range(series):
            common = ar(phi)(rng, 365)
            fields = [tested(0.7 * common + 0.7 * ar(phi)(rng, 365)) for _ in range(5)]
            days = rng.choice(np.arange(EARLY, 365 - LATE), 4, replace=False)
            found = [ours(of, np.array([day]), seed) for day in days for of in fields]
            size = np.array([one.size for one in found if one])
            drawn = np.array([one.drawn for one in found if one])
            any_claim.append(bool(_shifts.q_values(size, drawn, family).min() <= 0.05))
        print(f"AR({phi})".ljust(44) + f"{share(any_claim):>12}", flush=True)


def print_power(series: int) -> None:
    """Print how often an effect of the windows' days is found, and covered by its interval."""
    print("\nPlanted effect on the days 0 to 5 (n = 365): found at p <= 0.05, interval covers, %")
    for phi in (0, 0.5, 0.8):
        for k, size in ((1, 1.0), (1, 2.0), (8, 0.5), (8, 1.0)):
            rng, found, covers = np.random.default_rng(7), [], []
            for seed in range(series):
                values, days = ar(phi)(rng, 365), events(World(ar(phi), 365, k), rng)
                for day in days:
                    values[day : day + 6] += size
                true = size * 6 / 7  # the window begins a day before the event
                result = ours(tested(values), days, seed)
                if result is not None:
                    found.append(result.p_value <= 0.05)
                    covers.append(abs(result.effect - true) <= result.half_width)
            line = f"AR({phi}), {k} event{'s' if k > 1 else ''} of {size:g} sd".ljust(44)
            print(f"{line}{share(found):>12}{share(covers):>14}", flush=True)


def print_interruptions(series: int) -> None:
    """Print false positives of level and slope beside those of HAC p-values."""
    print(
        "\nInterrupted time series, no break, n = 365: level, slope; statsmodels HAC level, slope"
    )
    for name, make in (("white", ar(0)), ("AR(0.8)", ar(0.8)), ("AR(0.95)", ar(0.95))):
        rng = np.random.default_rng(11)
        claims: list[list[bool]] = []
        for _ in range(series):
            values, day = make(rng, 365), int(rng.integers(30, 335))
            found = interruption(values, day, weekday=None)
            since = np.maximum(np.arange(365) - day, 0)
            x = np.column_stack([np.ones(365), np.arange(365), np.arange(365) >= day, since])
            hac = sm.OLS(values, x).fit(cov_type="HAC", cov_kwds={"maxlags": 5}).pvalues[2:]
            if found is not None:
                claims.append([found.level_p <= 0.05, found.slope_p <= 0.05, *(hac <= 0.05)])
        columns = [share([bool(row[k]) for row in claims]) for k in range(4)]
        print(f"{name:44}" + "".join(f"{column:>14}" for column in columns), flush=True)


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--only", nargs="*", default=[], choices=list(WORLDS))
    options = parser.parse_args()
    print_false_positives(options.series, options.only)
    if not options.only:
        print_families(options.series // 2)
        print_power(options.series // 2)
        print_interruptions(options.series // 2)


if __name__ == "__main__":
    main()
