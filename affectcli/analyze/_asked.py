"""What several analyses ask for in the same words: an origin, pairs of signals, their values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from affectcli.analyze._align import dated
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.analyze._align import Dated
    from affectcli.store import Connection


def origin(as_of: str) -> datetime:
    """Return the moment up to which data count, naive UTC; without one, all of them do.

    Raises:
        UsageError: `as_of` is no date.
    """
    if not as_of:
        return signals.END_OF_TIME
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"--as-of {as_of!r} is no date.", do="--as-of 2024-06-30") from error
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def pairs_once(xs: Sequence[str], ys: Sequence[str]) -> list[tuple[str, str]]:
    """Return every pair of different signals once: y with x is x with y, turned round."""
    found: dict[frozenset[str], tuple[str, str]] = {}
    for a in xs:
        for b in ys:
            if a != b:
                found.setdefault(frozenset((a, b)), (a, b))
    return list(found.values())


def read_values(
    con: Connection, wanted: Sequence[tuple[str, str]], *, until: datetime
) -> dict[str, Dated | AnalysisError]:
    """Return the values of each signal of the pairs, or why it has no use."""
    found: dict[str, Dated | AnalysisError] = {}
    for name in sorted({name for names in wanted for name in names}):
        try:
            found[name] = dated(name, signals.values(con, name, until))
        except AnalysisError as error:
            found[name] = error
    return found
