"""Does `affect analyze changepoints` tell a break of the instrument from a change of mood?

    python benchmarks/instrument.py [--cases 40] [--first 0]

Each case is a database of invented posts by a community with six sources, sixteen labels whose
rates wander, deletions, two languages and repeats; something is planted on one day. An instrument
case is right when a break with its cause is reported within a week of that day and no label is said
to shift as mood around it; a mood case (two labels change) when both kinds of error are absent:
a shift of one of the two is found as mood, and no break of the instrument is reported.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy.signal import lfilter

from affectcli import aggregate
from affectcli.analyze import changepoints
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PLACE = "forum/made"
FIRST = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
UNPLEASANT = ("anger", "annoyance", "disapproval", "disgust", "fear", "sadness", "disappointment")
PLEASANT = ("joy", "love", "gratitude", "optimism", "approval")
VALENCE = dict.fromkeys(UNPLEASANT, -1.0) | dict.fromkeys(PLEASANT, 1.0)
VALENCE |= dict.fromkeys(("confusion", "curiosity", "surprise", "neutral"), 0.0)
SOURCES = tuple(f"s{k}" for k in range(6))
PLANTS = ("common-mode", "tagger", "source", "deletions", "mood")
NEAR = 7


def rates(days: int, rng: Generator) -> Array:
    """Return each label's rate on each day (days, labels): 2 to 15 %, wandering by a fifth."""
    labels = len(VALENCE) - 1
    base = np.exp(rng.uniform(np.log(0.02), np.log(0.15), labels))
    noise = rng.standard_normal((days + 100, labels))
    wander = lfilter([np.sqrt(1 - 0.6**2)], [1, -0.6], noise, axis=0)[100:]
    return np.asarray(base * np.exp(0.2 * wander), dtype=np.float64)


def posts(plant: str, at: int, days: int, rng: Generator) -> tuple[pl.DataFrame, Array]:
    """Return the posts of a community with `plant` from day `at` on, and their scores."""
    by_day = rates(days, rng)
    leaning = np.exp(rng.normal(0, 0.3, (len(SOURCES), by_day.shape[1])))
    count = rng.poisson(rng.uniform(50, 90), days)
    day = np.repeat(np.arange(days), count)
    late = day >= at
    source = rng.choice(len(SOURCES), len(day), p=rng.dirichlet(np.full(len(SOURCES), 20.0)))
    chance = by_day[day] * leaning[source]
    deleted = rng.random(len(day)) < np.where(late & (plant == "deletions"), 0.14, 0.07)
    if plant == "common-mode":
        chance[late] *= 2
    if plant == "tagger":
        chance[late] *= np.exp(rng.normal(0, 0.7, chance.shape[1]))
    if plant == "mood":
        chance[:, moved(rng)] *= np.where(late, 2.5, 1.0)[:, None]
    keep = ~(late & (source < 2)) if plant == "source" else np.ones(len(day), dtype=bool)
    hit = rng.random(chance.shape) < np.minimum(chance, 0.6)
    p = np.where(np.column_stack([hit, ~hit.any(axis=1)]), 0.9, 0.1)
    number = np.arange(len(day))
    repeated = rng.random(len(day)) < 0.03
    frame = pl.DataFrame(
        {
            "id": number,
            "day": day,
            "second": rng.integers(0, 86_400, len(day)),
            "source": np.array(SOURCES)[source],
            "author": rng.integers(0, 400, len(day)),
            "lang": np.where(rng.random(len(day)) < 0.08, "de", "en"),
            "norm": np.where(repeated, rng.integers(0, 50, len(day)), number + 1000),
            "deleted": deleted,
            "late": late,
        }
    )
    return frame.filter(keep), p[keep]


def moved(rng: Generator) -> list[int]:
    """Return the two labels whose rates a mood changes: the case's own, from its generator."""
    return sorted(rng.choice(len(VALENCE) - 1, 2, replace=False).tolist())


def stored(path: Path, made: pl.DataFrame, p: Array, *, swapped: bool) -> Context:
    """Return a database with the posts, scored by one tagger or by another from the break on."""
    db = Database(path)
    ctx = Context(db, Settings(db=path, tag=Tag(tagger="t")), "run-1", 1)
    runs = np.where(made["late"].to_numpy() & swapped, "tag-2", "tag-1")
    scores = pl.DataFrame(
        {"hash": made["id"], "run": runs, "p": pl.Series(p.astype(np.float32).tolist())}
    ).filter(~made["deleted"])
    with db.write() as con:
        for position, (label, valence) in enumerate(VALENCE.items(), start=1):
            con.raw.execute(
                "insert into label values ('t', 'r', 'goemotions28', ?, ?, ?, 0.5, 90, 10, 40,"
                " 5000, true, 'many', false, null)",
                [position, label, valence],
            )
        for run, version in (("tag-1", "0.9"), ("tag-2", "1.0")):
            con.raw.execute(
                "insert into run by name select ? as run_id, 'tag' as command, '{}' as parameters,"
                " {'affect': ?} as versions, 1 as seed, timestamp '2025-01-01' as started,"
                " 'done' as status",
                [run, version],
            )
        con.register(made=made, scores=scores)
        con.raw.execute(
            "insert into post by name select source || ':' || id as post_id, source, ? as"
            " community, 'message' as kind, 'a' || author as author,"
            " ? + to_days(day::int) + to_seconds(second) as created, '' as title, 'x' as body,"
            " lang, [] as symbols, if(deleted, null, id::ubigint) as text_hash,"
            " if(deleted, null, norm::ubigint) as norm_hash,"
            " if(deleted, 'deleted', 'live') as status, created as ingested, 'r' as run_id"
            " from made",
            [PLACE, FIRST],
        )
        con.raw.execute(
            "insert into score by name select hash::ubigint as text_hash, 't' as tagger,"
            " 'r' as revision, 'goemotions28' as scheme, p::real[] as p, run as run_id from scores"
        )
    aggregate.run(ctx)
    return ctx


def rows(plant: str, at: int, days: int, seed: int) -> list[dict[str, Any]]:
    """Return what the command says of one planted case."""
    rng = np.random.default_rng([seed, PLANTS.index(plant)])
    made, p = posts(plant, at, days, rng)
    with tempfile.TemporaryDirectory() as folder:
        ctx = stored(Path(folder) / "a.duckdb", made, p, swapped=plant == "tagger")
        return changepoints.run(ctx, signal=f"{PLACE}:*", nulls=499).rows


def judged(plant: str, at: int, found: Sequence[dict[str, Any]]) -> tuple[bool, str]:
    """Return whether a case is right, and what was said around the planted day."""
    day: date = (FIRST + timedelta(at)).date()
    near = [row for row in found if row["found"] and abs((row["ts"] - day).days) <= NEAR]
    causes = [row["cause"] for row in near if ":instrument." in row["signal"]]
    causes += [row["cause"] for row in near if row["kind"] == "instrument"]
    mood = [
        row["signal"].rpartition(":")[2]
        for row in near
        if row["kind"] == "level" and not row["signal"].endswith(":posts")
    ]
    said = f"causes {sorted(set(causes))}, mood {mood}"
    if plant == "mood":
        return bool(mood) and not causes, said
    return set(causes) == {plant} and not mood, said


def main() -> None:
    """Parse the command line and print a line for each case, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="the case to begin with")
    parser.add_argument("--days", type=int, default=240)
    options = parser.parse_args()
    # Every fourth case is a mood, the others are the four breaks in turn.
    order = [PLANTS[4] if k % 4 == 3 else PLANTS[(k - k // 4) % 4] for k in range(options.cases)]
    right: Counter[str] = Counter()
    for seed, plant in enumerate(order[options.first :], start=options.first):
        at = int(np.random.default_rng(seed).integers(70, options.days - 50))
        fine, said = judged(plant, at, rows(plant, at, options.days, seed))
        right[plant] += fine
        print(f"{seed:3} {plant:12} day {at:3} {'right' if fine else 'WRONG'}: {said}", flush=True)
    of = Counter(order[options.first :])
    print(f"\nright: {sum(right.values())} of {of.total()}")
    print(", ".join(f"{plant} {right[plant]} of {of[plant]}" for plant in PLANTS))


if __name__ == "__main__":
    main()
