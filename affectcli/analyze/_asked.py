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
    from affectcli.store import Connection, Context

Names = tuple[str, str]


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


def asked(
    ctx: Context, x: str, y: str, *, until: datetime
) -> tuple[list[Names], dict[str, Dated | AnalysisError], dict[str, str]]:
    """Return the pairs of signals that match `x` and `y`, without those of weak labels.

    Beside them the values of each signal that were known by `until`, or why it has no use; and why
    signals of weak labels are withheld.

    Raises:
        UsageError: no signal matches, or one side matches labels of several schemes.
        AnalysisError: no pair is left.
    """
    with ctx.db.read() as con:
        xs, ys = signals.names(con, x), signals.names(con, y)
        weak = signals.weak(con, sorted({*xs, *ys}), tagger=ctx.settings.tag.tagger)
        wanted = [names for names in _pairs_once(xs, ys) if not weak.keys() & set(names)]
        family = _values(con, wanted, until=until)
    if wanted:
        return wanted, family, weak
    for name, reason in weak.items():
        raise AnalysisError(f"{name}: {reason}.")
    raise AnalysisError(f"{x} and {y} are the same signal.")


def _pairs_once(xs: Sequence[str], ys: Sequence[str]) -> list[Names]:
    """Return every pair of different signals once: y with x is x with y, turned round."""
    found: dict[frozenset[str], Names] = {}
    for a in xs:
        for b in ys:
            if a != b:
                found.setdefault(frozenset((a, b)), (a, b))
    return list(found.values())


def _values(
    con: Connection, wanted: Sequence[Names], *, until: datetime
) -> dict[str, Dated | AnalysisError]:
    """Return the values of each signal of the pairs, or why it has no use."""
    found: dict[str, Dated | AnalysisError] = {}
    for name in sorted({name for names in wanted for name in names}):
        try:
            found[name] = dated(name, signals.values(con, name, until))
        except AnalysisError as error:
            found[name] = error
    return found
