"""How often `affect analyze changepoints` sees a shift that is not there, and when those that are.

    python benchmarks/calibration_changepoints.py [--series 400] [--part false|power|both]

False positives at nominal 5 % beside ruptures with the usual penalty, 2 log n in units of the
variance of the days. Then a shift of one standard deviation that lasts at least 30 days: how often
it is found, dated within 3 days, and within the interval, beside an oracle that is told that there
is exactly one shift (and, of an episode, that it lasts 30 days) and has only to say when.
"""

from __future__ import annotations

import argparse
import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import ruptures
from scipy.signal import lfilter

from affectcli.analyze._change_search import breaks
from affectcli.analyze._change_series import without_weekdays
from affectcli.analyze._change_test import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Series = NDArray[np.float64]

NULLS = 199
NEAR = 3
DAYS = 365


def autoregressive(phi: float, rng: Generator, n: int) -> Series:
    """Return AR(1) with unit variance."""
    noise = rng.standard_normal(n + 400)
    return np.asarray(lfilter([math.sqrt(1 - phi**2)], [1, -phi], noise))[400:]


def ar(phi: float) -> Callable[[Generator, int], Series]:
    """Return a maker of AR(1) series."""
    return lambda rng, n: autoregressive(phi, rng, n)


def walk(rng: Generator, n: int) -> Series:
    """Return a random walk."""
    return np.cumsum(rng.standard_normal(n))


def noisy(rng: Generator, n: int) -> Series:
    """Return AR(0.9) that is measured with noise of half its variance."""
    return autoregressive(0.9, rng, n) + 0.7 * rng.standard_normal(n)


def weekly(rng: Generator, n: int) -> Series:
    """Return AR(0.5) with quiet weekends."""
    week = np.array([0, 0.2, 0.3, 0.1, -0.2, -1, -0.9])
    return autoregressive(0.5, rng, n) + 1.5 * week[np.arange(n) % 7]


def garch(rng: Generator, n: int) -> Series:
    """Return GARCH(1, 1) with alpha 0.10, beta 0.85: restless weeks."""
    shocks, variance = rng.standard_normal(n + 300), 1.0
    for day, shock in enumerate(shocks):
        shocks[day] = math.sqrt(variance) * shock
        variance = 0.05 + 0.1 * shocks[day] ** 2 + 0.85 * variance
    return shocks[300:]


def gappy(rng: Generator, n: int) -> Series:
    """Return AR(0.8) without 20 % of its days, which are left out as the command does."""
    return autoregressive(0.8, rng, n)[rng.random(n) >= 0.2]


WORLDS = {
    "white": ar(0),
    "AR(0.5)": ar(0.5),
    "AR(0.8)": ar(0.8),
    "AR(0.95)": ar(0.95),
    "AR(0.5), weekly": weekly,
    "AR(0.8), 20 % missing": gappy,
    "GARCH": garch,
    "random walk": walk,
    "AR(0.9) + noise": noisy,
}


def tested(values: Series) -> Series:
    """Return a series as the command searches it: less its weekdays."""
    days = [date(2024, 1, 1) + timedelta(k) for k in range(len(values))]
    return without_weekdays(values, days)


def usual(values: Series) -> list[int]:
    """Return the breaks of ruptures with its linear kernel and penalty 2 log n."""
    model = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST)
    scaled = (values - values.mean()) / values.std()
    found: list[int] = model.fit(scaled[:, None]).predict(pen=2 * math.log(len(values)))[:-1]
    return found


def share(found: Sequence[bool]) -> str:
    """Return a percentage with its Monte-Carlo error."""
    if not found:
        return "-"
    p = float(np.mean(found))
    return f"{100 * p:.1f} +-{100 * math.sqrt(max(p * (1 - p), 0.01) / len(found)):.1f}"


def print_false_positives(series: int, only: Sequence[str], lengths: Sequence[int]) -> None:
    """Print one line for each world and length."""
    print(f"Series without a shift in which one is found, % of {series}; nominal 5 %")
    print(f"{'':36}{'affect':>14}{'ruptures':>14}")
    for name in only or WORLDS:
        for n in lengths:
            rng = np.random.default_rng([n, *name.encode()])
            ours, theirs = [], []
            for _ in range(series):
                values = tested(WORLDS[name](rng, n))
                ours.append(any(one.found for one in breaks(values, nulls=NULLS, rng=rng)))
                theirs.append(bool(usual(values)))
            print(f"{f'{name}, n = {n}':36}{share(ours):>14}{share(theirs):>14}", flush=True)


class Plant(NamedTuple):
    """A shift of `size` from `at` on, up to `end` if it is an episode."""

    name: str
    size: float
    at: int
    end: int | None


PLANTS = (
    Plant("1 sd for good, mid-year", 1.0, 200, None),
    Plant("1 sd for the last 30 days", 1.0, DAYS - 30, None),
    Plant("1 sd for 30 days, and back", 1.0, 200, 230),
    Plant("1.5 sd for the last 30 days", 1.5, DAYS - 30, None),
    Plant("2 sd for the last 30 days", 2.0, DAYS - 30, None),
)


def oracle(values: Series, plant: Plant) -> int:
    """Return the likeliest date in white noise, given that there is one such shift and no more."""
    n = len(values)
    total = np.r_[0.0, np.cumsum(values - values.mean())]
    if plant.end is not None:
        length = plant.end - plant.at
        return int(np.argmax(np.abs(total[length:] - total[:-length])))
    at = np.arange(SHORTEST, n - SHORTEST + 1)
    return int(at[np.argmax(total[at] ** 2 / (at * (n - at)))])


def print_power(series: int, memory: Sequence[float]) -> None:
    """Print how often planted shifts are found and dated, one line for each memory and shift."""
    print(f"\nPlanted shifts, n = {DAYS}, % of {series}; sd is that of the days of a level")
    columns = ("found", "dated +-3 d", "oracle", "in interval", "ruptures", "its breaks")
    print(f"{'':36}" + "".join(f"{column:>14}" for column in columns))
    for phi in memory:
        for plant in PLANTS:
            rng = np.random.default_rng(7)
            found, dated, knows, covers, theirs, count = [], [], [], [], [], []
            for _ in range(series):
                values = autoregressive(phi, rng, DAYS)
                values[plant.at : plant.end] += plant.size
                seen = [one.date for one in breaks(values, nulls=NULLS, rng=rng) if one.found]
                near = [one for one in seen if abs(one.at - plant.at) <= 30]
                found.append(bool(near))
                dated.append(any(abs(one.at - plant.at) <= NEAR for one in near))
                if near:
                    covers.append(any(one.low <= plant.at <= one.high for one in near))
                knows.append(abs(oracle(values, plant) - plant.at) <= NEAR)
                others = usual(values)
                theirs.append(any(abs(at - plant.at) <= NEAR for at in others))
                count.append(len(others))
            cells = [share(one) for one in (found, dated, knows, covers, theirs)]
            line = "".join(f"{cell:>14}" for cell in [*cells, f"{np.mean(count):.1f}"])
            print(f"{f'AR({phi:g}), {plant.name}':36}{line}", flush=True)


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--only", nargs="*", default=[], choices=list(WORLDS))
    parser.add_argument("--days", nargs="*", type=int, default=[365, 730])
    parser.add_argument("--memory", nargs="*", type=float, default=[0, 0.5, 0.8])
    parser.add_argument("--part", choices=("false", "power", "both"), default="both")
    options = parser.parse_args()
    if options.part != "power":
        print_false_positives(options.series, options.only, options.days)
    if options.part != "false":
        print_power(options.series, options.memory)


if __name__ == "__main__":
    main()
