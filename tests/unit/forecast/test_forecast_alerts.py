"""When alarms are given, when not, and what is stored of what came."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from affectcli.forecast._abstain import reasons
from affectcli.forecast._asked import WEEKLY
from affectcli.forecast._scale import Observed
from affectcli.store.findings import Finding, store
from tests.unit.forecast.stored import change, rows, run, weekly, world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from affectcli.store import Context

START = date(2024, 1, 1)


@pytest.fixture
def fear(tmp_path: Path) -> Context:
    """Return a community whose fear is high on two days of every week."""
    return world(tmp_path, {"fear": weekly()})


def share(n: int = 60, *, posts: float = 100.0, step: int = 1) -> Observed:
    days = [START + timedelta(days=step * k) for k in range(n)]
    return Observed(days, weekly(n), np.full(n, posts), share=True, step=step)


def why(of: Observed, *, skill: float | None = 0.5, breaks: Sequence[tuple[date, str]] = ()) -> str:
    return "; ".join(reasons(of, skill=skill, breaks=breaks, weak=None))


def test_nothing_speaks_against_an_alarm() -> None:
    assert why(share()) == ""
    assert why(share(posts=np.nan)) == ""


def test_too_little_support() -> None:
    assert "fewer than 13 posts, of 20" in why(share(posts=12))
    assert why(share(posts=20)) == ""
    assert "27 days have a value, of 28" in why(share(27))
    assert "27 weeks" in why(share(27, step=7))
    silent = share()
    silent.value[-14:] = np.nan
    assert why(silent) == ""
    silent.value[-15:] = np.nan
    assert "13 of the last 28 days have a value" in why(silent)


def test_a_young_instrument() -> None:
    day = START + timedelta(days=60 - 28)
    assert why(share(), breaks=[(day, "tagger")]) == ""
    late = [(START, "source"), (day + timedelta(1), "common-mode")]
    assert "changed on 2024-02-03 (common mode), 27 observed days ago" in why(share(), breaks=late)
    gone = share()
    gone.value[-3:] = np.nan
    assert "25 observed days ago" in why(gone, breaks=[(day, "tagger")])
    weeks = share(40, step=7)
    assert why(weeks, breaks=[(weeks.days[-4], "tagger")]) == ""
    assert "21 observed days" in why(weeks, breaks=[(weeks.days[-3], "tagger")])


def test_alarms_that_were_no_better_than_the_base_rate() -> None:
    assert "no better than the share of high days (Brier skill -0.1)" in why(share(), skill=-0.1)
    assert "no better" in why(share(), skill=0.0)
    assert "too short" in why(share(), skill=None)


def test_no_alert_for_a_weak_label(tmp_path: Path) -> None:
    ctx = world(tmp_path, {"fear": weekly(), "grief": weekly()}, weak="grief")
    outcome = run(ctx, "c/x:*")
    assert rows(ctx, "select distinct signal from alert") == [("c/x:fear",)]
    assert rows(ctx, "select distinct signal from forecast order by 1") == [
        *(("c/x:fear",), ("c/x:grief",))
    ]
    assert "no alert for 1: the label grief is weak" in outcome.message
    fear, grief = outcome.rows
    assert fear["weak"] is None
    assert grief["abstains"].startswith("the label grief is weak")
    assert "no alarm is given, because the label grief is weak" in grief["verdict"]
    assert [p["start"] for p in grief["periods"]] == [p["start"] for p in fear["periods"]]
    assert {p["probability"] for p in grief["periods"]} == {None}


def test_no_alert_over_few_posts(fear: Context) -> None:
    change(fear, "update prevalence set posts = 12")
    row = run(fear).rows[0]
    assert "fewer than 13 posts" in row["abstains"]
    assert rows(fear, "from alert") == []


def broke(ctx: Context, day: str, *, known: str, place: str = "c/x") -> None:
    """Store the claim that the instrument of a community broke, as changepoints does."""
    as_of = datetime.fromisoformat(known)
    result = {"ts": day, "cause_ts": day, "cause": "tagger", "kind": "instrument", "found": True}
    claim = Finding("changepoints", f"{place}:instrument.tagger", "-", as_of, result)
    store(ctx, [claim])


def test_no_alert_after_a_break_of_the_instrument(fear: Context) -> None:
    broke(fear, "2024-04-20", known="2024-04-28", place="c/other")
    assert run(fear).rows[0]["abstains"] is None
    assert rows(fear, "select count(*) > 0 from alert") == [(True,)]
    broke(fear, "2024-04-20", known="2024-04-28")
    row = run(fear).rows[0]
    assert "the instrument changed on 2024-04-20 (tagger), 10 observed days ago" in row["abstains"]
    assert rows(fear, "from alert") == []
    assert run(fear, as_of="2024-04-25").rows[0]["abstains"] is None


def test_what_came_of_an_alert_is_stored_once_its_days_are_over(fear: Context) -> None:
    run(fear, as_of="2024-03-29")  # a Friday; the days to come are high
    asked = "select starts::date::varchar, outcome from alert order by 1"
    assert rows(fear, asked) == [("2024-03-30", None)]
    run(fear, as_of="2024-03-31")
    assert rows(fear, asked)[0] == ("2024-03-30", None)
    outcome = run(fear)
    assert rows(fear, asked)[0] == ("2024-03-30", "hit")
    assert "earlier alerts settled: " in outcome.message
    run(fear, as_of="2024-03-29")
    assert rows(fear, asked)[0] == ("2024-03-30", "hit")


ALERTS: dict[str, tuple[list[float | None], str | None]] = {
    "two high days": ([0, 0, 1, 1, 0, 0], "hit"),
    "one high day": ([0, 0, 1, 0, 0, 0], "miss"),
    "high days apart": ([0, 1, 0, 1, 0, 0], "miss"),
    "a run that ends on the first day": ([1, 1, 0, 0, 0, 0], "hit"),
    "a run that begins on the last day": ([0, 0, 0, 0, 1, 1], "hit"),
    "a run before": ([1, 0, 0, 0, 0, 0], "miss"),
    "a gap between high days": ([0, 1, None, 1, 0, 0], "miss"),
    "one day observed": ([0, None, None, 0, None, 0], None),
    "not over": ([0, 0, 1, 1, 0], None),
    "at the threshold": ([0, 0.5, 0.5, 0.5, 0.5, 0], "miss"),
}


UNDER_WAY: dict[str, tuple[list[float | None], str | None]] = {
    "it goes on": ([1, 1, 0], "hit"),
    "it is over": ([1, 0, 1], "miss"),
    "it was not observed": ([1, None, 0], None),
}


@pytest.mark.parametrize("name", ALERTS)
@pytest.mark.parametrize("step", [1, 7])
def test_hit_or_miss(name: str, step: int, fear: Context) -> None:
    """An alert for the second to fifth of six rows."""
    values, outcome = ALERTS[name]
    assert settled(fear, values, rows_of=(1, 4), step=step) == outcome


@pytest.mark.parametrize("name", UNDER_WAY)
def test_a_period_under_way_may_be_of_one_day(name: str, fear: Context) -> None:
    values, outcome = UNDER_WAY[name]
    assert settled(fear, values, rows_of=(1, 1), step=1) == outcome


def settled(
    ctx: Context, values: Sequence[float | None], *, rows_of: tuple[int, int], step: int
) -> str | None:
    """Return what came of an alert for some rows, once `values` are known."""
    days = [START + timedelta(days=step * k) for k in range(6)]
    high = "q80" + WEEKLY * (step == 7)
    first, last = rows_of
    alert = ["r", "c/x:fear", "ets", START, days[first], days[last], 0.7, 0.5, high, 7]
    seen = pl.DataFrame(
        {
            "signal": "c/x:fear",
            "weekly": step == 7,
            "ts": days[: len(values)],
            "value": pl.Series(values, dtype=pl.Float64),
        }
    )
    change(ctx, f"insert into alert values ({', '.join('?' * 10)}, null)", *alert)
    with ctx.db.write() as con:
        con.register(seen=seen)
        changed = con.execute("forecast/settle_alert", weekly=WEEKLY)
    ((outcome,),) = rows(ctx, "select outcome from alert")
    assert changed == (outcome is not None)
    return None if outcome is None else str(outcome)
