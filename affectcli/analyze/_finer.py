"""Small p-values of large families, counted with as many surrogates as the family asks for.

The best of m pairs is claimed at q <= 0.05 only if p <= 0.05 / m, and 999 surrogates give no p
below 0.001. So a pair that hardly any surrogate reaches is tested with more, until enough reach it
to know p (Besag & Clifford, Biometrika 1991) or until there are as many as the family needs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from affectcli.analyze._ccf import Lead

ENOUGH = 10
"""Surrogates beyond the peak after which p is known well enough: its error is then a third."""
CHUNK = 4999
FINEST = 100_000
PER_TEST = 40
"""Surrogates for each test of the family: p may then be half of what the best of them needs."""


def most(nulls: int, size: int) -> int:
    """Return how many surrogates a pair of a family of `size` may cost at most."""
    return max(nulls, min(PER_TEST * size, FINEST))


def finer(lead: Lead, again: Callable[[int, int], Lead], *, limit: int) -> Lead:
    """Return `lead` with its p-value of up to `limit` surrogates.

    `again(turn, count)` tests the pair anew with `count` other surrogates; turns begin with 1.
    """
    drawn, turn = lead.nulls, 0
    beyond = _beyond(lead)
    while beyond < ENOUGH and drawn < limit:
        turn += 1
        more = again(turn, min(CHUNK, max(limit - drawn, lead.nulls)))
        drawn += more.nulls
        beyond += _beyond(more)
    return replace(lead, p_value=(1 + beyond) / (1 + drawn), nulls=drawn) if turn else lead


def _beyond(lead: Lead) -> int:
    """Return how many surrogates reached the peak."""
    return round(lead.p_value * (lead.nulls + 1)) - 1
