"""Arctic Shift's search: posts or comments of a subreddit from a moment on, the oldest first.

The API (github.com/ArthurHeitmann/arctic_shift, api/README.md) gives at most 100 things a page and
answers 422 where its database takes too long; half as many usually come.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from affectcli.errors import RemoteError
from affectcli.ingest._http import ATTEMPTS, OFFLINE, Client, Trouble, parsed

if TYPE_CHECKING:
    import requests

    from affectcli.ingest._crawl_store import Thing

BASE = "https://arctic-shift.photon-reddit.com"
VARIABLE = "AFFECT_ARCTIC_URL"
PAGE, LEAST = 100, 5
SLOW = 422
ERRORS = (400, 404, SLOW)
AUTO = "auto"
"""A limit that the server chooses, up to 1,000."""
REST = 60.0  # seconds at most that a used-up rate is waited for


class Archive:
    """Arctic Shift as pages of things."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.base = (os.environ.get(VARIABLE) or BASE).rstrip("/")
        self.size = PAGE
        """Things asked for in a page: halved when the server is too slow, doubled after."""

    def search(self, what: str, name: str, *, after: int, before: int) -> list[Thing]:
        """Return the first things of a subreddit between two epochs, the oldest first.

        `what` is posts or comments. Whether the ends belong to it is the server's affair.

        Raises:
            RemoteError: the server refused, or cannot be reached.
            BudgetError: waiting any longer is more than the run may wait.
        """
        tries = 0
        while True:
            try:
                found = self._attempt(what, name, after, before, str(self.size))
            except Trouble as trouble:
                tries += 1
                if tries >= (ATTEMPTS if self.client.answered else OFFLINE):
                    raise RemoteError(f"{trouble.why}, {tries} times in a row.") from trouble
                self.client.patience.after(trouble, tries)
                self.size = max(self.size // 2, LEAST)
            else:
                self.size = min(PAGE, self.size * 2)
                return found

    def crowd(self, what: str, name: str, *, moment: int) -> list[Thing]:
        """Return as many things of one second as the server gives; raises as `search` does."""
        try:
            return self._attempt(what, name, moment - 1, moment + 1, AUTO)
        except Trouble:
            return []

    def _attempt(self, what: str, name: str, after: int, before: int, limit: str) -> list[Thing]:
        params = {
            "subreddit": name,
            "after": str(after),
            "before": str(before),
            "limit": limit,
            "sort": "asc",
        }
        url = f"{self.base}/api/{what}/search"
        response = self.client.once(url, {"params": params}, accept=ERRORS)
        self._rest(response)
        found = parsed(response)
        said: dict[str, Any] = found if isinstance(found, dict) else {}
        if response.status_code == SLOW:
            raise Trouble(f"Arctic Shift says: {said.get('error') or 'timeout'}", status=SLOW)
        if not response.ok:
            why = str(said.get("error") or f"it answers {response.status_code}")
            raise RemoteError(f"Arctic Shift refused: {why}.")
        things = said.get("data")
        if not isinstance(things, list):
            raise Trouble("Arctic Shift sent a page of an unknown shape")
        return [thing if isinstance(thing, dict) else {} for thing in things]

    def _rest(self, response: requests.Response) -> None:
        """Keep the rate that the server states, before it has to refuse."""
        try:
            left = float(response.headers["x-ratelimit-remaining"])
            reset = float(response.headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        if left < 1 and reset > 0:
            self.client.patience.pause(min(reset, REST), "Arctic Shift's rate limit is used up")
