"""Databases with daily shares, for tests of the whole step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli import forecast
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.store import Outcome

BASE = ("seasonal_naive",)


def world(folder: Path, measures: Mapping[str, NDArray[np.float64]], *, weak: str = "") -> Context:
    """Return the context of a database with `measures` of the community c/x from 2024-01-01 on."""
    db = Database(folder / "a.duckdb")
    labels = {"fear": -1.0, "joy": 1.0, "grief": -1.0}
    with db.write() as con:
        tables.scheme(con, "goemotions28", labels, weak=[weak])
        tables.days(con, {name: values.tolist() for name, values in measures.items()})
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def run(ctx: Context, signal: str = "c/x:fear", **options: Any) -> Outcome:  # noqa: ANN401 - as the step takes them
    """Run the step a week ahead with the baseline alone and few origins, unless told otherwise."""
    return forecast.run(
        ctx, signal=signal, **{"horizon": 7, "high": "0.2", "model": BASE, "origins": 20, **options}
    )


def change(ctx: Context, statement: str, *values: object) -> None:
    """Run one statement on the database."""
    with ctx.db.write() as con:
        con.raw.execute(statement, list(values))


def rows(ctx: Context, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with ctx.db.read() as con:
        return con.raw.execute(query).fetchall()


def weekly(n: int = 120, *, seed: int = 1, phase: int = 0) -> NDArray[np.float64]:
    """Return shares that are high on two days of each week, with noise."""
    wave = np.resize(np.roll([0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3], phase), n)
    return wave + np.random.default_rng(seed).uniform(0, 0.02, n)
