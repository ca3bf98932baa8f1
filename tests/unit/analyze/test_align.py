"""Calendars: a day is a day, a weekend belongs to Monday's bar, a gap stays a gap."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from affectcli.analyze._align import align
from affectcli.errors import AnalysisError

MONDAY = date(2024, 1, 1)


def _signal(days: list[date], values: list[float | None], posts: float | None = 10) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "ts": days,
            "value": values,
            "linear": values,
            "posts": [posts] * len(days),
            "share": [True] * len(days),
            "available_at": [datetime.combine(day, datetime.min.time()) for day in days],
        },
        schema_overrides={"value": pl.Float64, "linear": pl.Float64, "posts": pl.Float64},
    )


def _days(n: int) -> list[date]:
    return [MONDAY + timedelta(k) for k in range(n)]


def test_daily_signals_meet_on_their_common_days_and_keep_gaps() -> None:
    x = _signal(_days(10), [1, 2, None, 4, 5, 6, 7, 8, 9, 10])
    y = _signal(_days(12)[4:], [float(k) for k in range(8)])
    found = align("c/a:fear", x, "c/b:fear", y)
    assert found.freq == "day"
    assert found.days == _days(10)[4:]
    assert found.x.tolist() == [5, 6, 7, 8, 9, 10]
    assert found.y.tolist() == [0, 1, 2, 3, 4, 5]
    gap = align("c/a:fear", x, "c/b:fear", _signal(_days(10), [0.0] * 10))
    assert np.isnan(gap.x[2])


def test_a_weekend_of_posts_belongs_to_mondays_bar() -> None:
    weekdays = [day for day in _days(15) if day.weekday() < 5]
    prices = _signal(weekdays, [float(k) for k in range(len(weekdays))], None)
    posts = _signal(_days(15), [float(day.day) for day in _days(15)])
    posts = posts.with_columns(
        posts=pl.when(pl.col("ts") == MONDAY + timedelta(6)).then(30.0).otherwise(10.0)
    )
    found = align("c/a:fear", posts, "asset/X:return", prices)
    assert found.freq == "bar"
    assert found.days == weekdays
    # Saturday the 6th (10 posts), Sunday the 7th (30) and Monday the 8th (10), by posts.
    assert found.x[5] == pytest.approx((6 * 10 + 7 * 30 + 8 * 10) / 50)
    assert found.weekday.tolist() == [day.weekday() for day in weekdays]


def test_an_asset_that_trades_every_day_keeps_every_day() -> None:
    prices = _signal(_days(20), [float(k) for k in range(20)], None)
    assert align("c/a:fear", prices, "asset/X:return", prices).freq == "day"


def test_no_overlap_and_no_value_are_said() -> None:
    early, late = _signal(_days(5), [1.0] * 5), _signal(_days(50)[40:], [1.0] * 10)
    with pytest.raises(AnalysisError, match="do not overlap"):
        align("c/a:fear", early, "c/b:fear", late)
    with pytest.raises(AnalysisError, match="no value on any day"):
        align("c/a:fear", _signal(_days(5), [None] * 5), "c/b:fear", late)
