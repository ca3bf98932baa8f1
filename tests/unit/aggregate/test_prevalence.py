"""The interval of a prevalence covers the true share; classify-and-count's does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli import aggregate
from affectcli.settings import Settings
from affectcli.store import Context, Database

if TYPE_CHECKING:
    from pathlib import Path

DAYS, POSTS, AUTHORS = 400, 60, 30
TPR, FPR = 0.6, 0.04
POSITIVES, NEGATIVES = 150, 5000


def _simulate(db: Database, share: float, rng: np.random.Generator) -> None:
    """Store `DAYS` days in which `share` of posts carry the label, clustered by author.

    The validation counts are drawn too: the model's measured errors are a sample.
    """
    day = np.repeat(np.arange(DAYS), POSTS)
    author = rng.integers(0, AUTHORS, len(day))
    lean = rng.beta(8 * share, 8 * (1 - share), (DAYS, AUTHORS))
    true = rng.random(len(day)) < lean[day, author]
    hit = rng.random(len(day)) < np.where(true, TPR, FPR)
    start = datetime(2024, 1, 1)  # noqa: DTZ001  # stored times are naive UTC
    posts = pl.DataFrame(
        {
            "n": np.arange(len(day)),
            "created": [start + timedelta(days=int(d)) for d in day],
            "author": [f"a{a}" for a in author],
            "p": np.where(hit, 0.9, 0.1),
        }
    )
    tp, fp = int(rng.binomial(POSITIVES, TPR)), int(rng.binomial(NEGATIVES, FPR))
    with db.write() as con:
        con.register(made=posts)
        con.raw.execute(
            "insert into post by name select 't:' || n as post_id, 't' as source,"
            " 'c/x' as community, 'message' as kind, author, created,"
            " '' as title, 'x' as body, 'en' as lang, [] as symbols,"
            " n::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made"
        )
        con.raw.execute(
            "insert into score select n::ubigint, 'mini', 'r1', 'goemotions28', [p], 'r' from made"
        )
        con.raw.execute(
            "insert into label values"
            " ('mini', 'r1', 'goemotions28', 1, 'fear', -1, 0.5, ?, ?, ?, ?, true, 'many', false,"
            " ['en'])",
            [tp, POSITIVES - tp, fp, NEGATIVES - fp],
        )


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_the_interval_covers_the_true_share(tmp_path: Path, share: float) -> None:
    rng = np.random.default_rng(int(share * 1000))
    covered, plain = [], []
    for repeat in range(5):
        db = Database(tmp_path / f"{repeat}.duckdb")
        _simulate(db, share, rng)
        settings = Settings(db=db.path, key_file=tmp_path / "k")
        aggregate.run(Context(db, settings, "run-1"))
        with db.read() as con:
            daily = con.raw.sql("from daily where measure = 'fear' and value is not null").pl()
        assert daily.height == DAYS
        covered.append(daily.select(pl.lit(share).is_between("low", "high")).to_series().mean())
        error = 1.96 * (daily["raw"] * (1 - daily["raw"]) / daily["posts"]).sqrt()
        inside = pl.lit(share).is_between(pl.col("raw") - error, pl.col("raw") + error)
        plain.append(daily.select(inside).to_series().mean())
    assert 0.93 <= np.mean(np.array(covered, float)) <= 0.995
    if share != 0.1:  # at (fpr / (1 - tpr + fpr)) the two errors cancel: no bias to show
        assert np.mean(np.array(plain, float)) < np.mean(np.array(covered, float))


def test_running_it_twice_changes_nothing_and_the_future_does_not_move_the_past(
    tmp_path: Path,
) -> None:
    db = Database(tmp_path / "a.duckdb")
    _simulate(db, 0.2, np.random.default_rng(1))
    settings = Settings(db=db.path, key_file=tmp_path / "k")
    first = aggregate.run(Context(db, settings, "run-1"))
    assert first.rows_out > 0
    assert aggregate.run(Context(db, settings, "run-2")).rows_out == 0
    cut = datetime(2024, 6, 1)  # noqa: DTZ001  # stored times are naive UTC
    past = "from prevalence where available_at <= $cut order by all"
    with db.read() as con:
        before = con.raw.sql(past, params={"cut": cut}).pl()
    with db.write() as con:
        con.raw.execute(
            "update score set p = [random()::real] where text_hash in"
            " (select text_hash from post where created >= ?)",
            [cut],
        )
    assert aggregate.run(Context(db, settings, "run-3")).rows_out > 0
    with db.read() as con:
        assert con.raw.sql(past, params={"cut": cut}).pl().equals(before)
