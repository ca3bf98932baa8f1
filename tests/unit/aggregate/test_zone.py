"""Days end at midnight of the zone that is set, through summer time, and are known no earlier."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli import aggregate
from affectcli.errors import ConfigError
from affectcli.settings import Aggregate, Settings, Tag, load
from affectcli.store import Context, Database, signals
from tests.unit.store import tables

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2024, 3, 29)  # noqa: DTZ001  # stored times are naive UTC
HOURS = 24 * 5
BERLIN = "Europe/Berlin"


def _context(db: Database, zone: str) -> Context:
    settings = Settings(
        db=db.path, tag=Tag(tagger="t"), aggregate=Aggregate(timezone=zone, min_posts=1)
    )
    return Context(db, settings, f"run-{zone}", 1)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """One post an hour over the last days of March 2024; Berlin's clocks go forward on the 31st."""
    db = Database(tmp_path / "a.duckdb")
    with db.write() as con:
        tables.scheme(con, "goemotions28", {"fear": -1.0, "joy": 1.0})
        tables.score(con, 1, "goemotions28", [0.9, 0.1])
        con.register(made=pl.DataFrame({"k": range(HOURS)}))
        con.raw.execute(
            "insert into post by name select 't:' || k as post_id, 't' as source,"
            " 'c/x' as community, 'message' as kind, 'a' || k as author,"
            " ?::timestamp + to_hours(k::int) as created, '' as title, 'x' as body, 'en' as lang,"
            " [] as symbols, 1::ubigint as text_hash, 'live' as status, created as ingested,"
            " 'r' as run_id from made",
            [START],
        )
    return db


def _posts(db: Database, freq: str = "day") -> dict[datetime, tuple[int, datetime]]:
    with db.read() as con:
        rows = con.raw.sql(
            "select ts, posts, available_at from prevalence where measure = 'posts'"
            " and freq = $freq order by ts",
            params={"freq": freq},
        ).fetchall()
    return {ts: (posts, available) for ts, posts, available in rows}


def test_a_day_of_summer_time_has_23_hours_and_ends_in_utc(db: Database) -> None:
    aggregate.run(_context(db, BERLIN))
    day = START + timedelta(0)
    assert _posts(db) == {
        day: (23, datetime(2024, 3, 29, 23)),  # noqa: DTZ001
        day + timedelta(1): (24, datetime(2024, 3, 30, 23)),  # noqa: DTZ001
        day + timedelta(2): (23, datetime(2024, 3, 31, 22)),  # noqa: DTZ001
        day + timedelta(3): (24, datetime(2024, 4, 1, 22)),  # noqa: DTZ001
        day + timedelta(4): (24, datetime(2024, 4, 2, 22)),  # noqa: DTZ001
        day + timedelta(5): (2, datetime(2024, 4, 3, 22)),  # noqa: DTZ001
    }


@pytest.mark.parametrize(
    "zone", ["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"]
)
def test_no_post_is_newer_than_its_day_is_known(db: Database, zone: str) -> None:
    aggregate.run(_context(db, zone))
    with db.read() as con:
        early, lost = con.raw.execute(
            "select count(*) filter (post.created >= daily.available_at), count(*)"
            " from post join daily on daily.measure = 'posts'"
            " and timezone(daily.zone, timezone('UTC', post.created))::date = daily.day"
        ).fetchall()[0]
        assert signals.zone(con) == zone
        latest = con.raw.sql("select max(available_at) - max(day) from daily").fetchall()[0][0]
    assert (early, lost) == (0, HOURS)
    assert timedelta(hours=10) <= latest <= timedelta(hours=29)


@pytest.mark.parametrize(
    ("zone", "day", "known"),
    [
        # No midnight: at 00:00 it is 01:00. And two of them: at 01:00 it is 00:00 again.
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3)),  # noqa: DTZ001
        ("America/Havana", date(2018, 11, 3), datetime(2018, 11, 4, 5)),  # noqa: DTZ001
    ],
)
def test_where_clocks_change_at_midnight(
    db: Database, zone: str, day: date, known: datetime
) -> None:
    with db.write() as con:
        con.raw.execute("update post set created = created + (timestamp '2018-11-03' - ?)", [START])
    aggregate.run(_context(db, zone))
    found = _posts(db)[datetime.combine(day, datetime.min.time())]
    assert found[1] == known


def test_another_zone_is_another_series_and_back_again(db: Database) -> None:
    plain, local = _context(db, "UTC"), _context(db, "Asia/Kolkata")
    aggregate.run(plain)
    before = _posts(db)
    assert aggregate.run(plain).rows_out == 0
    assert aggregate.run(local).rows_out > 0
    assert _posts(db) != before
    assert aggregate.run(local).rows_out == 0
    aggregate.run(plain)
    assert _posts(db) == before


def test_weeks_follow_the_zone_and_hours_do_not(db: Database) -> None:
    ctx = _context(db, BERLIN)
    aggregate.run(ctx, freq="week")
    weeks = _posts(db, "week")
    assert list(weeks) == [datetime(2024, 3, 25), datetime(2024, 4, 1)]  # noqa: DTZ001
    assert weeks[datetime(2024, 3, 25)] == (70, datetime(2024, 3, 31, 22))  # noqa: DTZ001
    aggregate.run(ctx, freq="hour")
    assert len(_posts(db, "hour")) == HOURS
    with db.read() as con:
        assert signals.zone(con) == "UTC"  # days were not cut yet


def test_a_zone_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AFFECT_AGGREGATE_TIMEZONE", "Europe/Berlin")
    assert load().aggregate.timezone == "Europe/Berlin"
    for wrong in ("Mars/Base", "", "../etc/passwd"):
        monkeypatch.setenv("AFFECT_AGGREGATE_TIMEZONE", wrong)
        with pytest.raises(ConfigError, match="is no time zone"):
            load()
