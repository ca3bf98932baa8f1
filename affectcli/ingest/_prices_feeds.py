"""Bars from a service: one promise, kept by Binance's REST pages, ccxt and yfinance."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol

from affectcli.errors import ConfigError, UsageError
from affectcli.ingest import _prices_binance, _prices_ccxt, _prices_yfinance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import ModuleType

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._http import Client

COLUMNS = ("ts", "open", "high", "low", "close", "volume")
PATIENT = 1_000
"""Bars that are asked for where neither --since nor a stored bar says where to begin."""


class Feed(Protocol):
    """A service that has bars."""

    name: str

    def bars(
        self, asset: str, bar: str, since: datetime, until: datetime
    ) -> Iterator[list[Record]]:
        """Yield pages of rows with `COLUMNS`, oldest first, ts >= since and < until (naive UTC).

        Raises:
            UsageError: the service has no bars of this length.
            RemoteError, BudgetError: it refuses, or asks for too much patience.
        """
        ...


def feed(name: str, client: Client, *, api: str | None) -> Feed:
    """Return the service called `yfinance`, `binance` or `ccxt:EXCHANGE`.

    Raises:
        UsageError: there is none of that name.
        ConfigError: its library is not installed.
    """
    kind, _, exchange = name.partition(":")
    if kind == "binance" and not exchange:
        return _prices_binance.Binance(client, api=api)
    if kind == "yfinance" and not exchange:
        return _prices_yfinance.Yfinance(_library("yfinance"), client)
    if kind == "ccxt" and exchange:
        return _prices_ccxt.Ccxt(_library("ccxt"), exchange, client)
    raise UsageError(
        f"--from {name!r} is no source of prices.",
        known="Known: binance, yfinance, ccxt:EXCHANGE.",
        do="--from ccxt:kraken",
    )


def _library(name: str) -> ModuleType | Any:  # noqa: ANN401  # an untyped library
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            f"--from {name} needs the library {name}, which is not installed.",
            do='pip install "affectcli[markets]"',
        ) from error
