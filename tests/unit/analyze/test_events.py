"""Event studies: planted effects are found, idle events are not, and bad input is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from scipy.signal import lfilter

from affectcli.analyze import _shifts, events
from affectcli.analyze._events_calendar import merged
from affectcli.analyze._events_effect import differences, field, spans, study
from affectcli.analyze._events_its import interruption
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START = datetime(2024, 1, 1)  # noqa: DTZ001  # the database's times are naive UTC
SPANS = spans("-1:5", "-30:-2")


def _ar(phi: float, n: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    path: np.ndarray[Any, np.dtype[np.float64]] = lfilter([1.0], [1.0, -phi], rng.normal(size=n))
    return path


def _context(
    tmp_path: Path,
    measures: Mapping[str, Sequence[float]],
    happened: Sequence[tuple[int, str, str | None]],
) -> Context:
    """Return a database with daily measures and events: day number, name, category."""
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.days(con, measures)
        for k, (day, name, category) in enumerate(happened):
            con.raw.execute(
                "insert into event values (?, ?, null, ?, ?, null, 'f', 'r')",
                [f"e{k}", START + timedelta(days=day, hours=9), name, category],
            )
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _share(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    return [float(value) for value in np.clip(0.3 + 0.03 * values, 0.01, 0.99)]


def test_the_difference_by_hand() -> None:
    values = np.arange(40.0) ** 2
    values[12] = np.nan
    found, variance = differences(values, SPANS)
    before = values[0:29]
    assert found[30] == pytest.approx(values[29:36].mean() - np.nanmean(before))
    assert variance[30] == pytest.approx(np.nanvar(before) + 0.1 * np.nanvar(values))
    assert np.isnan(found[29])
    assert np.isnan(found[35])


def test_half_the_days_of_a_window_must_be_there() -> None:
    values = np.random.default_rng(1).normal(size=80)
    values[40:44] = np.nan
    assert np.isnan(differences(values, SPANS)[0][40])
    values[43] = 0.0
    assert np.isfinite(differences(values, SPANS)[0][40])


@pytest.mark.parametrize("wrong", ["5", "3:1", "a:b", "-1:5:9"])
def test_spans_that_are_none(wrong: str) -> None:
    with pytest.raises(UsageError):
        spans(wrong, "-30:-2")


def test_a_baseline_must_end_before_its_window_and_be_long_enough() -> None:
    with pytest.raises(UsageError, match="must end before"):
        spans("-1:5", "-30:-1")
    with pytest.raises(UsageError, match="6 days"):
        spans("-1:5", "-4:-2")


def test_events_within_a_window_are_one() -> None:
    assert merged(np.array([3, 50, 9, 10, 16]), 7).tolist() == [3, 10, 50]


@pytest.mark.parametrize("phi", [0.0, 0.95])
def test_idle_events_are_rarely_called_effects(phi: float) -> None:
    rng, claims = np.random.default_rng(5), []
    for seed in range(150):
        of = field(_ar(phi, 200, rng), SPANS, usable=np.ones(200, dtype=bool))
        at = np.sort(rng.choice(np.arange(0, 165, 8), 2, replace=False))
        claims.append(study(of, at, _shifts.turns(500, seed), width=7).p_value <= 0.05)
    assert np.mean(claims) <= 0.11  # three standard errors above 5 % with 150 series


def test_an_interval_and_its_p_value_agree() -> None:
    rng = np.random.default_rng(6)
    for seed in range(60):
        of = field(_ar(0.5, 300, rng), SPANS, usable=np.ones(300, dtype=bool))
        found = study(of, rng.choice(260, 3), _shifts.turns(999, seed), width=7)
        inside = abs(found.effect) <= found.half_width
        assert inside == (found.p_value > 0.05) or abs(found.p_value - 0.05) < 0.005


def test_a_planted_effect_is_found_and_an_idle_event_is_not(tmp_path: Path) -> None:
    values = _ar(0.4, 365, np.random.default_rng(7))
    values[200:208] += 5
    ctx = _context(tmp_path, {"fear": _share(values)}, [(200, "exploit", None), (90, "fair", None)])
    found = {row["event"]: row for row in events.run(ctx, signal="c/x:fear").rows}
    hit, idle = found["exploit"], found["fair"]
    assert hit["q_value"] <= 0.05 < idle["q_value"]
    assert hit["effect"] == pytest.approx(0.03 * 5 * 6 / 7, abs=0.04)
    assert hit["low"] > 0
    assert hit["family_size"] == 2
    assert hit["placebos"] >= 500
    assert "rose with" in hit["verdict"]
    assert "No effect of" in idle["verdict"]
    assert hit["days"] == [(START + timedelta(days=200)).date()]


def test_a_category_is_one_claim_over_all_its_dates(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    values = _ar(0.3, 400, rng)
    for day in (60, 130, 200, 270, 340):
        values[day : day + 6] += 1.5
    dates = [(day, f"hack {day}", "hack") for day in (60, 130, 200, 270, 340)]
    ctx = _context(tmp_path, {"fear": _share(values)}, [*dates, (20, "fair", "feast")])
    (row,) = events.run(ctx, signal="c/x:fear", category="h*").rows
    assert row["event"] == "hack"
    assert row["n"] == 5
    assert row["q_value"] <= 0.05
    with pytest.raises(UsageError, match="feast, hack"):
        events.run(ctx, signal="c/x:fear", category="war")


def test_overlaps_and_dates_outside_are_counted_and_said(tmp_path: Path) -> None:
    dates = [(100, "fed", None), (103, "fed", None), (125, "fed", None), (2, "fed", None)]
    values = _share(_ar(0.3, 300, np.random.default_rng(9)))
    ctx = _context(tmp_path, {"fear": values}, dates)
    (row,) = events.run(ctx, signal="c/x:fear").rows
    assert (row["n"], row["given"], row["overlaps"], row["outside"]) == (2, 4, 1, 1)
    assert row["crowded"] == 1
    assert "merged" in row["verdict"]
    assert "outside" in row["verdict"]


def test_a_move_before_the_event_is_said(tmp_path: Path) -> None:
    values = np.random.default_rng(10).normal(size=365)
    values[191:206] += 4
    ctx = _context(tmp_path, {"fear": _share(values)}, [(200, "late news", None)])
    (row,) = events.run(ctx, signal="c/x:fear").rows
    assert row["pre_trend_p"] <= 0.05
    assert row["q_value"] <= 0.05
    assert "moved already before" in row["verdict"]


def test_interrupted_series_find_level_and_slope(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    values = rng.normal(size=300)
    values[150:] += 3 + 0.05 * np.arange(150)
    found = interruption(values, 150, weekday=None)
    assert found is not None
    assert found.level == pytest.approx(3, abs=3 * found.level_se)
    assert found.slope == pytest.approx(0.05, abs=3 * found.slope_se)
    assert interruption(values, 5, weekday=None) is None
    ctx = _context(tmp_path, {"fear": _share(values / 4)}, [(150, "law", None)])
    (row,) = events.run(ctx, signal="c/x:fear", its=True).rows
    assert row["its"]["level"] > 0
    assert row["its"]["breaks"] >= 200


def test_statsmodels_agrees_on_the_hac_errors() -> None:
    import statsmodels.api as sm

    values = _ar(0.5, 200, np.random.default_rng(12))
    found = interruption(values, 90, weekday=None)
    since = np.maximum(np.arange(200) - 90, 0)
    x = np.column_stack([np.ones(200), np.arange(200), np.arange(200) >= 90, since])
    lags = int(4 * 2 ** (2 / 9))
    fit = sm.OLS(values, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    assert found is not None
    assert [found.level, found.slope] == pytest.approx(fit.params[2:])
    assert [found.level_se, found.slope_se] == pytest.approx(fit.bse[2:])


def test_weekdays_are_no_effect(tmp_path: Path) -> None:
    n = 365
    values = np.random.default_rng(13).normal(size=n) + 6 * (np.arange(n) % 7 >= 5)
    saturdays = [(day, "market day", None) for day in range(40, 350, 70)]
    ctx = _context(tmp_path, {"fear": _share(values / 3)}, saturdays)
    (row,) = events.run(ctx, signal="c/x:fear", window="0:0").rows
    assert row["p_value"] > 0.05


def test_the_future_changes_nothing_that_was_known(tmp_path: Path) -> None:
    rng = np.random.default_rng(14)
    values = _ar(0.5, 300, rng)
    other = np.concatenate([values[:200], 50 + rng.normal(size=100)])
    dates = [(100, "a", None), (250, "b", None)]
    rows = []
    for name, series in (("one", values), ("two", other)):
        (tmp_path / name).mkdir()
        ctx = _context(tmp_path / name, {"fear": series.tolist()}, dates)
        rows.append(events.run(ctx, signal="c/x:fear", as_of="2024-07-19", its=True).rows)
    assert rows[0] == rows[1]
    assert [row["event"] for row in rows[0]] == ["a"]


def test_running_twice_changes_nothing(tmp_path: Path) -> None:
    values = _share(_ar(0.5, 200, np.random.default_rng(15)))
    ctx = _context(tmp_path, {"fear": values}, [(100, "a", None)])
    assert events.run(ctx, signal="c/x:fear").rows_out == 1
    assert events.run(ctx, signal="c/x:fear").rows_out == 0


BAD: dict[str, tuple[list[float], str]] = {
    "five points": ([0.1, 0.2, 0.3, 0.1, 0.2], "possible dates"),
    "constant": ([0.2] * 200, "constant"),
    "all null": ([float("nan")] * 200, "constant|No day"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_judged_is_exit_10(name: str, tmp_path: Path) -> None:
    values, says = BAD[name]
    ctx = _context(tmp_path, {"fear": values}, [(2, "a", None)])
    with ctx.db.write() as con:
        con.raw.execute("update prevalence set value = null, raw = null where isnan(value)")
    with pytest.raises(AnalysisError, match=says) as caught:
        events.run(ctx, signal="c/x:fear")
    assert caught.value.code == 10


def test_no_event_in_reach_is_exit_10(tmp_path: Path) -> None:
    values = _share(_ar(0.5, 200, np.random.default_rng(16)))
    ctx = _context(tmp_path, {"fear": values}, [(900, "far", None)])
    with pytest.raises(AnalysisError, match="none of its 1 dates"):
        events.run(ctx, signal="c/x:fear")


def test_an_event_is_no_question_to_signals_that_it_does_not_concern(tmp_path: Path) -> None:
    rng = np.random.default_rng(20)
    dates = [(100, "earnings", "news"), (100, "earnings", "news"), (150, "fed", "news")]
    ctx = _context(tmp_path, {"fear": _share(_ar(0.5, 250, rng))}, dates)
    with ctx.db.write() as con:
        tables.days(con, {"fear": _share(_ar(0.5, 250, rng))}, community="c/y")
        for event, scope in (("e0", "x"), ("e1", "c/y")):
            con.raw.execute("update event set scope = ? where event_id = ?", [scope, event])
        con.raw.execute("update event set ts = ts + interval 60 day where event_id = 'e1'")
    rows = events.run(ctx, signal="*:fear").rows
    found = {(row["event"], row["signal"]): row["days"] for row in rows}
    day = [(START + timedelta(k)).date() for k in (100, 160, 150)]
    assert found == {
        ("earnings", "c/x:fear"): [day[0]],
        ("earnings", "c/y:fear"): [day[1]],
        ("fed", "c/x:fear"): [day[2]],
        ("fed", "c/y:fear"): [day[2]],
    }
    pooled = {row["signal"]: row for row in events.run(ctx, signal="*:fear", category="news").rows}
    assert pooled["c/x:fear"]["days"] == [day[0], day[2]]
    assert pooled["c/y:fear"]["given"] == 2
    outcome = events.run(ctx, signal="c/x:fear")
    assert outcome.message.endswith("; 1 events concern other signals (scope c/y)")
    with ctx.db.write() as con:
        con.raw.execute("update event set scope = 'US'")
    with pytest.raises(AnalysisError, match=r"no event that concerns it; 3 .* \(scope US\)"):
        events.run(ctx, signal="c/x:fear")


def test_dates_on_the_same_day_are_merged(tmp_path: Path) -> None:
    values = _share(_ar(0.5, 250, np.random.default_rng(21)))
    ctx = _context(tmp_path, {"fear": values}, [(100, "a", "news"), (100, "b", "news")])
    (row,) = events.run(ctx, signal="c/x:fear", category="news").rows
    assert (row["n"], row["given"], row["overlaps"], row["outside"]) == (1, 2, 1, 0)


def test_an_event_falls_on_the_day_of_the_zone_that_days_were_cut_in(tmp_path: Path) -> None:
    values = _share(_ar(0.5, 250, np.random.default_rng(22)))
    ctx = _context(tmp_path, {"fear": values}, [(100, "night", None), (150, "date", None)])
    with ctx.db.write() as con:
        con.raw.execute("insert into meta values ('zone.day', 'America/New_York')")
        con.raw.execute("update event set ts = ts - interval 6 hour where event_id = 'e0'")
        con.raw.execute("update event set ts = ts::date where event_id = 'e1'")
    found = {row["event"]: row["days"] for row in events.run(ctx, signal="c/x:fear").rows}
    assert found["night"] == [(START + timedelta(99)).date()]
    assert found["date"] == [(START + timedelta(150)).date()]


def test_without_events_there_is_nothing_to_judge(tmp_path: Path) -> None:
    ctx = _context(tmp_path, {"fear": _share(_ar(0.5, 200, np.random.default_rng(17)))}, [])
    with pytest.raises(AnalysisError, match="No events"):
        events.run(ctx, signal="c/x:fear")


def test_doubled_dates_are_refused(tmp_path: Path) -> None:
    values = _share(_ar(0.5, 200, np.random.default_rng(18)))
    ctx = _context(tmp_path, {"fear": values}, [(100, "a", None)])
    with ctx.db.write() as con:
        con.raw.execute("insert into prevalence select * from prevalence limit 1")
    with pytest.raises(AnalysisError, match="there twice"):
        events.run(ctx, signal="c/x:fear")


def test_weekend_news_meets_the_next_bar_and_a_long_halt_no_baseline(tmp_path: Path) -> None:
    rng = np.random.default_rng(19)
    days = [START + timedelta(k) for k in range(900) if k % 7 < 5 and not 300 <= k < 660]
    ctx = _context(tmp_path, {"fear": [0.1, 0.2]}, [(173, "saturday", None), (670, "after", None)])
    close = 100 * np.exp(np.cumsum(0.01 * rng.normal(size=len(days))))
    with ctx.db.write() as con:
        con.register(bars=pl.DataFrame({"ts": days, "p": close}))
        con.raw.execute(
            "insert into price select 'A', ts, '1d', p, p, p, p, 1, 's', ts + interval 21 hour, 'r'"
            " from bars"
        )
    (row,) = events.run(ctx, signal="asset/A:return").rows
    assert row["event"] == "saturday"
    assert row["days"] == [(START + timedelta(175)).date()]
    assert row["freq"] == "bar"
