"""The pieces of cause themes: groups, their stability, terms, counts and trends."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from affectcli.analyze._causes_cluster import cluster, largest_first, stability
from affectcli.analyze._causes_count import cells
from affectcli.analyze._causes_label import labels
from affectcli.analyze._causes_themes import FEW, NOISE, plain
from affectcli.analyze._causes_trend import trends

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC


def _groups(sizes: list[int], *, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors around as many centres, on one side of the sphere, and their centre."""
    dice = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    centres = dice.normal(size=(len(sizes), 64)) / 8 + 0.5
    vectors = centres[truth] + spread / 8 * dice.normal(size=(len(truth), 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), truth


def test_planted_groups_are_found_where_all_texts_share_a_subject() -> None:
    vectors, truth = _groups([80, 60, 40, 30], spread=0.7, seed=0)
    assert (vectors @ vectors.T).min() > 0.5  # the shared subject: everything is near everything
    found = cluster(vectors)
    assert adjusted_rand_score(truth, found) > 0.95
    assert np.bincount(found[found >= 0])[0] == np.bincount(found[found >= 0]).max()


def test_what_belongs_together_is_found_again_and_noise_is_not() -> None:
    vectors, _ = _groups([80, 60, 40, 30], spread=0.7, seed=1)
    halves = stability(vectors, cluster(vectors), group=cluster, draws=4, seed=0)
    assert halves.rand.min() > 0.9
    assert halves.again.min() > 0.9
    dice = np.random.default_rng(2)
    noise = dice.normal(size=(200, 64)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    scattered = cluster(noise)
    assert scattered.max() == -1
    halves = stability(noise, scattered, group=cluster, draws=4, seed=0)
    assert np.isnan(halves.rand).all()  # nothing is there that could be found again
    assert len(halves.again) == 0


@pytest.mark.parametrize("count", [0, 5, 30])
def test_texts_that_are_all_alike_raise_nothing(count: int) -> None:
    found = cluster(np.tile(np.eye(1, 16, dtype=np.float32), (count, 1)))
    assert len(found) == count


def test_small_groups_are_noise() -> None:
    given = np.repeat([4, 9, -1], [10, 3, 7])
    assert largest_first(given, 8).tolist() == [0] * 10 + [-1] * 10


def test_a_term_needs_enough_writers_and_sets_its_theme_apart() -> None:
    texts = ["the boss shouts at work"] * 12 + ["zorro was at work"] * 30 + ["rain at work"] * 12
    writers = [*range(12), *([99] * 30), *range(200, 212)]
    themes = np.repeat([0, 1, 2], [12, 30, 12])
    found = labels(texts, writers, themes, k=10)
    assert found[0] == ["boss", "shouts"]
    assert all("work" not in term for group in found.values() for term in group)
    assert found[1] == []  # one author said it thirty times
    assert "rain" in found[2]
    assert labels(["a b", "c d"], [1, 2], np.array([0, -1]), k=1) == {0: []}


def test_links_names_and_tickers_are_not_read() -> None:
    given = pl.DataFrame(
        {"span": ["@Bob $AAPL  FELL http://t.co/x &amp; more", "$AAPL @a", "12 !"]}
    )
    assert given.select(plain(pl.col("span")))["span"].to_list() == ["fell more", "", ""]


def _spans(themes: list[str], *, authors: int, months: int = 12) -> pl.DataFrame:
    """Return a span a day for each of `themes` in turn, by `authors` in turn."""
    n = len(themes)
    return pl.DataFrame(
        {
            "post_id": [f"p{i}" for i in range(n)],
            "community": ["c/x"] * n,
            "emotion": ["fear"] * n,
            "theme": themes,
            "author": [f"a{i % authors}" for i in range(n)],
            "created": [START + timedelta(days=i * months * 30 / n) for i in range(n)],
            "category": ["work"] * n,
            "vague": [False] * n,
        }
    )


def test_counts_by_hand_and_small_themes_are_pooled() -> None:
    spans = _spans([*["work"] * 60, *[NOISE] * 35, *["exam"] * 5], authors=100)
    found = {cell.theme: cell.numbers for cell in cells(spans, by="month", k=10)}
    assert set(found) == {"work", NOISE, FEW}
    assert found["work"]["share"] == pytest.approx(0.6)
    # Every author once: Wilson's interval of 60 in 100, n_eff = 99.
    assert found["work"]["low"] == pytest.approx(0.502, abs=0.002)
    assert found["work"]["high"] == pytest.approx(0.691, abs=0.002)
    assert found["work"]["categories"] == {"work": 1.0}
    assert found[FEW]["spans"] == 5
    assert found[FEW]["authors"] is None  # fewer than k
    assert not found[FEW]["periods"]


def test_one_loud_author_widens_the_interval() -> None:
    loud = _spans(["work"] * 60 + [NOISE] * 60, authors=120)
    loud = loud.with_columns(
        author=pl.when(pl.col("theme") == "work").then(pl.lit("loud")).otherwise("author")
    )
    quiet = loud.with_columns(author="post_id")
    wide, narrow = (
        {cell.theme: cell.numbers for cell in cells(spans, by="month", k=1)}["work"]
        for spans in (loud, quiet)
    )
    assert wide["high"] - wide["low"] > 2 * (narrow["high"] - narrow["low"])


def test_an_emotion_of_too_few_authors_has_no_row() -> None:
    assert cells(_spans(["work"] * 40, authors=9), by="month", k=10) == []


def test_all_emotions_together_count_a_posts_theme_once() -> None:
    spans = _spans(["work"] * 30, authors=30)
    both = pl.concat([spans, spans.with_columns(emotion=pl.lit("sadness"))])
    found = {cell.emotion: cell.numbers["spans"] for cell in cells(both, by="month", k=10)}
    assert found == {"fear": 30, "sadness": 30, "any": 30}


def _shares(rise: float, *, periods: int, series: int, phi: float = 0.0) -> tuple[np.ndarray, ...]:
    dice = np.random.default_rng(3)
    wander = dice.normal(size=(series, periods))
    for k in range(1, periods):
        wander[:, k] = phi * wander[:, k - 1] + np.sqrt(1 - phi**2) * wander[:, k]
    at = np.arange(periods) / 12
    of = dice.integers(300, 500, periods)
    share = np.clip(0.1 + 0.01 * wander + rise * at, 0, 1)
    return dice.binomial(of, share) / of, of.astype(float), at


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_no_trend_is_found_where_shares_wander(phi: float) -> None:
    line = trends(*_shares(0.0, periods=12, series=600, phi=phi))
    assert np.mean(line.p_value <= 0.05) < 0.065
    assert np.mean(np.abs(line.slope) <= line.half_width) > 0.93


def test_a_planted_trend_is_found_with_its_slope() -> None:
    line = trends(*_shares(0.2, periods=24, series=200))
    assert np.mean(line.p_value <= 0.05) > 0.9
    assert np.median(line.slope) == pytest.approx(0.2, abs=0.01)


def test_few_periods_are_not_tested() -> None:
    with pytest.raises(ValueError, match="Too few"):
        trends(*_shares(0.0, periods=7, series=1))
