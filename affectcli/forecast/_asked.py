"""What is asked of a forecast, and everything that it reads of the database."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from affectcli.errors import UsageError
from affectcli.store import signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from affectcli.store import Connection, Context

WEEKLY = " of weeks"
"""Follows what counts as high where rows are weeks: a high week is no high day."""
Break = tuple[date, str]
"""The first day of a new instrument, and what broke."""


@dataclass(frozen=True)
class Asked:
    """The options of the command. `others` are signals, `events` names or categories of events."""

    signal: str
    horizon: int = 14
    high: str = "q80"
    freq: Literal["day", "week"] = "day"
    others: Sequence[str] = ()
    events: Sequence[str] = ()
    model: Sequence[str] = ()
    origins: int = 60
    as_of: str = ""

    @property
    def step(self) -> int:
        """Days from one row to the next."""
        return 7 if self.freq == "week" else 1

    @property
    def counted(self) -> str:
        """What counts as high, as it is stored."""
        return self.high + (WEEKLY if self.freq == "week" else "")

    @property
    def question(self) -> dict[str, Any]:
        """What makes this another question than one about the same signal."""
        return {
            "horizon": self.horizon,
            "high": self.counted,
            "others": list(self.others),
            "events": list(self.events),
            "model": list(self.model),
            "origins": self.origins,
            "as_of": self.as_of,
        }


@dataclass(frozen=True)
class Inputs:
    """What was known of each signal asked for, of those beside it, and of events to come.

    `weak` says why a signal's label is not trusted, `health` are signals about health, `breaks`
    those of the instrument behind a signal. `events` has one frame for each of `Asked.events`.
    """

    frames: dict[str, pl.DataFrame]
    others: dict[str, pl.DataFrame] = field(default_factory=dict)
    events: list[pl.DataFrame] = field(default_factory=list)
    weak: dict[str, str] = field(default_factory=dict)
    health: set[str] = field(default_factory=set)
    breaks: dict[str, list[Break]] = field(default_factory=dict)


def read(ctx: Context, asked: Asked) -> Inputs:
    """Return everything that the forecasts use.

    Raises:
        UsageError: no signal or event matches, they are of several schemes, or have no weeks.
    """
    until = signals.origin(asked.as_of)
    with ctx.db.read() as con:
        names = signals.names(con, asked.signal)
        beside = sorted({name for pattern in asked.others for name in signals.names(con, pattern)})
        return Inputs(
            frames=_weekly(con, names, until)
            if asked.freq == "week"
            else _daily(con, names, until),
            others=_daily(con, beside, until),
            events=[_announced(con, pattern) for pattern in asked.events],
            weak=signals.weak(con, names, tagger=ctx.settings.tag.tagger),
            health=signals.health(con, names),
            breaks=_breaks(con, names, until),
        )


def _daily(con: Connection, names: Sequence[str], until: datetime) -> dict[str, pl.DataFrame]:
    return signals.family(con, names, until) if names else {}


def _weekly(con: Connection, names: Sequence[str], until: datetime) -> dict[str, pl.DataFrame]:
    """Return the weeks of community signals."""
    for name in names:
        if name.startswith(("asset/", "series/")):
            raise UsageError(
                f"{name} has no weeks: only the signals of communities are kept by week.",
                do=f"affect forecast --signal '{name}' --freq day",
            )
    frames = signals.family(con, names, until, freq="week")
    if all(frame.is_empty() for frame in frames.values()):
        raise UsageError(f"{names[0]} has no weekly values.", do="affect aggregate --freq week")
    return frames


def _announced(con: Connection, pattern: str) -> pl.DataFrame:
    """Return the dates of the events that match; those to come are taken for announced."""
    found = con.frame("forecast/select_announced_events", pattern=pattern)
    if found.height:
        return found
    known: list[str] = con.frame("forecast/select_event_names")["name"].to_list()
    if not known:
        raise UsageError("No events are stored.", do="affect ingest events FILE")
    near = difflib.get_close_matches(pattern, known, n=3, cutoff=0.4) or known[:3]
    raise UsageError(f"No event is called {pattern!r}.", known=f"Nearest: {', '.join(near)}.")


def _breaks(con: Connection, names: Sequence[str], until: datetime) -> dict[str, list[Break]]:
    """Return the breaks that claims found, by signal."""
    found: dict[str, list[Break]] = {}
    rows = con.frame("forecast/select_instrument_breaks", signals=list(names), as_of=until)
    for name, day, cause in rows.iter_rows():
        found.setdefault(name, []).append((day, cause))
    return found
