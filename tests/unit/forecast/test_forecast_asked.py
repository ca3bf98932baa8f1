"""Weeks, other signals and announced events, as they were known at the end of each row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import AnalysisError, UsageError
from affectcli.forecast._asked import Asked, read
from affectcli.forecast._observed import observed
from affectcli.store import signals
from tests.unit.forecast.stored import change, rows, run, weekly, world

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.store import Context

START = date(2024, 1, 1)


@pytest.fixture
def fear(tmp_path: Path) -> Context:
    """Return a community with 60 days of fear."""
    return world(tmp_path, {"fear": weekly(60)})


def by_week(ctx: Context, measure: str, n: int, *, value: str = "0.1 + 0.01 * (i % 13)") -> None:
    """Store `n` weeks of a measure, from 2024-01-01 on."""
    change(
        ctx,
        "insert into prevalence select 'week', 'c/x', timestamp '2024-01-01' + to_days(7 * i::int),"
        f" ?, v, v, v, v + 1, v + 2, v, v, 700, 90, null,"
        " timestamp '2024-01-08' + to_days(7 * i::int), 'r', v + 3"
        f" from (select i, {value} as v from range({n}) as t(i))",
        measure,
    )


def test_weeks_are_read_by_the_names_of_days(fear: Context) -> None:
    by_week(fear, "fear", 4)
    by_week(fear, "valence", 4)
    names = ["c/x:fear", "c/x:fear@mean", "c/x:fear@raw", "c/x:fear@emq", "c/x:valence", "c/y:joy"]
    with fear.db.read() as con:
        found = signals.family(con, names, freq="week")
        daily = signals.family(con, names[:1])["c/x:fear"]
        early = signals.family(con, names[:1], signals.origin("2024-01-15"), freq="week")
    one = found["c/x:fear"]
    assert one.schema == daily.schema
    assert one["ts"].to_list() == [START + timedelta(weeks=k) for k in range(4)]
    assert one["value"].to_list() == pytest.approx([0.1, 0.11, 0.12, 0.13])
    for name, more in zip(names[:4], (0, 2, 1, 3), strict=True):
        assert found[name]["value"].to_list() == pytest.approx((one["value"] + more).to_list())
        assert signals.is_share(found[name])
    assert one["linear"].to_list() == pytest.approx((one["value"] + 1).to_list())
    assert found["c/x:valence"]["linear"].equals(found["c/x:valence"]["value"])
    assert not signals.is_share(found["c/x:valence"])
    assert found["c/y:joy"].is_empty()
    assert early["c/x:fear"].height == 2


def test_a_week_that_is_not_over_is_left_out(fear: Context) -> None:
    by_week(fear, "fear", 12)  # of which the days cover eight, and half of the ninth
    with fear.db.read() as con:
        found = signals.family(con, ["c/x:fear"], freq="week")["c/x:fear"]
    assert found["ts"][-1] == START + timedelta(weeks=7)


def test_a_forecast_of_weeks(fear: Context) -> None:
    change(fear, "delete from prevalence")
    by_week(fear, "fear", 80)
    change(fear, "update prevalence set freq = 'day' where ts = '2024-01-01'")
    change(fear, "insert into prevalence by name select * replace ('week' as freq) from prevalence"
                 " where freq = 'day'")  # fmt: skip
    change(fear, "update prevalence set available_at = '2026-01-01' where freq = 'day'")
    row = run(fear, freq="week", horizon=4, high="q80").rows[0]
    assert row["freq"] == "week"
    assert row["high"] == "q80 of weeks"
    days = [day["ts"] for day in row["forecast"]]
    assert days == [row["origin"] + timedelta(weeks=k) for k in range(1, 5)]
    assert "4 weeks after the week of 2025-07-07" in row["verdict"]
    assert rows(fear, "select distinct high, horizon from forecast") == [("q80 of weeks", 4)]


def test_what_has_no_weeks(fear: Context) -> None:
    with pytest.raises(UsageError, match="aggregate --freq week"):
        run(fear, freq="week")
    change(fear, "insert into series values ('s', 'calls', '2024-01-01', 1, '2024-01-02', 'r')")
    with pytest.raises(UsageError, match="series/s:calls has no weeks"):
        run(fear, "series/s:calls", freq="week")


def test_other_signals_count_from_when_they_were_known(fear: Context) -> None:
    change(
        fear,
        "insert into series values"
        " ('s', 'calls', '2024-01-03', 3, '2024-01-04', 'r'),"  # at midnight, with its own day
        " ('s', 'calls', '2024-01-05', 5, '2024-01-06 09:00', 'r'),"  # with the day after
        " ('s', 'calls', '2024-01-07', 7, '2024-01-20', 'r'),"
        " ('s', 'calls', '2024-01-08', 9, '2024-01-20', 'r'),"  # two at once
        " ('s', 'calls', '2023-12-01', 1, '2023-12-02', 'r'),"
        " ('s', 'calls', '2024-02-28', 2, '2024-06-01', 'r')",  # too late for any row
    )
    asked = Asked("c/x:fear", others=("series/*", "c/x:fear"))
    of = observed("c/x:fear", read(fear, asked), asked)
    assert of.columns is not None
    assert of.columns.shape == (60, 1)  # not itself
    seen = {k: v for k, v in enumerate(of.columns[:, 0].tolist()) if np.isfinite(v)}
    assert seen == {2: 3, 5: 5, 18: 8}


def test_announced_events_are_flags_ahead(fear: Context) -> None:
    change(
        fear,
        "insert into event values"
        " ('1', '2024-01-02', null, 'FOMC meeting', 'macro', null, 't', 'r'),"
        " ('2', '2024-01-10', '2024-01-12', 'Fair', null, 'c/x', 't', 'r'),"  # over at midnight
        " ('3', '2024-03-02 18:00', null, 'FOMC meeting', 'macro', 'c/*', 't', 'r'),"
        " ('4', '2024-01-20', null, 'Fair', null, 'c/other', 't', 'r'),"
        " ('5', '2023-12-30', '2024-01-02', 'Fair', null, null, 't', 'r'),"
        " ('6', '2025-01-01', null, 'Fair', null, null, 't', 'r')",
    )
    asked = Asked("c/x:fear", horizon=7, events=("fomc*", "fair", "MACRO"))
    of = observed("c/x:fear", read(fear, asked), asked)
    assert of.ahead is not None
    assert of.ahead.shape == (67, 3)
    on = [np.flatnonzero(flags).tolist() for flags in of.ahead.T]
    assert on == [[1, 61], [0, 9, 10], [1, 61]]
    row = run(fear, events=("fair",), model=("ridge",)).rows[0]
    assert row["events"] == ["fair"]
    with pytest.raises(UsageError, match="Nearest: Fair"):
        run(fear, events=("fare",))


def test_no_events(fear: Context) -> None:
    with pytest.raises(UsageError, match="ingest events"):
        run(fear, events=("fomc",))


def test_counts_have_no_upper_bound(fear: Context) -> None:
    change(fear, "insert into prevalence by name select * replace ('posts' as measure,"
                 " 100 * value as value) from prevalence")  # fmt: skip
    asked = Asked("c/x:*")
    inputs = read(fear, asked)
    assert [observed(name, inputs, asked).count for name in inputs.frames] == [False, True]
    assert [observed(name, inputs, asked).share for name in inputs.frames] == [True, False]
    low = run(fear, "c/x:posts", high="q80").rows[0]["forecast"][0]["q05"]
    assert low >= 0


def test_what_was_never_known_is_no_signal(fear: Context) -> None:
    with pytest.raises(AnalysisError, match="no day was known"):
        run(fear, as_of="2023-01-01")
