"""What several analyses ask for in the same words: an origin, signals, pairs of them, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.analyze._align import dated
from affectcli.errors import AnalysisError
from affectcli.store import signals
from affectcli.store.places import called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import polars as pl

    from affectcli.analyze._align import Dated
    from affectcli.store import Connection, Context

Names = tuple[str, str]
SAME = "same"
"""In place of an asset: the one that the other signal's community is named after."""


def trusted(
    ctx: Context, con: Connection, pattern: str, *, until: datetime
) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """Return what was known by `until` of each signal that matches, and why others are withheld.

    Raises:
        UsageError: no signal matches, or they are labels of several schemes.
    """
    found = signals.names(con, pattern)
    weak = signals.weak(con, found, tagger=ctx.settings.tag.tagger)
    return signals.family(con, [name for name in found if name not in weak], until), weak


def withheld(weak: Mapping[str, str]) -> str:
    """Return the end of a message that counts the signals of weak labels and names these."""
    if not weak:
        return ""
    labels = sorted({name.rpartition(":")[2].partition("@")[0] for name in weak})
    return f"; withheld, for their labels are weak: {len(weak)} ({', '.join(labels)})"


def asked(
    ctx: Context, x: str, y: str, *, until: datetime
) -> tuple[list[Names], dict[str, Dated | AnalysisError], dict[str, str]]:
    """Return the pairs of signals that match `x` and `y`, without those of weak labels.

    `asset/same:return` on one side pairs each signal of the other with the asset that its
    community is named after, and no other. Beside the pairs: the values of each signal that were
    known by `until`, or why it has no use; and why signals of weak labels are withheld.

    Raises:
        UsageError: no signal matches, or one side matches labels of several schemes.
        AnalysisError: no pair is left.
    """
    patterns = [pattern.replace(f"asset/{SAME}:", "asset/*:") for pattern in (x, y)]
    same = patterns != [x, y]
    with ctx.db.read() as con:
        xs, ys = (signals.names(con, pattern) for pattern in patterns)
        weak = signals.weak(con, sorted({*xs, *ys}), tagger=ctx.settings.tag.tagger)
        pairs = [(a, b) for a, b in _pairs_once(xs, ys) if not same or called(a) & called(b)]
        wanted = [names for names in pairs if not weak.keys() & set(names)]
        family = _values(con, wanted, until=until)
    if wanted:
        return wanted, family, weak
    for name in (name for names in pairs for name in names if name in weak):
        raise AnalysisError(f"{name}: {weak[name]}.")
    if same:
        raise AnalysisError(f"{x} and {y}: no asset is named as a community is.")
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
    asked_for = sorted({name for names in wanted for name in names})
    for name, frame in signals.family(con, asked_for, until).items():
        try:
            found[name] = dated(name, frame)
        except AnalysisError as error:
            found[name] = error
    return found
