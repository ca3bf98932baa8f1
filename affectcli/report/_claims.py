"""The claims that a report may tell: none rests on fewer authors than k."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.store import Connection

FIRST, LAST = date(1, 1, 1), date(9999, 1, 1)
EVER = (FIRST.isoformat(), LAST.isoformat())
PAIRS = frozenset({"xcorr", "granger"})
"""Analyses whose `y` is a signal too; elsewhere it names an asset, an event, a theme or a word."""
Window = tuple[str, str, str]
"""Community, first day, last day."""


@dataclass(frozen=True)
class Claim:
    """A row of `finding`, its `result` as a dictionary."""

    finding_id: str
    run_id: str
    analysis: str
    x: str
    y: str | None
    verdict: str
    p_value: float | None
    q_value: float | None
    result: dict[str, Any]

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the sides that are signals."""
        return (self.x, self.y) if self.y and self.analysis in PAIRS else (self.x,)


def claims(con: Connection, community: str, assets: list[str], k: int) -> tuple[list[Claim], int]:
    """Return the claims that rest on at least `k` authors, and how many do not."""
    frame = con.frame("report/select_findings", community=community, assets=assets)
    shown: list[Claim] = []
    authors: dict[Window, int] = {}
    for row in frame.drop("as_of").iter_rows(named=True):
        claim = Claim(**{**row, "result": json.loads(row["result"])})
        windows = _windows(claim, community)
        for place, first, last in windows:
            if (place, first, last) not in authors:
                found = con.scalar("report/count_authors", community=place, first=first, last=last)
                authors[place, first, last] = int(str(found))
        if all(authors[window] >= k for window in windows) and _fewest(claim) >= k:
            shown.append(claim)
    return shown, frame.height - len(shown)


def _fewest(claim: Claim) -> float:
    """Return the smallest number of authors that the result states of itself or of a row shown."""
    rows = [row for row in claim.result.get("rows", []) if row.get("role") != "not shown"]
    stated = [row.get("authors") for row in (claim.result, *rows)]
    return min((n for n in stated if isinstance(n, int)), default=float("inf"))


def _windows(claim: Claim, community: str) -> list[Window]:
    """Return community, first and last day of everything whose numbers a claim states.

    The community itself has been counted as a whole; another on the claim's other side has not.
    """
    places = {signal.rpartition(":")[0] for signal in claim.signals} - {community, ""}
    windows = [(p, *EVER) for p in sorted(places) if not p.startswith(("asset/", "series/"))]
    return [*windows, *((community, first, last) for first, last in _spans(claim))]


def _spans(claim: Claim) -> Iterator[tuple[str, str]]:
    """Yield first and last day of the parts of the period that a claim compares."""
    result = claim.result
    if claim.analysis == "levels" and "as_of_day" in result:
        last = date.fromisoformat(str(result["as_of_day"])[:10])
        first = last - timedelta(int(result.get("recent", 7)) - 1)
        yield first.isoformat(), last.isoformat()
        yield EVER[0], (first - timedelta(1)).isoformat()
    if claim.analysis == "levels" and result.get("peak_start") and result.get("peak_end"):
        yield str(result["peak_start"])[:10], str(result["peak_end"])[:10]
    if claim.analysis == "drivers":
        for key in ("window", "baseline"):
            start, _, stop = str(result[key]).partition("/")
            yield start, (date.fromisoformat(stop[:10]) - timedelta(1)).isoformat()
