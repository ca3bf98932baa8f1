"""The stream of a symbol, newest first, and which stretches of it are still to be read.

The API gives 30 messages before `max`. A run that is stopped leaves a gap below where it came to;
gaps are remembered with the rows, so that no message is lost and none is asked for twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli import times
from affectcli.errors import RemoteError
from affectcli.ingest._stocktwits import messages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import requests

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._http import Client
    from affectcli.ingest._notes import Notes

BASE = "https://api.stocktwits.com/api/2"
AWAY = {
    401: "it wants a login",
    403: "access is forbidden, often to scripts and clouds as a whole",
    404: "it knows no such symbol",
}


class Stream:
    """The messages about one symbol."""

    def __init__(
        self, symbol: str, client: Client, notes: Notes, *, base: str, since: datetime | None
    ) -> None:
        self.symbol, self.client, self.notes, self.since = symbol, client, notes, since
        self.address = f"{base.rstrip('/')}/streams/symbol/{symbol}.json"
        known = notes.get("read") or {}
        self.top: int = known.get("top", 0)
        self.gaps: list[tuple[int | None, int]] = [(None, self.top)]
        self.gaps += [(high, low) for high, low in known.get("gaps", [])]

    def pages(self) -> Iterator[list[Record]]:
        """Yield the messages of every gap, newest first, a response at a time.

        Raises:
            RemoteError: the symbol is unknown, or strangers are not answered.
            BudgetError: the rate limit asks for more patience than a run has.
        """
        while self.gaps:
            high, low = self.gaps.pop(0)
            while True:
                found = self._get(high)
                listed = [m for m in found.get("messages") or [] if isinstance(m, dict)]
                new = [m for m in listed if _id(m) > low and (high is None or _id(m) < high)]
                lowest = min(map(_id, new), default=low)
                self.top = max([self.top, *map(_id, new)])
                met = any(_id(m) <= low for m in listed) or not new or self._early(new)
                more = bool(_cursor(found).get("more")) and not met
                left = [(lowest, low)] if more else []
                self.notes.put("read", {"top": self.top, "gaps": [*left, *self.gaps]})
                yield list(messages(new, f"stocktwits/{self.symbol}"))
                if not more:
                    break
                high = lowest

    def _get(self, high: int | None) -> dict[str, Any]:
        params = {"limit": 30} | ({"max": high} if high is not None else {})
        response: requests.Response = self.client.get(self.address, params=params, accept=AWAY)
        if response.status_code in AWAY:
            raise RemoteError(
                f"Stocktwits refused {self.symbol}: {AWAY[response.status_code]}.",
                known="Message files in the API's JSON shape need no access.",
                do="affect ingest stocktwits messages.json",
            )
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("messages"), list):
            raise RemoteError(f"{self.address} does not answer as Stocktwits does.")
        return found

    def _early(self, new: list[dict[str, Any]]) -> bool:
        """Say whether the oldest of the messages is before the time asked for."""
        if self.since is None:
            return False
        moment = times.parse(_series(min(new, key=_id).get("created_at")))[0]
        return moment is not None and moment < self.since


def _id(message: dict[str, Any]) -> int:
    number = message.get("id")
    return number if isinstance(number, int) else 0


def _cursor(found: dict[str, Any]) -> dict[str, Any]:
    cursor = found.get("cursor")
    return cursor if isinstance(cursor, dict) else {}


def _series(value: object) -> Any:  # noqa: ANN401  # a polars series
    import polars as pl

    return pl.Series([str(value)])
