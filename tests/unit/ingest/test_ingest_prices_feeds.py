"""Kline files, services, and what is odd about bars."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from affectcli.errors import ConfigError, InputError, RemoteError, UsageError
from affectcli.ingest import _prices_checks, _prices_feeds, prices
from tests.unit.ingest.fakes.forums import use
from tests.unit.ingest.fakes.markets import DAY, FakeBinance
from tests.unit.ingest.fakes.web import Clock, Faults, Server

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk, Refused

START = 1_704_067_200_000  # 2024-01-01
TAIL = "1,10,3,0.5,0.5,0"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    use(monkeypatch, clock)
    return clock


def klines(*times: int) -> str:
    return "".join(f"{t},10,12,9,11,5.5,{t + DAY - 1},{TAIL[2:]}\n" for t in times)


def packed(name: str, text: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
    return body.getvalue()


@pytest.mark.parametrize("unit", [1, 1_000])
def test_klines_before_and_after_2025(desk: Desk, refused: Refused, unit: int) -> None:
    day = START if unit == 1 else START + 400 * DAY
    name = "BTCUSDT-1d-2024-01"
    text = klines(day * unit, (day + DAY) * unit) + "too,few\n"
    body = packed(f"{name}.csv", text)
    outcome = prices.run(desk.ctx(), path=desk.file(body, f"{name}.zip"))
    assert refused(outcome) == {"wrong_columns": (1, 3)}
    first, second = desk.table("price")
    assert (first["asset"], first["bar"], first["close"]) == ("BTCUSDT", "1d", 11.0)
    assert first["ts"] == datetime.fromtimestamp(day / 1000, UTC).replace(tzinfo=None)
    assert first["available_at"] == second["ts"] == first["ts"] + timedelta(days=1)
    plain = desk.file(text, f"{name}.csv")
    again = prices.run(desk.ctx(), path=plain, asset="BTCUSDT")
    assert again.rows[0]["duplicates"] == 2


def test_zips_that_are_not_klines(desk: Desk) -> None:
    body = packed("a.csv", klines(START))
    for wrong in (body[:-30], packed("a.txt", "x"), body[:40] + b"\0\0\0\0" + body[44:]):
        with pytest.raises(InputError):
            prices.run(desk.ctx(), path=desk.file(wrong, "a.zip"), asset="A", bar="1d")


def test_binance_is_read_in_pages_and_goes_on(desk: Desk) -> None:
    world = FakeBinance(START - 1_400 * DAY, 1_500)
    with Server(world, Faults(planned=["", "429+", "reset"])) as server:
        asked: dict[str, Any] = {"asset": "BTC-USDT", "from_": "binance", "api": server.url}
        prices.run(desk.ctx(), **asked, since="2020-01-01")
        assert len(desk.table("price")) == 1_500
        assert len(server.seen) == 4
        world.count += 3
        outcome = prices.run(desk.ctx(), **asked)
        assert (outcome.rows[0]["added"], outcome.rows[0]["duplicates"]) == (3, 1)
        with pytest.raises(RemoteError, match=r"Invalid symbol.*BTC-USDT"):
            prices.run(desk.ctx(), **(asked | {"asset": "BTC-USD"}))
        with pytest.raises(UsageError, match="no bars of 7d"):
            prices.run(desk.ctx(), **asked, bar="7d")


def test_a_bar_that_is_not_over_is_left_out(desk: Desk) -> None:
    today = int(datetime.now(UTC).timestamp() * 1000) // DAY * DAY
    with Server(FakeBinance(today - 2 * DAY, 3)) as server:
        outcome = prices.run(desk.ctx(), asset="BTC-USDT", from_="binance", api=server.url)
    assert (outcome.rows[0]["added"], outcome.rows[0]["filtered"]) == (2, 1)


def test_libraries_that_are_not_there(desk: Desk) -> None:
    for name in ("yfinance", "ccxt:kraken"):
        try:
            __import__(name.partition(":")[0])
        except ImportError:
            with pytest.raises(ConfigError, match=r"affectcli\[markets\]"):
                prices.run(desk.ctx(), asset="A", from_=name)
    with pytest.raises(UsageError, match="yfinance, ccxt"):
        prices.run(desk.ctx(), asset="A", from_="bloomberg")
    for wrong in ({}, {"from_": "binance"}, {"path": "x", "from_": "binance"}):
        with pytest.raises(UsageError):
            prices.run(desk.ctx(), **wrong)  # type: ignore[arg-type]  # wrong on purpose


class Exchange:
    """What `Ccxt` uses of an exchange of ccxt: two pages of bars, one of them late."""

    timeframes = {"1d": "1d"}  # noqa: RUF012  # as the library has it

    def __init__(self, _: object) -> None:
        self.late = True

    def fetch_ohlcv(self, symbol: str, bar: str, *, since: int, limit: int) -> list[list[Any]]:
        assert (symbol, bar) == ("BTC/USD", "1d")
        if self.late:
            self.late = False
            raise TimeoutError
        times = [START + DAY * n for n in range(700)]
        return [[t, 10, 12, 9, 11, None] for t in times if t >= since][:limit]


def test_ccxt_keeps_the_promise(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(
        exchanges=["kraken"], kraken=Exchange, NetworkError=TimeoutError, BaseError=RuntimeError
    )
    monkeypatch.setattr(_prices_feeds, "_library", lambda _: library)
    outcome = prices.run(
        desk.ctx(), asset="BTC-USD", from_="ccxt:kraken", since="2024-01-01", until="2025-06-01"
    )
    assert outcome.rows[0]["added"] == 517
    with pytest.raises(UsageError, match="no exchange"):
        prices.run(desk.ctx(), asset="BTC-USD", from_="ccxt:nowhere")


def test_yfinance_keeps_the_promise(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (2, 3)]
    columns = {n: [10.0, 11.0] for n in ("Open", "High", "Low", "Close")} | {
        "Volume": [math.nan, 5]
    }

    class Frame(dict[str, Any]):
        index = days

        def __len__(self) -> int:
            return 2

    frame = Frame({name: SimpleNamespace(tolist=lambda v=v: v) for name, v in columns.items()})
    ticker = SimpleNamespace(history=lambda **_: frame)
    library = SimpleNamespace(Ticker=lambda _: ticker)
    monkeypatch.setattr(_prices_feeds, "_library", lambda _: library)
    prices.run(desk.ctx(), asset="AAPL", from_="yfinance", since="2024-01-01", until="2024-02-01")
    assert [row["volume"] for row in sorted(desk.table("price"), key=lambda r: r["ts"])] == [
        None,
        5,
    ]


def bars(
    days: list[int], *, closes: list[float] | None = None, volume: float = 100
) -> pl.DataFrame:
    start = datetime(2024, 1, 1)  # noqa: DTZ001  # naive UTC, a Monday
    values = closes or [10.0] * len(days)
    return pl.DataFrame(
        {
            "asset": "A",
            "ts": [start + timedelta(days=day) for day in days],
            "open": values,
            "close": values,
            "volume": [float(volume)] * len(days),
        }
    )


def test_gaps_of_markets_that_close_and_of_those_that_never_do() -> None:
    business = [day for day in range(40) if day % 7 < 5]
    assert _prices_checks.gaps(bars(business), "1d").is_empty()
    holiday = [day for day in business if day not in {7, 8, 9}]
    assert _prices_checks.gaps(bars(holiday), "1d").is_empty()
    (gap,) = _prices_checks.gaps(
        bars([d for d in business if d not in range(7, 12)]), "1d"
    ).to_dicts()
    assert (gap["missing"], gap["days"]) == (5, 10)
    always = [day for day in range(40) if day not in {11, 20, 21}]
    found = _prices_checks.gaps(bars(always), "1d")
    assert found["missing"].to_list() == [2, 1]
    assert _prices_checks.gaps(bars([0, 7, 14, 28]), "1w")["missing"].to_list() == [1]


def test_splits_are_flagged_and_crashes_are_not() -> None:
    days = list(range(12))
    split = [10.0] * 8 + [5.1, 5.0, 5.0, 5.2]
    found = _prices_checks.splits(bars(days, closes=split))
    assert found["ratio"].to_list() == [0.5]
    crash = [10.0] * 8 + [5.6] * 4
    assert _prices_checks.splits(bars(days, closes=crash)).is_empty()
    thin = bars(days, closes=split).with_columns(
        volume=pl.when(pl.int_range(pl.len()) >= 8).then(20.0).otherwise("volume")
    )
    assert _prices_checks.splits(thin).is_empty()
    words, rows = _prices_checks.said(bars(days, closes=split), "1d")
    assert "Looks like a split, nothing was adjusted: A 2024-01-09 (x0.5)" in words
    assert rows["splits"][0]["ts"].startswith("2024-01-09")
