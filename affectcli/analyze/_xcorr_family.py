"""All pairs of two sets of signals: laid on few calendars, each signal prepared once on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.analyze import _surrogates
from affectcli.analyze._align import Calendars, Dated, Freq, check_span, on, weekdays
from affectcli.analyze._ccf import (
    Lead,
    Prepared,
    check_overlap,
    correlate,
    correlate_family,
    prepare,
)
from affectcli.analyze._finer import finer, most
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

Names = tuple[str, str]


@dataclass(frozen=True)
class Options:
    """What is asked of every pair; the fields are the options of `affect analyze xcorr`."""

    max_lag: int
    transform: Literal["auto", "none", "diff", "dlog"]
    nulls: int
    null: _surrogates.Null
    as_of: str


@dataclass(frozen=True)
class Pair:
    """A tested pair: what was found, and the two series on the calendar `days`."""

    names: Names
    lead: Lead
    x: Prepared
    y: Prepared
    freq: Freq
    days: Sequence[date]
    as_of: datetime


def correlate_signals(
    signals: Mapping[str, Dated | AnalysisError],
    wanted: Sequence[Names],
    options: Options,
    *,
    seed: int,
) -> tuple[list[Pair], dict[Names, AnalysisError]]:
    """Return the pairs that could be tested, in the order of `wanted`, and why others could not.

    `signals` holds every name in `wanted`, or the reason why it has no use.
    """
    usable = [signal for signal in signals.values() if isinstance(signal, Dated)]
    calendars = Calendars(usable) if usable else None
    refused: dict[Names, AnalysisError] = {}
    groups: dict[object, list[tuple[Dated, Dated]]] = {}
    for names in wanted:
        x, y = (signals[name] for name in names)
        try:
            if isinstance(x, AnalysisError):
                raise x
            if isinstance(y, AnalysisError):
                raise y
            check_span(x, y)
        except AnalysisError as error:
            refused[names] = error
        else:
            key = calendars.key(x, y) if calendars else None
            groups.setdefault(key, []).append((x, y))
    tested: dict[Names, Pair] = {}
    for members in groups.values():
        if calendars:
            freq, days = calendars.of(*members[0])
            limit = most(options.nulls, len(wanted))
            found, not_tested = _Laid(freq, days, options, limit).test(members, seed)
            tested |= found
            refused |= not_tested
    return [tested[names] for names in wanted if names in tested], refused


class _Laid:
    """One calendar, and the signals prepared on it."""

    def __init__(self, freq: Freq, days: Sequence[date], options: Options, limit: int) -> None:
        self.freq, self.days, self.options = freq, days, options
        self.limit = limit
        """The most surrogates of one pair."""
        self._made: dict[str, Prepared | AnalysisError] = {}

    def prepared(self, signal: Dated) -> Prepared:
        """Return a signal made stationary and white, on all the days that it has, once."""
        if signal.name not in self._made:
            try:
                self._made[signal.name] = self._prepare(signal)
            except AnalysisError as error:
                self._made[signal.name] = error
        made = self._made[signal.name]
        if isinstance(made, AnalysisError):
            raise made
        return made

    def _prepare(self, signal: Dated) -> Prepared:
        values = on(self.days, signal, self.freq)
        there = np.flatnonzero(np.isfinite(values))
        if not len(there):
            raise AnalysisError(f"{signal.name} has no value on the days of its partner.")
        first, last = int(there[0]), int(there[-1]) + 1
        weekday = None if self.freq == "week" else weekdays(self.days[first:last])
        made = prepare(values[first:last], how=self.options.transform, weekday=weekday)
        return made.placed(first, len(self.days))

    def test(
        self, members: Sequence[tuple[Dated, Dated]], seed: int
    ) -> tuple[dict[Names, Pair], dict[Names, AnalysisError]]:
        """Return what was found of each pair, and what could not be tested."""
        able: list[tuple[Dated, Dated]] = []
        refused: dict[Names, AnalysisError] = {}
        for x, y in members:
            try:
                check_overlap(self.prepared(x), self.prepared(y), self.options.max_lag)
            except AnalysisError as error:
                refused[x.name, y.name] = error
            else:
                able.append((x, y))
        sides = [list({pair[k].name: pair[k] for pair in able}.values()) for k in (0, 1)]
        at = [{signal.name: n for n, signal in enumerate(side)} for side in sides]
        leads = correlate_family(
            [self.prepared(signal) for signal in sides[0]],
            [self.prepared(signal) for signal in sides[1]],
            wanted=[(at[0][x.name], at[1][y.name]) for x, y in able],
            max_lag=self.options.max_lag,
            draw=self._draw(self.options.nulls, seed),
        )
        found = [
            self._pair(x, y, self._finer(x, y, lead, seed))
            for (x, y), lead in zip(able, leads, strict=True)
        ]
        return {pair.names: pair for pair in found}, refused

    def _draw(self, count: int, *seeds: int) -> _surrogates.Draw:
        rng = np.random.default_rng(seeds[0] if len(seeds) == 1 else seeds)
        lags = self.options.max_lag
        return _surrogates.of(self.options.null, count, rng, n=len(self.days), max_lag=lags)

    def _finer(self, x: Dated, y: Dated, lead: Lead, seed: int) -> Lead:
        def again(turn: int, count: int) -> Lead:
            return correlate(
                self.prepared(x),
                self.prepared(y),
                max_lag=self.options.max_lag,
                draw=self._draw(count, seed, turn),
            )

        return finer(lead, again, limit=self.limit)

    def _pair(self, x: Dated, y: Dated, lead: Lead) -> Pair:
        return Pair(
            names=(x.name, y.name),
            lead=lead,
            x=self.prepared(x),
            y=self.prepared(y),
            freq=self.freq,
            days=self.days,
            as_of=max(x.as_of, y.as_of),
        )
