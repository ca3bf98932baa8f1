"""Binance's public klines over REST, 1,000 a request, oldest first; no key is needed."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from affectcli.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._http import Client

API = "https://data-api.binance.vision"
LIMIT = 1_000
BARS = ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w")
AWAY = (400, 403, 404, 451)


class Binance:
    """Spot markets of Binance."""

    name = "binance"

    def __init__(self, client: Client, *, api: str | None) -> None:
        self.client, self.address = client, f"{(api or API).rstrip('/')}/api/v3/klines"

    def bars(
        self, asset: str, bar: str, since: datetime, until: datetime
    ) -> Iterator[list[Record]]:
        """Yield pages of bars; see `Feed`."""
        if bar not in BARS:
            raise UsageError(f"Binance has no bars of {bar}.", known=f"It has {', '.join(BARS)}.")
        symbol = asset.upper().replace("-", "").replace("/", "")
        start, end = _millis(since), _millis(until)
        while start < end:
            page = self._page(asset, symbol, bar, start, end)
            rows: list[Record] = []
            last = start
            for kline in page:
                if not isinstance(kline, list) or len(kline) < 6 or not isinstance(kline[0], int):
                    rows.append("bad_kline")
                    continue
                last = max(last, kline[0])
                rows.append([str(cell) for cell in kline[:6]])
            yield rows
            if len(page) < LIMIT:
                return
            start = last + 1

    def _page(self, asset: str, symbol: str, bar: str, start: int, end: int) -> list[object]:
        params: dict[str, object] = {"symbol": symbol, "interval": bar, "limit": LIMIT}
        params |= {"startTime": start, "endTime": end - 1}
        response = self.client.get(self.address, params=params, accept=AWAY)
        try:
            found = response.json()
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
        why = found.get("msg") if isinstance(found, dict) else None
        if response.status_code == 451:
            why = "it serves no one where you are"
        raise RemoteError(
            f"Binance refused {symbol}: {why or f'it answers {response.status_code}'}.",
            known="Its markets are named with both coins, against USDT, USDC or BTC.",
            do=f"--asset {asset.partition('-')[0]}-USDT, or --from yfinance",
        )


def _millis(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)
