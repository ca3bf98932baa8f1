"""The HTTP session under PRAW: it tells what passes from what does not, and sleeps nowhere.

prawcore sleeps with `time.sleep`, on its rate limit and between its retries, and reads some headers
trustingly. With this session it meets neither: the rate is kept by `Wire.due`, and whatever may
pass is raised as a `Trouble`, for the one place that waits (`_reddit_api`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests

from affectcli.ingest import _http

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TIMEOUT = (10.0, 30.0)  # seconds to connect, and between two bytes
TOKEN = "/api/v1/access_token"  # noqa: S105  # a path
RATE = ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used")
EXPIRED = 401
LIMITED = 429
FOREVER = 10.0**9  # seconds
MOVED = (301, 302, 303, 307, 308)
LONGEST = 600.0  # seconds of Reddit's rate window


class DeniedError(requests.RequestException):
    """Reddit refused an address for good; `response` says why."""


class Wire(requests.Session):
    """A session as prawcore takes it (`requestor_kwargs={"session": Wire()}`)."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        *,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        super().__init__()
        self.clock, self.timeout = clock, timeout
        self.requests = 0
        """How many requests were sent, failed ones and those for tokens too."""
        self.answered = False
        self.trusted = False
        """Whether Reddit took the credentials before."""
        self._free: float | None = None
        """When the rate window ends that is used up; None while there is room."""

    @property
    def due(self) -> float:
        """Return in how many seconds the next request may be sent."""
        return 0.0 if self._free is None else min(max(self._free - self.clock(), 0.0), LONGEST)

    def request(
        self,
        method: str,
        url: str | bytes,
        *args: Any,  # noqa: ANN401  # as it came
        **kwargs: Any,  # noqa: ANN401  # as it came
    ) -> requests.Response:
        """Send one request.

        Raises:
            Trouble: it failed in a way that may pass; 401 of the API means that the token expired.
            DeniedError: it was refused for good.
        """
        self.requests += 1
        address = url if isinstance(url, str) else url.decode()
        kwargs["timeout"] = self.timeout
        try:
            response = super().request(method, url, *args, **kwargs)
        except requests.RequestException as error:
            raise _http.passing(error, address) from error
        self.answered = True
        self._note(response)
        self._judge(response, token=TOKEN in address)
        return response

    def _note(self, response: requests.Response) -> None:
        """Remember what Reddit says of the rate, and keep it from prawcore, which would sleep."""
        said = {name: response.headers.pop(name, None) for name in RATE}
        try:
            left, reset = float(said[RATE[0]] or "nan"), float(said[RATE[1]] or "nan")
        except ValueError:
            return
        if left < 1 and reset >= 0:
            self._free = self.clock() + reset
        elif left >= 1:
            self._free = None

    def _judge(self, response: requests.Response, *, token: bool) -> None:
        """Raise what may pass and what is refused; the rest prawcore can read.

        Of the token service it reads refusals itself: they are about the credentials.
        """
        try:
            _http.check(response, self.clock())
        except _http.Trouble as trouble:
            if trouble.status == LIMITED and trouble.wait is None and self.due:
                trouble.wait = self.due
            raise
        if token:
            self._judge_token(response)
        elif response.status_code == EXPIRED:
            raise _http.Trouble("Reddit's access token has expired", status=EXPIRED, wait=0)
        elif response.ok and response.status_code not in MOVED:
            _http.parsed(response)
        else:
            raise DeniedError(response=response)

    def _judge_token(self, response: requests.Response) -> None:
        if response.status_code == EXPIRED and self.trusted:
            raise _http.Trouble("Reddit refuses a token that it gave before")
        if response.ok:
            said = _http.parsed(response)
            if not isinstance(said, dict) or not ("error" in said or _usable(said)):
                raise _http.Trouble("Reddit sent a token of an unknown shape")
            self.trusted = self.trusted or "error" not in said


def _usable(said: Mapping[str, Any]) -> bool:
    """Say whether a token can stand in a header, and how long it holds is a number."""
    token, scope, seconds = (said.get(key) for key in ("access_token", "scope", "expires_in"))
    texts = isinstance(token, str) and isinstance(scope, str)
    if not texts or isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return False
    return str(token).isascii() and str(token).isprintable() and 0 <= seconds < FOREVER
