"""What a signal is about: the asset of its own name or its community's, the events of its scope."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache


@cache
def called(signal: str) -> frozenset[str]:
    """Return the names, in small letters, of what a signal is about.

    `stocktwits/AAPL:fear` and `asset/AAPL:return` are both about `aapl`; BTC-USD is also BTC and
    BTC.X, as in `affect analyze panel`.
    """
    place = signal.rpartition(":")[0].casefold()
    name = place.rpartition("/")[2]
    if not place.startswith("asset/"):
        return frozenset({name})
    base = name.partition("-")[0]
    return frozenset({name, base, f"{base}.x"})


@cache
def concerns(scope: str | None, signal: str) -> bool:
    """Return whether an event of `scope` is about a signal; one without a scope is about all.

    A scope is a place (`reddit/CryptoCurrency`, `asset/BTC-USD`), a name alone (`AAPL`, which is
    about posts and prices of AAPL), a glob of these, or several with commas between them.
    """
    patterns = [part.strip().lstrip("$").casefold() for part in (scope or "").split(",")]
    names = {signal.rpartition(":")[0].casefold(), *called(signal)}
    return not any(patterns) or any(
        fnmatchcase(name, pattern) for pattern in patterns for name in names
    )
