"""What a crawl says at its end: the account that adds up, and the hours that nobody has read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from affectcli.ingest import _reddit
from affectcli.ingest._ledger import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from affectcli.ingest._crawl_spans import Span
    from affectcli.ingest._crawl_store import Community


@dataclass(frozen=True)
class Missing:
    """Times of a community that Reddit's listings no longer show."""

    name: str
    span: Span
    comments: bool

    def __str__(self) -> str:
        """Return one sentence with the commands that fill the gap."""
        low, high = _minute(self.span.low), _minute(self.span.high)
        hours = (self.span.high - self.span.low).total_seconds() / 3600
        with_comments = " --comments" if self.comments else ""
        return (
            f"r/{self.name}: {hours:,.1f} hours are missing, from {low} to {high}; Reddit's "
            "listings do not reach them. To fill them: affect ingest arctic "
            f"--sub {self.name} --since {low} --until {high}{with_comments} | or, from a dump: "
            f"affect ingest dump FILE.zst --sub {self.name} --since {low} --until {high}"
        )


def account(homes: Iterable[Community], *, noun: str) -> tuple[list[dict[str, object]], Counts]:
    """Return one row for each listing of each community, and all of them added up."""
    total, rows = Counts(), []
    for home in homes:
        for shelf in home.shelves.values():
            counts = shelf.counts
            if counts.read:
                total.add(counts)
                rows.append(counts.row(_reddit.SOURCE, shelf.input))
        if not any(shelf.counts.read for shelf in home.shelves.values()):
            rows.append(Counts().row(_reddit.SOURCE, f"{home.key}/{noun}"))
    return rows, total


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
