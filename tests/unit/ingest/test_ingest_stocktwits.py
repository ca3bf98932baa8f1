"""Stocktwits: every shape of a file, the sentiment that authors declare, and the stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from affectcli.errors import BudgetError, InputError, RemoteError, UsageError
from affectcli.ingest import stocktwits
from tests.unit.ingest.fakes.forums import use
from tests.unit.ingest.fakes.markets import FakeStocktwits
from tests.unit.ingest.fakes.web import Clock, Faults, Server

if TYPE_CHECKING:
    from affectcli.store import Outcome
    from tests.unit.ingest.conftest import Desk, Refused


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    use(monkeypatch, clock)
    return clock


def message(number: int, *symbols: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # fields of a message
    return {
        "id": number,
        "body": f"I like ${symbols[0]}" if symbols else "I like nothing at all",
        "created_at": "2023-10-05T23:56:32Z",
        "user": {"id": 4, "username": "ann"},
        "symbols": [{"symbol": each} for each in symbols],
        "entities": {"sentiment": {"basic": "Bullish"}},
        **more,
    }


TWO = [message(1, "AAPL", "BTC.X"), message(2, "TSLA", entities={"sentiment": None})]
SHAPES = {
    "lines": "\n".join(json.dumps(m) for m in TWO) + "\n",
    "responses": json.dumps({"messages": TWO[:1]}) + "\n" + json.dumps({"messages": TWO[1:]}),
    "response": json.dumps({"cursor": {}, "messages": TWO}),
    "pretty": json.dumps({"messages": TWO}, indent=1),
    "array": json.dumps(TWO),
    "pretty array": json.dumps(TWO, indent=2),
    "one": json.dumps(TWO[0]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_file(desk: Desk, refused: Refused, shape: str) -> None:
    outcome = stocktwits.run(desk.ctx(), path=desk.file(SHAPES[shape], "m.json"))
    assert refused(outcome) == {}
    rows = {row["post_id"]: row for row in desk.table("post")}
    assert rows["stocktwits:1"]["symbols"] == ["AAPL", "BTC.X"]
    assert rows["stocktwits:1"]["community"] == "stocktwits/AAPL"
    assert len(rows) == (1 if shape == "one" else 2)
    (declared,) = desk.table("declared", but=("run_id",))
    assert declared == {"post_id": "stocktwits:1", "sentiment": "Bullish"}


def test_csv_and_conversations(desk: Desk, refused: Refused) -> None:
    text = (
        "symbol,message,datetime,user,message_id,sentiment\n"
        "nvda,I love it,2023-01-01 10:00,zed,55,BEARISH\n"
        ",I love it,2023-01-01 10:00,zed,56,\n"
    )
    outcome = stocktwits.run(desk.ctx(), path=desk.file(text))
    assert refused(outcome) == {"no_community": (1, 2)}
    (row,) = desk.table("post")
    assert (row["community"], row["symbols"]) == ("stocktwits/NVDA", ["NVDA"])
    talk = {"parent_message_id": 1, "in_reply_to_message_id": 2, "replies": 3}
    lines = json.dumps(message(3, "AAPL", conversation=talk, likes={"total": 9}))
    stocktwits.run(desk.ctx(), path=desk.file(lines, "m.json"))
    row = next(row for row in desk.table("post") if row["post_id"] == "stocktwits:3")
    assert (row["parent_id"], row["thread_id"]) == ("stocktwits:2", "stocktwits:1")
    assert (row["score"], row["replies"]) == (9, 3)


def test_a_message_of_two_streams_is_stored_once(desk: Desk, refused: Refused) -> None:
    both = message(1, "AAPL", "TSLA")
    for symbol in ("AAPL", "TSLA"):
        text = json.dumps({"symbol": {"symbol": symbol}, "messages": [both]})
        outcome = stocktwits.run(desk.ctx(), path=desk.file(text, f"{symbol}.json"))
        assert refused(outcome) == {}
    (row,) = desk.table("post")
    assert row["community"] == "stocktwits/AAPL"
    assert outcome.rows[0]["duplicates"] == 1


def test_a_changed_mind_and_an_unchanged_table(desk: Desk) -> None:
    first = desk.file(json.dumps(message(1, "AAPL")), "a.json")
    stocktwits.run(desk.ctx(), path=first)
    before = desk.tables(but=())
    assert "Nothing new" in stocktwits.run(desk.ctx(), path=first).message
    assert desk.tables(but=()) == before
    bear = message(1, "AAPL", entities={"sentiment": {"basic": "Bearish"}})
    stocktwits.run(desk.ctx(), path=desk.file(json.dumps(bear), "b.json"))
    assert [row["sentiment"] for row in desk.table("declared")] == ["Bearish"]


@pytest.mark.parametrize("text", [SHAPES["array"][:-60], SHAPES["pretty"][:-30]])
def test_a_truncated_file_keeps_its_whole_messages(desk: Desk, text: str) -> None:
    with pytest.raises(InputError, match="after 1 messages"):
        stocktwits.run(desk.ctx(), path=desk.file(text, "m.json"))
    assert len(desk.table("post")) == 1


def test_what_is_no_message_is_refused(desk: Desk, refused: Refused) -> None:
    lines = [json.dumps(TWO[0]), "[1, null]", "{oops", '{"messages": [{}]}']
    outcome = stocktwits.run(desk.ctx(), path=desk.file("\n".join(lines), "m.json"))
    assert refused(outcome) == {"bad_message": (2, 2), "bad_json": (1, 4), "no_id": (1, 5)}
    with pytest.raises(InputError):
        stocktwits.run(desk.ctx(), path=desk.file('{"a', "n.json"))
    for wrong in ({}, {"path": "x", "symbol": ("A",)}):
        with pytest.raises(UsageError):
            stocktwits.run(desk.ctx(), **wrong)  # type: ignore[arg-type]  # wrong on purpose


def stream(desk: Desk, server: Server, *symbols: str, **more: Any) -> Outcome:  # noqa: ANN401  # the part's options
    return stocktwits.run(desk.ctx(), symbol=symbols or ("AAPL",), api=server.url, **more)


def test_the_stream_is_read_whole_and_then_only_what_is_new(desk: Desk) -> None:
    world = FakeStocktwits()
    world.fill(100)
    world.fill(5, 101, "TSLA", "AAPL")
    with Server(world, Faults(planned=["", "429+", "502", "reset", "html"])) as server:
        with pytest.raises(RemoteError):
            stream(desk, server)
        stream(desk, server)
        assert len(desk.table("post")) == 105
        before = len(server.seen)
        assert stream(desk, server).rows_out == 0
        assert len(server.seen) - before == 1
        stream(desk, server, "$tsla")
        assert len(desk.table("post")) == 105
    assert len(desk.table("declared")) == 70


def test_a_stream_goes_on_where_patience_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Clock(), budget=10)
    world = FakeStocktwits()
    world.fill(300)
    with Server(world, Faults(planned=["", "", "", "429+"], wait="60")) as server:
        with pytest.raises(BudgetError):
            stream(desk, server)
        assert len(desk.table("post")) == 88
        world.fill(40, 301)
        before = len(server.seen)
        stream(desk, server)
        assert len(server.seen) - before <= 2 + 8
    assert len(desk.table("post")) == 340


def test_a_stream_that_is_refused_and_a_window(desk: Desk) -> None:
    world = FakeStocktwits()
    world.fill(200)
    with Server(world) as server:
        stream(desk, server, since="1700009000")
        assert len(desk.table("post")) == 51
        assert len(server.seen) == 2
        stream(desk, server)
        assert len(desk.table("post")) == 200
        world.status = 403
        with pytest.raises(RemoteError, match="Message files"):
            stream(desk, server)
