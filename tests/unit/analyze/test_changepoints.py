"""Level shifts: planted ones are found and dated, memory and weekdays are none, bad input ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.signal import lfilter

from affectcli.analyze import changepoints
from affectcli.analyze._change_dates import interval, refined
from affectcli.analyze._change_families import level_means, q_values, seeded
from affectcli.analyze._change_search import breaks, survived
from affectcli.analyze._change_series import stable_count, stable_share, without_weekdays
from affectcli.analyze._change_test import autoregression, next_shift
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
Array = np.ndarray[Any, np.dtype[np.float64]]


def _ar(phi: float, n: int, rng: np.random.Generator) -> Array:
    noise = rng.standard_normal(n + 200)
    return np.asarray(lfilter([np.sqrt(1 - phi**2)], [1, -phi], noise))[200:]


def _context(tmp_path: Path, measures: Mapping[str, Sequence[float]]) -> Context:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0}, weak=["grief"])
        tables.days(con, measures)
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _share(values: Array) -> list[float]:
    return [float(value) for value in np.clip(0.3 + 0.05 * values, 0.01, 0.99)]


@pytest.mark.parametrize("phi", [0.0, 0.8, 0.95])
def test_memory_is_no_shift(phi: float) -> None:
    rng, claims = np.random.default_rng(1), []
    for _ in range(20):
        shift = next_shift(_ar(phi, 150, rng), [], nulls=99, rng=rng)
        claims.append(shift is not None and shift.p_value <= 0.05)
    assert sum(claims) <= 4  # 1 in 400 at 5 %


def test_a_step_is_found_once_and_dated() -> None:
    rng = np.random.default_rng(2)
    y = _ar(0.3, 300, rng)
    y[180:] += 2.5
    (found,) = breaks(y, nulls=199, rng=rng)
    assert found.found
    assert abs(found.date.at - 180) <= 3
    assert found.date.low <= 180 <= found.date.high
    assert found.rank > 0


def test_an_episode_has_a_beginning_and_an_end() -> None:
    rng = np.random.default_rng(3)
    y = rng.standard_normal(300)
    y[150:185] += 2
    dates = [one.date.at for one in breaks(y, nulls=199, rng=rng) if one.found]
    assert len(dates) == 2
    assert np.abs(np.array(dates) - [150, 185]).max() <= 5


def test_two_steps_are_found_and_the_larger_survives_a_larger_penalty() -> None:
    rng = np.random.default_rng(4)
    y = rng.standard_normal(400)
    y[130:] += 2.5
    y[270:] += 6
    first, second = breaks(y, nulls=199, rng=rng)
    assert first.date.low <= 130 <= first.date.high
    assert abs(second.date.at - 270) <= 1
    assert second.rank > first.rank


def test_segments_are_never_shorter_than_two_weeks() -> None:
    rng = np.random.default_rng(5)
    y = rng.standard_normal(200)
    y[100:106] += 4
    y[-5:] += 6
    dates = [0, *(one.date.at for one in breaks(y, nulls=199, rng=rng) if one.found), 200]
    assert np.diff(dates).min() >= 14


def test_a_found_step_is_not_found_again() -> None:
    rng = np.random.default_rng(6)
    y = _ar(0.5, 250, rng)
    y[120:] += 4
    again = next_shift(y, [120], nulls=199, rng=rng)
    assert again is not None
    assert again.p_value > 0.05


def test_dates_are_refined_and_intervals_hold_them() -> None:
    rng = np.random.default_rng(7)
    inside = []
    for _ in range(30):
        y = _ar(0.5, 150, rng)
        y[90:] += 2
        (at,) = refined(y, [82])
        dated = interval(y, [at], 0, rng)
        assert dated.low <= at <= dated.high
        inside.append(dated.low <= 90 <= dated.high)
    assert np.mean(inside) >= 0.8


def test_the_autoregression_is_that_of_least_squares() -> None:
    y = _ar(0.7, 300, np.random.default_rng(8))
    phi, errors = autoregression(y, [100])
    p, n = len(phi), len(y)
    lags = np.column_stack([y[p - 1 - i : n - 1 - i] for i in range(p)])
    x = np.column_stack([np.ones(n - p), np.arange(p, n) >= 100, lags])
    found = np.linalg.lstsq(x, y[p:], rcond=None)[0]
    assert phi == pytest.approx(found[2:], abs=1e-6)
    assert errors == pytest.approx(y[p:] - x @ found, abs=1e-6)


def test_the_statistic_is_the_likelihood_ratio() -> None:
    rng = np.random.default_rng(9)
    y = rng.standard_normal(120)
    y[60:] += 3
    shift = next_shift(y, [], nulls=99, rng=rng)
    assert shift is not None
    (at,) = shift.at
    p = len(autoregression(y, [])[0])
    lags = np.column_stack([y[p - 1 - i : 119 - i] for i in range(p)])
    x = np.column_stack([np.ones(120 - p), lags])
    both = [
        np.linalg.lstsq(columns, y[p:], rcond=None)[1][0]
        for columns in (x, np.column_stack([x, np.arange(p, 120) >= at]))
    ]
    assert shift.size == pytest.approx((120 - p) * np.log(both[0] / both[1]))


def test_ranks_fall_to_zero_for_dates_that_no_segmentation_has() -> None:
    y = np.r_[np.zeros(100), np.ones(100)] + 0.1 * np.random.default_rng(10).standard_normal(200)
    large, none = survived(y, [100, 50])
    assert large > 100 > none


def test_weekdays_leave_without_taking_a_shift_along() -> None:
    days = [(START + timedelta(k)).date() for k in range(140)]
    week = np.array([0, 1, 2, 3, 0, -4, -2])[np.arange(140) % 7].astype(np.float64)
    step = np.where(np.arange(140) >= 73, 3.0, 0.0)
    rest = without_weekdays(week + step, days)
    assert rest[80:].mean() - rest[:70].mean() == pytest.approx(3, abs=0.1)
    assert rest[:70].std() < 0.3
    assert without_weekdays(step[::7], days[::7]) == pytest.approx(step[::7])


def test_even_scales() -> None:
    p = np.array([0.1, 0.5])
    assert stable_share(p, np.array([np.nan, 1e9])) == pytest.approx(
        np.arcsin(np.sqrt(p)), abs=1e-5
    )
    assert stable_count(np.array([0.0, 1.0, 9.0])) == pytest.approx(np.log([1, 2, 10]))
    assert stable_count(np.array([-1.0, 2.0])).tolist() == [-1, 2]


def test_q_values_of_a_family() -> None:
    first, second, third = q_values([[0.001, 0.02], [0.9], [0.04]])
    assert first == pytest.approx([0.003, 0.06])
    assert second == pytest.approx([0.9])
    assert third == pytest.approx([0.06])


def test_levels_around_dates_and_numbers_by_name() -> None:
    assert level_means(np.array([1.0, 1, 4, 4, 4, 0]), [2, 5]) == [(1, 4), (4, 0)]
    assert seeded(1, "a").random() == seeded(1, "a").random() != seeded(1, "b").random()


def test_the_command_finds_a_planted_shift_and_says_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    fear, joy = _ar(0.3, 250, rng), _ar(0.3, 250, rng)
    fear[150:] += 3
    ctx = _context(tmp_path, {"fear": _share(fear), "joy": _share(joy)})
    outcome = changepoints.run(ctx, signal="c/x:*", nulls=199)
    hit, idle = outcome.rows
    assert hit["signal"] == "c/x:fear"
    assert hit["found"]
    assert abs((hit["ts"] - (START + timedelta(150)).date()).days) <= 3
    assert hit["low"] <= hit["ts"] <= hit["high"]
    assert hit["after"] - hit["before"] == pytest.approx(0.15, abs=0.03)
    assert hit["kind"] == "level"
    assert hit["family_size"] == 2
    assert "rose from" in hit["verdict"]
    assert not idle["found"]
    assert idle["p_value"] > 0.05
    assert "No level shift of c/x:joy found" in idle["verdict"]
    assert outcome.rows_out == 2


def test_twice_the_same_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    values = rng.standard_normal(200)
    values[60:130] += 4
    ctx = _context(tmp_path, {"fear": _share(values)})
    first = changepoints.run(ctx, signal="c/x:fear", nulls=199)
    again = changepoints.run(ctx, signal="c/x:fear", nulls=199)
    assert len(first.rows) == 2
    assert first.rows == again.rows
    assert again.rows_out == 0
    with ctx.db.write() as con:
        even = "0.2 + (hash(ts) % 97) / 1000"
        con.raw.execute(f"update prevalence set value = {even}, raw = {even}")
    changepoints.run(ctx, signal="c/x:fear", nulls=199)
    with ctx.db.read() as con:
        assert con.raw.sql("select count(*) from finding").fetchall() == [(1,)]


def test_missing_days_are_left_out_and_not_filled(tmp_path: Path) -> None:
    rng = np.random.default_rng(13)
    values = rng.standard_normal(300)
    values[160:] += 3
    ctx = _context(tmp_path, {"fear": _share(values)})
    with ctx.db.write() as con:
        con.raw.execute(
            "update prevalence set value = null, raw = null"
            " where hash(ts) % 5 = 0 or ts between '2024-05-20' and '2024-06-20'"
        )
    (row,) = changepoints.run(ctx, signal="c/x:fear", nulls=199).rows
    assert row["found"]
    assert row["missing"] > 60
    assert row["n"] + row["missing"] == (row["end"] - row["start"]).days + 1
    # The shift lies in the gap: the first day with a value after it is the first that shows it.
    assert str(row["ts"]) in {"2024-06-21", "2024-06-22", "2024-06-23"}


def test_the_future_changes_nothing_that_was_known(tmp_path: Path) -> None:
    rng = np.random.default_rng(14)
    values = _ar(0.5, 200, rng)
    values[80:] += 4
    other = np.concatenate([values[:150], 5 + rng.standard_normal(50)])
    rows = []
    for name, series in (("one", values), ("two", other)):
        (tmp_path / name).mkdir()
        ctx = _context(tmp_path / name, {"fear": _share(series)})
        rows.append(changepoints.run(ctx, signal="c/x:fear", nulls=199, as_of="2024-05-30").rows)
    assert rows[0] == rows[1]
    assert rows[0][0]["found"]
    assert str(rows[0][0]["end"]) == "2024-05-29"


BAD: dict[str, tuple[list[float], str]] = {
    "five points": ([0.1, 0.2, 0.3, 0.1, 0.2], "5 days have a value; 60"),
    "constant": ([0.2] * 200, "constant"),
    "all null": ([float("nan")] * 200, "0 days have a value"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_searched_is_exit_10(name: str, tmp_path: Path) -> None:
    values, says = BAD[name]
    ctx = _context(tmp_path, {"fear": values})
    with ctx.db.write() as con:
        con.raw.execute("update prevalence set value = null, raw = null where isnan(value)")
    with pytest.raises(AnalysisError, match=says) as caught:
        changepoints.run(ctx, signal="c/x:fear")
    assert caught.value.code == 10


def test_half_a_year_without_values_is_two_series(tmp_path: Path) -> None:
    ctx = _context(tmp_path, {"fear": _share(np.random.default_rng(15).standard_normal(400))})
    with ctx.db.write() as con:
        con.raw.execute("delete from prevalence where ts between '2024-03-15' and '2024-11-15'")
    with pytest.raises(AnalysisError, match="two series"):
        changepoints.run(ctx, signal="c/x:fear")


def test_doubled_dates_are_refused(tmp_path: Path) -> None:
    ctx = _context(tmp_path, {"fear": _share(np.random.default_rng(16).standard_normal(90))})
    with ctx.db.write() as con:
        con.raw.execute("insert into prevalence select * from prevalence limit 1")
    with pytest.raises(AnalysisError, match="there twice"):
        changepoints.run(ctx, signal="c/x:fear")


def test_what_was_not_asked_is_a_usage_error(tmp_path: Path) -> None:
    ctx = _context(tmp_path, {"fear": [0.1] * 90})
    with pytest.raises(UsageError, match="a signal, or a thread"):
        changepoints.run(ctx)
    with pytest.raises(UsageError, match="a signal, or a thread"):
        changepoints.run(ctx, signal="c/x:fear", thread="t:1")
    with pytest.raises(UsageError, match="c/x:fear"):
        changepoints.run(ctx, signal="c/x:feer")
    with pytest.raises(UsageError, match="no post"):
        changepoints.run(ctx, thread="t:1")
