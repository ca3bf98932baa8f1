"""Breaks of the instrument: found by test or on record, joined where they are one, with a cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.analyze._change_families import LEVEL, enough, level_means, q_values, seeded
from affectcli.analyze._change_search import breaks
from affectcli.analyze._instrument_labels import LEAST_LABELS, Moves, is_common, moves
from affectcli.analyze._instrument_quantities import by_part, matrix, quantities
from affectcli.analyze._instrument_records import Sign, coverage, silences, swaps
from affectcli.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from affectcli.analyze._change_search import Break
    from affectcli.analyze._instrument_quantities import Instrument, Quantity

CAUSES = ("tagger", "source", "deletions", "language", "bots", "common-mode", "denominator")
"""The more special first: a silent source also changes languages, and a tagger all labels."""
OF_ACTIVITY = ("source", "deletions", "language", "bots", "denominator")
"""Causes that change how many posts there are; the others only what is read in them."""
NEAR = timedelta(days=7)
"""Two breaks that lie so close are taken for one."""
MANY = 1 / 3
"""Share of labels that must move with a new tagger: more than chance or a mood of a few labels."""


@dataclass(frozen=True)
class InstrumentBreak:
    """One break of a community's instrument, and all signs of it, the telling one first."""

    community: str
    signs: tuple[Sign, ...]

    @property
    def cause(self) -> str:
        """The word for what broke."""
        return self.signs[0].cause

    @property
    def day(self) -> date:
        """The first day of the new instrument."""
        return self.signs[0].day

    def explains(self, measure: str, day: date, low: date, high: date) -> bool:
        """Say whether a shift of `measure` at `day`, in [low, high], may be this break."""
        if measure.partition("@")[0] == "posts" and not any(
            sign.cause in OF_ACTIVITY for sign in self.signs
        ):
            return False
        inside = low - NEAR <= self.day <= high + NEAR
        return inside and abs(self.day - day) <= 2 * NEAR


def found_breaks(
    of: Mapping[str, Instrument], *, nulls: int, seed: int
) -> tuple[list[InstrumentBreak], int]:
    """Return the breaks of each community's instrument, and how many quantities were tested.

    The tested quantities of all communities are one family.
    """
    asked = [(place, quantity) for place, one in of.items() for quantity in quantities(one)]
    nulls = enough(nulls, len(asked))
    tested: list[tuple[str, Quantity, list[Break]]] = []
    for place, quantity in asked:
        rng = seeded(seed, f"{place} {quantity.name}")
        try:
            tested.append((place, quantity, breaks(quantity.tested, nulls=nulls, rng=rng)))
        except AnalysisError:  # constant but for weekdays: there is nothing to test
            continue
    signs = {place: _recorded(one) for place, one in of.items()}
    rates = q_values([[one.p_value for one in shifts] for _, _, shifts in tested])
    for (place, quantity, shifts), qs in zip(tested, rates, strict=True):
        signs[place] += [
            sign
            for sign in _signs(quantity, shifts, qs)
            if sign.cause != "common-mode" or _shared(of[place], sign.day)
        ]
    return [one for place, some in signs.items() for one in _joined(place, some)], len(tested)


def label_moves(of: Instrument, day: date) -> Moves | None:
    """Return how the labels of a community moved on `day`; None where too few days or labels."""
    table = matrix(of.labels)
    if table.shares.shape[1] < LEAST_LABELS:
        return None
    at = int(np.searchsorted(np.array(table.days, dtype="datetime64[D]"), np.datetime64(day)))
    return moves(table.shares, table.posts, table.valence, at)


def _shared(of: Instrument, day: date) -> bool:
    found = label_moves(of, day)
    return found is not None and is_common(found)


def _signs(quantity: Quantity, shifts: Sequence[Break], qs: Sequence[float]) -> list[Sign]:
    levels = level_means(quantity.shown, [one.date.at for one in shifts])
    return [
        Sign(
            cause=quantity.cause,
            quantity=quantity.name,
            day=quantity.days[one.date.at],
            low=quantity.days[one.date.low],
            high=quantity.days[one.date.high],
            before=before,
            after=after,
            p_value=one.p_value,
            q_value=q,
            rank=one.rank,
        )
        for one, q, (before, after) in zip(shifts, qs, levels, strict=True)
        if one.found and q <= LEVEL
    ]


def _recorded(of: Instrument) -> list[Sign]:
    """Return what is on record of one community; a new tagger counts where labels moved with it."""
    if of.days.is_empty():
        return []
    first: date = of.days["day"].min()  # type: ignore[assignment]  # dates, by the statement
    last: date = of.days["day"].max()  # type: ignore[assignment]  # dates, by the statement
    days = [first + timedelta(k) for k in range((last - first).days + 1)]
    calendar = pl.DataFrame({"day": days})
    sources = by_part(of.mix.filter(pl.col("kind") == "source"), calendar)
    found = silences(sources, days[0]) + coverage(of.inputs, days[0], len(days))
    for sign in swaps(by_part(of.taggers, calendar), days):
        seen = label_moves(of, sign.day)
        if seen is not None and seen.moved >= MANY:
            found.append(sign)
    return found


def _joined(place: str, signs: Sequence[Sign]) -> list[InstrumentBreak]:
    """Return the breaks that signs near each other make; each starts a chain of its own."""
    groups: list[list[Sign]] = []
    for sign in sorted(signs, key=lambda sign: sign.day):
        if groups and sign.day - groups[-1][0].day <= NEAR:
            groups[-1].append(sign)
        else:
            groups.append([sign])
    return [
        InstrumentBreak(place, tuple(sorted(group, key=lambda sign: CAUSES.index(sign.cause))))
        for group in groups
    ]
