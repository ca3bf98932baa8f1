"""A small Stocktwits and a small Binance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.unit.ingest.fakes.web import Answer

if TYPE_CHECKING:
    from tests.unit.ingest.fakes.web import Request

DAY = 86_400_000


@dataclass
class FakeStocktwits:
    """Streams of 30 messages, newest first; `max` is inclusive, as the API's own pages are."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    def fill(self, count: int, first: int = 1, *symbols: str) -> None:
        for number in range(first, first + count):
            moment = datetime.fromtimestamp(1_700_000_000 + 60 * number, UTC)
            mood = [None, {"basic": "Bullish"}, {"basic": "Bearish"}][number % 3]
            self.messages.append(
                {
                    "id": number,
                    "body": f"message {number}",
                    "created_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "user": {"id": number % 7, "username": f"user{number % 7}"},
                    "symbols": [{"symbol": each} for each in symbols or ("AAPL",)],
                    "entities": {"sentiment": mood},
                }
            )

    def answer(self, request: Request) -> Answer:
        if self.status != 200:
            return Answer({"response": {"status": self.status}}, self.status)
        symbol = request.path.rpartition("/")[2].removesuffix(".json")
        most = int(request.query.get("max", 1 << 60))
        found = [
            m
            for m in sorted(self.messages, key=lambda m: -m["id"])
            if m["id"] <= most and {"symbol": symbol} in m["symbols"]
        ]
        page = found[:30]
        cursor = {"more": len(found) > 30, "max": page[-1]["id"] if page else None}
        return Answer({"symbol": {"symbol": symbol}, "cursor": cursor, "messages": page})


@dataclass
class FakeBinance:
    """Daily bars from `start` on, up to 1,000 a request."""

    start: int
    count: int

    def answer(self, request: Request) -> Answer:
        if request.query["symbol"] != "BTCUSDT":
            return Answer({"code": -1121, "msg": "Invalid symbol."}, 400)
        low, high = int(request.query["startTime"]), int(request.query["endTime"])
        times = [self.start + DAY * n for n in range(self.count)]
        found = [
            [t, "10", "12", "9", "11", "5.5", t + DAY - 1, "1", 3, "1", "1", "0"] for t in times
        ]
        chosen = [k for k in found if low <= int(str(k[0])) <= high]
        return Answer(chosen[: int(request.query["limit"])])
