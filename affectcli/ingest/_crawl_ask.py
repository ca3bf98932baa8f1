"""What a crawl was asked for: communities, times, and the command that goes on with it."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

from affectcli import times
from affectcli.errors import RemoteError, UsageError
from affectcli.ingest._crawl_store import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = re.compile(r"(?:u_)?[A-Za-z0-9_-]{2,24}")
BEFORE = re.compile(r"^(?:https?://)?(?:(?:www|old|new|sh)\.)?(?:reddit\.com)?/?r/", re.IGNORECASE)
MIXED = ("all", "popular", "friends", "mod")


def names(given: Iterable[str]) -> list[str]:
    """Return subreddits by name, each once; `r/NAME` and addresses are understood.

    Raises:
        UsageError: there is none, or one is no name.
    """
    found: dict[str, str] = {}
    for text in given:
        name = BEFORE.sub("", text.strip()).partition("/")[0]
        if not NAME.fullmatch(name):
            raise UsageError(
                f"--sub {text!r} is no name of a subreddit.", do="--sub CryptoCurrency"
            )
        if name.lower() in MIXED:
            raise UsageError(
                f"r/{name} is no community, but a mix of all.", do="--sub CryptoCurrency"
            )
        found.setdefault(name.lower(), name)
    if not found:
        raise UsageError("Nothing says which subreddits to read.", do="--sub CryptoCurrency")
    return list(found.values())


def window(since: str | None, until: str | None) -> Window:
    """Return the times asked for.

    Raises:
        UsageError: an end is no time, or no time lies between them.
    """
    return Window(*times.window(since, until))


def lag(text: str) -> timedelta:
    """Return a span of time such as `48h`.

    Raises:
        UsageError: it is none.
    """
    word = text.strip().lower()
    if word == "0":
        return timedelta(0)
    found = times.SPAN.match(word)
    if found is None:
        raise UsageError(f"--lag {text!r} is no span of time.", do="--lag 48h, 2d, or 0")
    return timedelta(**{times.UNITS[found[2]]: int(found[1])})


def command(source: str, options: Mapping[str, object]) -> str:
    """Return the command line that asks for the same; options that are empty are left out."""
    words = ["affect", "ingest", source]
    for option, value in options.items():
        if value is True:
            words.append(f"--{option}")
        elif isinstance(value, (list, tuple)):
            words += [word for each in value for word in (f"--{option}", shlex.quote(str(each)))]
        elif value not in (None, False, ""):
            words += [f"--{option}", shlex.quote(str(value))]
    return " ".join(words)


def refused(why: Mapping[str, str], subs: Iterable[str], message: str) -> RemoteError:
    """Return the error that names the subreddits that were refused, and says what is stored."""
    said = "; ".join(f"r/{name}: {reason.rstrip('.')}" for name, reason in why.items())
    others = ", ".join(f"r/{name}" for name in subs if name not in why)
    known = f"All of {others} is stored. {message}" if others else ""
    return RemoteError(
        f"{said}.", known=known, do=command("arctic", {"sub": list(why)}) + ", for what it keeps"
    )
