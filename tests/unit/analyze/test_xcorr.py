"""Families of pairs: one seed, one answer; calendars; gaps and missing days are said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import _surrogates, xcorr
from affectcli.analyze._align import Calendars, dated, on
from affectcli.analyze._ccf import correlate, correlate_family, prepare
from affectcli.analyze._stability import stability
from affectcli.analyze._stationary import adf_lags
from affectcli.errors import AnalysisError, UsageError
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from tests.unit.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MONDAY = date(2024, 1, 1)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.scheme(
            con, "goemotions28", {"fear": -1.0, "joy": 1.0, "grief": -1.0}, weak=["grief"]
        )
    return Context(db, Settings(db=db.path, tag=Tag(tagger="t")), "run-1", 1)


def _series(
    ctx: Context,
    name: str,
    values: Sequence[float] | NDArray[np.float64],
    *,
    step: int = 1,
    start: date = MONDAY,
) -> None:
    days = [
        datetime.combine(start + timedelta(step * k), datetime.min.time())
        for k in range(len(values))
    ]
    made = pl.DataFrame({"ts": days, "value": [float(v) for v in values]}).drop_nans()
    with ctx.db.write() as con:
        con.register(made=made)
        con.raw.execute(
            "insert into series by name select $name as name, 'v' as measure, ts, value,"
            " ts + interval 1 day as available_at, 'r' as run_id from made",
            {"name": name},
        )


def _planted(n: int, seed: int = 0, lag: int = 3, r: float = 0.5) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n + lag)
    return np.stack([x[lag:], r * x[:n] + np.sqrt(1 - r**2) * rng.standard_normal(n)])


def _one(ctx: Context, x: str, y: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401  # options of the command
    (row,) = xcorr.run(ctx, x=f"series/{x}:v", y=f"series/{y}:v", **options).rows
    return row


def test_a_family_is_the_same_as_its_pairs() -> None:
    rng = np.random.default_rng(4)
    n, walk = 200, np.cumsum(rng.standard_normal(200))
    series = [rng.standard_normal(n), walk, *_planted(n)]
    series[0][rng.random(n) < 0.1] = np.nan
    ready = [prepare(s) for s in series]
    for null in ("sign", "block"):
        made = _surrogates.of(null, 99, np.random.default_rng(1), n=n, max_lag=5)
        wanted = [(i, j) for i in range(4) for j in range(4) if i < j]
        together = correlate_family(ready, ready, wanted=wanted, max_lag=5, draw=made)
        for (i, j), lead in zip(wanted, together, strict=True):
            alone = correlate(
                ready[i],
                ready[j],
                max_lag=5,
                draw=_surrogates.of(null, 99, np.random.default_rng(1), n=n, max_lag=5),
            )
            np.testing.assert_array_equal(alone.r, lead.r)
            assert (alone.peak_lag, alone.view) == (lead.peak_lag, lead.view)
            if null == "sign":  # the others draw anew for each series
                assert alone.p_value == lead.p_value
                np.testing.assert_allclose(alone.band_high, lead.band_high, rtol=1e-5)


@pytest.mark.parametrize("null", ["sign", "shift", "block", "phase"])
def test_a_planted_lead_is_found_with_every_null(ctx: Context, null: str) -> None:
    x, y = _planted(365)
    _series(ctx, "x", x)
    _series(ctx, "y", y)
    row = _one(ctx, "x", "y", max_lag=10, nulls=199, null=null)
    assert (row["peak_lag"], row["null"]) == (3, null)
    assert row["q_value"] <= 0.05
    assert row["same_sign"] == 1.0
    assert row["windows"] == 7
    assert "the sign is the same in 7 of 7 windows" in row["verdict"]
    assert (row["tz"], row["day_cut"], row["freq"]) == ("UTC", "00:00", "day")
    assert 0 < row["detectable_r"] < 0.4
    assert f"{row['detectable_r']:.2f}" in row["power"]
    assert {row[k] is None for k in ("adf_p_x", "kpss_p_x", "adf_p_y", "kpss_p_y")} == {False}


def test_missing_days_are_counted_and_stay_missing(ctx: Context) -> None:
    x, y = _planted(365)
    x[np.random.default_rng(1).permutation(np.arange(1, 364))[:40]] = np.nan
    _series(ctx, "x", x)
    _series(ctx, "y", y, start=MONDAY)
    row = _one(ctx, "x", "y", max_lag=10, nulls=199)
    assert (row["missing_x"], row["missing_y"], row["n"]) == (40, 0, 325)
    assert row["peak_lag"] == 3


def test_weekly_series_meet_on_weeks(ctx: Context) -> None:
    x, y = _planted(150, lag=2, r=0.6)
    _series(ctx, "x", x, step=7)
    _series(ctx, "y", y, step=7, start=MONDAY - timedelta(2))  # Saturdays: the same week's
    daily = np.repeat(y, 7)[:-6]
    _series(ctx, "daily", daily, start=MONDAY - timedelta(6))
    for other in ("y", "daily"):
        row = _one(ctx, "x", other, max_lag=6, nulls=199)
        assert (row["freq"], row["peak_lag"]) == ("week", 2)
        assert row["n"] >= 149
        assert "leads" in row["verdict"]
        assert "2 weeks" in row["verdict"]


def test_what_was_not_known_is_left_out(ctx: Context) -> None:
    x, y = _planted(400)
    _series(ctx, "x", x)
    _series(ctx, "y", y)
    row = _one(ctx, "x", "y", max_lag=5, nulls=99, as_of="2024-07-01")
    assert str(row["end"]) == "2024-06-30"
    with pytest.raises(UsageError, match="no time"):
        _one(ctx, "x", "y", as_of="soon")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.arange(5.0), "5 observations"),
        (np.ones(200), "constant"),
        (np.full(200, np.nan), "no value on any day|No signal"),
        (np.r_[np.random.default_rng(0).random(60), np.full(400, np.nan), np.ones(60)], "days"),
    ],
)
def test_bad_series_are_refused(ctx: Context, values: NDArray[np.float64], reason: str) -> None:
    _series(ctx, "good", np.random.default_rng(2).standard_normal(520))
    _series(ctx, "bad", values)
    with pytest.raises((AnalysisError, UsageError), match=reason):
        _one(ctx, "good", "bad", max_lag=5)


def test_days_that_come_twice_and_series_apart_are_refused(ctx: Context) -> None:
    noise = np.random.default_rng(2).standard_normal(100)
    for name in ("good", "twice", "twice"):
        _series(ctx, name, noise)
    _series(ctx, "apart", noise, start=MONDAY + timedelta(500))
    with pytest.raises(AnalysisError, match="several values on 2024-01-01"):
        _one(ctx, "good", "twice")
    with pytest.raises(AnalysisError, match="do not overlap"):
        _one(ctx, "good", "apart")
    with pytest.raises(AnalysisError, match="same signal"):
        _one(ctx, "good", "good")
    with pytest.raises(AnalysisError, match="good:v with series/apart:v"):
        xcorr.run(ctx, x="series/good:v", y="series/a*:v", max_lag=5, nulls=99)


def test_weak_labels_are_withheld(ctx: Context) -> None:
    rng = np.random.default_rng(1)
    with ctx.db.write() as con:
        tables.days(con, {m: rng.random(120).tolist() for m in ("fear", "joy", "grief")})
    outcome = xcorr.run(ctx, x="c/x:*", y="c/x:fear", max_lag=3, nulls=99)
    assert [row["x"] for row in outcome.rows] == ["c/x:joy"]
    assert "weak: 1 (grief)" in outcome.message
    with pytest.raises(AnalysisError, match="grief is weak"):
        xcorr.run(ctx, x="c/x:grief", y="c/x:fear", max_lag=3, nulls=99)


def _bars(name: str, days: list[date]) -> Any:  # noqa: ANN401  # a Dated
    values = list(map(float, range(len(days))))
    frame = pl.DataFrame(
        {
            "ts": days,
            "value": values,
            "linear": values,
            "posts": [None] * len(days),
            "available_at": [datetime.combine(d, datetime.min.time()) for d in days],
        },
        schema_overrides={"posts": pl.Float64},
    )
    return dated(name, frame)


def test_assets_of_one_exchange_share_a_calendar_and_of_two_do_not() -> None:
    open_days = [MONDAY + timedelta(k) for k in range(200) if (MONDAY + timedelta(k)).weekday() < 5]
    halted = [day for day in open_days if day != open_days[50]]
    elsewhere = [day for k, day in enumerate(open_days) if k % 12 != 5]
    family = [
        _bars(f"asset/{n}:return", d)
        for n, d in zip("ABC", (open_days, halted, elsewhere), strict=True)
    ]
    posts = _bars("c/x:fear", [MONDAY + timedelta(k) for k in range(200)])
    calendars = Calendars([*family, posts])
    assert calendars.key(posts, family[0]) == calendars.key(posts, family[1])
    assert calendars.key(posts, family[0]) != calendars.key(posts, family[2])
    freq, days = calendars.of(posts, family[1])
    assert (freq, days) == ("bar", open_days)
    laid = on(days, family[1], freq)
    assert np.isnan(laid).sum() == 1
    monday = days.index(MONDAY + timedelta(7))
    assert on(days, posts, freq)[monday] == pytest.approx(6.0)  # Saturday, Sunday, Monday


def test_one_episode_is_not_stable() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 400))
    y[350:] = x[347:397]
    found = stability(x, y, max_lag=10, lag=3)
    assert found.windows == 7
    assert (found.same_lag or 0) <= 3 / 7
    assert stability(x[:50], y[:50], max_lag=10, lag=3).same_sign is None


@pytest.mark.parametrize("n", [40, 365])
@pytest.mark.parametrize("walk", [False, True])
def test_the_lags_of_adf_are_those_of_statsmodels(n: int, walk: bool) -> None:
    from statsmodels.tsa.stattools import adfuller

    y = np.random.default_rng(n).standard_normal(n)
    y = np.convolve(np.cumsum(y) if walk else y, np.ones(4), "same")
    expect = adfuller(y, regression="ct", autolag="AIC", result_object=True)
    assert adf_lags(y) == expect.lags
