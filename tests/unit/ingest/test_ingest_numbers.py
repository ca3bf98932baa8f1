"""Prices, events and series: what is read, what is refused, and that twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import InputError, UsageError
from affectcli.ingest import events, prices, series

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk, Refused

BARS = "Date,Open,High,Low,Close,Adj Close,Volume\n"
FUTURE = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")


def test_every_rule_of_prices(desk: Desk, refused: Refused) -> None:
    text = BARS + (
        '2024-01-01,1,3,1,2,9,"1,000"\n2024-01-02,1,3,1,-2,9,5\n2024-01-03,1,1,3,2,9,5\n'
        f"2024-01-04,1,3,1,4,9,5\n2024-01-05,1,3,1,x,9,5\n{FUTURE},1,3,1,2,9,5\nnever,1,3,1,2,9,5\n"
        "2024-01-06,,,,3.0,,\n2024-01-07,null,null,null,null,null,null\n2024-01-08,1,3,1,3.002,9,5\n"
    )
    outcome = prices.run(desk.ctx(), path=desk.file(text), asset="AAPL")
    assert refused(outcome) == {
        "negative_price": (1, 2),
        "high_below_low": (1, 3),
        "close_outside_range": (1, 4),
        "bad_number": (2, 5),
        "future_date": (1, 6),
        "bad_date": (1, 7),
    }
    first, second, _ = desk.table("price")
    assert (first["volume"], first["bar"], second["open"]) == (1000.0, "1d", None)
    assert first["available_at"] - first["ts"] == timedelta(days=1)


def test_prices_twice_updated_and_with_gaps(desk: Desk) -> None:
    text = "ticker,date,close\nA,2024-01-01,1\nB,2024-01-01,2\nA,2024-02-01,3\n"
    outcome = prices.run(desk.ctx(), path=desk.file(text))
    assert "Longest gap: 31 days, A from 2024-01-01 to 2024-02-01" in outcome.message
    before = desk.tables(but=())
    assert "Nothing new" in prices.run(desk.ctx(), path=desk.file(text)).message
    assert desk.tables(but=()) == before
    later = prices.run(desk.ctx(), path=desk.file(text.replace("A,2024-01-01,1", "A,2024-01-01,9")))
    assert (later.rows[0]["updated"], later.rows[0]["duplicates"]) == (1, 2)
    assert [row["close"] for row in desk.table("price")] == [9.0, 3.0, 2.0]


@pytest.mark.parametrize(
    ("step", "bar"),
    [
        (timedelta(hours=1), "1h"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=4), "4h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=7), "1w"),
    ],
)
@pytest.mark.parametrize("batch", [4])
def test_the_bar_follows_from_the_spacing(
    desk: Desk, step: timedelta, bar: str, batch: int
) -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    lines = [f"{int((start + n * step).timestamp() * 1000)},5" for n in range(6)]
    text = "\n".join(["open_time,close", *lines])
    prices.run(desk.ctx(batch=batch), path=desk.file(text), asset="BTC-USD")
    stored = desk.table("price")
    assert [row["bar"] for row in stored] == [bar] * 6
    assert stored[0]["available_at"] - stored[0]["ts"] == step


def test_prices_that_cannot_be_placed(desk: Desk) -> None:
    path = desk.file("date,close\n2024-01-01T10:30:00,1\n")
    with pytest.raises(UsageError, match="--asset"):
        prices.run(desk.ctx(), path=path)
    with pytest.raises(UsageError, match="--bar"):
        prices.run(desk.ctx(), path=path, asset="A")
    with pytest.raises(UsageError, match="--bar 'day'"):
        prices.run(desk.ctx(), path=path, asset="A", bar="day")
    with pytest.raises(InputError, match="no column for close"):
        prices.run(desk.ctx(), path=desk.file("date,volume\n2024-01-01,1\n"), asset="A")


def test_two_bars_of_one_day_conflict(desk: Desk, refused: Refused) -> None:
    text = "date,close\n2024-01-01,1\n2024-01-01,2\n2024-01-01,2\n"
    outcome = prices.run(desk.ctx(batch=1), path=desk.file(text), asset="A")
    assert refused(outcome) == {"id_conflict": (1, 2)}
    assert [row["close"] for row in desk.table("price")] == [2.0]


def test_events(desk: Desk, refused: Refused) -> None:
    text = (
        "date,end,event,category,scope\n2024-01-01,2024-01-02,Halving,crypto,BTC\n"
        "2024-01-01,2023-01-02,Backwards,,\nwhen,,Never,,\n2024-01-01,then,Odd end,,\n"
        "2030-01-01,,Planned,,\n2024-01-05,,,,\n"
    )
    outcome = events.run(desk.ctx(), path=desk.file(text), category="misc")
    assert refused(outcome) == {
        "bad_date": (2, 3),
        "ends_before_start": (1, 2),
        "no_name": (1, 6),
    }
    stored = {row["name"]: row for row in desk.table("event")}
    assert stored["Halving"]["category"] == "crypto"
    assert stored["Planned"]["category"] == "misc"
    before = desk.tables(but=())
    events.run(desk.ctx(), path=desk.file(text), category="misc")
    assert desk.tables(but=()) == before
    moved = events.run(desk.ctx(), path=desk.file(text), category="other")
    assert (moved.rows[0]["updated"], moved.rows[0]["duplicates"]) == (1, 1)


def test_a_bare_list_of_dates_is_named_by_option_or_file(desk: Desk) -> None:
    path = desk.file("date\n2024-01-31\n2024-03-20\n", "fomc_dates.csv")
    events.run(desk.ctx(), path=path)
    events.run(desk.ctx(), path=path, name="FOMC", source="fed")
    assert [row["name"] for row in desk.table("event")] == ["FOMC", "FOMC"] + ["fomc_dates"] * 2
    jsonl = desk.file('{"start":"2024-05-01T14:00:00Z","summary":"Talk"}\n', "e.jsonl")
    assert events.run(desk.ctx(), path=jsonl).rows[0]["added"] == 1


def test_series(desk: Desk, refused: Refused) -> None:
    text = (
        "week;calls;note;chats\n2024-01-01;5;quiet;1.5\n2024-01-08;;busy;2\n2024-01-15;;;\n"
        "soon;1;;1\n2024-01-22;1;;1\n"
    )
    wrong = "".join(f"2024-02-{n:02};1;;1\n" for n in range(1, 20)) + "2024-02-20;many;;1\n"
    for batch in (7, 100):
        path = desk.file(text + wrong)
        outcome = series.run(desk.ctx(batch=batch), path=path, name="hotline")
        assert refused(outcome) == {"empty_row": (1, 3), "bad_date": (1, 4), "bad_number": (1, 25)}
    stored = desk.table("series")
    assert {row["measure"] for row in stored} == {"calls", "chats"}
    assert len(stored) == 2 + 1 + 2 + 19 * 2
    assert stored[0]["available_at"] - stored[0]["ts"] == timedelta(days=1)
    renamed = series.run(
        desk.ctx(), path=desk.file(text), name="b", map={"ts": "week", "talks": "chats"}
    )
    assert renamed.rows[0]["added"] == 3
    assert {row["measure"] for row in desk.table("series") if row["name"] == "b"} == {"talks"}


def test_series_that_are_none(desk: Desk) -> None:
    with pytest.raises(InputError, match="no column of numbers"):
        series.run(desk.ctx(), path=desk.file("date,note\n2024-01-01,x\n"), name="a")
    with pytest.raises(InputError, match="no column for ts"):
        series.run(desk.ctx(), path=desk.file("note,calls\nx,1\n"), name="a")
    with pytest.raises(UsageError, match="--name 'a:b'"):
        series.run(desk.ctx(), path=desk.file("date,calls\n2024-01-01,1\n"), name="a:b")
