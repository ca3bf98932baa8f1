"""Bars of any exchange that the library ccxt knows, through its `fetch_ohlcv`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from affectcli.errors import RemoteError, UsageError
from affectcli.ingest._http import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._http import Client

LIMIT = 500
ATTEMPTS = 5


class Ccxt:
    """One exchange of the library."""

    def __init__(self, library: Any, exchange: str, client: Client) -> None:  # noqa: ANN401  # untyped library
        if exchange not in library.exchanges:
            raise UsageError(
                f"ccxt knows no exchange {exchange!r}.",
                known=f"It knows {len(library.exchanges)}, among them binance, kraken, coinbase.",
                do="--from ccxt:kraken",
            )
        self.library, self.name, self.client = library, f"ccxt:{exchange}", client
        self.exchange = getattr(library, exchange)({"enableRateLimit": True})

    def bars(
        self, asset: str, bar: str, since: datetime, until: datetime
    ) -> Iterator[list[Record]]:
        """Yield pages of bars; see `Feed`."""
        if bar not in (self.exchange.timeframes or {bar}):
            known = ", ".join(self.exchange.timeframes)
            raise UsageError(f"{self.name} has no bars of {bar}.", known=f"It has {known}.")
        start = int(since.replace(tzinfo=UTC).timestamp() * 1000)
        end = int(until.replace(tzinfo=UTC).timestamp() * 1000)
        while start < end:
            page = self._page(asset.replace("-", "/"), bar, start)
            fresh = [each for each in page if start <= each[0] < end]
            yield [[None if cell is None else str(cell) for cell in each[:6]] for each in fresh]
            if not fresh:
                return
            start = fresh[-1][0] + 1

    def _page(self, symbol: str, bar: str, start: int) -> list[Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found: list[Any] = self.exchange.fetch_ohlcv(symbol, bar, since=start, limit=LIMIT)
            except self.library.NetworkError as error:
                self.client.patience.after(Trouble(f"{self.name} failed: {error}"), attempt)
            except self.library.BaseError as error:
                raise RemoteError(f"{self.name} refused {symbol}: {error}.") from error
            else:
                return found
        raise RemoteError(f"{self.name} failed {ATTEMPTS} times in a row.", do="later, the same")
