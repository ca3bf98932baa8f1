"""Bars of Yahoo Finance through the library yfinance, neither split- nor dividend-adjusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._http import Client

BARS = ("1m", "2m", "5m", "15m", "30m", "90m", "1h", "1d", "5d", "1wk")
NAMES = ("Open", "High", "Low", "Close", "Volume")


class Yfinance:
    """Yahoo's chart service."""

    name = "yfinance"

    def __init__(self, library: Any, client: Client) -> None:  # noqa: ANN401  # untyped library
        self.library, self.client = library, client

    def bars(
        self, asset: str, bar: str, since: datetime, until: datetime
    ) -> Iterator[list[Record]]:
        """Yield one page of bars; see `Feed`."""
        interval = "1wk" if bar == "1w" else bar
        if interval not in BARS:
            raise UsageError(f"Yahoo has no bars of {bar}.", known=f"It has {', '.join(BARS)}.")
        try:
            frame = self.library.Ticker(asset).history(
                interval=interval, start=since, end=until, auto_adjust=False, actions=False
            )
        except Exception as error:  # the library raises whatever its transport does
            raise RemoteError(f"Yahoo refused {asset}: {error}.") from error
        if not len(frame):
            raise RemoteError(f"Yahoo has no bars of {asset} in that time.", do="--asset AAPL")
        index = frame.index
        daily = interval in {"1d", "5d", "1wk"}
        days = (
            [str(each.date()) for each in index] if daily else [each.isoformat() for each in index]
        )
        columns = [frame[name].tolist() for name in NAMES]
        yield [
            [day, *(None if cell != cell else repr(cell) for cell in cells)]  # noqa: PLR0124  # nan
            for day, *cells in zip(days, *columns, strict=True)
        ]
