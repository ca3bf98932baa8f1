"""Do forecasts cover, beat seasonal-naive, and warn as often as they say? And what do they cost?

python benchmarks/forecast.py                      simulated communities with a planted make-up
python benchmarks/forecast.py --db FILE --signal 'stocknet/*:*@mean' [--signal ...] [--freq week]
python benchmarks/forecast.py --speed              28 signals x 730 days x 60 origins

All is the row `used`: the whole procedure, which at each origin chooses by what had come due.
Origins of a series overlap, so errors are over series.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from affectcli import parts
from affectcli.errors import AnalysisError
from affectcli.forecast._many import studies
from affectcli.forecast._scale import Observed
from benchmarks._series import ar, noisy, walk, weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.random import Generator

    from affectcli.forecast._study import Study
    from benchmarks._series import Series

START = date(2024, 1, 1)
FAST = tuple(name for name in parts.names("forecast") if name != "prophet")


def episodes(rng: Generator, n: int) -> Series:
    """Return AR(0.5) with episodes two deviations high, 4 to 14 days long, every two months."""
    made = 0.7 * ar(0.5)(rng, n)
    day = int(rng.exponential(30))
    while day < n:
        length = int(rng.integers(4, 15))
        made[day : day + length] += 2.0
        day += length + int(rng.exponential(60))
    return made


@dataclass(frozen=True)
class World:
    """Log-odds of 18 % plus 0.3 times `mood`, seen through `posts` posts a day."""

    mood: Callable[[Generator, int], Series]
    posts: float = 400.0
    swing: float = 0.2
    """Standard deviation of the logarithm of a day's posts."""

    def draw(self, rng: Generator, days: int) -> Observed:
        """Return one community's signal."""
        posts = np.maximum(rng.poisson(self.posts * np.exp(self.swing * rng.normal(size=days))), 3)
        hits = rng.binomial(posts, expit(-1.5 + 0.3 * self.mood(rng, days)))
        dates = [START + timedelta(days=k) for k in range(days)]
        return Observed(dates, hits / posts, posts.astype(float), share=True)


WORLDS = {
    "white noise": World(ar(0)),
    "AR(0.5)": World(ar(0.5)),
    "AR(0.8)": World(ar(0.8)),
    "AR(0.95)": World(ar(0.95)),
    "AR(0.95) + noise": World(noisy),
    "random walk": World(lambda rng, n: 0.15 * walk(rng, n)),
    "weekly + AR(0.5)": World(weekly),
    "episodes": World(episodes),
    "AR(0.8), 30 posts": World(ar(0.8), posts=30, swing=0.8),
    "weekly, 30 posts": World(weekly, posts=30, swing=0.8),
}
HEADER = (
    f"{'':26}{'cover 80':>10}{'cover 95':>10}{'WIS/naive':>11}{'+-':>7}{'alarms':>8}{'/month':>8}"
    f"{'false':>7}{'said':>7}{'hit':>6}{'said':>6}{'worst bin':>10}{'skill':>8}"
)


def line(name: str, found: Sequence[Study], horizon: int) -> str:
    """Return one line about many series; coverage is over days, WIS over series."""
    scored = [one for one in found if one.reliability]
    if not scored:
        return f"{name:26}{'too short to score':>30}"
    used = [
        next(r for r in one.scores if (r["model"], r["horizon"]) == ("used", horizon))
        for one in scored
    ]
    days = np.array([sum(b["days"] for b in one.reliability) for one in scored], dtype=float)
    ratios = np.array([row["wis_ratio"] for row in used if row["wis_ratio"] is not None])
    alarms = [alarm for one in scored for alarm in one.past_alarms if alarm["outcome"] is not None]
    chance = np.array([alarm["probability"] for alarm in alarms])
    hit = np.array([alarm["outcome"] == "hit" for alarm in alarms], dtype=bool)
    months = days.sum() / 30
    skills = [one.skill for one in scored if one.skill is not None]
    inside = [
        100 * float(np.average([float(row[key] or 0) for row in used], weights=days))
        for key in ("coverage80", "coverage95")
    ]
    return (
        f"{name:26}{inside[0]:>10.1f}{inside[1]:>10.1f}{ratios.mean():>11.3f}"
        f"{ratios.std() / np.sqrt(len(ratios)):>7.3f}{len(alarms):>8}{len(alarms) / months:>8.2f}"
        f"{(~hit).sum() / months:>7.2f}{(1 - chance).sum() / months:>7.2f}"
        f"{_percent(hit):>6}{_percent(chance):>6}{_worst(scored):>10}{np.mean(skills):>8.3f}"
    )


def _percent(values: object) -> str:
    kept = [float(value) for value in values if value is not None]  # type: ignore[attr-defined]  # an iterable
    return f"{100 * np.mean(kept):.1f}" if kept else "-"


def _worst(found: Sequence[Study]) -> str:
    """Return the largest gap, in points, of a bin of daily probabilities with 300 days or more."""
    total: dict[float, list[float]] = {}
    for one in found:
        for bin_ in one.reliability:
            sums = total.setdefault(bin_["low"], [0.0, 0.0, 0.0])
            sums[0] += bin_["days"] * bin_["forecast"]
            sums[1] += bin_["days"] * bin_["observed"]
            sums[2] += bin_["days"]
    gaps = {low: (o - f) / n for low, (f, o, n) in total.items() if n >= 300}
    if not gaps:
        return "-"
    low = max(gaps, key=lambda key: abs(gaps[key]))
    return f"{100 * gaps[low]:+.0f}@{low:g}"


def ask(
    signals: Mapping[str, Observed], *, horizon: int, origins: int, models: Sequence[str] = FAST
) -> dict[str, Study]:
    """Return the study of every signal that can be forecast."""
    made = {}
    for name, study in studies(
        signals, models=models, horizon=horizon, origins=origins, high="q80", seed=1
    ):
        if isinstance(study, AnalysisError):
            print(f"{name}: {study.what}", file=sys.stderr)
        else:
            made[name] = study
    return made


def print_worlds(options: argparse.Namespace) -> None:
    """Print a line for each simulated world."""
    print(f"{options.days} days, horizon {options.horizon}, {options.series} series each")
    print(HEADER)
    for name, world in WORLDS.items():
        if options.only and name not in options.only:
            continue
        signals = {
            str(k): world.draw(np.random.default_rng([options.seed + k, len(name)]), options.days)
            for k in range(options.series)
        }
        found = ask(signals, horizon=options.horizon, origins=60, models=options.model)
        print(line(name, list(found.values()), options.horizon), flush=True)
        if options.by_model:
            print_models(list(found.values()), options.horizon)


def print_models(found: Sequence[Study], horizon: int) -> None:
    """Print the mean of WIS over seasonal-naive's, and how often it is chosen, for each model."""
    chosen = [one.chosen for one in found]
    for model in dict.fromkeys(row["model"] for one in found for row in one.scores):
        rows = [r for one in found for r in one.scores if r["model"] == model]
        ratios = [r["wis_ratio"] for r in rows if r["horizon"] == horizon and r["wis_ratio"]]
        inside = [r["coverage95"] for r in rows if r["horizon"] == horizon]
        print(
            f"  {model:24}{_percent(inside):>20}{np.mean(ratios):>11.3f}{chosen.count(model):>15}"
        )


def print_stored(options: argparse.Namespace) -> None:
    """Print a line for each family of stored signals, and one for all."""
    from affectcli.forecast._asked import Asked, read
    from affectcli.forecast._observed import observed
    from affectcli.settings import Settings
    from affectcli.store import Context, Database

    ctx = Context(Database(options.db), Settings(db=options.db), "benchmark", 1)
    made: dict[str, Observed] = {}
    for pattern in options.signal:
        asked = Asked(pattern, freq=options.freq)
        inputs = read(ctx, asked)
        for name in inputs.frames:
            try:
                made[name] = observed(name, inputs, asked)
            except AnalysisError as error:
                print(f"{name}: {error.what}", file=sys.stderr)
    found = ask(made, horizon=options.horizon, origins=60, models=options.model)
    print(HEADER)
    families = sorted({name.partition(":")[0] for name in found})
    for family in families:
        ours = [one for name, one in found.items() if name.startswith(f"{family}:")]
        print(line(f"{family} ({len(ours)})", ours, options.horizon))
    print(line(f"all ({len(found)})", list(found.values()), options.horizon))
    print_models(list(found.values()), options.horizon)


def print_speed() -> None:
    """Print what 28 signals cost, all models but Prophet, and what Prophet adds for one."""
    world = WORLDS["weekly + AR(0.5)"]
    signals = {str(k): world.draw(np.random.default_rng(k), 730) for k in range(28)}
    began = time.perf_counter()
    ask(signals, horizon=28, origins=60)
    print(f"28 signals, {len(FAST)} models: {time.perf_counter() - began:.0f} s")
    one = {"0": signals["0"]}
    costs = {}
    for name in ("seasonal_naive", *FAST, "prophet"):
        began = time.perf_counter()
        ask(one, horizon=28, origins=60, models=list(dict.fromkeys(("seasonal_naive", name))))
        costs[name] = time.perf_counter() - began
    base = costs.pop("seasonal_naive")
    print(f"one signal: seasonal_naive and everything that is shared {base:.2f} s; besides, s:")
    print(", ".join(f"{name} {seconds - base:.2f}" for name, seconds in costs.items()))


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1000, help="constants were set on 0 to 11")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--horizon", type=int, default=14)
    parser.add_argument("--only", nargs="*", default=[], choices=list(WORLDS))
    parser.add_argument("--model", nargs="*", default=list(FAST))
    parser.add_argument("--by-model", action="store_true")
    parser.add_argument("--db", type=Path)
    parser.add_argument("--signal", action="append", default=[])
    parser.add_argument("--freq", default="day", choices=["day", "week"])
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.speed:
        print_speed()
    elif options.db:
        print_stored(options)
    else:
        print_worlds(options)


if __name__ == "__main__":
    main()
