"""One polite way to the web: waits that a server asks for, retries, and a budget for both.

A failure that passes (429, 5xx, a reset, a timeout) is tried again after Retry-After seconds, or
after a wait that doubles and is jittered so that clients do not return in step (Brooker,
"Exponential Backoff And Jitter", AWS 2015). All waits of a run come out of one budget. What does
not pass (401, 403, 404, 410, ...) is raised at once.
"""

from __future__ import annotations

import email.utils
import math
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

import requests

from affectcli import __version__, interrupt
from affectcli.errors import BudgetError, RemoteError
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

Result = TypeVar("Result")
AGENT = f"affect/{__version__} (social-media research; requests)"
BUDGET = 900.0  # seconds of waiting in one run
TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two bytes
ATTEMPTS = 8  # of one request; the last wait is a minute
OFFLINE = 3  # attempts to reach a host that never answered
FIRST, LONGEST = 1.0, 60.0  # seconds of a wait that nobody asked for
NOTED = 5.0  # shorter waits are not worth a line
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
REASONS = {
    401: "it wants credentials",
    403: "access is forbidden",
    404: "there is no such page",
    410: "it is gone",
    451: "it is withheld for legal reasons",
}


class Trouble(requests.RequestException):
    """One attempt failed in a way that may pass; `wait` is how many seconds the server asked."""

    def __init__(self, why: str, *, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(why)
        self.why, self.status, self.wait = why, status, wait


@dataclass
class Patience:
    """Waits, out of one budget for the whole run; tests give it their own clock and sleep."""

    budget: float = BUDGET
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    resume: str = "the same command again"
    watch: Callable[[str, float], None] | None = None
    """Shown the reason and the seconds left, about once a second."""
    spent: float = 0.0
    dice: random.Random = field(default_factory=random.Random)

    def after(self, trouble: Trouble, attempt: int) -> None:
        """Wait after the failed attempt number `attempt` (from 1).

        Raises:
            BudgetError: the wait is longer than what is left of the budget.
            Interrupted: the user asked to stop.
        """
        seconds = self.wait_of(trouble, attempt)
        if self.spent + seconds > self.budget:
            asked = f" and asks to wait {trouble.wait:,.0f} s" if trouble.wait else ""
            raise BudgetError(
                f"{trouble.why}{asked}; {self.spent:,.0f} of the {self.budget:,.0f} s that a run "
                "may wait are used.",
                known="Everything finished so far is stored.",
                do=self.resume,
            )
        self.spent += seconds
        self.pause(seconds, trouble.why)

    def wait_of(self, trouble: Trouble, attempt: int) -> float:
        """Return the seconds to wait: what the server asked and a little more, else by attempt."""
        if trouble.wait is not None:
            return trouble.wait + self.dice.uniform(0, min(1.0, 0.1 * trouble.wait))
        most = min(LONGEST, FIRST * 2 ** (attempt - 1))
        return self.dice.uniform(most / 2, most)

    def pause(self, seconds: float, why: str) -> None:
        """Sleep, in steps of at most a second, so that a countdown is shown and Ctrl-C heard.

        This alone takes nothing from the budget: a rate that is kept is no failure.
        """
        if self.watch is None and seconds >= NOTED:
            logger.info("%s: waiting %.0f s.", why, seconds)
        left = seconds
        while left > 0:
            interrupt.check(self.resume)
            if self.watch is not None:
                self.watch(why, left)
            step = min(left, 1.0)
            self.sleep(step)
            left -= step


class Client:
    """GET that does not give up early; one for each run, so that all requests share a budget."""

    def __init__(
        self,
        patience: Patience | None = None,
        *,
        agent: str = AGENT,
        timeout: tuple[float, float] = TIMEOUT,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.patience = patience or Patience()
        self.timeout, self.attempts = timeout, attempts
        self.session = requests.Session()
        self.session.headers["User-Agent"] = agent
        self.requests = 0
        """How many requests were sent, failed ones too."""
        self.answered = False

    def __enter__(self) -> Self:
        """Return the client; its connections are closed at the end of `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close connections."""
        self.session.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> requests.Response:
        """Return the response; a status in `accept` is handed back as it is.

        Raises:
            RemoteError: the server refused for good, or cannot be reached.
            BudgetError: waiting any longer is more than the run may wait.
        """
        asked = {"params": params, "headers": headers}
        return self._insist(lambda: self.once(url, asked, accept=accept))

    def json(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  # whatever the server says
        """Return the parsed JSON of a response; a body that is none is asked for again.

        Raises:
            RemoteError, BudgetError: as `get` does.
        """
        asked = {"params": params, "headers": headers}

        def attempt() -> Any:  # noqa: ANN401  # the same
            return parsed(self.once(url, asked))

        return self._insist(attempt)

    def _insist(self, attempt: Callable[[], Result]) -> Result:
        number = 0
        while True:
            number += 1
            try:
                return attempt()
            except Trouble as trouble:
                most = self.attempts if self.answered else min(OFFLINE, self.attempts)
                if number >= most:
                    raise RemoteError(
                        f"{trouble.why}, {number} times in a row.",
                        known="Everything finished so far is stored.",
                        do=f"later, {self.patience.resume}",
                    ) from trouble
                self.patience.after(trouble, number)

    def once(
        self, url: str, asked: Mapping[str, Any], *, accept: Collection[int] = ()
    ) -> requests.Response:
        """Return the response to one attempt; `asked` is what `requests.get` takes.

        Raises:
            Trouble: it failed in a way that may pass.
            RemoteError: the server refused for good.
        """
        self.requests += 1
        try:
            response = self.session.get(url, timeout=self.timeout, **asked)
        except requests.RequestException as error:
            raise passing(error, url) from error
        self.answered = True
        status = response.status_code
        if status in accept:
            return response
        check(response, self.patience.clock())
        if response.ok:
            return response
        why = REASONS.get(status, f"it answers {status} {response.reason}".rstrip())
        raise RemoteError(f"{_host(url)} refused {url.partition('?')[0]}: {why}.")


def passing(error: requests.RequestException, url: str) -> Trouble:
    """Return the trouble of a request that brought no response.

    Raises:
        RemoteError: the address can never work.
    """
    host = _host(url)
    if isinstance(error, requests.Timeout):
        return Trouble(f"{host} did not answer in time")
    never = requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema
    if isinstance(error, (*never, requests.exceptions.MissingSchema)):
        raise RemoteError(f"{url!r} is no address: {error}.") from error
    if isinstance(error, requests.TooManyRedirects):
        raise RemoteError(f"{host} redirects {url} in a circle.") from error
    if isinstance(error, requests.exceptions.SSLError):
        return Trouble(f"{host} has no valid certificate")
    return Trouble(f"The connection to {host} failed ({type(error).__name__})")


def check(response: requests.Response, now: float) -> None:
    """Let a response pass, good or refused for good.

    Raises:
        Trouble: it failed in a way that may pass.
    """
    if response.status_code in PASSING:
        said = f"{_host(response.url)} answers {response.status_code} {response.reason}".rstrip()
        wait = retry_after(response.headers.get("retry-after"), now)
        raise Trouble(said, status=response.status_code, wait=wait)


def parsed(response: requests.Response) -> Any:  # noqa: ANN401  # JSON
    """Return the JSON of a response.

    Raises:
        Trouble: it is none: cut off, HTML of a busy server, too deep, a number without end.
    """
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{_host(response.url)} sent what is no JSON") from error


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds of a Retry-After header, given as seconds or as an HTTP date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or url
