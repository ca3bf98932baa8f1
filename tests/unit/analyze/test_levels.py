"""Levels and peaks: a real change is seen, a wandering series is left alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.signal import lfilter

from affectcli.analyze import levels
from affectcli.analyze._peaks import peak_p_value
from affectcli.analyze.levels import level
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path


def _ar(phi: float, n: int, rng: np.random.Generator) -> np.ndarray:
    path: np.ndarray = lfilter([1.0], [1.0, -phi], rng.normal(size=n + 200))[200:]
    return path


def test_a_rise_in_the_last_week_is_seen() -> None:
    values = _ar(0.3, 180, np.random.default_rng(1))
    values[-7:] += 4
    found = level(values)
    assert found.p_value < 0.02
    assert found.change > 3
    assert found.percentile == 1
    assert found.peak_at >= 170


def test_the_means_are_those_of_the_days_that_have_a_value() -> None:
    values = np.linspace(0, 1, 100)
    values[-2] = np.nan
    found = level(values)
    assert found.now == pytest.approx(np.nanmean(values[-7:]))
    assert found.before == pytest.approx(np.mean(values[:-7]))
    assert found.typical == pytest.approx(np.nanmedian(values))


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_a_series_that_only_wanders_is_rarely_called_changed(phi: float) -> None:
    rng = np.random.default_rng(2)
    p_values = np.array([level(_ar(phi, 200, rng)).p_value for _ in range(60)])
    assert (p_values <= 0.05).mean() <= 0.12  # three standard errors above 5 % with 60 series


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_peaks_of_noise_are_rarely_called_peaks(phi: float) -> None:
    rng = np.random.default_rng(3)
    p_values = [peak_p_value(_ar(phi, 180, rng), width=7, rng=rng, nulls=99) for _ in range(60)]
    assert np.mean([p is not None and p <= 0.05 for p in p_values]) <= 0.12


def test_an_episode_is_a_peak() -> None:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(10):
        values = _ar(0.4, 180, rng)
        values[90:101] += 3
        p = peak_p_value(values, width=7, rng=rng, nulls=199)
        found.append(p is not None and p <= 0.05)
    assert np.mean(found) >= 0.8


def test_too_little_to_say() -> None:
    rng = np.random.default_rng(5)
    assert peak_p_value(rng.normal(size=100), width=7, rng=rng) is None
    assert peak_p_value(np.zeros(200), width=7, rng=rng) is None
    with pytest.raises(AnalysisError, match="too few"):
        level(rng.normal(size=40))
    gone = rng.normal(size=200)
    gone[-7:] = np.nan
    with pytest.raises(AnalysisError, match="have no value"):
        level(gone)


def test_as_of_is_what_was_known_then(tmp_path: Path) -> None:
    values = np.clip(0.3 + 0.02 * _ar(0.3, 200, np.random.default_rng(6)), 0.01, 0.99)
    values[150:] += 0.3
    db = Database(tmp_path / "a.duckdb")
    ctx = Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)
    with db.write() as con:
        tables.days(con, {"fear": values.tolist()})
        for day, scope in (("2024-03-02", None), ("2024-03-03", "c/y"), ("2024-06-04", None)):
            con.raw.execute(
                "insert into event values (?, ?::timestamp, null, ?, null, ?, 'f', 'r')",
                [day, day, day, scope],
            )
    (early,) = levels.run(ctx, signal="c/x:fear", as_of="2024-04-01").rows
    (late,) = levels.run(ctx, signal="c/x:fear").rows
    assert early["as_of_day"] == date(2024, 3, 31)
    assert late["as_of_day"] == date(2024, 7, 18)
    assert early["now"] == pytest.approx(values[84:91].mean())
    assert early["peak_end"] <= date(2024, 3, 31)
    assert early["event"] in {None, "2024-03-02"}
    assert late["peak_start"] >= date(2024, 5, 28)
    assert early["finding_id"] != late["finding_id"]
    with pytest.raises(UsageError, match="no time"):
        levels.run(ctx, signal="c/x:fear", as_of="soon")
