"""Reddit's API through PRAW, one page at a time, with all waiting in one place.

PRAW does what it is good at: credentials, tokens, addresses. Pages come as plain JSON
(`Reddit.request`), because a page is what is committed, and because PRAW's own iterator gives up
at a 429 in mid-listing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import prawcore

from affectcli.errors import ConfigError, RemoteError
from affectcli.ingest._crawl_store import END
from affectcli.ingest._http import ATTEMPTS, OFFLINE, Trouble
from affectcli.ingest._reddit import FULLNAME
from affectcli.ingest._reddit_login import SET, WITHOUT, login
from affectcli.ingest._reddit_wire import EXPIRED, LIMITED, MOVED, DeniedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import requests

    from affectcli.ingest._crawl_store import Thing
    from affectcli.ingest._http import Patience
    from affectcli.ingest._reddit_wire import Wire

Found = TypeVar("Found")
PAGE = 100  # the most items of a listing page, and of one `info` call
LEAST = 10
TOKENS = 3  # in a row that Reddit does not take: then the account is the reason
REASONS = {
    "private": "it is private",
    "quarantined": "it is quarantined (an account that opted in may read it)",
    "banned": "Reddit has banned it",
    "gold_only": "it is for Premium members only",
    "employees_only": "it is for Reddit's employees only",
}


class RefusedError(RemoteError):
    """Reddit refused one address for good; `why` ends the sentence "r/NAME: ..."."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"Reddit refused {path}: {why}.")
        self.why = why


@dataclass
class Page:
    """Things of a listing, and the cursor of the next page: `END` where there is none."""

    things: list[Thing] = field(default_factory=list)
    cursor: str = END


class Reddit:
    """Reddit as pages of plain JSON."""

    def __init__(self, patience: Patience, wire: Wire) -> None:
        self.patience, self.wire = patience, wire
        self.size = PAGE
        """Items asked for in a page: halved when Reddit says it is too much, doubled after."""
        self.listings = 0
        """How many requests asked for a page of a listing."""
        self._praw = login(wire)

    def listing(
        self, path: str, *, cursor: str, params: Mapping[str, str], limit: int = PAGE
    ) -> Page:
        """Return a page of a listing; `cursor` is a page's, or `END` for the first.

        Raises:
            RefusedError: there is no such listing, or not for this account.
            RemoteError: Reddit cannot be reached, or does not answer as Reddit does.
            BudgetError: waiting any longer is more than the run may wait.
            ConfigError: Reddit does not take the credentials.
        """

        def asked() -> dict[str, str]:
            self.listings += 1
            after = {} if cursor == END else {"after": cursor}
            return {**params, **after, "limit": str(min(limit, self.size))}

        found = self._get(path, asked, _page)
        self.size = min(PAGE, self.size * 2)
        return found

    def info(self, names: Sequence[str]) -> list[Thing]:
        """Return the things of up to 100 fullnames that are still there; raises as `listing`."""
        return self._get("api/info", lambda: {"id": ",".join(names)}, _page).things

    def thread(self, name: str, *, comment: str | None = None) -> list[Any]:
        """Return the two listings of a submission's page: itself, and its comments as a tree.

        With `comment` (its id) only the tree below that comment. Raises as `listing` does.
        """
        params = {"limit": "500", "sort": "old", **({"comment": comment} if comment else {})}
        return self._get(f"comments/{name.partition('_')[2]}", lambda: params, _listings)

    def more(self, name: str, children: Sequence[str]) -> list[Any]:
        """Return up to 100 comments of a submission by id, with `more` of their own, all flat.

        Raises as `listing` does.
        """
        params = {
            "api_type": "json",
            "link_id": name,
            "children": ",".join(children),
            "sort": "old",
        }
        return self._get("api/morechildren", lambda: params, _children)

    def _get(
        self,
        path: str,
        params: Callable[[], dict[str, str]],
        read: Callable[[Any], Found],
    ) -> Found:
        tries, tokens = 0, 0
        while True:
            if self.wire.due:
                self.patience.pause(self.wire.due, "Reddit's rate limit is used up")
            try:
                return read(self._praw.request(method="GET", path=path, params=dict(params())))
            except Trouble as error:
                trouble: Exception = error
            except prawcore.RequestException as error:
                trouble = error.original_exception
            except prawcore.ResponseException as error:
                said = f"{error.response.status_code} {error.response.reason}"
                raise _unknown(said) from error
            except prawcore.OAuthException as error:
                raise _unknown(str(error.error)) from error
            if isinstance(trouble, DeniedError) and trouble.response is not None:
                raise _refused(path, trouble.response) from trouble
            if not isinstance(trouble, Trouble):
                raise trouble
            if trouble.status == EXPIRED and tokens < TOKENS:
                tokens += 1
                self._praw = login(self.wire)  # the one way to a new token that waits for nothing
                continue
            tries += 1
            if tries >= (ATTEMPTS if self.wire.answered else OFFLINE) or tokens >= TOKENS:
                raise RemoteError(f"{trouble.why}, {tries} times in a row.") from trouble
            self.patience.after(trouble, tries)
            if trouble.status == LIMITED:
                self.size = max(self.size // 2, LEAST)


def _page(found: object) -> Page:
    """Return the things of a listing; what is no thing stays, to be refused and counted."""
    data = found.get("data") if isinstance(found, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(children, list):
        raise Trouble("Reddit sent a listing of an unknown shape")
    after = data.get("after") or END
    if after != END and not (isinstance(after, str) and FULLNAME.fullmatch(after)):
        raise Trouble("Reddit sent a listing that goes on nowhere")
    return Page([thing_of(child) for child in children], after)


def _listings(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise Trouble("Reddit sent a thread of an unknown shape")
    return found


def _children(found: Any) -> list[Any]:  # noqa: ANN401  # JSON
    try:
        return list(found["json"]["data"]["things"])
    except (KeyError, TypeError) as error:
        raise Trouble("Reddit sent comments of an unknown shape") from error


def thing_of(child: object) -> Thing:
    """Return what a child of a listing wraps, with its fullname; empty for what is no thing."""
    data = child.get("data") if isinstance(child, dict) else None
    return data if isinstance(data, dict) else {}


def _refused(path: str, response: requests.Response) -> RefusedError:
    status = response.status_code
    try:
        said = response.json().get("reason")
    except (ValueError, AttributeError, RecursionError):
        said = None
    plain = {403: "access is forbidden", 404: "there is no such page"}
    plain |= dict.fromkeys(MOVED, "there is no such community")
    why = REASONS.get(str(said)) or plain.get(status) or f"it answers {status} {response.reason}"
    return RefusedError(path, why)


def _unknown(said: str) -> ConfigError:
    return ConfigError(f"Reddit does not take these credentials ({said}).", known=WITHOUT, do=SET)
